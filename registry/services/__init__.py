"""The verbs of the registry: each asks who (`by`), checks rights and state, changes the tables and leaves one event."""

from __future__ import annotations

from registry.policies.access import SYSTEM, Actor

__all__ = ["SYSTEM", "Actor"]
