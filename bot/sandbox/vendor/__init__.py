"""Makes the pruned copies of GitHub's official descriptions: `python -m bot.sandbox.vendor`."""
