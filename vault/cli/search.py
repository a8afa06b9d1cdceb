"""`casevault search`: search the text of every case that you hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vault.cli.nouns import NOUNS
from vault.cli.opening import opened_to_ask
from vault.cli.output import Output, Result
from vault.cli.prompts import Personal, options_of
from vault.cli.showing import indented
from vault.cli.table import Arg, Given, Verb
from vault.ids import short_id
from vault.words.codes import word_of
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from vault.services.cases.searching import FoundRecord

_WORDS = (Personal("words", "--words", Message("Words to search for"), required=True),)


def _search(args: Given, output: Output) -> Result:
    if args.typed:
        args.words = " ".join(args.typed)
    with opened_to_ask(args, output, _WORDS) as (session, values):
        from vault.services.cases import searching
        from vault.services.cases.searching import WHY_WORDS, Why

        found = searching.search(session, values["words"][0], limit=args.limit, why=args.why, exact=args.exact)
        if args.in_sections:
            apart = searching.search_sections(
                session, values["words"][0], limit=args.limit, why=args.why, exact=args.exact
            )
            found = searching.Found((*found.hits, *apart.hits), more=found.more or apart.more)
    data = [
        {
            "case": h.case.hex(),
            "record": h.record.hex(),
            "kind": h.kind,
            "snippet": h.snippet,
            "do_not_call": list(h.do_not_call),
            "closed": h.is_closed,
            "why": h.why.value,
            **({} if h.section is None else {"section": h.section.hex(), "section_kind": h.section_kind}),
        }
        for h in found.hits
    ]
    lines: list[Words] = []
    for h in found.hits:
        lines.append(f"{h.ref}  {word_of(h.kind)!s:<7}  {h.snippet}")
        lines += [] if h.why is Why.EXACT else [indented(WHY_WORDS[h.why])]
        if h.kind == "document":
            lines.append(indented(_in_paper(h)))
        if h.section is not None:
            kind = word_of(h.section_kind or "")
            lines.append(indented(Message("in the restricted section {id}: {kind}", id=short_id(h.section), kind=kind)))
        lines += [indented(Message("in a closed case"))] if h.is_closed else []
        lines += [indented(Message("DO NOT CALL  {number}", number=number)) for number in h.do_not_call]
    if found.more:
        lines.append(Message("More than {limit} records match: add a word.", limit=args.limit))
    nothing = [Message("Nothing matches."), *([_NOT_SEARCHED] if found.leaves_sections else [])]
    return Result({"hits": data, "more": found.more}, lines or nothing)


def _in_paper(hit: FoundRecord) -> Words:
    """Return which paper it is, and the command that shows its text."""
    if hit.section is None:
        return Message("in the paper {title}: `casevault document text {id}`", title=hit.title, id=short_id(hit.record))
    return Message(
        "in the paper {title}: `casevault document text {id} --section {section}`",
        title=hit.title,
        id=short_id(hit.record),
        section=short_id(hit.section),
    )


_NOT_SEARCHED: Final = Message("Restricted sections were not searched: `--in-sections` looks there too.")
_SCRIPTS_ONLY: Final = Message(
    "scripts only; at a terminal they are asked. kind:note by:NAME since:DATE until:DATE among the words narrow the"
    " search, and double quotes make a phrase"
)
VERBS: Final = (
    Verb("search", NOUNS["search"].help, (
        Arg("[WORDS ...]", _SCRIPTS_ONLY, into="typed"),
        Arg("[--limit N]", Message("maximum number of hits"), of=int, default=50),
        Arg("[--in-sections]", Message("also search each restricted section that you hold; the log says so")),
        Arg("[--exact]", Message("no other spellings of names, no typing errors")),
        *options_of(_WORDS),
    ), _search),
)  # fmt: skip
