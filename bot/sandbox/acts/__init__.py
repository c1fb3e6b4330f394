"""What people and Apps do, and what follows: refs move, check suites are requested, deliveries are sent."""
