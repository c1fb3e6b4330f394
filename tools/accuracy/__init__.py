"""How often Plangate is right on labelled plans, beside what a team would use instead: `make accuracy`."""
