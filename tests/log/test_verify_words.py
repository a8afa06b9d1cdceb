"""What the report of a log says in words: which session, which operations, which size."""

from __future__ import annotations

from tests.log.test_verify import _sign_ahead, root_of, whole
from vault.log.state import state_digest


def test_a_checkpoint_of_another_session_is_told_with_both_numbers() -> None:
    writer = whole()
    _sign_ahead(writer)
    writer.seals[5] = writer.seal_of(6, root_of(writer.rows[:6]), 1)
    texts = [problem.text for problem in writer.verify().problems]
    assert texts[:2] == [
        "the checkpoint of size 3 belongs to session 1, and session 2 signed it",
        "the checkpoint of size 6 belongs to session 2, and session 1 signed it",
    ]


def test_the_digest_of_a_state_is_the_same_in_whatever_order_it_is_read() -> None:
    one, two = b"1" * 32, b"2" * 32
    assert state_digest([one, two], [two, one]) == state_digest([two, one], [one, two])
    assert state_digest([one], [two]) != state_digest([two], [one])
    assert state_digest([one, two], []) != state_digest([one], [two])
