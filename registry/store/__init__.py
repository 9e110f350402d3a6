"""Pilot data as content-addressed Parquet, in a folder or an object store."""

from __future__ import annotations

from registry.store.frames import JSON, FrameStore

__all__ = ["JSON", "FrameStore"]
