"""Readers of the documents of a feature: plan, spec, tasks and other artifacts."""
