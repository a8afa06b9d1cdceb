"""What is said of a bundle: the same words for whoever made it and for whoever looks into it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.english import in_english
from tests.tables import each
from vault.display import local_time
from vault.ids import CompartmentKind
from vault.services.exchange.bundle_words import imported_lines, inside_lines, made_lines
from vault.services.exchange.syncing import ImportedBundle, Inside, KnownHere, MadeBundle
from vault.sync.bundle_pages import PageKind

COUNTS = dict.fromkeys(PageKind, 9) | {PageKind.OPERATION: 16, PageKind.VERSION: 1}
INSIDE = Inside("Ann", is_known=True, made_ms=1_800_000_000_000, size=2048, counts=COUNTS, entries=7)


def test_what_is_in_a_bundle_is_counted_in_entries_and_versions_at_both_ends() -> None:
    counted = "In it: 16 entries and 1 saved change."
    made = MadeBundle(Path("/stick/b"), 2048, bytes(32), seats=1, entries=16, versions=1)
    assert in_english(made_lines(made))[1] == counted
    assert list(in_english(inside_lines(INSIDE))) == [
        f"A bundle of Ann, made on {local_time(INSIDE.made_ms)} by their clock (2 KiB).",
        counted,
        "This device lacks 7 entries of what its maker has. Nothing was imported.",
    ]


@each(
    [
        ({"note": 2}, 30, ["The bundle of Ann brought 2 notes.", "30 entries of the log came with it."]),
        ({"note": 2}, 0, ["The bundle of Ann brought 2 notes."]),
        ({}, 30, ["The bundle of Ann brought 30 entries of the log, and no new record that you can open."]),
        ({}, 0, ["Ann: nothing new came."]),
    ]
)
def test_nothing_new_came_is_said_only_where_nothing_did(
    came: Mapping[str, int], entries: int, lines: list[str]
) -> None:
    bundle = ImportedBundle("Ann", 1_800_000_000_000, entries, came, (), (), (), (), ())
    assert list(in_english(imported_lines(bundle))) == lines


def test_what_can_be_opened_from_now_on_is_called_what_it_is() -> None:
    kinds = {CompartmentKind.CASE: 1, CompartmentKind.SECTION: 2, CompartmentKind.INTAKE: 1}
    bundle = ImportedBundle("Ann", 0, 0, {"case": 1}, (), (), (), (), (), gained_kinds=kinds)
    assert list(in_english(imported_lines(bundle)))[1:] == [
        "You can open 1 more case from now on.",
        "You can open 2 more restricted sections from now on.",
        "You can open 1 more list that members share (calls, register, recipients).",
    ]


def test_whom_nobody_looked_up_because_too_many_came_at_once_is_said() -> None:
    bundle = ImportedBundle("Ann", 0, 0, {"person": 900}, (), (), (), (), (), known=KnownHere(passed_over=400))
    assert list(in_english(imported_lines(bundle)))[-1] == (
        "400 people too many came to compare all at once. Search before you add anybody."
    )
