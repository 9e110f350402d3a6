"""Aggregates: what a hospital that keeps its rows may let out in their place, checked and brought to a scorecard."""
