"""`casevault search`: search the text of every case that you hold."""

from __future__ import annotations

import argparse

from vault.cli.opening import opened_to_ask
from vault.cli.output import Output, Result
from vault.cli.prompts import Personal, add_personal

_WORDS = (Personal("words", "--words", "Words to search for", required=True),)


def add_verbs(parser: argparse.ArgumentParser, noun: str) -> None:
    """Declare the words and the limit."""
    del noun
    parser.add_argument("typed", nargs="*", metavar="WORDS", help="scripts only; at a terminal they are asked")
    parser.add_argument("--limit", type=int, default=50, help="maximum number of hits (50)")
    add_personal(parser, _WORDS)
    parser.set_defaults(command=_search)


def _search(args: argparse.Namespace, output: Output) -> Result:
    from vault.services.cases import searching

    if args.typed:
        args.words = " ".join(args.typed)
    with opened_to_ask(args, output, _WORDS, "search") as (session, values):
        found = searching.search(session, values["words"][0], limit=args.limit, why=args.why)
    data = [{"case": h.case.hex(), "record": h.record.hex(), "kind": h.kind, "snippet": h.snippet} for h in found.hits]
    lines = [f"{h.ref}  {h.kind:<7}  {h.snippet}" for h in found.hits]
    if found.more:
        lines.append(f"More than {args.limit} records match: add a word.")
    return Result({"hits": data, "more": found.more}, lines or ["Nothing matches."])
