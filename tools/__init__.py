"""Generators of pages, schema and pictures; nothing here is part of the wheel."""
