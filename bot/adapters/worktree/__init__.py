"""A working copy or a plain folder, read with git."""
