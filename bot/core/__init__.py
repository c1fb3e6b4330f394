"""Values and pure functions: no I/O, no clock, no environment, no client of GitHub."""
