"""In the app: what a colleague erased waits in a list that says of each row why it is here and what a key does."""

from __future__ import annotations

import pytest

from tests.attacks.test_brought_back import erase_newest_alone
from tests.services.erased import erase_record
from tests.services.founded import PASSPHRASE
from tests.services.organisation import JOEL, TOMAS, Organisation
from tests.tui.desk import Desk
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.person import PersonChange
from vault.casework.vocabulary import NoteKind
from vault.ids import CompartmentId
from vault.services import housekeeping
from vault.services.cases import case_people, cases, notes
from vault.services.cases.editing import Place
from vault.services.grants import sharing

pytestmark = [pytest.mark.screen, pytest.mark.slow]

GOES, BACK = "Vexilda Morrowquay", "Zubin Tarnleaf"


def _add(session: Session, case: CompartmentId, name: str) -> Place:
    return Place(case, case_people.add(session, case, role="relative", names=[name]), "person")


def _desk(organisation: Organisation, name: str) -> Desk:
    account = organisation[name]
    account.place.proposed_today()
    return Desk(account.place, account.name, PASSPHRASE, unlocks=True)


def test_what_waits_goes_by_itself_or_at_once_after_a_yes_and_what_is_back_is_erased_again(
    organisation: Organisation,
) -> None:
    with organisation.open(TOMAS) as tomas:
        case = cases.create(tomas, title="C", kind="asylum", alone_reason="nobody").case
        note = notes.add(tomas, case, Note(NoteKind.CONTACT, "He is in Quietwater."))
        notes.withdraw(tomas, note.hex(), reason="false and dangerous")
        goes, back = (_add(tomas, case, name) for name in (GOES, BACK))
        sharing.grant(tomas, case, organisation.members(JOEL))
    organisation.exchange(TOMAS, JOEL)
    with organisation.open(JOEL) as joel:
        case_people.change(joel, back, PersonChange(born="1990"))
    with organisation.open(TOMAS) as tomas:
        erase_record(tomas, goes)
        erase_record(tomas, back)
        erase_newest_alone(tomas, case, note)
        housekeeping.settle(tomas)
    organisation.exchange(JOEL, TOMAS)
    with organisation.open(TOMAS) as tomas:
        housekeeping.settle(tomas)
    organisation.exchange(TOMAS, JOEL)

    with _desk(organisation, JOEL) as joel:
        joel.press(":what colleagues erased")
        joel.sees("3 rows", "the register", "stays")
        joel.press("enter")
        joel.sees("It goes by itself on that day; n removes it now.")
        joel.press("end", "enter")
        joel.sees("It stays: otherwise an earlier version would be shown again. Erase the record itself.")
        joel.press("r")
        joel.sees("No rule: nothing is proposed.")
        joel.press("right", "tab", " 0", "f4")
        joel.sees("! Months: is a number from 1")
        joel.press("escape", "y", "n")
        joel.sees("Remove now what colleagues erased?", "It cannot be brought back.")
        joel.press("escape")
        joel.sees("3 rows")
        joel.press("n", "y")
        joel.sees("4 records were removed.", "stays")
        joel.sees_not("the register")
    with _desk(organisation, TOMAS) as tomas:
        tomas.press(":what colleagues erased")
        tomas.sees("is back", "here; changed since")
        tomas.press("enter")
        tomas.sees("This is erased for good, with every earlier version:")
        tomas.press("f4", "y", "escape")
        tomas.sees("It is erased.", "0 rows")
    with organisation.open(JOEL) as joel:
        assert list(case_people.names_in(joel, case).values()) == [BACK]
