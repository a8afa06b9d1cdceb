"""What is on its way is missing after 14 days, however often a colleague's erasure removes the indexes of a folder."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from tests.attacks.test_made_up_approvals import NOBODY_GAVE, named
from tests.services.office import DAY_MS, Office, office, office_template
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.records.work import Entry
from vault.services.approvals import erasing
from vault.services.cases import cases, notes
from vault.services.erasures import what_goes
from vault.services.projection.projection import audit_of

__all__ = ["office", "office_template"]  # fixtures


@contextmanager
def nadia_later(office: Office, days: int) -> Iterator[Session]:
    with office.open(office.nadia) as nadia:
        now_ms = nadia.log.now_ms() + days * DAY_MS
        nadia.log.now_ms = lambda: now_ms
        yield nadia


def test_an_erasure_by_a_colleague_of_the_folder_does_not_begin_the_fourteen_days_again(office: Office) -> None:
    with office.open(office.amina) as amina:
        case = cases.create(amina, title="Hearing", kind="asylum", alone_reason="nobody").case
        with amina.work(case) as work:
            work.list_approval(secrets.token_bytes(200))
            work.keep(case, Note(NoteKind.CONTACT, "They called."))
            work.commit(Entry(act="export.begin", why="legal-referral", obj=audit_of(amina, case)))
    with office.open(office.joel) as joel:
        own = cases.create(joel, title="Another", kind="asylum", alone_reason="nobody").case
        note = notes.add(joel, own, Note(NoteKind.CONTACT, "A mistake."))
    with nadia_later(office, 0) as nadia:
        assert len(named(nadia)[1]) == 1
    with office.open(office.joel) as joel:
        erasing.erase(joel, what_goes.what_goes(joel, note.hex()), why="mistake")
    with nadia_later(office, 13) as nadia:
        assert len(named(nadia)[1]) == 1
    with nadia_later(office, 15) as nadia:
        assert named(nadia) == ([NOBODY_GAVE], [])
