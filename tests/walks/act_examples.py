"""One example for each act: how the vault is prepared, what is said, what is answered, and what is refused.

A new act gets its row in `EXAMPLES`; `test_two_faces` walks it by the command line and by the app.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

import pyrage  # type: ignore[import-untyped]  # ships no types

import vault.acts
from tests.export.samples import COVER, dossier, passes, passes_words
from tests.services.colleague import admit
from tests.services.consenting import agree
from tests.services.founded import Place
from tests.services.organisation import ask_to_join
from tests.tui.house import AMINA, CLIENT, DANA, JOEL, MIRA, NADIA, House
from vault.acts.act import Act, Agreed, Said, answer_to
from vault.acts.grant import BREAK_GLASS
from vault.acts.records import DONE
from vault.casework.disclosure import Disclosure, PageWords, RemovedIn
from vault.casework.note import Note
from vault.casework.story import STORY
from vault.casework.story.protection import CheckIn, Every, RiskFactor
from vault.casework.vocabulary import NoteKind
from vault.export.package import prepare, publish, write_package
from vault.export.release import Release
from vault.export.reply import make_reply, receipt_words
from vault.ids import make_id
from vault.progress import Working
from vault.records.versions import of_kind as rows_of
from vault.records.work import Entry
from vault.seal.signing import public_key, sign
from vault.services import case_papers, own_forms
from vault.services.cases import case_changes, cases, holds, intake, notes, sections, story_records
from vault.services.credentials import recovery
from vault.services.exchange import syncing
from vault.services.exports import exporting, partners
from vault.services.grants import sharing, successors
from vault.services.imports import case_import
from vault.services.members import admitting
from vault.services.projection.projection import read_valid
from vault.services.safety import incidents

AGE_KEY: Final = str(pyrage.x25519.Identity.generate().to_public())
LAWYER: Final = "Advokat Lindqvist"
NEVER_MADE: Final = "00" * 16
HERE: Final = "{here}"  # in what is said, the folder beside each copy of the vault: for files that an act writes
KEYFILE: Final = f"{HERE}/stick.bin"
FIRST: Final = "Amina"  # as the house calls them
TODAY: Final = date.today().isoformat()
IN_TWO_DAYS: Final = (date.today() + timedelta(days=2)).isoformat()
IN_A_YEAR: Final = (date.today() + timedelta(days=365)).isoformat()


@dataclass(frozen=True, slots=True)
class Example:
    """How an act is tried.

    Attributes:
        prepare: writes what has to be there, and returns what the act is done to.
        said: of the other fields.
        wrong: of fields, instead; the act refuses it. An act without fields has nothing to be wrong in.
        who: does it, by the first name.
        answers: to the questions of its plan that no yes answers; an empty one leaves open what a screen alone asks.
        approver: the second person, by the whole name, who answers by file.
        after: an act that is done before, in the same session.
        is_logged: the log has more of it than that the vault was opened.
    """

    prepare: Callable[[House], Said]
    said: Said = field(default_factory=dict)
    wrong: Said = field(default_factory=dict)
    who: str = FIRST
    answers: Mapping[str, str] = field(default_factory=dict)
    approver: str = ""
    after: str = ""
    is_logged: bool = True


def acts() -> dict[str, Act[Any]]:
    """Return every act, by its name."""
    modules = [importlib.import_module(f"vault.acts.{each.name}") for each in pkgutil.iter_modules(vault.acts.__path__)]
    return {act.name: act for module in modules for act in getattr(module, "ACTS", ())}


def nothing(_: House) -> Said:
    return {}


def a_request(house: House) -> Said:
    folder = house.place.path.parent
    with house.place.open() as mira:
        vault = admitting.vault_words(mira)
    joining = Place(folder / "vera.vault", folder / "vera-state")
    request, words = ask_to_join(folder, joining, vault, "Vera Tikhookova")
    return {"request": (str(request),), "words": (" ".join(words),)}


def a_proposal(house: House) -> Said:
    asked = a_request(house)
    with house.open("Nadia") as nadia:
        request = admitting.read_request(nadia, Path(asked["request"][0]))
        admitting.admit(nadia, request, request.words, name="Vera Tikhookova", like="legal-reviewer")
    return {"device": (request.seat.hex(),), "words": asked["words"]}


def an_owner(_: House) -> Said:
    return {"who": (AMINA,)}


def the_case(house: House) -> Said:
    return {"case": (house.case.hex(),)}


def a_note_set_aside(house: House) -> Said:
    """Let Nadia write in a copy of the vault in which she does not know yet that she lost the case."""
    bundle = house.place.path.parent / "of-nadia.bundle"
    nadia = house.people["Nadia"]
    with house.open(FIRST) as amina:
        sharing.grant(amina, house.case, [nadia.member])
    hers = house.copied_to(house.place.path.parent / "hers")
    with hers.open("Nadia") as apart:
        notes.add(apart, house.case, Note(NoteKind.CONTACT, "He called her, too."))
        syncing.make(apart, house.people[FIRST].member, bundle)
    with house.open(FIRST) as amina:
        sharing.revoke(amina, house.case, [nadia.member])
        syncing.import_bundle(amina, bundle)
    return the_case(house)


def a_case_in_two(house: House) -> Said:
    """Let Joel change it in a copy of the vault, and Amina here."""
    apart, bundle = house.copied_to(house.place.path.parent / "apart"), house.place.path.parent / "of-joel.bundle"
    with apart.open("Joel") as joel:
        case_changes.change(joel, house.case, risk="immediate")
        syncing.make(joel, house.people[FIRST].member, bundle)
    with house.open(FIRST) as amina:
        case_changes.change(amina, house.case, risk="high")
        syncing.import_bundle(amina, bundle)
    return {"record": (house.case.hex(),)}


def one_open_to_nadia(house: House) -> Said:
    with house.open(FIRST) as amina:
        sharing.grant(amina, house.case, [house.people["Nadia"].member])
    return {"case": (house.case.hex(),), "from_member": (NADIA,)}


def a_section(house: House) -> Said:
    with house.open(FIRST) as amina:
        return {"section": (sections.create(amina, house.case, what="location", title="Where").hex(),)}


def a_note_and_a_section(house: House) -> Said:
    return {"record": a_note(house)["ids"]} | {"to": a_section(house)["section"]}


def a_section_of_two(house: House) -> Said:
    with house.open(FIRST) as amina:
        section = sections.create(amina, house.case, what="location", title="Where")
        sections.give(amina, section, [house.people["Joel"].member])
    return {"section": (section.hex(),), "from_member": (JOEL,)}


def one_at_trial(house: House) -> Said:
    with house.open(FIRST) as amina:
        return {"case": (cases.create(amina, title="Hearing", kind="extradition").case.hex(),)}


def two_cases(house: House) -> Said:
    return {"case": (house.case.hex(), *one_at_trial(house)["case"])}


def one_closed(house: House) -> Said:
    with house.open(FIRST) as amina:
        case_changes.close(amina, house.case, reason="He is free.")
    return the_case(house)


def one_on_hold(house: House) -> Said:
    with house.open(FIRST) as amina:
        holds.hold(amina, house.case, reason="A court asks.", review=IN_A_YEAR)
    return the_case(house)


def a_note(house: House) -> Said:
    with house.open(FIRST) as amina:
        return {"ids": (cases.open_case(amina, house.case).notes[0].record.hex(),)}


def an_order(house: House) -> Said:
    with house.place.open() as mira:
        successors.order_handover(
            mira, house.people[FIRST].member, house.people["Nadia"].member, reason="leaves on Friday"
        )
    return {}


def device_of_joel(house: House) -> Said:
    return {"device": (house.people["Joel"].seat.hex(),)}


def one_more_device(name: str, house: House) -> Said:
    with house.place.open() as mira:
        member = house.people[FIRST].member
        return {name: (admit(mira, name=FIRST, passphrase=b"one more", member=member).seat.hex(),)}


def sheets_on_paper(house: House) -> Said:
    with house.place.open() as mira:
        sheets = recovery.sheets(mira)[:2]
    rows = ([f"{row.number} {' '.join(row.words)} {row.check}" for row in sheet.rows] for sheet in sheets)
    return {"sheets": tuple(map("\n".join, rows))}


def new_sheets(house: House) -> Said:
    with house.place.open() as mira:
        recovery.renew(mira)
        return {"words": (" ".join(recovery.status(mira).sheets_words),)}


def a_note_to_withdraw(house: House) -> Said:
    return {"note": a_note(house)["ids"]}


def a_note_of_now(house: House) -> Said:
    with house.open(FIRST) as amina:
        notes.add(amina, house.case, Note(NoteKind.CONTACT, "He called again."))
    return {}


def two_people(house: House) -> Said:
    with house.open(FIRST) as amina:
        one, other, *_ = (person.record.hex() for person in cases.open_case(amina, house.case).persons)
    return {"person": (one,), "other": (other,)}


def a_person(house: House) -> Said:
    return {"person": two_people(house)["person"]}


def a_recipient(house: House) -> Said:
    with house.open(FIRST) as amina:
        kept = partners.add(amina, name=LAWYER, age_recipient=AGE_KEY)
    return {"recipient": (kept.name,), "words": (kept.fingerprint,)}


def a_recipient_to_change(house: House) -> Said:
    return {"recipient": a_recipient(house)["recipient"]}


def one_who_may_get_all(house: House) -> Said:
    with house.place.open() as mira:
        return {"to": (partners.add(mira, name=LAWYER, age_recipient=AGE_KEY, compared=True).name,)}


def what_may_leave(house: House) -> Said:
    (lawyer,) = to = one_who_may_get_all(house)["to"]
    with house.open(FIRST) as amina:
        agree(amina, house.case, lawyer)
    return {**the_case(house), "to": to}


def a_package(house: House) -> Said:
    """A package of Amina's that nobody read; the second person approved it."""
    what_may_leave(house)
    with house.open(FIRST) as amina:
        disclosed = Disclosure(partners.find(amina, LAWYER).record, "lawyer", "x", make_id(), bytes(32), TODAY)
        with amina.work(house.case) as work:
            work.keep(house.case, disclosed)
            work.commit(Entry(act="export.done"))
    return {**the_case(house), "package": (disclosed.package.hex(),)}


def a_numbered_package(house: House) -> Said:
    """A package of Amina's that says R1 for a word of a note."""
    what_may_leave(house)
    with house.open(FIRST) as amina:
        notes.add(amina, house.case, Note(NoteKind.CONTACT, "call Vexmar"))
        versions = [row for row, note in rows_of(read_valid(amina, house.case), Note) if note.text == "call Vexmar"]
        record, removed = partners.find(amina, LAWYER).record, RemovedIn(versions[0].id, "text", 0, (5, 11))
        left = Disclosure(record, "lawyer", "x", make_id(), bytes(32), TODAY, removed=(removed,))
        with amina.work(house.case) as work:
            work.keep(house.case, left)
            work.commit(Entry(act="export.done"))
    return {**the_case(house), "package": (left.package.hex(),)}


def a_page(house: House) -> Said:
    """A page of Amina's that nobody read; the second person approved it."""
    said = a_package(house)
    with house.open(FIRST) as amina, amina.work(house.case) as work:
        work.keep(house.case, PageWords(bytes.fromhex(said["package"][0]), "amber kettle orchard", bytes(32)))
        work.commit(Entry(act="export.done"))
    return said


def a_page_file(house: House) -> Said:
    """The file of a page that was made for Amina's lawyer, signed by the package key."""
    (lawyer,) = what_may_leave(house)["to"]
    with house.open(FIRST) as amina:
        record, seed = partners.find(amina, lawyer).record, exporting.package_seed(amina)
        made = write_package(
            prepare(dossier(), COVER, check=passes), to=record, package_public=public_key(seed),
            sign=partial(sign, seed), release=Release(date(2026, 10, 1), ("caseworker",)), check=passes_words,
        )  # fmt: skip
        with amina.work(house.case) as work:
            work.keep(house.case, Disclosure(record, "donor-report", "x", made.package, made.digest(), TODAY))
            work.keep(house.case, PageWords(made.package, made.words, made.digest()))
            work.commit(Entry(act="export.done"))
    return {**the_case(house), "file": (str(publish(made, house.place.path.parent)),)}


def a_receipt(house: House) -> Said:
    package = a_package(house)["package"][0]
    return {**the_case(house), "words": (" ".join(receipt_words(bytes.fromhex(package))),)}


def a_reply(house: House) -> Said:
    package = a_package(house)["package"][0]
    file = house.place.path.parent / "reply.json"
    file.write_bytes(make_reply(bytes.fromhex(package), answer="accepted", numbers=["R2"]))
    return {**the_case(house), "file": (str(file),)}


def who_may_be_told(house: House) -> Said:
    return {**the_case(house), "recipient": a_recipient(house)["recipient"]}


def a_consent(house: House) -> Said:
    a_recipient(house)
    with house.open(FIRST) as amina:
        return {"record": (agree(amina, house.case, LAWYER).hex(),)}


def a_referral(house: House, **more: str) -> Said:
    (name,) = a_recipient(house)["recipient"]
    with house.open(FIRST) as amina:
        lawyer = partners.find(amina, name).record.hex()
    return a_record("referral", house, recipient=lawyer, **more)


def a_confirmed_fact(house: House) -> Said:
    a_record("incident", house, what="disappearance", confirmed="two neighbours", place="the stop, with Sana Torgaeva")
    return the_case(house)


def a_bundle(house: House) -> Said:
    file = house.place.path.parent / "to-amina.bundle"
    with house.open("Joel") as joel:
        syncing.make(joel, house.people[FIRST].member, file)
    return {"file": (str(file),)}


def a_list(house: House) -> Said:
    file = house.place.path.parent / "list.csv"
    file.write_text("case,client,born\nArrest at night,Vexilda Morrowquay,\nBroken,Nadir Holbekov,never\n", "utf-8")
    return {"file": (str(file),)}


def an_imported_list(house: House) -> Said:
    with house.open(FIRST) as amina:
        preview = case_import.preview(amina, Path(a_list(house)["file"][0]), kind="asylum")
        case_import.make_cases(amina, preview, {})
    return {}


def a_question(house: House) -> Said:
    said = {**the_case(house), "for": (NADIA,), "until": (IN_TWO_DAYS,), "reason": ("emergency",)}
    question = house.place.path.parent / "a question"
    with house.open(FIRST) as amina:
        assert BREAK_GLASS.second is not None
        agreed = Agreed(ask_into=question, ask_whom=MIRA)
        BREAK_GLASS.second.ask(amina, BREAK_GLASS.look(amina, said), agreed, Working())
    return {"file": (str(question),)}


def a_slip(house: House) -> Said:
    with house.open(FIRST) as amina:
        return {"slip": (intake.add(amina, name="Ilham", text="He will call again.").hex(),)}


def a_slip_of_a_stranger(house: House) -> Said:
    with house.open(FIRST) as amina:
        slip = intake.add(amina, name="Quentin Unheard", number="0700 111222", when="on Monday")
    return {"slip": (slip.hex(),), "to": the_case(house)["case"]}


def a_check_in(house: House) -> Said:
    with house.open(FIRST) as amina:
        record = CheckIn("his sister rings", f"{IN_TWO_DAYS}T10:00", AMINA, JOEL, every=Every.DAY)
        return {"record": (story_records.add(amina, house.case, record).hex(),)}


def a_step(house: House) -> Said:
    with house.open(FIRST) as amina:
        return {"record": (incidents.begin_checklist(amina, house.case, "detained")[0].hex(),)}


def a_form(house: House) -> Said:
    with house.place.open() as mira:
        own_forms.add(mira, FORM.encode())
    return {"form": ("reception",)}


def a_form_for_a_case(house: House) -> Said:
    return {**the_case(house), **a_form(house)}


def a_filled_form(house: House) -> Said:
    form = a_form(house)
    with house.open(FIRST) as amina:
        return {**form, "record": (own_forms.fill(amina, house.case, "reception", {"heard": "a friend"}).hex(),)}


def a_file(house: House) -> Said:
    order = house.place.path.parent / "order.txt"
    order.write_text("He is held until May.")
    return {**the_case(house), "file": (str(order),)}


def a_paper(house: House) -> Said:
    (order,) = a_file(house)["file"]
    with house.open(FIRST) as amina:
        return {"document": (case_papers.add_paper(amina, house.case, Path(order), {"kind": "decision"}).record.hex(),)}


def a_record(kind: str, house: House, **more: str) -> Said:
    with house.open(FIRST) as amina:
        values = story_records.typed_values(amina, house.case, STORY[kind].FORM, {**NEW[kind], **more})
        return {"record": (story_records.add(amina, house.case, STORY[kind](**values)).hex(),)}


def of_kind(kind: str) -> dict[str, Example]:
    """Return the examples of a kind of record with a form."""
    said, there = {name: (text,) for name, text in NEW[kind].items()}, partial(a_record, kind)
    text = "reason" if kind == "link" else "text"
    none, change = {"record": (NEVER_MADE,)}, {text: ("Her sister said so.",)}
    examples = {
        f"{kind} add": Example(the_case, said=said, wrong={"case": (NEVER_MADE,)}),
        f"{kind} edit": Example(there, said=change, wrong=none),
    }
    return examples | ({f"{kind} done": Example(there, wrong=none)} if kind in DONE else {})


FORM: Final = """
code = "reception"
title = "Reception"
version = 1
[[questions]]
name = "heard"
label = "Heard of us through"
kind = "text"
"""
NEW: Final[Mapping[str, Mapping[str, str]]] = {
    "relation": {"from_person": CLIENT, "relation": "sibling", "to_person": "Sana Torgaeva"},
    "link": {"to_case": "the case of his brother"},
    "deadline": {"what": "appeal", "at": IN_TWO_DAYS, "set_by": "court"},
    "task": {"what": "call the court"},
    "hearing": {"at": IN_TWO_DAYS},
    "detention": {"place": "Cell 4"},
    "wanted": {"system": "national"},
    "incident": {"what": "raid"},
    "event": {"what": "somebody followed him"},
    "risk": {"factor": next(iter(RiskFactor)).value},
    "safety-plan": {"what": "if they come"},
    "subject-request": {"what": "copy", "person": CLIENT},
    "referral": {"purpose": "legal-referral", "asked": TODAY},
    "check-in": {"who": "his sister rings", "at": f"{IN_TWO_DAYS}T10:00", "first": AMINA, "second": JOEL},
}
"""What is said of a new record of each kind."""

EXAMPLES: Final[Mapping[str, Example]] = {
    "break-glass": Example(
        the_case,
        said={"for": (NADIA,), "until": (IN_TWO_DAYS,), "reason": ("emergency",)},
        wrong={"until": (IN_A_YEAR,)},
        approver=MIRA,
    ),
    "case new": Example(
        nothing, said={"title": ("Arrest at night",), "kind": ("detention",)}, wrong={"title": ("Arrest\nat night",)}
    ),
    "case edit": Example(
        the_case,
        said={"title": ("Arrest at the border",), "risk": ("high",), "owner": (JOEL,)},
        wrong={"owner": (NADIA,)},
    ),
    "case stage": Example(one_at_trial, said={"stage": ("refused-at-risk",)}, wrong={"stage": ("recognised",)}),
    "case close": Example(two_cases, wrong={"case": (NEVER_MADE,)}, answers={"reason": "Both are free."}),
    "case reopen": Example(one_closed, wrong={"case": (NEVER_MADE,)}),
    "case hold": Example(
        the_case, said={"reason": ("A court asks.",), "review": (IN_A_YEAR,)}, wrong={"review": ("2020-01-01",)}
    ),
    "case release": Example(one_on_hold, wrong={"case": (NEVER_MADE,)}, answers={"reason": "The court is done."}),
    "grant add": Example(the_case, said={"to": (NADIA,), "until": (IN_A_YEAR,)}, wrong={"to": (DANA,)}),
    "grant revoke": Example(one_open_to_nadia, wrong={"from_member": (AMINA,)}),
    "section new": Example(
        the_case, said={"title": ("Where",), "kind": ("location",), "to": (JOEL,)}, wrong={"to": (NADIA,)}
    ),
    "section grant": Example(a_section, said={"to": (JOEL,)}, wrong={"to": (NADIA,)}),
    "section move": Example(a_note_and_a_section, wrong={"record": (NEVER_MADE,)}),
    "section revoke": Example(a_section_of_two, wrong={"from_member": (AMINA,)}),
    "case take-over": Example(a_note_set_aside, wrong={"case": (NEVER_MADE,)}),
    "member admit": Example(
        a_request,
        said={"name": ("Vera Tikhookova",), "like": ("intake",), "bundle": (f"{HERE}/admitted.bundle",)},
        wrong={"like": ("boss",)},
        who="Nadia",
    ),
    "member agree": Example(
        a_proposal, said={"bundle": (f"{HERE}/admitted.bundle",)}, wrong={"device": (NEVER_MADE,)}, who="Mira"
    ),
    "member suspend": Example(an_owner, wrong={"who": (MIRA,)}, who="Mira"),
    "member leave": Example(an_owner, wrong={"who": (MIRA,)}, who="Mira"),
    "member roles": Example(an_owner, said={"roles": ("supervisor",)}, wrong={"roles": ("caseworker",)}, who="Mira"),
    "member away": Example(
        an_owner, said={"deputy": (NADIA,), "until": (IN_A_YEAR,)}, wrong={"deputy": (AMINA,)}, who="Joel"
    ),
    "member deputy": Example(an_owner, said={"deputy": (NADIA,)}, wrong={"deputy": (DANA,)}, who="Mira"),
    "device name": Example(device_of_joel, said={"name": ("grey laptop",)}, wrong={"device": ("none",)}, who="Mira"),
    "device give": Example(partial(one_more_device, "device"), wrong={"device": ("none",)}),
    "device move": Example(partial(one_more_device, "ended"), wrong={"ended": ("none",)}),
    "device revoke": Example(
        device_of_joel, said={"warn_list": (f"{HERE}/warn",)}, wrong={"warn_list": (f"{HERE}/none/warn",)}, who="Mira"
    ),
    "device words": Example(nothing, is_logged=False),
    "factor add": Example(
        nothing, said={"kind": ("keyfile",), "out": (KEYFILE,)}, wrong={"out": (f"{HERE}/none/stick.bin",)}
    ),
    "factor remove": Example(nothing, said={"kind": ("keyfile",)}, wrong={"kind": ("fido2",)}, after="factor add"),
    "passphrase change": Example(nothing),
    "recovery sheets": Example(
        nothing,
        said={"out": (f"{HERE}/sheets.txt",)},
        wrong={"out": (f"{HERE}/no/sheets.txt",)},
        who="Mira",
        is_logged=False,
    ),
    "recovery new": Example(nothing, said={"out": (f"{HERE}/new",)}, wrong={"out": (f"{HERE}/no/new",)}, who="Mira"),
    "recovery drill": Example(sheets_on_paper, wrong={"backup": (f"{HERE}/nowhere",)}, who="Mira"),
    "recovery confirm": Example(new_sheets, wrong={"words": ("one two three",)}),
    "recovery follow": Example(nothing, is_logged=False),
    "erase": Example(a_note, said={"reason": ("mistake",)}, wrong={"ids": (NEVER_MADE,)}),
    "handover order": Example(
        nothing,
        said={"leaver": (AMINA,), "to": (NADIA,), "reason": ("moves to another city",)},
        wrong={"to": ("Nobody Known",)},
        who="Mira",
    ),
    "handover carry-out": Example(an_order, who="Joel"),
    "note add": Example(
        the_case,
        said={"kind": ("interview",), "occurred": ("2026-02-27",), "text": ("He fled.\n\nAlone.",)},
        wrong={"case": (NEVER_MADE,)},
    ),
    "note amend": Example(a_note_to_withdraw, said={"text": ("He fled on Monday.",)}, wrong={"note": (NEVER_MADE,)}),
    "note withdraw": Example(
        a_note_to_withdraw, wrong={"note": (NEVER_MADE,)}, answers={"reason": "She did not say that."}
    ),
    "join": Example(a_case_in_two, said={"take": ("2",)}, wrong={"record": (NEVER_MADE,)}),
    "undo": Example(a_note_of_now),
    "person add": Example(
        the_case,
        said={
            "role": ("relative",),
            "names": ("Oygul Torgaeva", "Ойгуль"),
            "phones": ("+996 555 010203",),
            "channel": ("phone",),
            "never_use": ("+996 555 999",),
            "nationality": ("KG",),
            "register": ("no",),
        },
        wrong={"phones": ("12",)},
    ),
    "person edit": Example(
        a_person,
        said={"add_names": ("Ylham",), "born": ("1984",), "documents": ("passport:AC7731905",)},
        wrong={"drop_phones": ("+996 555 010203",)},
    ),
    "person same": Example(two_people, wrong={"other": (NEVER_MADE,)}),
    "recipient add": Example(
        nothing, said={"name": (LAWYER,), "age": (AGE_KEY,)}, wrong={"age": ("age1nothing",)}, answers={"compared": ""}
    ),
    "recipient edit": Example(
        a_recipient_to_change, said={"phone": ("+49 30 5550 1234",)}, wrong={"recipient": ("Nobody",)}
    ),
    "recipient confirm": Example(a_recipient, wrong={"words": ("one two three",)}, who="Mira"),
    "approval give": Example(
        a_question,
        said={"reason": ("emergency",), "out": (f"{HERE}/answer",)},
        wrong={"reason": ("retention",)},
        who="Mira",
    ),
    "intake add": Example(
        nothing,
        said={"name": ("Ilham",), "number": ("0700 111222",), "when": ("on Monday",)},
        wrong={"name": ("two\nlines",)},
    ),
    "intake edit": Example(a_slip, said={"language": ("Uyghur",)}, wrong={"slip": (NEVER_MADE,)}),
    "intake move": Example(a_slip_of_a_stranger, wrong={"slip": (NEVER_MADE,)}),
    "intake close": Example(a_slip, wrong={"slip": (NEVER_MADE,)}),
    "intake enter": Example(nothing, said={"names": ("Sana Torgaeva", "Сана")}, wrong={"names": ("S",)}),
    "check-in heard": Example(a_check_in, said={"end": ("well",)}, wrong={"record": (NEVER_MADE,)}),
    "checklist begin": Example(the_case, said={"what": ("detained",)}, wrong={"case": (NEVER_MADE,)}),
    "checklist done": Example(a_step, said={"by": (JOEL,)}, wrong={"record": (NEVER_MADE,)}),
    "package words": Example(a_page, wrong={"package": (NEVER_MADE,)}),
    "package reissue": Example(a_page_file, said={"out": (HERE,)}, wrong={"file": (f"{HERE}/office.vault/keys",)}),
    "package receipt": Example(a_receipt, wrong={"words": ("academic acid acne acquire",)}),
    "package reply": Example(a_reply, wrong={"file": ("{here}/nothing.json",)}),
    "package supplement": Example(
        a_numbered_package,
        said={"number": ("R1",), "unread": ("yes",), "out": (HERE,)},
        wrong={"number": ("R2",)},
        answers={"surname": "lindqvist"},
        approver=JOEL,
    ),
    "package wrong-recipient": Example(a_package, wrong={"package": (NEVER_MADE,)}),
    "consent add": Example(
        who_may_be_told,
        said={"purpose": ("legal-referral",), "given": (TODAY,), "how": ("written",), "account": ("yes",)},
        wrong={"given": (IN_TWO_DAYS,)},
    ),
    "consent edit": Example(a_consent, said={"health": ("no",)}, wrong={"until": ("2020-01-01",)}),
    "consent withdraw": Example(a_consent, wrong={"record": (NEVER_MADE,)}),
    "referral ask": Example(
        who_may_be_told,
        said={"purpose": ("legal-referral",), "on": (TODAY,)},
        wrong={"recipient": ("Nobody Known",)},
    ),
    "referral accept": Example(a_referral, wrong={"record": (NEVER_MADE,)}),
    "referral decline": Example(a_referral, said={"answer": ("conflict-of-interest",)}, wrong={"on": ("2020-01-01",)}),
    "referral send": Example(a_referral, wrong={"on": ("2020-01-01",)}),
    "referral answer": Example(
        partial(a_referral, sent=TODAY), said={"outcome": ("She files on Monday.",)}, wrong={"on": ("2020-01-01",)}
    ),
    "referral close": Example(a_referral, said={"outcome": ("She represents him.",)}, wrong={"record": (NEVER_MADE,)}),
    "referral edit": Example(a_referral, said={"text": ("Her office has moved.",)}, wrong={"due": ("2020-01-01",)}),
    **{name: example for kind in NEW if kind != "referral" for name, example in of_kind(kind).items()},
    "deadline move": Example(
        partial(a_record, "deadline"), said={"day": (IN_A_YEAR,)}, wrong={"record": (NEVER_MADE,)}
    ),
    "checklist edit": Example(a_step, said={"by": (JOEL,)}, wrong={"record": (NEVER_MADE,)}),
    "form fill": Example(a_form_for_a_case, said={answer_to("heard"): ("a friend",)}, wrong={"form": ("never-made",)}),
    "form edit": Example(a_filled_form, said={answer_to("heard"): ("his aunt",)}, wrong={"form": ("never-made",)}),
    "document add": Example(a_file, said={"title": ("Order",)}, wrong={"file": (f"{HERE}/nowhere.txt",)}),
    "document text": Example(a_paper, wrong={"document": (NEVER_MADE,)}),
    "document save": Example(a_paper, said={"out": (f"{HERE}/out.txt",)}, wrong={"document": (NEVER_MADE,)}),
    "document edit": Example(a_paper, said={"title": ("Order",)}, wrong={"document": (NEVER_MADE,)}),
    "backup make": Example(
        nothing, said={"folder": (f"{HERE}/backups",)}, wrong={"folder": (f"{HERE}/office.vault/inside",)}
    ),
    "export": Example(
        what_may_leave,
        said={"profile": ("lawyer",), "decide": ("proposed",), "unread": ("yes",), "out": (HERE,)},
        wrong={"to": ("Nobody Known",)},
        answers={"surname": "lindqvist"},
        approver=JOEL,
    ),
    "pack": Example(
        a_confirmed_fact,
        said={"decide": ("proposed",), "page": (f"{HERE}/page.pdf",)},
        wrong={"case": (NEVER_MADE,)},
    ),
    "export-all": Example(
        one_who_may_get_all,
        said={"out": (f"{HERE}/all.age",)},
        wrong={"to": ("Nobody Known",)},
        answers={"surname": "Lindqvist"},
    ),
    "import show": Example(a_list, said={"kind": ("asylum",)}, wrong={"file": (f"{HERE}/nowhere.csv",)}),
    "import cases": Example(
        a_list, said={"kind": ("asylum",), "to_mend": (f"{HERE}/mend.csv",)}, wrong={"file": (f"{HERE}/nowhere.csv",)}
    ),
    "import undo": Example(an_imported_list),
    "bundle make": Example(
        nothing, said={"to": (JOEL,), "out": (f"{HERE}/to-joel.bundle",)}, wrong={"to": ("Nobody Known",)}
    ),
    "bundle import": Example(a_bundle, wrong={"file": (f"{HERE}/nowhere.bundle",)}, is_logged=False),
    "bundle show": Example(a_bundle, wrong={"file": (f"{HERE}/nowhere.bundle",)}, is_logged=False),
    "report counts": Example(nothing, said={"by": ("stage",)}, wrong={"by": ("colour",)}),
    "erasures now": Example(nothing, is_logged=False),
    "erasures rules": Example(
        nothing,
        said={"kind": ("asylum",), "months": ("60",)},
        wrong={"kind": ("asylum",), "months": ("99999",)},
        who="Mira",
    ),
}
