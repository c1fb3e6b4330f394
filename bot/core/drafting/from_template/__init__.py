"""Drafts of a plan and a spec: the repository's own template, filled with what is known."""
