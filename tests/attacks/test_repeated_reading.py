"""A member lists what makes others read the same rows again and again: work grows with what they list, no faster.

Work is counted in lines that run. What is four times as large may cost six times as much, and not sixteen times.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import msgspec
import pytest

import vault.records.work
from tests.attacks.test_said_once import found_case, head_of
from tests.attacks.test_wasted_work import lines_of
from tests.records.judging import counting, judged_by
from tests.services.organisation import JOEL, TOMAS, Organisation
from vault.access.session import Session
from vault.ids import CompartmentId, CompartmentKind, RecordId, VersionId, make_id
from vault.log.roster import ROSTER_RECORD
from vault.records.versions import Content
from vault.records.work import Entry
from vault.services.cases import cases
from vault.services.projection.projection import up_to_date_index
from vault.validity.version_validity import Quarantined

_AT_MOST = 6
_PARENTS = 30
Written = Callable[[Session, int], None]


def entry_of_member_records(session: Session, count: int) -> None:
    """Let one entry say of many who they are, whom it does not admit, beside what it calls rosters."""
    home = session.directory.compartment
    with session.work(home) as work:
        for _ in range(count):
            work.write(home, RecordId(make_id()), "member", {"member": make_id(), "name": "nobody"})
            work.write(home, RecordId(ROSTER_RECORD), "roster", {"entries": [], "sigs": []})
        work.commit(Entry(act="config.change"))


def case_with_notes_before_its_record(session: Session, count: int) -> None:
    """Found a case by an entry that lists notes before its record, and write the record with another name as often."""
    fields = head_of(session, found_case(session, "Model"), "case").content.fields
    with session.work() as work:
        case = work.found(CompartmentKind.CASE, session.directory.holders([session.seat]))
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
