"""GitHub over HTTP: reading repositories, writing check runs and comments, tokens and pacing."""
