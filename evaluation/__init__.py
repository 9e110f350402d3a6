"""Observations to estimates to verdicts: pure functions that know no file, no database and no clock."""

ENGINE_VERSION = "2"
"""Changes whenever the same data and protocol would give other bytes."""
