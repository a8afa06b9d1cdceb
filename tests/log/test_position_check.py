"""Where rows stand against where their headers say that they belong, told from the order of two numbers."""

from __future__ import annotations

from tests.tables import each
from vault.log.log_history import Places

ORIGIN = b"o" * 32


def _told(positions: list[int]) -> list[tuple[str, int | None, str]]:
    """Return what is said of rows 0, 1, 2 ... whose headers claim these positions."""
    places = Places(ORIGIN)
    found = [problem for seq, position in enumerate(positions) for problem in places.take(seq, position)]
    found += places.close()
    assert all(problem.origin == ORIGIN for problem in found)
    return [(problem.code.value, problem.seq, str(problem.message)) for problem in found]


@each(
    {
        "nothing moved": ([0, 1, 2, 3], []),
        "two cut out": ([0, 3, 4], [("missing", 1, "operation 1: 2 missing, and later ones renumbered")]),
        "two cut out, then three": (
            [0, 3, 4, 8, 9],
            [
                ("missing", 1, "operation 1: 2 missing, and later ones renumbered"),
                ("missing", 3, "operation 3: 3 missing, and later ones renumbered"),
            ],
        ),
        "one put in": ([0, 1, 1, 2], [("inserted", 1, "operation 1: 1 inserted, and later ones renumbered")]),
        "two exchanged": ([0, 2, 1, 3], [("swapped", 1, "operation 1: exchanged with 2")]),
        "no exchange: the first is two off": (
            [0, 3, 1],
            [
                ("moved", 1, "operation 1: holds the one that belongs at 3"),
                ("moved", 2, "operation 2: holds the one that belongs at 1"),
            ],
        ),
        "no exchange: the second is not the first": (
            [0, 2, 5, 3],
            [
                ("moved", 1, "operation 1: holds the one that belongs at 2"),
                ("moved", 2, "operation 2: holds the one that belongs at 5"),
            ],
        ),
        "one moved": ([0, 3, 2, 3], [("moved", 1, "operation 1: holds the one that belongs at 3")]),
        "one moved, the next one too": (
            [0, 5, 9],
            [
                ("moved", 1, "operation 1: holds the one that belongs at 5"),
                ("missing", 2, "operation 2: 7 missing, and later ones renumbered"),
            ],
        ),
        "the last one moved": ([0, 0], [("moved", 1, "operation 1: holds the one that belongs at 0")]),
        "the last but cut": ([0, 4], [("missing", 1, "operation 1: 3 missing, and later ones renumbered")]),
    }
)
def test_what_was_done_to_the_order_is_told(positions: list[int], told: list[tuple[str, int | None, str]]) -> None:
    assert _told(positions) == told


def test_a_log_is_undisturbed_until_a_row_is_off_and_counts_what_is_missing() -> None:
    places = Places(ORIGIN)
    assert places.undisturbed
    places.take(0, 2)
    assert (places.undisturbed, places.missing) == (False, 0)
    places.take(1, 3)
    assert (places.undisturbed, places.missing) == (False, 2)
