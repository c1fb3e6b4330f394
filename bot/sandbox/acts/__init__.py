"""What people and Apps do, with everything that GitHub does in turn: refs move, suites are asked for, deliveries go out."""
