"""The intake gets its key each week, whatever a volunteer writes into the place of the mark or over the slips."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.services.office import DAY_MS, forward
from tests.services.organisation import DANA, MIRA, SELIN, Organisation
from vault.access.session import Session
from vault.casework.intake import Slip, SlipState
from vault.ids import CompartmentKind, RecordId, VersionId, make_id
from vault.index.heads import heads_of
from vault.records.versions import to_fields
from vault.records.work import Entry
from vault.services.cases import intake
from vault.services.grants import key_changes
from vault.services.projection.places import the_one_of_kind
from vault.services.projection.projection import up_to_date_index

FAR_MS = 250_000_000_000_000  # in the year 9892
WEEK_MS = 7 * DAY_MS


def write_slip(session: Session, record: RecordId, received: int, *, replaces: bool = False) -> None:
    """Write a slip as a patched program would."""
    home = the_one_of_kind(session, CompartmentKind.INTAKE)
    parents = (
        [VersionId(head) for head in heads_of(up_to_date_index(session), home, record, Slip.KIND)] if replaces else []
    )
    with session.work(home) as work:
        work.write(home, record, Slip.KIND, to_fields(Slip(received=received, state=SlipState.CLOSED)), parents)
        work.commit(Entry(act="intake.edit", pol="role"))


def _mark_far_ahead(dana: Session, slip: RecordId) -> None:
    write_slip(dana, key_changes.WEEKLY, FAR_MS)


def _marks_of_weeks_to_come(dana: Session, slip: RecordId) -> None:
    for week in range(9):
        write_slip(dana, key_changes.WEEKLY, dana.log.now_ms() + week * WEEK_MS)


def _slips_far_ahead(dana: Session, slip: RecordId) -> None:
    write_slip(dana, slip, FAR_MS, replaces=True)


def _no_slip(dana: Session, slip: RecordId) -> None:
    home = the_one_of_kind(dana, CompartmentKind.INTAKE)
    for record in (key_changes.WEEKLY, RecordId(make_id())):
        with dana.work(home) as work:
            work.write(home, record, Slip.KIND, {"received": -1})
            work.commit(Entry(act="intake.edit", pol="role"))


@pytest.mark.long
@pytest.mark.parametrize("attack", [_mark_far_ahead, _marks_of_weeks_to_come, _slips_far_ahead, _no_slip])
def test_a_volunteer_stops_no_weekly_key(
    organisation: Organisation, attack: Callable[[Session, RecordId], None]
) -> None:
    organisation.exchange(MIRA, DANA)
    with organisation.open(DANA) as dana:
        attack(dana, intake.add(dana, name="Quillfeather", number="+49 30 5550 1234"))
    organisation.exchange(DANA, MIRA)
    with organisation.open(MIRA) as mira:
        for _ in range(3):
            forward(mira, 7)
            assert key_changes.rotate_weekly(mira)
            assert not key_changes.rotate_weekly(mira)


def test_whoever_writes_over_a_mark_brings_no_second_key(organisation: Organisation) -> None:
    with organisation.open(MIRA) as mira:
        intake.add(mira)
        forward(mira, 7)
        now_ms = mira.log.now_ms()
        assert key_changes.rotate_weekly(mira)
    organisation.exchange(MIRA, DANA)
    with organisation.open(DANA) as dana:
        write_slip(dana, key_changes.WEEKLY, FAR_MS, replaces=True)
    organisation.exchange(DANA, SELIN)
    with organisation.open(SELIN) as selin:
        selin.log.now_ms = lambda: now_ms
        selin.believe_clock()
        assert not key_changes.rotate_weekly(selin)


def test_before_a_jump_of_the_clock_was_confirmed_no_key_is_replaced(organisation: Organisation) -> None:
    with organisation.open(MIRA) as mira:
        intake.add(mira)
        at_ms = mira.log.now_ms() + WEEK_MS
        mira.log.now_ms = lambda: at_ms
        assert not key_changes.rotate_weekly(mira)
        mira.believe_clock()
        assert key_changes.rotate_weekly(mira)
