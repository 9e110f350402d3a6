"""Bytes to a table of text: what a file is, what it hides, and its cells with their rows."""
