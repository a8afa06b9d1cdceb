"""A template is made once in a run: pytest makes it again for each module into which its fixture is imported."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TypeVar

_Template = TypeVar("_Template")


def made_once(make: Callable[..., _Template]) -> Callable[..., _Template]:
    """Let a fixture of the whole session give what it gave first. Nobody writes to a template."""
    made: list[_Template] = []

    @functools.wraps(make)
    def given(*fixtures: object, **named: object) -> _Template:
        if not made:
            made.append(make(*fixtures, **named))
        return made[0]

    return given
