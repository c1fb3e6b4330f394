"""Find the feature that a branch or a change is about."""
