"""Benchmarks: ratios of one run, printed as one table. `make bench` runs them all."""
