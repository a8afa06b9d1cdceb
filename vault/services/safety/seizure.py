"""The seizure drill: what an adversary would find on a device, what left from there, whom to warn, and what to do now.

It asks as if the device had been taken open, or its passphrase were known. What shows of a locked one, SECURITY.md 4
says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from vault.access.session import Session
from vault.casework.case import Case
from vault.casework.disclosure import Disclosure
from vault.casework.document import Document
from vault.casework.note import Note
from vault.casework.person import Person
from vault.casework.story.incident import HOURS, SAID, Checklist
from vault.errors import NotFoundError
from vault.export.paper_pages import PaperLine, PaperPage, PaperPart, render_page
from vault.ids import SeatId, is_case_ref
from vault.policy.roles import ALLOWED, Action
from vault.progress import Progress
from vault.records.versions import OpenedVersion
from vault.records.work import Entry
from vault.services.cases import cases, sections
from vault.services.exports import partners
from vault.services.members import devices
from vault.services.members.devices import Device
from vault.services.members.warning import WHY_WARNED, WarnList, cases_on, warn_list
from vault.services.projection.seats import seat_of_log
from vault.services.projection.stored_records import stored_of_kind
from vault.services.safety.incidents import minute_here
from vault.store.files import require_new, write_new
from vault.words.message import Message, Words, plural


@dataclass(frozen=True, slots=True)
class CaseOnDevice:
    """A case that is on the device: what of it can be read there, and how many packages were made there."""

    ref: str
    people: int
    notes: int
    papers: int
    packages: int


@dataclass(frozen=True, slots=True)
class PackageMade:
    """A package that was made on the device: for whom, and on which day."""

    ref: str
    recipient: Words = field(repr=False)
    made: str


@dataclass(frozen=True, slots=True)
class Seizure:
    """What is on a device, as far as this member can read it.

    `unread` cases are on it and not this member's; `sections` is how many restricted sections of the cases in use this
    member holds: each may be on it, too.
    """

    device: Device
    cases: tuple[CaseOnDevice, ...]
    packages: tuple[PackageMade, ...]
    sections: int
    members: int
    unread: int
    warn: WarnList = field(repr=False)


def look(session: Session, seat: SeatId, *, progress: Progress = lambda done, total: None) -> Seizure:
    """Return what is on a device and left from there; each case that was looked at is in the log before.

    `progress` is told of the cases that were looked at: each one twice.

    Raises:
        NotFoundError, RefusedError: no such device, or this role reads no cases.
    """
    session.require(Action.CASE_LIST)
    device = next((row for row in devices.list_all(session) if row.seat == seat), None)
    if device is None:
        raise NotFoundError(Message("there is no such device, or it was already revoked"))
    warn = warn_list(session, seat, progress=lambda done, total: progress(done, 2 * total))
    readable, unread = cases_on(session, seat)
    can_read = bool(session.roles & ALLOWED[Action.CASE_READ])
    found: list[CaseOnDevice] = []
    left: list[PackageMade] = []
    names = _recipients(session)
    held = 0
    for done, case in enumerate(readable if can_read else (), len(readable) + 1):
        versions = cases.view(session, case, why=WHY_WARNED)
        made = [
            row
            for row in stored_of_kind(versions, Disclosure)
            if row.origin is not None and seat_of_log(session, row.origin) == seat
        ]
        on_device = _counted(versions, len(made))
        found.append(on_device)
        left += [PackageMade(on_device.ref, names.get(row.value.recipient, _UNKNOWN), row.value.made) for row in made]
        held += len(sections.list_of(session, case))
        progress(done, 2 * len(readable))
    return Seizure(
        device,
        tuple(sorted(found, key=lambda row: row.ref)),
        tuple(sorted(left, key=lambda row: (row.made, row.ref), reverse=True)),
        held,
        len(session.directory.members),
        unread if can_read else unread + len(readable),
        warn,
    )


def print_page(session: Session, found: Seizure, out: Path, in_words: Callable[[Words], str]) -> None:
    """Write what was found as a page that names nobody: counts, references, steps with a box. It is in the log before.

    Raises:
        RefusedError: something lies at `out`.
        TryAgainError: no room.
    """
    rule = session.require(Action.CASE_LIST)
    require_new(out)
    when = minute_here(session).replace("T", " ")
    made = PaperPage(
        in_words(Message("A device was taken")),
        in_words(Message("Device {device}, looked at {when}", device=found.device.seat.hex()[:8], when=when)),
        (
            PaperPart(in_words(Message("Now, in this order")), tuple(_boxes(in_words))),
            PaperPart(in_words(Message("What can be read on it")), tuple(_on_paper(found, in_words))),
            PaperPart(in_words(Message("Cases on it: warn their clients")), tuple(_cases(found, in_words))),
        ),
        in_words(_FOOT),
    )
    pdf = render_page(made)
    session.log_act(Entry(act="print", covers={Case.KIND: len(found.cases)}, pol=rule))
    write_new(out, pdf)


def found_lines(found: Seizure) -> list[Words]:
    """Return what is on the device, for a person: of a locked one, of an open one, and what left from there."""
    lines: list[Words] = [
        Message("LOCKED, and its passphrase not known: {what}", what=_LOCKED),
        Message("OPEN, or its passphrase known: all of this can be read there."),
    ]
    lines += [Message("  {line}", line=line) for line in _counts(found)]
    lines += [Message("  {ref}  {what}", ref=case.ref, what=case_words(case)) for case in found.cases]
    lines.append(Message("PACKAGES made there ({count})", count=len(found.packages)))
    lines += [
        Message("  {made}  {ref}  {recipient}", made=left.made, ref=left.ref, recipient=left.recipient)
        for left in found.packages
    ]
    return lines


def step_lines() -> list[Words]:
    """Return what to do, in its order, each with the hours that it may take."""
    return [Message("  □ {within}: {what}", within=_within(hours), what=SAID[step]) for step, hours in _STEPS]


def case_words(case: CaseOnDevice) -> Message:
    people = plural("{count} person", "{count} people", count=case.people)
    notes = plural("{count} note", "{count} notes", count=case.notes)
    papers = plural("{count} paper", "{count} papers", count=case.papers)
    made = plural("{count} package made", "{count} packages made", count=case.packages)
    return Message("{people}, {notes}, {papers}, {made}", people=people, notes=notes, papers=papers, made=made)


_LOCKED = Message(
    "no name, no case and no number of cases; that there is a vault, its size, how many members use it here, and when"
    " it was last locked."
)
_FOOT = Message("References only: this page names nobody. Open the case in CaseVault to see whom to warn, and how.")
_UNKNOWN = Message("a recipient who is no longer on the list")
_STEPS = tuple(HOURS[Checklist.DEVICE_SEIZED].items())


def _within(hours: int) -> Message:
    return Message("now") if not hours else plural("within {count} hour", "within {count} hours", count=hours)


def _boxes(in_words: Callable[[Words], str]) -> list[PaperLine]:
    return [PaperLine(in_words(SAID[step]), in_words(_within(hours)), has_box=True) for step, hours in _STEPS]


def _counts(found: Seizure) -> list[Words]:
    lines: list[Words] = [
        plural("{count} case that you can read", "{count} cases that you can read", count=len(found.cases)),
        plural("the name of {count} member", "the names of {count} members", count=found.members),
    ]
    if found.unread:
        lines.append(
            plural(
                "{count} further case: ask who holds it",
                "{count} further cases: ask who holds them",
                count=found.unread,
            )
        )
    if found.sections:
        lines.append(
            plural(
                "at most {count} restricted section of these cases that you hold",
                "at most {count} restricted sections of these cases that you hold",
                count=found.sections,
            )
        )
    return lines


def _on_paper(found: Seizure, in_words: Callable[[Words], str]) -> list[PaperLine]:
    locked = PaperLine(in_words(_LOCKED), in_words(Message("locked")))
    return [locked, *(PaperLine(in_words(line), in_words(Message("open"))) for line in _counts(found))]


def _cases(found: Seizure, in_words: Callable[[Words], str]) -> Iterator[PaperLine]:
    for case in found.cases:
        yield PaperLine(in_words(case_words(case)), case.ref if is_case_ref(case.ref) else "", has_box=True)
    if not found.cases:
        yield PaperLine(in_words(Message("none that you can read")))


def _counted(versions: list[OpenedVersion], packages: int) -> CaseOnDevice:
    ref = next((row.value.ref for row in stored_of_kind(versions, Case)), "")
    people, notes, papers = (
        len({row.record for row in stored_of_kind(versions, kind)}) for kind in (Person, Note, Document)
    )
    return CaseOnDevice(ref, people, notes, papers, packages)


def _recipients(session: Session) -> dict[bytes, Words]:
    return {partner.record: partner.name for partner in partners.list_all(session)}
