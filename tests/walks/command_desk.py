"""A caseworker at the real command line over a vault of two cases, and what they say there again and again."""

from __future__ import annotations

from tests.cli.desk import Desk, said


def listed(desk: Desk, *options: str) -> list[str]:
    return [row["ref"] for row in said(desk, "case", "list", *options)["cases"]]


def made(desk: Desk, kind: str = "extradition") -> str:
    return str(said(desk, "case", "new", "--kind", kind, "--title", "Extradition of a teacher")["ref"])


def person_in(desk: Desk, ref: str, *options: str) -> str:
    return str(said(desk, "person", "add", ref, "--role", "client", "--anyway", *options)["person"])
