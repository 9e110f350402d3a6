"""Directly identifying data, wherever they stand in a file, and the pseudonyms kept in place of case codes."""
