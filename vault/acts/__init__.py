"""Acts: what a member can do, each told once, for the command line and for the app."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vault.acts.act import Act


def every_act() -> Iterator[Act[Any]]:
    """Return the acts of all files of this room."""
    for file in pkgutil.iter_modules(__path__, "vault.acts."):
        yield from getattr(importlib.import_module(file.name), "ACTS", ())
