"""The whole story on a GitHub of its own: real processes, real git, no account."""
