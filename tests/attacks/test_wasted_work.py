"""A member with a patched program who lists what costs others hours: others work no more for it than for their own.

Work is counted, not timed: openings by HPKE, rows read, lines run.
"""

from __future__ import annotations

import datetime
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import msgspec
import pypdfium2  # type: ignore[import-untyped]  # it ships no types
import pytest

import vault.records.work
from tests.attacks.test_claims import found_case, head_of
from tests.records.judging import counting, judged_by
from tests.services.founded import Filled
from tests.services.office import Office, forward
from tests.services.offices import admit, founder_of
from tests.services.organisation import AMINA, DANA, JOEL, MIRA, TOMAS, Organisation, give, share
from vault.access.session import Session
from vault.casework.case import Case
from vault.casework.note import Note
from vault.casework.person import Person, PersonName
from vault.casework.story.events import Deadline, Task
from vault.casework.story.protection import CheckIn
from vault.casework.vocabulary import NoteKind, PersonRole
from vault.errors import UsageError
from vault.ids import CompartmentId, CompartmentKind, EpochId, RecordId, SeatId, VersionId, is_case_ref, make_id
from vault.index.case_pages import Sort
from vault.index.heads import heads_of
from vault.log.act_bytes import let_in, put_out
from vault.log.epoch_notice import EpochNotice
from vault.log.items import Item, ItemKind
from vault.records.epochs import make_epoch
from vault.records.seatlog import Holder
from vault.records.versions import Content, to_fields
from vault.records.work import Entry, Work
from vault.seal.keyring import epoch_id
from vault.seal.recipients import KemPrivate, grant_digest
from vault.services.cases import case_people, cases, editing, listing, notes, same_people, story_records
from vault.services.cases.editing import Place
from vault.services.exchange import known_peers, syncing
from vault.services.exports import paper_week
from vault.services.grants import sharing, timed_grants
from vault.services.members import members
from vault.services.projection.projection import up_to_date_index
from vault.services.safety import incidents
from vault.store.rows import Rows
from vault.store.rowtypes import EpochRow, GrantRow
from vault.trust.trust_items import Rank
from vault.validity.version_validity import Quarantined
from vault.words.message import Words

GRANTS = 60
# A giver whose grants do not open is left alone after so many of them, at each unlock.
_FEW = 20
_IN_ONE_ENTRY = 900


def list_rows(session: Session, compartment: CompartmentId, rows: Sequence[EpochRow | GrantRow]) -> None:
    """List notices and grants for a compartment in the session's own log, and keep the rows to be sent."""
    for start in range(0, len(rows), _IN_ONE_ENTRY):
        chunk = rows[start : start + _IN_ONE_ENTRY]
        with Work(session.log) as work:
            for row in chunk:
                if isinstance(row, EpochRow):
                    work._items.append(Item.in_compartment(ItemKind.EPOCH, compartment, row.digest))
                else:
                    work._items.append(Item.of_given(compartment, row.epoch, row.seat))
            work.commit(Entry(act="key.rotate"))
        with session.database.transaction() as store:
            store.add_epochs([row for row in chunk if isinstance(row, EpochRow)])
            store.add_grants([row for row in chunk if isinstance(row, GrantRow)])


def send(giver: Session, taker: Session, compartment: CompartmentId) -> None:
    """Give a bundle that has a compartment along which nobody ever founded."""
    with pytest.MonkeyPatch.context() as patched:
        honest = known_peers.compartments_for

        def with_invented(*asked: Any) -> Any:
            return {*honest(*asked), compartment}

        patched.setattr(syncing, "compartments_for", with_invented)
        give(giver, taker)


def junk(session: Session, compartment: CompartmentId, to: SeatId, kind: CompartmentKind) -> list[EpochRow | GrantRow]:
    """Return many invented keys, each with a grant of it that opens for nobody."""
    rows: list[EpochRow | GrantRow] = []
    for _ in range(GRANTS):
        epoch, sealed = os.urandom(16), os.urandom(1168)
        notice = EpochNotice(1, session.vault, compartment, kind, session.log.origin, epoch)
        rows.append(EpochRow(notice.digest(), compartment, notice.encode()))
        rows.append(GrantRow(grant_digest(epoch, to, sealed), epoch, to, session.seat, sealed))
    return rows


def opening_grants(session: Session, compartment: CompartmentId, to: Holder) -> list[EpochRow | GrantRow]:
    """Return many keys of the directory that nobody asked for, each with a grant that opens."""
    made: list[EpochRow | GrantRow] = []
    for _ in range(GRANTS):
        new = make_epoch(session.log.place, session.log.origin, compartment, CompartmentKind.DIRECTORY, [to])
        made += [new.row(), *new.grants]
    return made


@contextmanager
def counted(name: str, owner: type, weigh: Callable[[Any], int] = lambda result: 1) -> Iterator[list[int]]:
    """Count the calls of a method, or what they return."""
    found = [0]
    honest = getattr(owner, name)

    def counting(self: Any, *args: Any, **named: Any) -> Any:
        try:
            result = honest(self, *args, **named)
        except BaseException:
            found[0] += weigh(())
            raise
        found[0] += weigh(result)
        return result

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(owner, name, counting)
        yield found


def openings_at_unlock(organisation: Organisation, name: str) -> int:
    with counted("decrypt", KemPrivate) as found:
        organisation.open(name).close()
    return found[0]


@pytest.mark.long_after(1)
@pytest.mark.parametrize("kind", [CompartmentKind.CASE, CompartmentKind.DIRECTORY])
def test_who_may_give_nothing_makes_nobody_open_what_they_list(
    organisation: Organisation, kind: CompartmentKind
) -> None:
    before = openings_at_unlock(organisation, MIRA)
    invented = CompartmentId(os.urandom(16))
    with organisation.at(DANA, MIRA) as (dana, mira):
        list_rows(dana, invented, junk(dana, invented, mira.seat, kind))
        with counted("decrypt", KemPrivate) as at_import:
            send(dana, mira, invented)
    assert at_import[0] <= _FEW
    assert openings_at_unlock(organisation, MIRA) == before


@pytest.mark.parametrize("opens", [False, True])
def test_keys_of_the_directory_cost_at_most_one_opening_each(organisation: Organisation, opens: bool) -> None:
    before = openings_at_unlock(organisation, MIRA)
    with organisation.at(DANA, MIRA) as (dana, mira):
        home = dana.directory.compartment
        to = Holder(mira.seat, dana.directory.certificates[mira.seat].kem)
        rows = opening_grants(dana, home, to) if opens else junk(dana, home, mira.seat, CompartmentKind.DIRECTORY)
        list_rows(dana, home, rows)
        with counted("decrypt", KemPrivate) as at_import:
            send(dana, mira, home)
        mira.require_sound_log()
    with organisation.open(MIRA) as mira:
        mira.require_sound_log()  # what does not open holds up nobody
    assert at_import[0] <= (GRANTS + _FEW if opens else _FEW)  # a key that opens is opened once, and kept
    assert openings_at_unlock(organisation, MIRA) <= before + _FEW


@pytest.mark.long
def test_who_may_give_costs_a_few_openings_and_their_own_keys_come_all_the_same(organisation: Organisation) -> None:
    with organisation.at(JOEL, MIRA) as (joel, mira):
        before = openings_at_unlock(organisation, AMINA)
        spoiled = cases.create(joel, title="Spoiled", kind="asylum").case
        amina = organisation[AMINA].seat
        rows: list[EpochRow | GrantRow] = []
        for _ in range(GRANTS):
            epoch = epoch_id(spoiled, joel.log.origin, os.urandom(32))
            notice = EpochNotice(1, joel.vault, spoiled, CompartmentKind.CASE, joel.log.origin, epoch)
            sealed = os.urandom(1168)
            grant = GrantRow(grant_digest(epoch, amina, sealed), epoch, amina, joel.seat, sealed)
            rows += [EpochRow(notice.digest(), spoiled, notice.encode()), grant]
        list_rows(joel, spoiled, rows)
        honest = cases.create(mira, title="Honest", kind="asylum").case
        notes.add(mira, honest, Note(NoteKind.CONTACT, "Given by Mira"))
        share(mira, honest, organisation, AMINA)
    with organisation.at(JOEL, MIRA, AMINA) as (joel, mira, amina_session):
        send(joel, amina_session, spoiled)
        give(mira, amina_session)
        assert [note.value.text for note in cases.open_case(amina_session, honest).notes] == ["Given by Mira"]
    assert openings_at_unlock(organisation, AMINA) <= before + _FEW
    with organisation.at(MIRA, AMINA) as (mira, amina_session):
        assert members.suspend(mira, organisation[JOEL].member).is_done
        give(mira, amina_session)
    assert openings_at_unlock(organisation, AMINA) <= before + _FEW


def _to_invented(session: Session, epoch: EpochId, seat: SeatId) -> GrantRow:
    return GrantRow(grant_digest(epoch, seat, b"x"), epoch, seat, session.seat, b"x")


def lines_of(judge: Callable[[], object]) -> int:
    found = Counter[str]()

    def count(frame: FrameType, event: str, arg: object) -> Any:
        del frame, arg
        found[event] += 1
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        judge()
    finally:
        sys.settrace(before)
    return found["line"]


def list_lines(session: Session, case: CompartmentId, count: int) -> None:
    """Let members in and leave, again and again."""
    nonces = [os.urandom(16) for _ in range(count)]
    acts = [let_in(case, session.member, Rank.MEMBER, number + 1, nonce) for number, nonce in enumerate(nonces)]
    acts += [put_out(case, session.member, (), nonce) for nonce in nonces]
    for start in range(0, len(acts), _IN_ONE_ENTRY):
        with Work(session.log) as work:
            for act in acts[start : start + _IN_ONE_ENTRY]:
                work.list_act(act)
            work.commit(Entry(act="grant.add"))


@pytest.mark.long
def test_lines_of_a_case_cost_others_no_more_than_their_number(organisation: Organisation) -> None:
    with organisation.at(JOEL, MIRA) as (joel, mira):
        lines = []
        for count in (200, 800):
            case = cases.create(mira, title="In and out", kind="asylum").case
            share(mira, case, organisation, JOEL)
            give(mira, joel)
            list_lines(joel, case, count)
            give(joel, mira)
            mira.learned.states.clear()
            lines.append(lines_of(partial(mira.state_of, case)))
            assert joel.member not in sharing.ranks_of(mira, case)
    small, large = lines
    assert large < _AT_MOST * small


def test_grants_of_one_epoch_are_read_once_at_an_import(organisation: Organisation) -> None:
    with organisation.at(JOEL, MIRA) as (joel, mira):
        case = cases.create(joel, title="Given to nobody", kind="asylum").case
        share(joel, case, organisation, MIRA)
        epoch = EpochId(joel.keyring.epochs_of(case)[-1])
        invented = [_to_invented(joel, epoch, SeatId(os.urandom(16))) for _ in range(800)]
        list_rows(joel, case, invented)
        with counted("grants_of", Rows, len) as read:
            give(joel, mira)
        assert read[0] < 10 * len(invented)
        assert mira.state_of(case) is not None


# A member lists what makes others read the same rows again and again: work grows with what they list, no faster.
# Work is counted in lines that run. What is four times as large may cost six times as much, and not sixteen times.
_AT_MOST = 6
_PARENTS = 30
Written = Callable[[Session, int], None]


def entry_of_member_records(session: Session, count: int) -> None:
    """Let one entry say of many who they are, whom it does not admit."""
    home = session.directory.compartment
    with session.work(home) as work:
        for _ in range(count):
            work.write(home, RecordId(make_id()), "member", {"member": make_id(), "name": "nobody"})
        work.commit(Entry(act="config.change"))


def case_with_notes_before_its_record(session: Session, count: int) -> None:
    """Found a case by an entry that lists notes before its record, and write the record with another name as often."""
    fields = head_of(session, found_case(session, "Model"), "case").content.fields
    with session.work() as work:
        case = work.found_case(session.directory.holders([session.seat]), keepers=(), with_recovery=True)
        for _ in range(count):
            work.write(case, RecordId(make_id()), "note", {"kind": "contact", "text": "before"})
        work.write(case, RecordId(make_id()), "case", {**fields, "audit": make_id()})
        work.commit(Entry(act="case.create"))
    with session.work(case) as work:
        for _ in range(count):
            work.write(case, RecordId(make_id()), "case", {**fields, "audit": make_id()})
        work.commit(Entry(act="case.edit"))


def record_whose_versions_name_absent_parents(session: Session, count: int) -> None:
    """Write one record many times, each time in the place of the same thirty that never came."""
    case = found_case(session, "One record")
    record, absent = RecordId(make_id()), [VersionId(os.urandom(32)) for _ in range(_PARENTS)]
    with session.work(case) as work:
        for _ in range(count):
            work.write(case, record, "note", {"kind": "contact", "text": "waits"}, absent)
        work.commit(Entry(act="note.create"))


def lines_to_judge(session: Session, write: Written, count: int) -> int:
    """Return how many lines run when what was written is judged, and see that it is not valid."""
    start = session.log.frontier.size
    write(session, count)
    with counting(session) as validator:
        found: list[Any] = []
        lines = lines_of(lambda: found.extend(judged_by(validator, session.log.origin, start)))
    assert sum(isinstance(verdict, Quarantined) for verdict in found) >= count
    return lines


@pytest.mark.parametrize(
    ("name", "write", "few"),
    [
        pytest.param(TOMAS, entry_of_member_records, 8, id="member records in one entry"),
        pytest.param(JOEL, case_with_notes_before_its_record, 8, id="notes before the record of a case"),
        pytest.param(
            JOEL, record_whose_versions_name_absent_parents, 60, id="versions of one record with absent parents"
        ),
    ],
)
def test_what_a_member_lists_costs_others_no_more_than_its_size(
    organisation: Organisation, name: str, write: Written, few: int
) -> None:
    with organisation.open(name) as session:
        small, large = (lines_to_judge(session, write, count) for count in (few, 4 * few))
    assert large < _AT_MOST * small


def encoded_with(parents: list[bytes], content: Content) -> bytes:
    return msgspec.msgpack.encode(
        {
            "schema": content.schema,
            "kind": content.kind,
            "parents": parents,
            "clock": content.clock,
            "fields": content.fields,
        }
    )


@pytest.mark.parametrize(
    "parents",
    [
        pytest.param([number.to_bytes(32) for number in range(257)], id="more than 256"),
        pytest.param([bytes(32)] * 2, id="one twice"),
    ],
)
def test_a_version_of_too_many_parents_holds_no_record_and_nothing_waits_for_it(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch, parents: list[bytes]
) -> None:
    with organisation.open(JOEL) as session:
        case = found_case(session, "Goes on")
        with monkeypatch.context() as patched, session.work(case) as work:
            patched.setattr(vault.records.work, "encode_to_travel", partial(encoded_with, parents))
            work.write(case, RecordId(make_id()), "note", {"kind": "contact", "text": "of many"})
            work.commit(Entry(act="note.create"))
        up_to_date_index(session)
        assert [(found.check, found.says_nothing) for found in session.quarantine] == [("fields", True)]
        assert cases.open_case(session, case).notes == ()


def write_notes(
    session: Session, case: CompartmentId, record: RecordId, count: int, parents: Sequence[VersionId] = ()
) -> list[VersionId]:
    with session.work(case) as work:
        fields = {"kind": "contact", "text": "a head"}
        written = [work.write(case, record, "note", fields, parents) for _ in range(count)]
        work.commit(Entry(act="note.create"))
    return written


def test_a_record_of_more_heads_than_a_version_can_name_is_whole_again_after_two(organisation: Organisation) -> None:
    with organisation.open(JOEL) as session:
        case, record = found_case(session, "Many heads"), RecordId(make_id())
        heads = [head for count in (200, 57) for head in write_notes(session, case, record, count)]
        for left in (2, 1):
            heads = [*write_notes(session, case, record, 1, heads), *heads[256:]]
            assert [note.heads for note in cases.open_case(session, case).notes] == [left]


# A colleague's program writes people whose names are made to be looked up for hours by who imports them.
_MOST_S = 20.0  # each of them took minutes
_WORDS = "-".join(f"{a}{b}r{a}n" for a in "bdgklmnprst" for b in "aeiou")
HEAVY = (
    Person(PersonRole.CLIENT, tuple(PersonName.written(f"Zarina Q{n}uill{n}") for n in range(4_000))),
    Person(PersonRole.CLIENT, tuple(PersonName.written(f"{_WORDS[:900]} {n}") for n in range(40))),
    Person(PersonRole.CLIENT, phones=tuple(f"+996 555 {n:06}" for n in range(20_000))),
)


@pytest.mark.long
def test_people_with_thousands_of_names_numbers_and_words_hold_up_no_import_and_no_look(
    filled_template: Filled, tmp_path: Path
) -> None:
    founder = founder_of(filled_template.place.copied_to(tmp_path / "founder"))
    colleague = admit(founder, tmp_path, "Noor Vandermeer")
    case = filled_template.cases[0]
    with founder.open() as session:
        sharing.grant(session, case, [colleague.member])
        case_people.add(session, case, role="client", names=["Zarina Quill"], phones=["+996 555 000001"])
    colleague.take(founder.send(colleague, tmp_path))
    with colleague.open() as session, session.work(case) as work:
        records = [work.keep(case, person) for person in HEAVY]
        work.commit(Entry(act="person.create", covers={Person.KIND: len(records)}))
    sent = colleague.send(founder, tmp_path)
    began = time.monotonic()
    assert founder.take(sent).came["person"] == len(HEAVY)
    with founder.open() as session:
        for record, person in zip(records, HEAVY, strict=True):
            same_people.alike(session, Place(case, record, Person.KIND), person)
    assert time.monotonic() - began < _MOST_S


# Who may write in one case hides nothing of another by it: neither by many dates nor by an id.
TODAY = datetime.date.today()
MONDAY = TODAY - datetime.timedelta(days=TODAY.weekday())


def day(days: int) -> str:
    return (TODAY + datetime.timedelta(days=days)).isoformat()


def given_case(office: Office) -> CompartmentId:
    """A case of Joel's that Amina may open, and in which he does what he likes."""
    with office.open(office.joel) as joel:
        made = cases.create(joel, title="Joel's", kind="asylum").case
        sharing.grant(joel, made, [office.amina.member])
        return made


def fill(joel: Session, case: CompartmentId, when: str, count: int) -> None:
    with joel.work(case) as work:
        for number in range(count):
            work.keep(case, Task(what=f"x {number}", due=when))
        work.commit(Entry(act="case.edit"))


def test_a_case_that_is_full_of_dates_hides_no_date_of_another_and_is_told_by_count(office: Office) -> None:
    full = given_case(office)
    with office.open(office.amina) as amina:
        own = cases.create(amina, title="Her own", kind="asylum").case
        story_records.add(amina, own, Deadline(what="appeal", at=f"{day(2)}T11:00"))
        before = story_records.times_due(amina, now_s=int(time.time()))
    with office.open(office.joel) as joel:
        for when in ("1850", day(-1), day(1), MONDAY.isoformat()):
            fill(joel, full, when, 30)
    with office.open(office.amina) as amina:
        for found in (
            story_records.due(amina, limit=40),
            story_records.due(amina, limit=40, until=story_records.day_within(amina, "7d")),
        ):
            assert [line.headline for line in found.lines if line.case == own] == ["appeal"]
            (left,) = found.left
            assert left.case == full
            assert left.count + sum(line.case == full for line in found.lines) == 120
            # Two that are late stand before what comes, no more.
            place = next(number for number, line in enumerate(found.lines) if line.case == own)
            assert sum((line.when or "") < day(0) for line in found.lines[:place]) <= 2
        week = story_records.agenda(amina, MONDAY, MONDAY + datetime.timedelta(days=13), limit=40)
        assert [entry.line.headline for entry in week.lines if entry.line.case == own] == ["appeal"]
        assert week.left[MONDAY.isoformat()] >= 18
        assert set(before) <= set(story_records.times_due(amina, now_s=int(time.time())))
        whole = story_records.due(amina, case=full)
        assert (len(whole.lines), whole.left) == (120, ())


def test_each_missed_check_in_is_told_however_many_there_are_and_whatever_else_is_due(office: Office) -> None:
    case = given_case(office)
    with office.open(office.joel) as joel:
        fill(joel, case, day(-1), 30)
        fill(joel, case, day(0), 30)
        with joel.work(case) as work:
            for number in range(20):
                at = f"{day(-2 - number)}T08:00"
                work.keep(case, CheckIn(who=f"somebody {number}", at=at, first="Amina", second="Joel"))
            work.commit(Entry(act="case.edit"))
    with office.open(office.amina) as amina:
        told = [each.record.who for each in incidents.missed_check_ins(amina)]
    assert told == [f"somebody {number}" for number in reversed(range(20))]


def test_an_id_that_two_cases_have_is_acted_on_in_the_case_that_is_named(office: Office) -> None:
    full = given_case(office)
    with office.open(office.amina) as amina:
        own = cases.create(amina, title="Her own", kind="asylum").case
        record = story_records.add(amina, own, Deadline(what="appeal", at=day(1)))
    with office.open(office.joel) as joel, joel.work(full) as work:
        work.keep(full, Deadline(what="call me back", at=day(0)), record)
        work.commit(Entry(act="deadline.create"))
    with office.open(office.amina) as amina:
        assert {(line.case, line.headline) for line in story_records.due(amina).lines} >= {
            (own, "appeal"),
            (full, "call me back"),
        }
        with pytest.raises(UsageError, match="2 cases have a record with this id") as refusal:
            editing.locate(amina, record.hex()[:8])
        assert "--case" in str(refusal.value.next_step)
        story_records.change(amina, editing.locate(amina, record.hex()[:8], case=full), {"done": day(0)})
        assert [line.headline for line in story_records.due(amina).lines if line.record == record] == ["appeal"]


def test_a_reference_is_no_place_for_a_name(office: Office, tmp_path: Path) -> None:
    case = given_case(office)
    with office.open(office.amina) as amina:
        story_records.add(amina, case, Deadline(what="appeal", at=day(0)))
    with office.open(office.joel) as joel:
        place = editing.own_record(joel, case)
        with pytest.raises(UsageError, match="reference"):
            editing.edit(joel, place, Case, lambda head: replace(head, ref="Torgaev +4930555"))
        _write_ref(joel, place, "Torgaev +4930555")  # with another program
    with office.open(office.amina) as amina:
        rows = listing.open_list(amina).page(0, Sort.DUE)
        assert [is_case_ref(row.ref) for row in rows] == [True]
        paper_week.print_week(amina, TODAY, tmp_path / "week.pdf", _words)
    pages = pypdfium2.PdfDocument(tmp_path / "week.pdf")
    text = "".join(page.get_textpage().get_text_range() for page in pages)
    assert rows[0].ref in text
    assert "Torgaev" not in text


def _write_ref(joel: Session, place: editing.Place, ref: str) -> None:
    heads = [VersionId(head) for head in heads_of(joel.index(), place.case, place.record, Case.KIND)]
    fields = to_fields(cases.open_case(joel, place.case).head.value) | {"ref": ref}
    with joel.work(place.case) as work:
        work.write(place.case, RecordId(place.record), Case.KIND, fields, heads)
        work.commit(Entry(act="case.edit"))


def _words(words: Words) -> str:
    return str(words)


def test_a_lock_tells_no_time_of_a_case_whose_grant_expired_and_each_that_was_written(office: Office) -> None:
    with office.open(office.amina) as amina:
        case = cases.create(amina, title="For a day", kind="asylum").case
        story_records.add(amina, case, Deadline(what="appeal", at=day(4)))
        timed_grants.give(amina, case, [office.nadia.member], until_ms=amina.log.now_ms() + 86_400_000)
        assert story_records.times_due(amina, now_s=int(time.time()))  # though nothing was listed since
    with office.open(office.nadia) as nadia:
        assert story_records.times_due(nadia, now_s=int(time.time()))
        forward(nadia, 1.5)
        assert story_records.times_due(nadia, now_s=int(time.time())) == ()
