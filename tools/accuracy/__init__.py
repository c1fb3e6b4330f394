"""Measure how often Plangate is right on labelled plans, compared with a search by grep: `make accuracy`."""
