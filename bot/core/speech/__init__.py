"""Every text that a person reads: check runs, comments, command replies, terminal."""
