"""`casevault report`: counts for those who ask for numbers."""

from __future__ import annotations

from typing import Final

from vault.cli.opening import opened
from vault.cli.output import Output, Result
from vault.cli.table import Arg, Given, Verb, new_file
from vault.words.message import Message, Words


def _counts(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.counts import count_words, counting
        from vault.services.projection.expired_rights import left_out_data
        from vault.store.files import write_new

        if args.out is not None:
            count_words.require_table(args.out.suffix)
        by = [column.strip() for column in args.by.split(",")]
        shown = counting.count(session, by, progress=output.progress_of(Message("Counting")))
    lines: list[Words] = list(count_words.count_lines(shown))
    if args.out is not None:
        if not count_words.is_empty(shown):
            write_new(args.out, count_words.file_of(shown, args.out.suffix))
        lines.append(count_words.file_words(shown, args.out))
    data = {
        "by": list(shown.by),
        "rows": [count_words.row_data(shown.by, values, shown.rows[values]) for values in sorted(shown.rows)],
        "total": count_words.numbers_data(shown.total),
        "hides": bool(shown.hidden) or shown.total is None,
        "left_out": left_out_data(shown.left_out),
        "instead": list(shown.instead),
        "stands": [list(values) for values in sorted(shown.stands)],
    }
    return Result(data, lines)


VERBS: Final = (
    Verb("counts", Message("how many people, cases and acts there are among your cases; small groups are hidden"), (
        Arg("--by COLUMNS", Message("columns with commas: stage, kind, sex, age-band, nationality")),
        Arg("[--out FILE]", Message("write the table to this file, .csv or .xlsx"), of=new_file),
    ), _counts),
)  # fmt: skip
