"""GitHub's own descriptions, pruned by `tools.vendor` to what the sandbox answers (MIT, see LICENSE)."""
