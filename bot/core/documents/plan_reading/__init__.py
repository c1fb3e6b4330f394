"""Reading plan.md: one module for each part that people write in their own way."""
