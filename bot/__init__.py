"""Plangate: a GitHub App that holds repositories to their own implementation plans."""

__version__ = "0.1.0"
PROJECT_URL = "https://plangate.example"
"""The project's own site, with the same pages as every server: links lead there where no server's address is set.
A placeholder (RFC 2606) until the project has a site."""
