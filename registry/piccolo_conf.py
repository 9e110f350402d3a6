"""Where Piccolo finds the engine in force and the tables; it reads this module by name."""

from __future__ import annotations

from typing import Any

from piccolo.conf.apps import AppRegistry

from registry import db

APP_REGISTRY = AppRegistry(apps=["registry.piccolo_app"])


def __getattr__(name: str) -> Any:
    """`DB`, which is whatever `db.configure` put in force."""
    if name == "DB":
        return db.engine()
    raise AttributeError(name)
