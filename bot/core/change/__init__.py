"""A change: two trees, the lines that differ, and the features in both trees."""
