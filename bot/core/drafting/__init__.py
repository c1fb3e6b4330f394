"""Drafts of specs, plans and configuration files."""
