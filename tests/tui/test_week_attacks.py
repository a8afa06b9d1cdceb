"""What somebody writes in a case of their own stands in the week for nothing but itself."""

from __future__ import annotations

import datetime

from tests.tui.house import House
from vault.casework.story.deadline import Deadline
from vault.records.work import Entry
from vault.services.cases import cases, story
from vault.services.grants import sharing


def test_done_in_the_week_is_said_of_the_row_that_is_seen_whatever_ids_other_cases_have(house: House) -> None:
    today = datetime.date.today()
    with house.open("Amina") as amina:
        record = story.add(
            amina, house.case, Deadline(what="REAL appeal", at=(today + datetime.timedelta(1)).isoformat())
        )
    with house.open("Joel") as joel:  # he knows the id; his case, not hers
        own = cases.create(joel, title="Joel's", kind="asylum").case
        sharing.grant(joel, own, [house.people["Amina"].member])
        with joel.work(own) as work:
            work.keep(own, Deadline(what="call me back", at=today.isoformat()), record)
            work.commit(Entry(act="deadline.create"))
    with house.desk("Amina") as amina:
        amina.press(":week", "up")
        assert [line for line in amina.lines().splitlines() if line.startswith(">") and "call me back" in line]
        amina.press("space")
    with house.open("Amina") as session:
        left = [line.headline for line in story.due(session).lines if line.record == record]
        assert left == ["REAL appeal"]
