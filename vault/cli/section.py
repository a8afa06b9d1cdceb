"""`casevault section`: the restricted sections of a case: location, health, sources."""

from __future__ import annotations

import argparse

from vault.cli.opening import opened, opened_to_ask
from vault.cli.output import Output, Result
from vault.cli.prompts import Personal, add_personal
from vault.cli.showing import note_data, note_lines, person_data, person_lines
from vault.display import counted
from vault.ids import short_id

_KINDS = ("location", "health", "sources", "other")
_TITLE = (Personal("title", "--title", "Title of the section", required=True),)


def add_verbs(parser: argparse.ArgumentParser, noun: str) -> None:
    """Declare `new`, `list`, `show`, `grant`, `revoke`."""
    del noun
    verbs = parser.add_subparsers(required=True, metavar="new | list | show | grant | revoke")
    new = verbs.add_parser("new", help="make a restricted section of a case", allow_abbrev=False)
    new.add_argument("case", help="the case's id or reference")
    new.add_argument("--kind", choices=_KINDS, required=True, help="what the section is about")
    new.add_argument(
        "--to", action="append", default=[], metavar="MEMBER", help="who else can open it (repeat for more members)"
    )
    add_personal(new, _TITLE)
    new.set_defaults(command=_new)
    listing = verbs.add_parser("list", help="the sections of a case that you hold", allow_abbrev=False)
    listing.add_argument("case", help="the case's id or reference")
    listing.set_defaults(command=_list)
    show = verbs.add_parser("show", help="open a section", allow_abbrev=False)
    show.add_argument("section", help="its id, or its beginning")
    show.set_defaults(command=_show)
    grant = verbs.add_parser("grant", help="let a member who holds the case open a section", allow_abbrev=False)
    grant.add_argument("section", help="its id, or its beginning")
    grant.add_argument("--to", required=True, metavar="MEMBER", help="name or id (`member list`)")
    grant.set_defaults(command=_grant)
    revoke = verbs.add_parser("revoke", help="revoke a section from a member, and make a new key", allow_abbrev=False)
    revoke.add_argument("section", help="its id, or its beginning")
    revoke.add_argument("--from-member", required=True, metavar="MEMBER", help="member to remove")
    revoke.set_defaults(command=_revoke)


def _new(args: argparse.Namespace, output: Output) -> Result:
    from vault.services.cases import cases, sections
    from vault.services.projection import authors

    with opened_to_ask(args, output, _TITLE, "section new CASE --kind KIND") as (session, values):
        members = [authors.find_member(session, name) for name in args.to]
        case = cases.find(session, args.case)
        made = sections.create(session, case, what=args.kind, title=values["title"][0], members=members)
    others = f" and {counted(len(members), 'other')}" if members else ""
    lines = [f"The section is saved: you{others} can open it.", f"id {short_id(made)}"]
    return Result({"section": made.hex(), "case": case.hex()}, lines)


def _list(args: argparse.Namespace, output: Output) -> Result:
    from vault.services.cases import cases, sections

    with opened(args, output) as session:
        found = sections.list_of(session, cases.find(session, args.case))
    data = [{"section": section.section.hex(), "kind": section.what, "title": section.title} for section in found]
    lines = [f"{short_id(section.section)}  {section.what:<9}  {section.title}" for section in found]
    return Result({"sections": data}, lines or ["You hold no section of this case."])


def _show(args: argparse.Namespace, output: Output) -> Result:
    from vault.services.cases import notes, sections
    from vault.services.projection import authors

    with opened(args, output) as session:
        view = sections.open_section(session, sections.find(session, args.section), why=args.why)
        by = authors.written_by(session, view.notes)
    head, corrected = view.head.value, notes.corrections(view.notes)
    data = {
        "section": view.section.hex(),
        "case": head.case.hex(),
        "kind": head.what,
        "title": head.title,
        "persons": [person_data(person) for person in view.persons],
        "notes": [note_data(note, by, corrected) for note in view.notes],
    }
    lines = [f"RESTRICTED  {head.what}  {head.title}"]
    lines += [line for person in view.persons for line in person_lines(person)]
    lines += [line for note in view.notes for line in note_lines(note, by, corrected)]
    return Result(data, lines)


def _grant(args: argparse.Namespace, output: Output) -> Result:
    from vault.services.cases import sections
    from vault.services.projection import authors

    with opened(args, output) as session:
        member = authors.find_member(session, args.to)
        section = sections.find(session, args.section)
        sections.give(session, section, [member])
    return Result({"section": section.hex(), "member": member.hex()}, ["This member can open the section now."])


def _revoke(args: argparse.Namespace, output: Output) -> Result:
    from vault.services.cases import sections
    from vault.services.grants import sharing
    from vault.services.projection import authors

    with opened(args, output) as session:
        member = authors.find_member(session, args.from_member, also_left=True)
        section = sections.find(session, args.section)
        changed = sharing.revoke(session, section, [member])
    data = {"section": section.hex(), "member": member.hex(), "versions": changed.versions}
    return Result(data, ["The section has a new key.", sharing.WHAT_MAY_BE_KEPT])
