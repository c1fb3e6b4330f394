"""GitHub's own descriptions, pruned by `bot.sandbox.vendor` to what the sandbox answers (MIT, see LICENSE)."""
