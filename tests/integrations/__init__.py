"""Tests of what `integrations/` offers to other tools and forges."""
