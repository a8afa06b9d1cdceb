"""All detectors over one text: the registry, the shapes, and both together for dates of birth."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from vault.names.normal import normal_text
from vault.redaction.actions import IdentifierType
from vault.redaction.find_registered import SOURCE, find_registered
from vault.redaction.patterns import Shape, find_shapes
from vault.redaction.registry import Registry
from vault.redaction.spans import Match


def detect(text: str, registry: Registry) -> list[Match]:
    """Return everything found in a text, in places of that text. Matches may overlap; none is judged yet."""
    plain = normal_text(text)
    registered = find_registered(plain, registry)
    numbers = sorted((match.start, match.end) for match in registered if match.kind is not IdentifierType.NAME)
    starts = [start for start, _ in numbers]
    furthest = list(accumulate((end for _, end in numbers), max))
    shapes = [_with_owner(shape, registry) for shape in find_shapes(plain)]
    # A number that is somebody's is judged as theirs, not as a number of its shape.
    return registered + [shape for shape in shapes if not _is_inside(shape, starts, furthest)]


def _with_owner(shape: Shape, registry: Registry) -> Match:
    who = frozenset[bytes]().union(
        *(
            registry.born.get(key, frozenset())
            for year, month, day in shape.days
            for key in {(year, month, day), (year, month, None)}
        )
    )
    general = str(shape.days[0][0]) if shape.days else ""
    if who:
        return Match(shape.start, shape.end, IdentifierType.BORN, who, SOURCE, general)
    return Match(shape.start, shape.end, shape.kind, general=general)


def _is_inside(match: Match, starts: list[int], furthest: list[int]) -> bool:
    """Return whether one of the places holds the match; `furthest[n]` is the greatest end of the first n + 1."""
    before = bisect_right(starts, match.start)
    return before > 0 and furthest[before - 1] >= match.end
