"""Sphinx extension: leave out Thebe's loader, which this book does not use.

Jupyter Book loads ``sphinx_thebe`` whether or not its button is wanted, and the extension declares
its constants twice on a page: an error in every reader's console.
"""

from __future__ import annotations

from typing import Any


def setup(app: Any) -> dict[str, bool]:
    for listener in list(app.events.listeners.get("env-before-read-docs", [])):
        if getattr(listener.handler, "__name__", "") == "init_thebe_core":
            app.disconnect(listener.id)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
