"""A Markdown document as blocks with exact source positions: the one place that knows the parser.

Everything above reads sections, tables, lists, check boxes and paragraphs from here, with 1-based lines and columns
in the text as it was written (CRLF, BOM and front matter included).
"""
