"""Which feature a branch or a change is about, and at which stage it is."""
