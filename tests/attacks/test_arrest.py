"""One admin of two is arrested, with her device, her passphrase and copies of all others: the others go on without her.

She founded the vault and holds everything that the organisation shares, so that whatever is not replaced shows.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import pytest

from tests.attacks.burglar import everything
from tests.attacks.outsider import learn_as
from tests.attacks.plaintext import forms
from tests.services.founded import PASSPHRASE
from tests.services.organisation import JOEL, KARIM, MIRA, SELIN, TOMAS, Organisation, give, share
from vault.access.membership.roster_commit import shared_compartments
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.ids import CompartmentId
from vault.log.items import Item, ItemKind
from vault.records.work import Entry, Work
from vault.services import housekeeping
from vault.services.cases import cases, intake, notes
from vault.services.evidence import log_checking
from vault.services.exports import partners
from vault.services.members import members, rostering

BEFORE = {"case": "Woodruff before", "slip": "Pimpernel before", "partner": "Advocate Before"}
AFTER = {"case": "Woodruff after", "slip": "Pimpernel after", "partner": "Advocate After"}
LATE = "Mira, from the cell"
AGE = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
LEFT = (KARIM, SELIN, TOMAS)


@dataclass(frozen=True, slots=True)
class Arrested:
    """The organisation after it ended the devices of its founder; and a case of hers that two others hold."""

    organisation: Organisation
    case: CompartmentId
    shared_before: dict[str, frozenset[bytes]]


@pytest.fixture(scope="module")
def arrested(organisation_template: Organisation, tmp_path_factory: pytest.TempPathFactory) -> Arrested:
    organisation = organisation_template.copied_to(tmp_path_factory.mktemp("arrest"))
    with organisation.open(MIRA) as mira:
        case = cases.create(mira, title="A case of three", kind="asylum").case
        share(mira, case, organisation, SELIN, JOEL)
        notes.add(mira, case, Note(NoteKind.CONTACT, BEFORE["case"]))
        intake.add(mira, text=BEFORE["slip"])
        partners.add(mira, name=BEFORE["partner"], age_recipient=AGE, compared=True)
        before = current_keys(mira)
    for name in (*LEFT, JOEL):
        organisation.exchange(MIRA, name)
    with organisation.at(*LEFT) as (karim, selin, tomas):
        outcome = members.leave(karim, organisation[MIRA].member)
        assert str(outcome.missing) == "a second admin, or two others (supervisor)"
        assert outcome.proposal is not None
        _, by_one = rostering.sign(selin, outcome.proposal)
        _, by_both = rostering.sign(tomas, by_one)
        assert rostering.commit(karim, by_both).ended == (organisation[MIRA].seat,)
        meet(organisation, karim, selin, tomas)
        notes.add(selin, case, Note(NoteKind.CONTACT, AFTER["case"]))
        intake.add(tomas, text=AFTER["slip"])
        partners.add(karim, name=AFTER["partner"], age_recipient=AGE, compared=True)
        meet(organisation, karim, selin, tomas)
    return Arrested(organisation, case, before)


def meet(organisation: Organisation, karim: Session, selin: Session, tomas: Session) -> None:
    """Bring three devices level; each does what it owes to the others as it does when somebody opens it."""
    for giver, taker in ((karim, selin), (selin, tomas), (tomas, selin), (selin, karim), (karim, tomas)):
        give(giver, taker, organisation.folder)
        housekeeping.settle(taker)


def current_keys(session: Session) -> dict[str, frozenset[bytes]]:
    found = {kind.name: session.state_of(one) for kind, one in shared_compartments(session).items()}
    return {name: frozenset(state.current) for name, state in found.items() if state is not None}


@pytest.mark.parametrize("name", LEFT)
def test_every_key_that_she_held_is_replaced_and_she_holds_none_of_the_new_ones(arrested: Arrested, name: str) -> None:
    gone = arrested.organisation[MIRA].seat
    with arrested.organisation.open(name) as session:
        shared = shared_compartments(session)
        now = current_keys(session)
        assert now.keys() >= {"DIRECTORY"}
        assert not any(now[kind] & arrested.shared_before[kind] for kind in now)
        for compartment in (*shared.values(), *([arrested.case] if name == SELIN else ())):
            state = session.state_of(compartment)
            assert state is not None
            assert gone not in state.holders
        assert log_checking.verify(session).verified


def test_everybody_who_should_reads_everything(arrested: Arrested) -> None:
    with arrested.organisation.at(*LEFT) as (karim, selin, tomas):
        texts = {note.value.text for note in cases.open_case(selin, arrested.case).notes}
        assert {BEFORE["case"], AFTER["case"]} <= texts
        for session in (selin, tomas):
            assert {line.stored.value.text for line in intake.list_open(session)} == {BEFORE["slip"], AFTER["slip"]}
        for session in (karim, selin, tomas):
            assert {one.name for one in partners.list_all(session)} == {BEFORE["partner"], AFTER["partner"]}


def test_her_keys_open_in_the_folders_of_all_others_nothing_that_came_after(arrested: Arrested) -> None:
    accounts = [arrested.organisation[name] for name in (MIRA, *LEFT)]
    learned = [learn_as(account.place.path, account.name, PASSPHRASE) for account in accounts]
    found = everything(
        [account.place.path for account in accounts],
        accounts[0].place.vault_id,
        learned[0].secrets,
        [one.key for one in learned],
    )
    assert {name for name, text in BEFORE.items() if any(form in found for form in forms(text))} == set(BEFORE)
    assert {name for name, text in AFTER.items() if any(form in found for form in forms(text))} == set()


@pytest.mark.long
def test_nothing_that_she_writes_afterwards_counts_for_anybody(arrested: Arrested) -> None:
    organisation = arrested.organisation.copied_to(arrested.organisation.folder.with_name("late"))
    with organisation.at(MIRA, KARIM, SELIN, JOEL) as (mira, karim, selin, joel):
        notes.add(mira, arrested.case, Note(NoteKind.CONTACT, LATE))
        assert members.suspend(mira, organisation[TOMAS].member).is_done  # by the rules that her device knows
        cases.create(mira, title="made in the cell", kind="asylum")
        with Work(mira.log) as work:  # things that are nowhere, listed so that others miss them
            kinds = (ItemKind.VERSION, ItemKind.EPOCH, ItemKind.GRANT)
            work._items += [Item.in_compartment(kind, arrested.case, secrets.token_bytes(32)) for kind in kinds]
            work.commit(Entry(act="case.create"))
        for taker in (karim, selin):
            give(mira, taker, organisation.folder)
            housekeeping.settle(taker)
            assert organisation[TOMAS].seat in taker.directory.effective.certificates
            assert organisation[MIRA].member not in taker.directory.effective.members
        give(karim, joel, organisation.folder)
        give(mira, joel, organisation.folder)
        state = joel.state_of(arrested.case)
        assert state is not None
        assert organisation[MIRA].seat in state.holders  # he knows of her end, and has not replaced the key yet
        for session in (selin, joel):
            assert LATE not in {note.value.text for note in cases.open_case(session, arrested.case).notes}
        assert "C4" in {one.check for one in joel.quarantine}
        notes.add(selin, arrested.case, Note(NoteKind.CONTACT, "work goes on"))
        assert log_checking.verify(selin).verified
        selin.require_sound_log()  # what she sends keeps nobody from exporting
