"""Plangate: a GitHub App that holds repositories to their own implementation plans."""

__version__ = "0.1.0"
