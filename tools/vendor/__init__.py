"""Makes the pruned copies of GitHub's official descriptions: `python -m tools.vendor`."""
