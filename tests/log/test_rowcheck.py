"""The quick look at a row says yes to exactly what the slow one finds nothing wrong with."""

from __future__ import annotations

from tests.log.writer import Writer
from tests.tables import each
from vault.log.log_history import CheckedRow, RowChecker
from vault.log.tree import leaf_hash

WRITER = Writer().write(6)
PLAIN = WRITER.rows[5]


def _checker() -> RowChecker:
    return RowChecker(WRITER.origin)


def test_a_plain_row_passes_at_one_look() -> None:
    assert _checker().plain_leaf(PLAIN) == leaf_hash(PLAIN.header)
    assert _checker().check(PLAIN) == CheckedRow(leaf_hash(PLAIN.header), 5, None, None)


def test_the_first_row_of_a_session_needs_a_closer_look() -> None:
    checker = _checker()
    assert checker.plain_leaf(WRITER.rows[4]) is None
    assert checker.check(WRITER.rows[4]).session_key == WRITER.session_key(3).public


@each([b"g", b"A", b"!", b" "])
def test_no_letter_of_a_header_can_be_another(letter: bytes) -> None:
    for at in range(len(PLAIN.header)):
        header = PLAIN.header[:at] + letter + PLAIN.header[at + 1 :]
        if header != PLAIN.header:
            assert _checker().plain_leaf(PLAIN.changed(header=header)) is None, at


@each(
    {
        "another place": PLAIN._replace(seq=4),
        "another list": PLAIN.changed(list=b"\1" * 49),
        "another payload": PLAIN.changed(sealed=b"other"),
        "another digest": PLAIN._replace(digest=bytes(32)),
        "a header with a tail": PLAIN.changed(header=PLAIN.header + b" "),
        "no header": PLAIN.changed(header=b""),
        "another log": Writer("other").write(6).rows[5],
    }
)
def test_no_part_of_a_row_can_be_another(changed: object) -> None:
    assert _checker().plain_leaf(changed) is None  # type: ignore[arg-type]  # rows all the same
    checked = _checker().check(changed)  # type: ignore[arg-type]
    assert checked.fault is not None or checked.position != changed.seq  # type: ignore[attr-defined]
