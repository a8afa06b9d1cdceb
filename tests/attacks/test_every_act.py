"""Every act that policy knows, by a member who holds nothing and whose program says yes to everything.

What they get back holds no word of a case, and what they write moves nobody: neither who is in, nor who holds what, nor
what anybody reads. The lines of all logs, the grants and the rights tables of those who read it see to that.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.attacks import tampering as by
from tests.attacks.conftest import AGE, RECIPIENT
from tests.attacks.outsider import Outsider, flipped
from tests.attacks.plaintext import forms
from tests.english import in_english
from tests.services import consenting
from tests.services.colleague import PASSPHRASE, Colleague, admit
from tests.services.founded import MARKER, Filled
from tests.services.office import Office
from vault.access import session as session_module
from vault.access.membership.act_listing import heads_of, list_acts
from vault.access.seat_keys.slots import Factors
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.story.events import Task
from vault.casework.story.incident import Incident, IncidentKind
from vault.casework.vocabulary import NoteKind
from vault.errors import NotFoundError, VaultError, VerificationError
from vault.ids import CompartmentId, MemberId, RecordId, SeatId
from vault.index.case_pages import Sort
from vault.log.act_bytes import MadeAct, end, let_in, put_out
from vault.log.act_bytes import admit as admit_item
from vault.policy.decide import Decision
from vault.policy.roles import Action, Role
from vault.records.seatlog import first_log
from vault.records.versions import open_each
from vault.records.work import Entry, Work
from vault.seal.signing import make_signing_seed
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
from vault.services.exports import full_export, partners
from vault.services.exports.export_material import Wish
from vault.services.grants import sharing, successors, timed_grants
from vault.services.members import admitting, devices, members
from vault.services.members.admissions import certificate_bytes
from vault.services.members.changes import nonce
from vault.services.projection.projection import up_to_date_index
from vault.trust.trust_items import Rank

SLIP = f"{MARKER} calls back"
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

    @property
    def own(self) -> list[MemberId]:
        return [self.session.member]

    @property
    def until(self) -> int:
        return self.session.log.now_ms() + DAYS_MS

    def lists(self, *made: MadeAct) -> object:
        """List acts, as a program does that asks nobody."""
        return list_acts(self.session, made, taken_from=[self.owners_seat])

    def says_in_case(self, *made: MadeAct) -> object:
        """List who is in a case, as a program does that asks nobody."""
        with Work(self.session.log) as work:
            for one in made:
                work.list_act(one)
            return work.commit(Entry(act="grant.add"))

    def ends(self) -> MadeAct:
        """Return the end of the owner's device."""
        with self.session.database.reading() as rows:
            directory, prover = self.session.directory, self.session.prover
            return end(self.owners_seat, heads_of(directory, prover, rows, [self.owners_seat]), nonce())

    def admits(self, *roles: Role) -> MadeAct:
        """Return an admission of somebody new."""
        certificate = first_log(self.session.vault, make_signing_seed(), self.session.kem_private.public).genesis
        return admit_item(certificate, roles, None, nonce())

    def gives_itself(self, *roles: Role) -> MadeAct:
        """Return a further admission of the attacker's own device."""
        own = self.session.directory.certificates[self.session.seat]
        return admit_item(certificate_bytes(self.session, own), roles, None, nonce())


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
        lambda to: consenting.ask(
            to.session, to.case, Wish("lawyer", RECIPIENT, take_proposals=True), out=to.folder / "question"
        ),
    ),
    Action.EXPORT_ALL: (lambda to: full_export.export_all(to.session, to=RECIPIENT, out=to.folder / "everything"),),
    Action.CASE_SHARE: (
        lambda to: sharing.grant(to.session, to.case, to.own),
        lambda to: sharing.revoke(to.session, to.case, [to.owner]),
        lambda to: to.says_in_case(let_in(to.case, to.session.member, Rank.KEEPER, None, nonce())),
        lambda to: to.says_in_case(put_out(to.case, to.owner, [], nonce())),
        lambda to: to.says_in_case(put_out(to.case, to.owner, [], nonce(), as_admin=True)),
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
        lambda to: admitting.admit_here(to.session, like="admin", name="Planted", passphrase=bytearray(b"one more")),
        lambda to: admitting.admit_here(to.session, like="intake", name="Planted", passphrase=bytearray(b"one more")),
        lambda to: to.lists(to.admits(Role.INTAKE)),
        lambda to: to.lists(to.admits(Role.ADMIN)),
    ),
    Action.MEMBER_END: (
        lambda to: members.leave(to.session, to.owner),
        lambda to: members.suspend(to.session, to.owner),
        lambda to: to.lists(to.ends()),
    ),
    Action.ROLE_CHANGE: (
        lambda to: members.change_roles(to.session, to.session.member, ["supervisor"]),
        lambda to: to.lists(to.gives_itself(Role.ADMIN, Role.SUPERVISOR)),
    ),
    Action.DEPUTY_SET: (lambda to: successors.set_deputy(to.session, to.owner, to.session.member),),
    Action.RETENTION_SET: (lambda to: retention.set_rule(to.session, "asylum", 1),),
    Action.HANDOVER_ORDER: (
        lambda to: successors.order_handover(to.session, to.owner, to.session.member, reason="left"),
        lambda to: successors.carry_out_handovers(to.session, as_deputy_only=False),
    ),
    Action.AWAY_SET: (lambda to: timed_grants.away(to.session, to.owner, to.session.member, until_ms=to.until),),
    Action.APPROVE: (
        lambda to: [admitting.agree(to.session, one, one.request.words) for one in admitting.proposals(to.session)],
    ),
    Action.RECOVERY_MANAGE: (lambda to: recovery.sheets(to.session), lambda to: recovery.renew(to.session)),
    Action.CLOCK_REPAIR: (lambda to: this_computer.repair_clock(to.session),),  # their own device's
    Action.OWN_DEVICE: (lambda to: devices.lost(to.session, to.owners_seat),),
    Action.OWN_KEYS: (lambda to: entering.list_factors(to.session, Factors(bytearray(PASSPHRASE))),),
    Action.SYNC: (lambda to: syncing.make(to.session, to.owner, to.folder / "bundle"),),
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
        seen[f"keys {number}"] = (state.members, state.readers(owner.log.now_ms()), sharing.ranks_of(owner, case))
    for number, case in enumerate(filled.cases):
        view = cases.open_case(owner, case)
        seen[f"case {number}"] = (view.head, view.persons, view.notes)
    seen["section"] = sections.open_section(owner, section).notes
    seen["slips"] = [one.stored for one in intake.list_open(owner)]
    seen["recipients"] = partners.list_all(owner)
    seen["forms"] = own_forms.list_all(owner)
    seen["members"] = members.list_all(owner, also_left=True)
    seen["seats"] = set(owner.directory.certificates)
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


# Which acts are allowed in which state of the log: architecture.md 5 as a table, each cell tried.
@dataclass(frozen=True, slots=True)
class State:
    """A state of the log and how it comes about; `warned` is what unlock says, or None where it cannot know yet."""

    make: Callable[[Filled, Outsider], None]
    warned: str | None
    is_sound: bool = False


def roll_back(victim: Filled, outsider: Outsider) -> None:
    aside = victim.path.with_name("aside")
    shutil.copytree(victim.path, aside)
    with victim.open() as session:
        notes.add(session, victim.cases[1], Note(NoteKind.CONTACT, "lost with the old copy"))
    shutil.rmtree(victim.path)
    aside.replace(victim.path)


def tamper(how: by.Tamper) -> Callable[[Filled, Outsider], None]:
    def make(victim: Filled, outsider: Outsider) -> None:
        with outsider.rows(victim.path) as rows:
            how(rows, by.aim(rows))

    return make


def flip_local(purpose: int) -> Callable[[Filled, Outsider], None]:
    """Flip a bit of a sealed row of this device: 5 is the session key, 6 the audit ratchet."""

    def make(victim: Filled, outsider: Outsider) -> None:
        with outsider.rows(victim.path) as rows:
            (blob,) = rows.execute("SELECT blob FROM local WHERE purpose = ?", (purpose,)).fetchone()
            rows.execute("UPDATE local SET blob = ? WHERE purpose = ?", (flipped(blob), purpose))

    return make


STATES = {
    "sound": State(lambda *_: None, None, is_sound=True),
    "no pins": State(lambda victim, _: shutil.rmtree(victim.state / "pins"), "a new log begins", is_sound=True),
    "old copy": State(roll_back, "is an older copy"),
    "altered behind the full tile": State(tamper(by.flip("operation", "header", by.late, "foreign")), "changed"),
    "altered below the full tile": State(tamper(by.flip("operation", "header", by.middle, "foreign")), None),
    "unsigned": State(tamper(by.remove_checkpoints), "damaged or was altered"),
    "doubled": State(tamper(by.junk_operation_beside(by.newest)), "changed"),
    "without its beginning": State(tamper(by.flip_genesis), "beginning"),
    "session key unreadable": State(flip_local(5), "session key of this device is gone or was altered"),
    "ratchet unreadable": State(flip_local(6), "damaged or was altered"),
}


def export(session: Session, victim: Filled, out: Path) -> None:
    partners.add(session, name=RECIPIENT, age_recipient=AGE, compared=True)
    consenting.export(session, victim.cases[1], Wish("lawyer", RECIPIENT), out=out)


@pytest.mark.long_after(3)
@pytest.mark.parametrize("state", STATES.values(), ids=STATES)
def test_each_act_in_each_state(victim: Filled, outsider: Outsider, tmp_path: Path, state: State) -> None:
    with victim.open() as session:
        cases.find(session, victim.refs[0])  # the index holds everything before the damage
    state.make(victim, outsider)
    with victim.open() as session:
        warnings = " ".join(in_english(session.warnings))
        assert (state.warned or "") in warnings
        assert bool(warnings) == (state.warned is not None)
        assert "late note 1" in [note.value.text for note in cases.open_case(session, victim.cases[1]).notes]
        assert searching.search(session, "interview").hits
        note = notes.add(session, victim.cases[1], Note(NoteKind.CONTACT, "written in this state"))
        assert notes.show(session, note.hex()).value.text == "written in this state"
        assert logbook.newest(session).lines[0].payload is not None
        assert log_checking.verify(session).verified == state.is_sound
        if state.is_sound:
            export(session, victim, tmp_path)
        else:
            with pytest.raises(VerificationError, match="waits until the log is sound"):
                export(session, victim, tmp_path)
            assert not list(tmp_path.glob("*.age"))


# What can still be proven one by one is read also without an index; of the rest, that it is there is not known.
REBUILT = [
    pytest.param(lambda *_: None, 7, id="sound"),
    pytest.param(tamper(by.flip("operation", "header", by.middle, "foreign")), 6, id="one header below the full tile"),
    pytest.param(tamper(by.delete("operation", by.middle)), 6, id="one operation below the full tile removed"),
    pytest.param(tamper(by.junk_operation_beside(by.middle)), 7, id="a false row beside"),
]


@pytest.mark.parametrize(("make", "hits"), REBUILT)
def test_an_index_made_anew_holds_all_that_can_be_proven(
    victim: Filled, outsider: Outsider, make: Callable[[Filled, Outsider], None], hits: int
) -> None:
    with outsider.rows(victim.path) as rows:
        middle = by.middle(by.aim(rows))
    # The session of long notes began at entry 15; the one of the middle entry is known by its number.
    words = [f"number {number}" for number in range(middle - 19, middle - 12)]
    make(victim, outsider)
    shutil.rmtree(victim.path / "index")
    (victim.path / "index").mkdir()
    with victim.open() as session:
        texts = {note.value.text for note in cases.open_case(session, victim.cases[0]).notes}
        late = {note.value.text for note in cases.open_case(session, victim.cases[1]).notes}
    assert len({f"call {word}" for word in words} & texts) == hits
    assert {"late note 0", "late note 1"} <= late


def test_a_false_tile_is_seen_through_and_made_anew(victim: Filled, outsider: Outsider) -> None:
    with outsider.rows(victim.path) as rows:
        (true,) = rows.execute("SELECT hashes FROM tile WHERE level = 0 AND idx = 0").fetchone()
        rows.execute("UPDATE tile SET hashes = ? WHERE level = 0 AND idx = 0", (flipped(true),))
    shutil.rmtree(victim.path / "index")
    (victim.path / "index").mkdir()
    with victim.open() as session:
        assert session.warnings == ()
        assert len(cases.open_case(session, victim.cases[0]).notes) > 256
        assert log_checking.verify(session).verified
    with outsider.rows(victim.path) as rows:
        assert rows.execute("SELECT hashes FROM tile WHERE level = 0 AND idx = 0").fetchone() == (true,)


def test_a_wrap_that_opens_nothing_beside_a_true_one_changes_nothing(victim: Filled, outsider: Outsider) -> None:
    tamper(by.junk_key_beside)(victim, outsider)
    with victim.open() as session:
        assert log_checking.verify(session).verified


def test_a_key_that_no_log_lists_is_named(victim: Filled, outsider: Outsider) -> None:
    with outsider.rows(victim.path) as rows:
        junk = "SELECT ?, compartment, bytes FROM epoch LIMIT 1"
        rows.execute(f"INSERT INTO epoch (digest, compartment, bytes) {junk}", (bytes(32),))
    with victim.open() as session:
        first = log_checking.verify(session).faults[0]
    assert (first.code, first.origin) == ("unlisted", None)
    assert bytes(32).hex() in str(first.message)


# Restricted sections against a member of the same case, whose program says yes to everything.
WHERE = "Gimbledock 17 behind the weir"
HOST = "Oswinda Quartermoss"
TITLE = "Lodging at Gimbledock"


@dataclass(frozen=True, slots=True)
class Kept:
    """A case that Joel holds as deputy, and a section of it that Amina holds alone."""

    office: Office
    case: CompartmentId
    section: CompartmentId


@pytest.fixture
def kept(office: Office) -> Kept:
    with office.open(office.amina) as amina:
        case = cases.create(amina, title="A title", kind="asylum").case
        section = sections.create(amina, case, what="location", title=TITLE)
        sections.add_note(amina, section, Note(NoteKind.SAFETY, WHERE))
        sections.add_person(amina, section, case_people.checked_person(role="third", names=[HOST]))
        sections.open_section(amina, section)
    return Kept(office, case, section)


@pytest.fixture
def _yes_to_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """Patch the program: every decision of policy allows."""
    monkeypatch.setattr(session_module, "may", lambda *_, **__: Decision(allowed=True, rule="patched"))


@pytest.mark.usefixtures("_yes_to_everything")
def test_a_member_of_the_case_with_a_patched_program_reads_no_byte_of_its_section(kept: Kept) -> None:
    with kept.office.open(kept.office.joel) as joel:
        with pytest.raises(NotFoundError):
            sections.open_section(joel, kept.section)
        assert sections.list_of(joel, kept.case) == []
        assert searching.search(joel, "Gimbledock").hits == ()
        with joel.database.reading() as rows:
            sealed = rows.versions(kept.section)
        assert sealed, "the rows are here: what keeps them shut is their key"
        assert open_each(sealed, vault=joel.vault, keyring=joel.keyring) == ([], [])


def test_no_row_outside_a_seal_says_of_which_case_a_section_is(kept: Kept) -> None:
    with kept.office.open(kept.office.joel) as joel, joel.database.reading() as rows:
        for version in rows.versions(kept.section):
            assert bytes(kept.case) not in version.blob + version.wrap + version.record
        for epoch in rows.epochs(kept.section):
            assert bytes(kept.case) not in epoch.bytes


@pytest.mark.parametrize("holder", ["amina", "joel"])
def test_no_index_holds_a_word_of_a_section_not_even_that_of_who_may_read_it(kept: Kept, holder: str) -> None:
    with kept.office.open(getattr(kept.office, holder)) as session:
        searching.search(session, "Gimbledock weir")
        everything = _dump(session)
    assert b"A title" in everything, "the dump shows what the index holds"
    for marker in (WHERE, HOST, TITLE, "gimbledock", "oswinda"):
        assert not any(form in everything for form in forms(marker))
    assert bytes(kept.section) not in everything


def _dump(session: Session) -> bytes:
    """Return every cell of the index and every word of its full text."""
    cells: list[bytes] = []
    with up_to_date_index(session).reading() as sql:
        sql.execute("CREATE VIRTUAL TABLE IF NOT EXISTS temp.words USING fts5vocab('main', 'text', 'row')")
        names = [name for (name,) in sql.execute("SELECT name FROM main.sqlite_master WHERE type='table'")]
        for table in [*(f"main.{name}" for name in names if not name.startswith("text")), "temp.words"]:
            for row in sql.execute(f"SELECT * FROM {table}"):
                cells += [cell if isinstance(cell, bytes) else str(cell).encode() for cell in row]
    return b"\x00".join(cells)
