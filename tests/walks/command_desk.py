"""A caseworker at the real command line over a vault of two cases, and what they say there again and again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.desk import Desk, said
from tests.services.conftest import filled_template, founded_template
from tests.services.founded import Filled

__all__ = ["desk", "filled_template", "founded_template", "said"]  # fixtures, and how they are asked


@pytest.fixture
def desk(filled_template: Filled, tmp_path: Path) -> Desk:
    return Desk.of(filled_template.place.copied_to(tmp_path / "office"), tmp_path)


def listed(desk: Desk, *options: str) -> list[str]:
    return [row["ref"] for row in said(desk, "case", "list", *options)["cases"]]


def made(desk: Desk, kind: str = "extradition") -> str:
    return str(said(desk, "case", "new", "--kind", kind, "--title", "Extradition of a teacher")["ref"])


def person_in(desk: Desk, ref: str, *options: str) -> str:
    return str(said(desk, "person", "add", ref, "--role", "client", "--anyway", *options)["person"])
