"""A file that a pilot site sent becomes typed observations, or one list of everything that is wrong with it."""

IMPORTER_VERSION = "1"
"""Kept with every submission: which rules read the file."""
