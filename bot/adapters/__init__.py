"""Translation between the outside and the core; no decisions."""
