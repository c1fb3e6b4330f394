"""The door: Flask, and the fast path before it. Never loads a client of GitHub."""
