"""Tests of the JSON report."""
