"""Counts of people, cases and acts, for those who ask for numbers: small groups are hidden."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from vault.acts.act import Act, Agreed, Field, Plan, Said, Shape, Told, empty, one
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.progress import Working


def _what_is_counted(_session: Session, said: Said) -> Plan[tuple[list[str], Path | None]]:
    from vault.services import case_counts
    from vault.store.files import require_new

    place = one(said, "out")
    out = Path(place) if place else None
    if out is not None:
        case_counts.require_table(out.suffix)
        require_new(out)
    return Plan(([column.strip() for column in (one(said, "by") or "").split(",")], out))


def _count(session: Session, plan: Plan[tuple[list[str], Path | None]], _agreed: Agreed, working: Working) -> Told:
    from vault.services import case_counts
    from vault.services.projection.expired_rights import left_out_data
    from vault.store.files import write_new

    by, out = plan.of
    shown = case_counts.count(session, by, progress=working)
    lines: list[Words] = list(case_counts.count_lines(shown))
    if out is not None:
        if not case_counts.is_empty(shown):
            write_new(out, case_counts.file_of(shown, out.suffix))
        lines.append(case_counts.file_words(shown, out))
    data = {
        "by": list(shown.by),
        "rows": [case_counts.row_data(shown.by, values, shown.rows[values]) for values in sorted(shown.rows)],
        "total": case_counts.numbers_data(shown.total),
        "hides": bool(shown.hidden) or shown.total is None,
        "left_out": left_out_data(shown.left_out),
        "instead": list(shown.instead),
        "stands": [list(values) for values in sorted(shown.stands)],
    }
    return Told(tuple(lines), data, is_table=True)


COUNTS: Final = Act(
    "report counts",
    Message("how many people, cases and acts there are among your cases; small groups are hidden"),
    Message("Counts"),
    Message("count"),
    (
        Field("by", Message("By"), Shape.CODE,
              Message("columns with commas: stage, kind, sex, age-band, nationality"), form="--by COLUMNS",
              hint=Message("some of: stage, kind, sex, age-band, nationality"), is_required=True),
        Field("out", Message("File"), Shape.NEW_FILE, Message("write the table to this file, .csv or .xlsx"),
              hint="/media/stick/counts.xlsx"),
    ),
    look=_what_is_counted,
    run=_count,
    doing=Message("Counting"),
    nothing=Message("nothing was counted"),
    begin=empty,
    about=Message(
        "Rows of fewer than 5 are hidden, and rows that would reveal them. A file is .csv or .xlsx, and may be left"
        " out."
    ),
    is_long=True,
    makes_files=True,
)  # fmt: skip
ACTS: Final = (COUNTS,)
