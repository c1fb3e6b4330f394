"""Text without Markdown: globs, identifiers, brackets, neutralising and wording."""
