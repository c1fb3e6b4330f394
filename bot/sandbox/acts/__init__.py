"""What people and Apps do, and what GitHub does in turn: refs move, suites are asked for, deliveries go out."""
