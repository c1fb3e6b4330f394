"""Tests of the working copy on this machine."""
