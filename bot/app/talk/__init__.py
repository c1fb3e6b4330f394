"""Commands in comments on issues and pull requests."""
