"""A GitHub on this machine, over HTTP, on real git repositories; for the demo and the tests only."""
