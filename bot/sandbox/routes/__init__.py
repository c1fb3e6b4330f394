"""The REST operations, by what they are about."""
