"""A second person at the same keyboard: the machinery of the second process, called in this one."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from tests.english import in_english
from tests.log.writer import Writer
from tests.services import colleague, consenting
from tests.services.approvals.keyboard import Person
from tests.services.colleague import Colleague, admit
from tests.services.founded import MEMBER, Filled
from tests.tables import refuses
from vault.access.session import Session
from vault.errors import (
    MalformedError,
    NotFoundError,
    RefusedError,
    UsageError,
    VerificationError,
    WaitingForDecisionError,
)
from vault.export.reader import open_package
from vault.ids import CompartmentId, MemberId, Origin, SeatId
from vault.policy.roles import Role
from vault.seal.age import make_identity, recipient_of
from vault.seal.purposes import LOCAL_PURPOSES, Purpose
from vault.services.approvals import breaking_glass, second_person
from vault.services.approvals.pipe_process import RowSet, added_since, can_act_here, lend
from vault.services.approvals.question import ApprovalQuestion, decode_question
from vault.services.cases import cases
from vault.services.evidence import log_checking, logbook
from vault.services.exports import exporting, partners
from vault.services.exports.export_material import Wish
from vault.services.grants import sharing, timed_grants
from vault.store.rows import Rows
from vault.store.rowtypes import (
    CheckpointRow,
    EpochRow,
    GrantRow,
    LocalRow,
    OperationRow,
    TileRow,
    VersionRow,
)
from vault.store.schema import open_in_memory

LAWYER = "Maître Ondrelle"


@pytest.fixture
def oren(filled: Filled) -> Colleague:
    """A supervisor with a seat in the same folder, who has opened it once."""
    with filled.open() as session:
        partners.add(session, name=LAWYER, age_recipient=recipient_of(IDENTITY), compared=True)
        admitted = admit(session)
    with admitted.open(filled.place):
        pass
    return admitted


IDENTITY = make_identity()


@pytest.fixture
def director(filled: Filled, oren: Colleague) -> Iterator[Session]:
    """The founder, who is not alone any more."""
    del oren
    with filled.open() as session:
        yield session


def export(
    session: Session, case: CompartmentId, out: Path, second: second_person.Second | None
) -> exporting.Exported | exporting.Undecided:
    return consenting.export(session, case, Wish("lawyer", LAWYER, take_proposals=True), out=out, second=second)


def acts(session: Session) -> list[str]:
    return [line.payload.act for line in logbook.newest(session).lines if line.payload is not None]


@pytest.mark.long
def test_who_was_made_a_member_here_approves_once_they_have_unlocked_the_vault_here(
    filled: Filled, tmp_path: Path
) -> None:
    with filled.open() as session:
        partners.add(session, name=LAWYER, age_recipient=recipient_of(IDENTITY), compared=True)
        new = admit(session)
        (approver,) = second_person.approvers(session)
        assert (approver.is_here, approver.unlocks_first) == (False, True)
        with pytest.raises(WaitingForDecisionError) as waits:
            export(session, filled.cases[0], tmp_path, None)
        assert str(waits.value.next_step).startswith(
            "Also at this keyboard, after they unlock this vault here once under their own name: Oren Sabaluk."
        )
        person = Person()
        second = second_person.at_this_keyboard(session, new.name, run=person.run)
        with pytest.raises(RefusedError, match="the second person has never unlocked this vault here") as refused:
            export(session, filled.cases[0], tmp_path, second)
        assert str(refused.value.next_step).startswith("Let them unlock it here once, under their own name.")
        assert person.shown == []
    with new.open(filled.place):
        pass
    with filled.open() as session:
        (approver,) = second_person.approvers(session)
        assert (approver.is_here, approver.unlocks_first) == (True, False)
        second = second_person.at_this_keyboard(session, new.name, run=Person().run)
        assert isinstance(export(session, filled.cases[0], tmp_path, second), exporting.Exported)


def test_nobody_is_asked_but_others_who_may_approve(director: Session) -> None:
    with pytest.raises(RefusedError, match="nobody can approve their own question"):
        second_person.at_this_keyboard(director, MEMBER.upper())
    with pytest.raises(NotFoundError, match="no member with this name may approve") as caught:
        second_person.at_this_keyboard(director, "Somebody Else")
    assert "Oren Sabaluk" in str(caught.value.next_step)


def test_a_second_person_approves_and_both_stand_by_role_in_the_package_and_by_seat_in_both_logs(
    director: Session, filled: Filled, oren: Colleague, tmp_path: Path
) -> None:
    person = Person()
    second = second_person.at_this_keyboard(director, "oren sabaluk", run=person.run)
    done = export(director, filled.cases[0], tmp_path, second)
    assert isinstance(done, exporting.Exported)
    release = open_package(done.path.read_bytes(), IDENTITY).manifest.release
    assert release is not None
    assert (release.rule, release.role) == ("two-person", "supervisor")
    assert LAWYER in person.shown[0]
    assert "  names: " in person.shown[0], "the second person reads what leaves"
    lines = {line.payload.act: line.payload for line in logbook.newest(director).lines if line.payload is not None}
    assert (lines["export.begin"].out, lines["export.begin"].deleg) == ("ok", oren.seat)
    assert log_checking.verify(director).faults == ()
    director.close()
    # The log of the second person goes on.
    for _ in range(2):
        with oren.open(filled.place) as session:
            assert session.warnings == ()
            assert log_checking.verify(session).faults == ()


def test_one_member_alone_exports_alone_and_the_log_says_so(filled: Filled, tmp_path: Path) -> None:
    with filled.open() as session:
        partners.add(session, name=LAWYER, age_recipient=recipient_of(IDENTITY), compared=True)
        done = export(session, filled.cases[0], tmp_path, None)
        assert isinstance(done, exporting.Exported)
        assert "by one person: nobody else in the organisation could approve it" in " ".join(
            " ".join(done.pages).split()
        )
        lines = {line.payload.act: line.payload for line in logbook.newest(session).lines if line.payload is not None}
        assert lines["export.begin"].out == "ok:alone"
        assert log_checking.verify(session).faults == ()


def test_who_may_not_approve_makes_nobody_less_alone(filled: Filled) -> None:
    with filled.open() as session:
        for number, role in enumerate((Role.INTAKE, Role.AUDITOR, Role.FIELD)):
            admit(session, name=f"Helper {number}", passphrase=b"helper %d" % number, roles={role}, by_root=True)
        admit(session, name=MEMBER, member=session.member, by_root=True)
        assert second_person.rule_of(session) == "alone"


BLOCKS = [{"label": "text", "text": "First line\nsecond line"}, {"label": "place", "text": ""}]
REPORT = {"sections": [{"heading": "note", "blocks": BLOCKS}]}
DATA = json.dumps(REPORT).encode()
WANTED = ApprovalQuestion(
    act="export.begin",
    of={"files": [["data.json", sha256(DATA).digest()]], "profile": "lawyer", "purpose": "", "recipient": ""},
    contents={"data.json": DATA},
    about=("it leaves for somebody",),
    reasons=("casework",),
    expires_ms=1,
)


def test_a_question_comes_back_from_its_bytes_with_the_same_digest() -> None:
    again = decode_question(msgspec.msgpack.encode(WANTED))
    assert again == WANTED
    assert again.digest == WANTED.digest


def test_the_text_that_leaves_is_read_from_the_files_and_the_askers_words_stand_apart() -> None:
    assert WANTED.lines() == [
        "| note",
        "|   text: First line",
        "|     second line",
        "|   place:",
        "",
        "To approve: a package leaves the vault (export.begin)",
        "  files: data.json",
        "  profile: lawyer",
        "  purpose:",
        "  recipient:",
        "As the one who asks says:",
        "> it leaves for somebody",
    ]


def test_a_long_text_is_broken_by_us_and_each_line_of_it_is_marked() -> None:
    words = " ".join(["safe-conduct"] * 6)  # 77 columns: a break between words, and none within one
    report = {"sections": [{"heading": words, "blocks": []}, {"heading": "", "blocks": []}]}
    of = {"place": words, "sum": "x" * 80}
    wanted = ApprovalQuestion(
        act=words, of=of, contents={"data.json": json.dumps(report).encode()}, about=(words, "a\tb\nc"), expires_ms=1
    )
    five, one = " ".join(["safe-conduct"] * 5), "safe-conduct"
    four, two = " ".join(["safe-conduct"] * 4), "safe-conduct safe-conduct"
    assert wanted.lines() == [
        f"| {five}",
        f"| {one}",
        "| ",
        "",
        f"To approve: {four}",
        f"      {two}",
        f"  place: {four}",
        f"      {two}",
        f"  sum: {'x' * 65}",
        f"      {'x' * 15}",
        "As the one who asks says:",
        f"> {five}",
        f"> {one}",
        "> a·b·c",
    ]


def test_a_line_has_72_columns_at_most() -> None:
    assert ApprovalQuestion(act="x", of={}, about=("y" * 71,), expires_ms=1).lines()[-2:] == [f"> {'y' * 70}", "> y"]


def test_what_is_approved_is_told_by_name_in_one_order_and_nobody_speaks_who_said_nothing() -> None:
    of = {"until": 0, "seats": [b"\x02", "all", b"\x03"], "files": [["b.pdf", b""], ["a.json", b""]], "case": b"\x01"}
    of["why"] = "safety"
    assert ApprovalQuestion(act="break.glass", of=of, expires_ms=1).lines() == [
        "",
        "To approve: a case is opened to somebody in an emergency (break.glass)",
        "  case: 01",
        "  files: b.pdf, a.json",
        "  devices that get its key: 02, all, 03",
        "  until: 1970-01-01 00:00 UTC",
        "  reason: safety",
        "  Whose devices these are, the list of devices says to a member who",
        "      looks at it themselves.",
    ]


def test_the_end_of_a_right_is_told_as_a_day_in_utc_where_it_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[object, str] = {
        1_700_000_000_000: "2023-11-14 22:13 UTC",
        253_402_300_799_999: "9999-12-31 23:59 UTC",
        253_402_300_800_000: "253402300800000",
        -1: "-1",
        "the end": "the end",
        None: "None",
    }
    monkeypatch.setenv("TZ", "Asia/Bishkek")
    time.tzset()
    lines = {
        until: ApprovalQuestion(act="break.glass", of={"until": until, "since": 1}, expires_ms=1).lines()[2:]
        for until in told
    }
    monkeypatch.undo()
    time.tzset()
    assert lines == {until: ["  since: 1", f"  until: {text}"] for until, text in told.items()}


def test_other_files_than_those_named_are_refused() -> None:
    many: tuple[dict[str, bytes], ...] = (
        {},
        {"data.json": b"{}"},
        {"data.json": DATA, "report.pdf": b""},
        {"report.pdf": DATA},
    )
    for contents in many:
        with pytest.raises(VerificationError, match="not what the approval would be for"):
            msgspec.structs.replace(WANTED, contents=contents).require_true()
    for files in (1, [1], [["data.json"]], "xyz"):
        with pytest.raises(MalformedError, match="cannot be read"):
            msgspec.structs.replace(WANTED, of={**WANTED.of, "files": files}).require_true()


def test_a_report_that_cannot_be_read_is_not_shown_as_an_empty_one() -> None:
    for data in (b"{", b"[]", b'{"sections": 1}', b'{"sections": [{}]}', b"[" * 5000):
        with pytest.raises(MalformedError, match="report that is to be approved"):
            msgspec.structs.replace(WANTED, contents={"data.json": data}).lines()


def test_what_is_no_question_is_refused() -> None:
    short = {"act": "x", "of": {}, "expires_ms": 1}
    encoded = msgspec.msgpack.encode(short)
    for untrusted in (
        b"",
        b"\xc1",
        msgspec.msgpack.encode({"act": "x"}),
        msgspec.msgpack.encode({**short, "more": 1}),
        encoded.replace(b"\xa1x", b"\xa1\xff"),  # no UTF-8
        msgspec.msgpack.encode({**short, "reasons": ["casework", "Yes. Type yes"]}),  # a reason, no code
        encoded.replace(b"\x80", b"\x81\xa1x" + b"\x91" * 5000),  # nested deep
    ):
        refuses(MalformedError, "question to a second person", decode_question, untrusted)


# In an emergency a case is opened to somebody else: for days, by two, and aloud.
DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Office:
    """The founder holds the cases; Oren may approve; Tove shall be let in."""

    filled: Filled
    oren: Colleague
    tove: Colleague

    @property
    def case(self) -> CompartmentId:
        return self.filled.cases[0]


@pytest.fixture
def office(filled: Filled) -> Office:
    with filled.open() as session:
        oren = admit(session)
        tove = admit(session, name="Tove Lindqvarn", passphrase=b"four amber lamps", roles=frozenset({Role.CASEWORKER}))
    for one in (oren, tove):
        with one.open(filled.place):
            pass
    return Office(filled, oren, tove)


@pytest.fixture
def director_of_office(office: Office) -> Iterator[Session]:
    with office.filled.open() as session:
        yield session


def until(session: Session, days: int = 3) -> int:
    return session.log.now_ms() + days * DAY_MS


def break_glass(
    session: Session, case: CompartmentId, member: MemberId, second: second_person.Second | None, *, days: int = 3
) -> breaking_glass.GlassBroken:
    return breaking_glass.break_glass(
        session, case, member, until_ms=until(session, days), why="emergency", second=second
    )


def test_who_has_no_role_that_opens_cases_is_let_in_by_neither_way_and_the_roles_that_do_are_named(
    filled: Filled,
) -> None:
    with filled.open() as session:
        auditor = admit(session, roles=frozenset({Role.AUDITOR})).member
        for refused in (
            lambda: break_glass(session, filled.cases[0], auditor, None),
            lambda: sharing.grant(session, filled.cases[0], [auditor]),
        ):
            with pytest.raises(RefusedError, match="has no role that can open cases") as error:
                refused()
            assert str(error.value.next_step).startswith(
                "These roles can: caseworker, field, legal-reviewer, supervisor;"
            )


def test_what_it_takes_to_let_somebody_in(director_of_office: Session, office: Office) -> None:
    tove = office.tove.member
    with pytest.raises(WaitingForDecisionError, match="second person has to approve opening this case"):
        break_glass(director_of_office, office.case, tove, None)
    for days in (0, 15):
        refuses(UsageError, "within 14 days", break_glass, director_of_office, office.case, tove, None, days=days)
    with pytest.raises(RefusedError, match="can already open the case"):
        break_glass(director_of_office, office.case, director_of_office.member, None)
    sharing.grant(director_of_office, office.case, [office.oren.member])
    sharing.revoke(director_of_office, office.case, [office.oren.member])
    with pytest.raises(RefusedError, match="break-glass takes nothing back"):
        break_glass(director_of_office, office.case, office.oren.member, None)
    person = Person(passphrase=office.tove.passphrase, reasons=("emergency",))
    second = second_person.at_this_keyboard(director_of_office, office.tove.name, run=person.run)
    refuses(RefusedError, "benefits from it", break_glass, director_of_office, office.case, tove, second)


def test_a_third_approves_and_the_case_opens_for_days_aloud(director_of_office: Session, office: Office) -> None:
    sharing.grant(director_of_office, office.case, [office.oren.member])
    person = Person(reasons=("emergency",))
    second = second_person.at_this_keyboard(director_of_office, colleague.NAME, run=person.run)
    broken = break_glass(director_of_office, office.case, office.tove.member, second)
    assert broken.rule == "two-person"
    assert "Tove Lindqvarn" in person.shown[0]
    lines = {
        line.payload.act: line.payload for line in logbook.newest(director_of_office).lines if line.payload is not None
    }
    assert (lines["break.glass"].out, lines["break.glass"].deleg) == ("ok", office.oren.seat)
    (term,) = [
        term for term in timed_grants.terms_of(director_of_office, office.case) if term.member == office.tove.member
    ]
    assert term.until_ms == broken.until_ms
    assert log_checking.verify(director_of_office).faults == ()
    assert timed_grants.announcements(director_of_office) == []
    director_of_office.close()
    with office.tove.open(office.filled.place) as tove:
        assert cases.open_case(tove, office.case, why="emergency").head.value.title
        assert log_checking.verify(tove).faults == ()
        assert timed_grants.announcements(tove) == []
    # Everybody else who holds the case hears of it.
    with office.oren.open(office.filled.place) as oren:
        assert any(
            "BREAK-GLASS" in line and "Tove Lindqvarn" in line for line in in_english(timed_grants.announcements(oren))
        )


def test_with_nobody_else_to_ask_it_is_done_alone_and_the_log_says_so(filled: Filled) -> None:
    with filled.open() as session:
        oren = admit(session)
        broken = break_glass(session, filled.cases[0], oren.member, None)
        assert broken.rule == "alone"
        lines = {line.payload.act: line.payload for line in logbook.newest(session).lines if line.payload is not None}
        assert lines["break.glass"].out == "ok:alone"
        assert log_checking.verify(session).faults == ()


# Rows on loan: what of a log and of the beginnings of others goes along, what stays, and what comes back.
LOG = Writer("own")
SEAT, OTHER = SeatId(LOG.seat), SeatId(b"o" * 16)
ORIGIN = Origin(LOG.origin)
STRANGER = b"x" * 32
LIMIT = 256


def operation(origin: bytes, seq: int) -> OperationRow:
    return OperationRow(origin, seq, b"header", b"", b"sealed", seq.to_bytes(32, "big"))


def local(seat: SeatId, purpose: Purpose) -> LocalRow:
    return LocalRow(seat, purpose, 0, b"sealed for %d" % purpose)


@pytest.fixture
def rows() -> Iterator[Rows]:
    """A vault with the log of a seat and that of a stranger."""
    database = open_in_memory()
    with database.transaction() as made:
        made.add_genesis(ORIGIN, LOG.genesis)
        made.add_genesis(STRANGER, b"genesis of a stranger")
        made.add_operation(operation(STRANGER, 0))
        made.add_versions([VersionRow(ORIGIN, 0, 0, b"id" * 16, b"c" * 16, b"r" * 16, b"blob")])
        for origin in (ORIGIN, STRANGER):
            made.add_checkpoint(CheckpointRow(origin, 1, b"root", b"note"))
            made.put_tile(TileRow(origin, 0, 0, b"hashes"))
        for seat in (SEAT, OTHER):
            for purpose in sorted(LOCAL_PURPOSES):
                made.put_local(local(seat, purpose))
        yield made
    database.close()


def write(rows: Rows, count: int, start: int = 0) -> list[OperationRow]:
    """Let the seat's log have `count` entries."""
    made = [operation(ORIGIN, seq) for seq in range(start, count)]
    for row in made:
        rows.add_operation(row)
    return made


def test_what_is_lent_is_the_seats_log_its_own_rows_and_how_all_logs_begin(rows: Rows) -> None:
    own = write(rows, 3)
    lent = lend(rows, SEAT)
    assert set(lent.geneses) == {(ORIGIN, LOG.genesis), (STRANGER, b"genesis of a stranger")}
    assert set(lent.operations) == {*map(tuple, own)}
    assert lent.checkpoints == ((ORIGIN, 1, b"root", b"note"),)
    assert lent.tiles == ((ORIGIN, 0, 0, b"hashes"),)
    assert (lent.versions, lent.version_keys, lent.epochs, lent.grants) == ((), (), (), ())
    own_rows = (Purpose.SESSION, Purpose.RATCHET, Purpose.KEYRING, Purpose.LINES)
    assert set(lent.locals) == {tuple(local(SEAT, purpose)) for purpose in own_rows}


def test_what_a_seat_has_not_got_is_not_lent(rows: Rows) -> None:
    rows.delete_local(SEAT, Purpose.RATCHET)
    assert {row[1] for row in lend(rows, SEAT).locals} == {Purpose.SESSION, Purpose.KEYRING, Purpose.LINES}


def test_of_the_seats_log_only_what_no_full_tile_covers_is_lent(rows: Rows) -> None:
    own: list[OperationRow] = []
    for size, first in ((LIMIT - 1, 0), (LIMIT, LIMIT), (LIMIT + 1, LIMIT), (2 * LIMIT + 1, 2 * LIMIT)):
        own += write(rows, size, start=len(own))
        lent = [row for row in lend(rows, SEAT).operations if row[0] == ORIGIN]
        assert lent == [tuple(row) for row in own[first:]]


def test_an_entry_of_a_log_that_another_seat_began_is_not_lent(rows: Rows) -> None:
    other = Writer("other")
    rows.add_genesis(other.origin, other.genesis)
    rows.add_operation(operation(other.origin, 0))
    assert {row[0] for row in lend(rows, SEAT).operations} <= {ORIGIN}


def test_what_is_lent_stands_in_other_tables_as_it_stood_and_is_lent_on_alike(rows: Rows) -> None:
    write(rows, 2)
    lent = msgspec.msgpack.decode(msgspec.msgpack.encode(lend(rows, SEAT)), type=RowSet)
    database = open_in_memory()
    with database.transaction() as other:
        lent.put_into(other)
        again = lend(other, SEAT)
    database.close()
    for sort, expected in zip(msgspec.structs.astuple(again), msgspec.structs.astuple(lent), strict=True):
        assert set(sort) == set(expected)


def test_what_comes_back_is_what_the_seats_log_gained(rows: Rows) -> None:
    write(rows, 2)
    rows.put_tile(TileRow(ORIGIN, 1, 0, b"hashes that stay"))
    lent = lend(rows, SEAT)
    database = open_in_memory()
    with database.transaction() as other:
        lent.put_into(other)
        assert added_since(other, lent, SEAT, ORIGIN, 2).operations == ()
        new = write(other, 4, start=2)
        epoch = EpochRow(b"n" * 32, b"audit" * 3 + b"!", b"notice")
        given = GrantRow(b"n" * 16 + OTHER, b"n" * 16, OTHER, b"giver", b"sealed")
        other.add_epochs([epoch])
        other.add_grants([given])
        checkpoints = [CheckpointRow(ORIGIN, size, b"root", b"note") for size in (2, 3, 4)]
        for checkpoint in checkpoints:
            other.add_checkpoint(checkpoint)
        tile = TileRow(ORIGIN, 0, 0, b"more hashes")
        other.put_tile(tile)
        other.put_local(LocalRow(SEAT, Purpose.SESSION, 1, b"the next one"))
        added = added_since(other, lent, SEAT, ORIGIN, 2)
        other.delete_local(SEAT, Purpose.RATCHET)
        without = added_since(other, lent, SEAT, ORIGIN, 2)
    database.close()
    assert added == RowSet(
        operations=tuple(new),
        epochs=(epoch,),
        grants=(given,),
        checkpoints=tuple(checkpoints[1:]),
        tiles=(tile,),
        locals=(LocalRow(SEAT, Purpose.SESSION, 1, b"the next one"), local(SEAT, Purpose.RATCHET)),
    )
    assert without.locals == added.locals[:1]


def test_whoever_has_a_session_key_here_can_act_here(rows: Rows) -> None:
    rows.delete_local(OTHER, Purpose.SESSION)
    assert can_act_here(rows, [OTHER, SEAT, SeatId(b"z" * 16)]) == [SEAT]
