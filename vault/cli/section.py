"""`casevault section`: the restricted parts of a case: where somebody is, how they are, who told us."""

from __future__ import annotations

import argparse

from vault.cli.asking import Personal, add_personal
from vault.cli.face import Face, Result
from vault.cli.opening import opened, opened_to_ask
from vault.cli.showing import note_data, note_lines, person_data, person_lines
from vault.display import counted
from vault.ids import short_id

_KINDS = ("location", "health", "sources", "other")
_TITLE = (Personal("title", "--title", "Title of the section", required=True),)


def add_verbs(parser: argparse.ArgumentParser, noun: str) -> None:
    """Declare `new`, `list`, `show`, `grant`, `remove`."""
    del noun
    verbs = parser.add_subparsers(required=True, metavar="new | list | show | grant | remove")
    new = verbs.add_parser("new", help="make a restricted section of a case", allow_abbrev=False)
    new.add_argument("case", help="the case's id or reference")
    new.add_argument("--kind", choices=_KINDS, required=True, help="what is kept apart")
    new.add_argument("--to", action="append", default=[], metavar="MEMBER", help="who else opens it (again for more)")
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
    remove = verbs.add_parser("remove", help="take a section back: a new key is made", allow_abbrev=False)
    remove.add_argument("section", help="its id, or its beginning")
    remove.add_argument("--from-member", required=True, metavar="MEMBER", help="who opens it no more")
    remove.set_defaults(command=_remove)


def _new(args: argparse.Namespace, face: Face) -> Result:
    from vault.services import authors, cases, sections

    with opened_to_ask(args, face, _TITLE, "section new CASE --kind KIND") as (session, values):
        members = [authors.find_member(session, name) for name in args.to]
        case = cases.find(session, args.case)
        made = sections.create(session, case, what=args.kind, title=values["title"][0], members=members)
    others = f" and {counted(len(members), 'other')}" if members else ""
    lines = [f"The section is kept: you{others} can open it.", f"id {short_id(made)}"]
    return Result({"section": made.hex(), "case": case.hex()}, lines)


def _list(args: argparse.Namespace, face: Face) -> Result:
    from vault.services import cases, sections

    with opened(args, face) as session:
        found = sections.list_of(session, cases.find(session, args.case))
    data = [{"section": one.section.hex(), "kind": one.what, "title": one.title} for one in found]
    lines = [f"{short_id(one.section)}  {one.what:<9}  {one.title}" for one in found]
    return Result({"sections": data}, lines or ["You hold no section of this case."])


def _show(args: argparse.Namespace, face: Face) -> Result:
    from vault.services import authors, notes, sections

    with opened(args, face) as session:
        view = sections.open_section(session, sections.find(session, args.section), why=args.why)
        by = authors.written_by(session, view.notes)
    head, corrected = view.head.value, notes.corrections(view.notes)
    data = {
        "section": view.section.hex(),
        "case": head.case.hex(),
        "kind": head.what,
        "title": head.title,
        "persons": [person_data(one) for one in view.persons],
        "notes": [note_data(one, by, corrected) for one in view.notes],
    }
    lines = [f"RESTRICTED  {head.what}  {head.title}"]
    lines += [line for one in view.persons for line in person_lines(one)]
    lines += [line for one in view.notes for line in note_lines(one, by, corrected)]
    return Result(data, lines)


def _grant(args: argparse.Namespace, face: Face) -> Result:
    from vault.services import authors, sections

    with opened(args, face) as session:
        member = authors.find_member(session, args.to)
        section = sections.find(session, args.section)
        sections.give(session, section, [member])
    return Result({"section": section.hex(), "member": member.hex()}, ["The section is open to this member."])


def _remove(args: argparse.Namespace, face: Face) -> Result:
    from vault.services import authors, sections, sharing

    with opened(args, face) as session:
        member = authors.find_member(session, args.from_member, also_left=True)
        section = sections.find(session, args.section)
        changed = sharing.revoke(session, section, [member])
    data = {"section": section.hex(), "member": member.hex(), "versions": changed.versions}
    return Result(data, ["The section has a new key.", sharing.WHAT_MAY_BE_KEPT])
