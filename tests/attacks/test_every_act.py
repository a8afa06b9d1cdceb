"""Every act that policy knows, by a member who holds nothing and whose program says yes to everything.

What they get back holds no word of a case, and what they write moves nobody: neither who is in, nor who holds what, nor
what anybody reads. The roster's signatures, the grants and the rights tables of those who read it see to that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.attacks.plaintext import forms
from tests.services.colleague import PASSPHRASE, Colleague, admit
from tests.services.founded import MARKER, Filled
from vault.access.seat_keys.slots import Factors
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.story.events import Task
from vault.casework.story.incident import Incident, IncidentKind
from vault.casework.vocabulary import NoteKind
from vault.errors import VaultError
from vault.ids import CompartmentId, MemberId, RecordId, SeatId
from vault.index.case_pages import Sort
from vault.policy.decide import Decision
from vault.policy.roles import Action, Role
from vault.services import housekeeping, own_forms, this_computer
from vault.services.approvals import breaking_glass, erasing
from vault.services.backups import backups
from vault.services.cases import (
    case_changes,
    case_people,
    cases,
    editing,
    intake,
    listing,
    notes,
    register,
    searching,
    sections,
    story_records,
    undoing,
)
from vault.services.credentials import entering, recovery
from vault.services.erasures import retention, what_goes
from vault.services.evidence import log_checking, logbook
from vault.services.exchange import syncing
from vault.services.exports import exporting, full_export, partners
from vault.services.exports.export_material import Wish
from vault.services.grants import sharing, successors, timed_grants
from vault.services.members import devices, invitations, members, rostering

AGE = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
SLIP, RECIPIENT = f"{MARKER} calls back", "Advocate Orlova"
FORM = b"""code = "planted"
title = "Planted"
version = 1
questions = [{name = "asked", label = "Asked", kind = "text"}]
"""
DAYS_MS = 5 * 86_400_000


@dataclass(frozen=True, slots=True)
class Target:
    """The attacker's open session, and whom and what it is about."""

    session: Session
    case: CompartmentId
    section: CompartmentId
    owner: MemberId
    owners_seat: SeatId
    folder: Path
    proposals: list[bytes] = field(default_factory=list)

    @property
    def own(self) -> list[MemberId]:
        return [self.session.member]

    @property
    def until(self) -> int:
        return self.session.log.now_ms() + DAYS_MS

    def propose(self, outcome: rostering.Outcome) -> rostering.Outcome:
        """Keep what still lacks signatures, to sign and commit it later."""
        assert not outcome.is_done
        self.proposals.append(outcome.proposal or b"")
        return outcome


Attempt = Callable[[Target], object]

ATTEMPTS: Mapping[Action, tuple[Attempt, ...]] = {
    Action.CASE_CREATE: (lambda to: cases.create(to.session, title="mine", kind="asylum"),),
    Action.CASE_LIST: (
        lambda to: cases.list_all(to.session),
        lambda to: story_records.due(to.session),
        lambda to: case_changes.list_closed(to.session),
        lambda to: listing.open_list(to.session).page(0, Sort.NAME),
    ),
    Action.CASE_READ: (
        lambda to: cases.open_case(to.session, to.case),
        lambda to: sections.open_section(to.session, to.section),
        lambda to: sharing.holders_of(to.session, to.case),
        lambda to: timed_grants.terms_of(to.session, to.case),
    ),
    Action.NOTE_WRITE: (
        lambda to: notes.add(to.session, to.case, Note(NoteKind.CONTACT, "planted")),
        lambda to: story_records.add(to.session, to.case, Incident(IncidentKind.RAID, text="planted")),
    ),
    Action.CASE_WRITE: (
        lambda to: story_records.add(to.session, to.case, Task(what="planted")),
        lambda to: case_changes.change(to.session, to.case, stage="interviewed"),
        lambda to: case_changes.close(to.session, to.case, reason="planted"),
        lambda to: editing.history(to.session, editing.Place(to.case, RecordId(bytes(16)), "case")),
        lambda to: undoing.undo(to.session, undoing.last(to.session)),
        lambda to: case_people.add(to.session, to.case, role="client", names=["Planted"]),
        lambda to: sections.add_note(to.session, to.section, Note(NoteKind.SAFETY, "planted")),
    ),
    Action.CASE_SEARCH: (lambda to: searching.search(to.session, MARKER),),
    Action.CASE_EXPORT: (
        lambda to: exporting.ask(
            to.session, to.case, Wish("lawyer", RECIPIENT, take_proposals=True), out=to.folder / "question"
        ),
    ),
    Action.EXPORT_ALL: (lambda to: full_export.export_all(to.session, to=RECIPIENT, out=to.folder / "everything"),),
    Action.CASE_SHARE: (
        lambda to: sharing.grant(to.session, to.case, to.own),
        lambda to: sharing.revoke(to.session, to.case, [to.owner]),
        lambda to: sharing.rotate(to.session, to.case),
        lambda to: timed_grants.give(to.session, to.case, to.own, until_ms=to.until),
        lambda to: sections.give(to.session, to.section, to.own),
    ),
    Action.CASE_ERASE: (
        lambda to: erasing.erase(to.session, what_goes.what_goes(to.session, to.case.hex()), why="mistake"),
    ),
    Action.SECTION_CREATE: (lambda to: sections.create(to.session, to.case, what="location", title="planted"),),
    Action.BREAK_GLASS: (
        lambda to: breaking_glass.break_glass(to.session, to.case, to.session.member, until_ms=to.until, why="danger"),
    ),
    Action.PARTNER_READ: (lambda to: partners.list_all(to.session),),  # every member may
    Action.PARTNER_WRITE: (lambda to: partners.add(to.session, name="Planted", age_recipient=AGE),),
    Action.INTAKE_READ: (lambda to: intake.list_open(to.session),),
    Action.INTAKE_WRITE: (lambda to: intake.add(to.session, text="planted"),),
    Action.REGISTER_ASK: (lambda to: register.ask(to.session, [f"Ilham {MARKER}"]),),
    Action.REGISTER_WRITE: (lambda to: register.add(to.session, ["Planted Name"]),),
    Action.FORM_READ: (lambda to: own_forms.list_all(to.session),),  # every member may
    Action.FORM_WRITE: (lambda to: own_forms.add(to.session, FORM),),
    Action.MEMBER_LIST: (lambda to: members.list_all(to.session),),  # every member may
    Action.MEMBER_ADMIT: (
        lambda to: invitations.admit_here(to.session, like="admin", name="Planted", passphrase=bytearray(b"one more")),
        lambda to: invitations.admit_here(
            to.session, like="admin", name="Planted", passphrase=bytearray(b"one more"), by_root=True
        ),
    ),
    Action.MEMBER_END: (
        lambda to: to.propose(members.leave(to.session, to.owner)),
        lambda to: to.propose(members.suspend(to.session, to.owner)),
    ),
    Action.ROLE_CHANGE: (
        lambda to: to.propose(members.change_roles(to.session, to.session.member, ["admin", "supervisor"])),
    ),
    Action.DEPUTY_SET: (lambda to: successors.set_deputy(to.session, to.owner, to.session.member),),
    Action.RETENTION_SET: (lambda to: retention.set_rule(to.session, "asylum", 1),),
    Action.HANDOVER_ORDER: (
        lambda to: successors.order_handover(to.session, to.owner, to.session.member, reason="left"),
        lambda to: successors.carry_out_handovers(to.session, as_deputy_only=False),
    ),
    Action.AWAY_SET: (lambda to: timed_grants.away(to.session, to.owner, to.session.member, until_ms=to.until),),
    Action.APPROVE: (
        lambda to: [rostering.sign(to.session, one) for one in to.proposals],
        lambda to: [rostering.commit(to.session, one) for one in to.proposals],
    ),
    Action.RECOVERY_MANAGE: (lambda to: recovery.sheets(to.session), lambda to: recovery.renew(to.session)),
    Action.CLOCK_REPAIR: (lambda to: this_computer.repair_clock(to.session),),  # their own device's
    Action.OWN_DEVICE: (lambda to: devices.lost(to.session, to.owners_seat),),
    Action.OWN_KEYS: (lambda to: entering.list_factors(to.session, Factors(bytearray(PASSPHRASE))),),
    Action.SYNC: (
        lambda to: syncing.make(to.session, to.owner, to.folder / "bundle"),
        lambda to: sharing.end_seats(to.session, [to.owners_seat]),
    ),
    Action.LOG_READ: (lambda to: logbook.newest(to.session),),
    Action.LOG_VERIFY: (lambda to: log_checking.verify(to.session),),
    Action.BACKUP_MAKE: (lambda to: backups.make(to.session, to.folder / "stick"),),
}


def effective(owner: Session, filled: Filled, section: CompartmentId) -> dict[str, object]:
    """Return all that the owner sees and that an attacker would change."""
    seen: dict[str, object] = {}
    for number, case in enumerate((*filled.cases, section)):
        state = owner.state_of(case)
        assert state is not None
        seen[f"keys {number}"] = (state.current, state.holders, dict(state.cutoffs))
    for number, case in enumerate(filled.cases):
        view = cases.open_case(owner, case)
        seen[f"case {number}"] = (view.head, view.persons, view.notes)
    seen["section"] = sections.open_section(owner, section).notes
    seen["slips"] = [one.stored for one in intake.list_open(owner)]
    seen["recipients"] = partners.list_all(owner)
    seen["forms"] = own_forms.list_all(owner)
    seen["members"] = members.list_all(owner, also_left=True)
    seen["seats"] = set(owner.directory.effective.certificates)
    seen["deputies"], seen["orders"] = successors.deputies(owner), successors.handover_orders(owner)
    return seen


@pytest.fixture
def attacker(short: Filled) -> Colleague:
    """A legal reviewer in the same folder to whom no case was given."""
    with short.open() as owner:
        intake.add(owner, text=SLIP)
        return admit(owner, roles={Role.LEGAL_REVIEWER})


@pytest.mark.long
def test_a_program_that_allows_everything_gets_nothing_and_moves_nobody(
    short: Filled, attacker: Colleague, tmp_path: Path
) -> None:
    assert set(ATTEMPTS) == set(Action), "a new act gets its attempt here"
    with short.open() as owner:
        section = sections.create(owner, short.cases[0], what="location", title=f"{MARKER} kept apart")
        sections.add_note(owner, section, Note(NoteKind.SAFETY, f"{MARKER} in the section"))
        target = (owner.member, owner.seat)
        before = effective(owner, short, section)
    got: list[str] = []
    with attacker.open(short.place) as session, pytest.MonkeyPatch.context() as patched:
        patched.setattr("vault.access.session.may", lambda *_, **__: Decision(allowed=True, rule="patched"))
        patched.setattr(Session, "holds", lambda *_: True)
        session.roles = frozenset(Role)
        to = Target(session, short.cases[0], section, *target, tmp_path)
        for attempts in ATTEMPTS.values():
            for attempt in attempts:
                with suppress(VaultError):
                    got.append(repr(attempt(to)))
    # The name of the organisation and of the recipient are every member's; those of a case are not.
    assert len(got) > 10, "most of what is tried is done: nothing but keys stands in the way"
    assert not [one for one in got if any(form.decode() in one for form in forms(MARKER) if form.isascii())]
    with short.open() as owner:
        housekeeping.settle(owner)
        assert effective(owner, short, section) == before
        assert log_checking.verify(owner).verified
        owner.require_sound_log()
