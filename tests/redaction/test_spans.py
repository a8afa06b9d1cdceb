from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tables import each
from vault.errors import InternalError
from vault.redaction.spans import Action, IdentifierType, Span, fuse, strongest

ONE, OTHER = b"1" * 16, b"2" * 16

SPANS = st.lists(
    st.builds(
        lambda start, length, kind, action, entity, source, general: Span(
            start, start + length, kind, action, entity, source, general
        ),
        st.integers(0, 40),
        st.integers(1, 12),
        st.sampled_from([IdentifierType.NAME, IdentifierType.PHONE]),
        st.sampled_from(Action),
        st.sampled_from([None, ONE, OTHER]),
        st.sampled_from(["registry", "pattern"]),
        st.sampled_from(["", "1990"]),
    ),
    max_size=12,
)


def places(spans: list[Span] | tuple[Span, ...]) -> set[int]:
    return {place for span in spans for place in range(span.start, span.end)}


@given(SPANS, st.randoms())
def test_the_order_of_spans_does_not_matter(spans: list[Span], random: st.DataObject) -> None:
    shuffled = list(spans)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    assert fuse(shuffled) == fuse(spans)


@given(SPANS)
def test_fused_spans_cover_the_same_characters_without_overlap(spans: list[Span]) -> None:
    fused = fuse(spans)
    assert places(fused) == places(spans)
    assert all(left.end <= right.start for left, right in itertools.pairwise(fused))


@given(SPANS)
def test_no_character_gets_a_weaker_action_than_any_span_asked_for_and_each_knows_what_to_put(
    spans: list[Span],
) -> None:
    fused = fuse(spans)
    for span in spans:
        (holder,) = [found for found in fused if found.start <= span.start and span.end <= found.end]
        assert strongest([span.action, holder.action]) is holder.action
    for span in fused:
        assert span.action is not Action.PSEUDONYM or span.entity is not None
        assert span.action is not Action.GENERALISE or span.general
    assert strongest([]) is Action.REMOVE


def span(start: int, end: int, action: Action, entity: bytes | None = None, general: str = "") -> Span:
    return Span(start, end, IdentifierType.NAME, action, entity, general=general)


@each(
    [
        ([span(0, 5, Action.KEEP), span(3, 8, Action.REMOVE)], [span(0, 8, Action.REMOVE)]),
        ([span(0, 5, Action.KEEP), span(5, 8, Action.REMOVE)], [span(0, 5, Action.KEEP), span(5, 8, Action.REMOVE)]),
        ([span(0, 5, Action.PSEUDONYM, ONE), span(3, 8, Action.PSEUDONYM, ONE)], [span(0, 8, Action.PSEUDONYM, ONE)]),
        ([span(0, 5, Action.PSEUDONYM, ONE), span(3, 8, Action.PSEUDONYM, OTHER)], [span(0, 8, Action.REMOVE)]),
        (
            [span(0, 4, Action.GENERALISE, ONE, "1990"), span(0, 4, Action.KEEP)],
            [span(0, 4, Action.GENERALISE, ONE, "1990")],
        ),
        ([span(0, 4, Action.GENERALISE, ONE, "1990"), span(2, 6, Action.KEEP)], [span(0, 6, Action.REMOVE, ONE)]),
    ]
)
def test_overlaps_become_their_union_under_the_strongest_action(spans: list[Span], fused: list[Span]) -> None:
    assert list(fuse(spans)) == fused


@each([(3, 3), (4, 3), (-1, 2)])
def test_an_empty_or_reversed_span_is_refused(start: int, end: int) -> None:
    with pytest.raises(InternalError, match="at least one character"):
        span(start, end, Action.KEEP)
