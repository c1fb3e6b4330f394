"""A webhook delivery: its signature, its payload and the event that it means."""
