"""A member who was revoked, or who left, and kept everything: a whole old copy, all keys, and the new files besides."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.attacks.burglar import everything
from tests.attacks.outsider import learn, learn_as
from tests.attacks.plaintext import forms
from tests.services.colleague import Colleague, admit
from tests.services.founded import Filled, Place
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import RefusedError, WrongPassphraseError
from vault.log.items import Item, ItemKind
from vault.records.work import Entry, Work
from vault.services.cases import case_people, cases, intake, notes, register
from vault.services.evidence import log_checking
from vault.services.exports import partners
from vault.services.grants import sharing
from vault.services.members import members
from vault.store.rowtypes import GrantRow

AGE = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
BEFORE = {"note": "Meadowsweet before", "slip": "Larkspur before"}
# What is written into the case that was taken back, and into what the organisation shares.
CASE_AFTER = {"note": "Meadowsweet after", "person": "Ossiandra After"}
SHARED_AFTER = {"slip": "Larkspur after", "partner": "Advocate After"}


def write_before(owner: Session, short: Filled) -> None:
    notes.add(owner, short.cases[0], Note(NoteKind.CONTACT, BEFORE["note"]))
    intake.add(owner, text=BEFORE["slip"])


def write_after(owner: Session, short: Filled) -> None:
    notes.add(owner, short.cases[0], Note(NoteKind.CONTACT, CASE_AFTER["note"]))
    case_people.add(owner, short.cases[0], role="witness", names=[CASE_AFTER["person"]])
    intake.add(owner, text=SHARED_AFTER["slip"])
    partners.add(owner, name=SHARED_AFTER["partner"], age_recipient=AGE, compared=True)
    register.add(owner, [CASE_AFTER["person"]])


def revoke(owner: Session, short: Filled, colleague: Colleague) -> None:
    sharing.revoke(owner, short.cases[0], [colleague.member])


def let_leave(owner: Session, short: Filled, colleague: Colleague) -> None:
    assert members.leave(owner, colleague.member).is_done


def found_by(colleague: Colleague, old: Place, new: Filled) -> set[str]:
    """Return which words the colleague reads: of the old copy, of the folder now, with the key of either database."""
    learned = learn_as(old.path, colleague.name, colleague.passphrase)
    leaked = (learned.key, learn(new.path).key)
    found = everything((old.path, old.state, new.path), new.place.vault_id, learned.secrets, leaked)
    words = (*BEFORE.values(), *CASE_AFTER.values(), *SHARED_AFTER.values())
    return {word for word in words if any(form in found for form in forms(word))}


@pytest.fixture
def colleague(short: Filled) -> Colleague:
    """A supervisor in the same folder who holds the first case, and intake and register."""
    with short.open() as owner:
        write_before(owner, short)
        made = admit(owner)
        sharing.grant(owner, short.cases[0], [made.member])
    with made.open(short.place) as session:
        cases.open_case(session, short.cases[0])
    return made


@pytest.mark.parametrize(
    ("ended", "still_theirs"),
    [
        pytest.param(revoke, set(SHARED_AFTER.values()), id="revoked from the case"),
        pytest.param(let_leave, set[str](), id="left the organisation"),
    ],
)
def test_a_full_old_copy_opens_nothing_that_was_written_after(
    short: Filled,
    colleague: Colleague,
    ended: Callable[[Session, Filled, Colleague], None],
    still_theirs: set[str],
    tmp_path: Path,
) -> None:
    old = short.place.copied_to(tmp_path / "kept")
    with short.open() as owner:
        ended(owner, short, colleague)
        write_after(owner, short)
    assert found_by(colleague, old, short) == set(BEFORE.values()) | still_theirs


def test_old_grants_put_back_and_listed_once_more_give_nothing_back(
    short: Filled, colleague: Colleague, tmp_path: Path
) -> None:
    """Replay: the very rows that the owner once sealed and listed, and a list of the attacker's own that names them."""
    case = short.cases[0]
    old = short.place.copied_to(tmp_path / "kept")
    with old.open() as kept, kept.database.reading() as rows:
        grants = [row for row in rows.grants() if row.seat == colleague.seat]
        wraps = list(rows.version_keys(kept.log.origin, 0, rows.size(kept.log.origin)))
    assert grants
    with short.open() as owner:
        revoke(owner, short, colleague)
        write_after(owner, short)
        now = owner.state_of(case)
    assert now is not None
    with colleague.open(short.place) as attacker:
        _put_back(attacker, grants)
        with attacker.database.transaction() as rows:
            rows.add_version_keys(
                [row for row in wraps if row not in set(rows.version_keys(row.origin, row.seq, row.seq + 1))]
            )
        with Work(attacker.log) as work:
            work._items += [Item.in_compartment(ItemKind.GRANT, case, grant.digest) for grant in grants]
            work.commit(Entry(act="grant.add"))
    with colleague.open(short.place) as attacker:
        assert not attacker.holds(case)
        with pytest.raises(RefusedError, match="was not granted to you"):
            cases.open_case(attacker, case)
    assert found_by(colleague, old, short) == set(BEFORE.values()) | set(SHARED_AFTER.values())
    with short.open() as owner:
        state = owner.state_of(case)
        assert state is not None
        assert (state.current, state.holders, state.cutoffs) == (now.current, now.holders, now.cutoffs)
        assert {CASE_AFTER["note"]} <= {note.value.text for note in cases.open_case(owner, case).notes}
        assert log_checking.verify(owner).verified


def _put_back(attacker: Session, grants: list[GrantRow]) -> None:
    with attacker.database.transaction() as rows:
        here = {row.digest for row in rows.grants()}
        rows.add_grants([row for row in grants if row.digest not in here])


def test_who_left_has_no_way_into_the_folder_any_more(short: Filled, colleague: Colleague, tmp_path: Path) -> None:
    """Neither by the old `keys` file beside the new database, nor by the slot in the new one."""
    old = short.place.copied_to(tmp_path / "kept")
    with short.open() as owner:
        let_leave(owner, short, colleague)
    with pytest.raises(WrongPassphraseError):
        colleague.open(short.place)
    learned = learn_as(old.path, colleague.name, colleague.passphrase)
    assert learned.key != learn(short.path).key
