"""Pages for people: the same GitHub, seen in a browser. Every page says that it is a sandbox."""
