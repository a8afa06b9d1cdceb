"""What a call slip says becomes records of a case, its promise with a date."""

from __future__ import annotations

import datetime

from tests.tables import each
from vault.casework.intake import Slip, said_by
from vault.casework.story.events import Task
from vault.casework.vocabulary import PersonRole

RECEIVED = int(datetime.datetime(2026, 11, 28, 7).astimezone().timestamp() * 1000)


@each(
    {
        "a word and a time": ("tomorrow 10:00", "2026-11-29T10:00"),
        "a date": ("29.11.2026 10:00", "2026-11-29T10:00"),
        "a time of that day": ("17:00", "2026-11-28T17:00"),
        "no date": ("when she can", None),
        "nothing": ("", None),
    }
)
def test_a_promise_to_call_back_is_due_when_it_was_said(when: str, due: str | None) -> None:
    slip = Slip(received=RECEIVED, name="Noor", call_back=True, when=when)
    (task,) = [record for record in said_by(slip, PersonRole.CLIENT) if isinstance(record, Task)]
    assert task.due == due
    assert when in task.what
