"""Who may write in one case hides nothing of another by it: neither by many dates nor by an id."""

from __future__ import annotations

import datetime
import time
from dataclasses import replace
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]  # it ships no types
import pytest

from tests.services.office import Office, forward
from vault.access.session import Session
from vault.casework.case import Case
from vault.casework.story.events import Deadline, Task
from vault.casework.story.protection import CheckIn
from vault.errors import UsageError
from vault.ids import CompartmentId, RecordId, VersionId, is_case_ref
from vault.index.case_pages import Sort
from vault.index.heads import heads_of
from vault.records.versions import to_fields
from vault.records.work import Entry
from vault.services.cases import cases, editing, listing, story_records
from vault.services.exports import paper_week
from vault.services.grants import sharing, timed_grants
from vault.services.safety import incidents
from vault.words.message import Words

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
        place = editing.locate(amina, record.hex()[:8], case=full)
        story_records.change(amina, place, {"done": day(0)})
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
