"""Pages that show the sandbox's GitHub in a browser. Every page says that it is a sandbox."""
