"""What falls with an ended or revoked device is said before and told after: in both histories, and of others too."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.english import in_english
from tests.services.organisation import AMINA, JOEL, KARIM, MIRA, SELIN, TOMAS, Organisation, give
from tests.services.test_cut_off_of_a_leaver import came_later, signed_end, works_on_cases
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import RefusedError
from vault.ids import CompartmentId
from vault.services.cases import cases, notes
from vault.services.evidence import log_checking
from vault.services.exchange import syncing
from vault.services.grants import sharing
from vault.services.members import rostering
from vault.words.finding import Code

MOVED = Note(NoteKind.CONTACT, "She was moved to another prison.")


def seen(session: Session, case: CompartmentId) -> list[str]:
    return [note.value.text for note in cases.open_case(session, case).notes]


def told(session: Session) -> tuple[str, ...]:
    return in_english(alarm.message for alarm in session.alarms if alarm.code is Code.UNENTITLED)


def requires_a_word(session: Session, signed: bytes, what: str) -> None:
    assert any(what in line for line in in_english(rostering.show(session, signed).changes))
    with pytest.raises(RefusedError, match="work that is here would be lost for everybody") as refused:
        rostering.commit(session, signed)
    assert what in str(refused.value.message)


@pytest.mark.long
def test_a_log_of_two_histories_hides_nothing_of_what_an_ending_loses(
    organisation: Organisation, tmp_path: Path
) -> None:
    with organisation.at(MIRA, KARIM) as (mira, karim):
        works_on_cases(mira, karim, organisation)
        old = cases.create(mira, title="Detained", kind="asylum")
        sharing.grant(mira, old.case, [karim.member])
        give(mira, karim, organisation.folder)
    seized = organisation.copied_to(tmp_path / "seized")
    with organisation.at(MIRA, KARIM) as (mira, karim):
        signed = signed_end(mira, organisation)
        made = came_later(mira, karim, organisation)
        requires_a_word(mira, signed, f"{made.ref} (2 records and its key)")
    with seized.open(KARIM) as copy, organisation.open(MIRA) as mira:
        notes.add(copy, old.case, MOVED)
        give(copy, mira, organisation.folder)
        requires_a_word(mira, signed, f"{made.ref} (2 records and its key)")
        assert f"{old.ref} (1 record)" in str(rostering.show(mira, signed).lost)

        # A new proposal has seen both histories, and loses nothing.
        later = signed_end(mira, organisation)
        assert rostering.show(mira, later).lost is None
        assert rostering.commit(mira, later).is_done
        assert (seen(mira, made.case), seen(mira, old.case)) == (["The court has answered."], [MOVED.text])


def shared_by_both(mira: Session, karim: Session, organisation: Organisation) -> cases.CaseMade:
    """Return a case that Mira made, and that Karim and Selin hold."""
    works_on_cases(mira, karim, organisation)
    made = cases.create(mira, title="Detained", kind="asylum")
    sharing.grant(mira, made.case, organisation.members(KARIM, SELIN))
    give(mira, karim, organisation.folder)
    return made


@pytest.mark.long
def test_what_others_wrote_under_a_key_that_is_cut_off_is_said_before_and_told_after(
    organisation: Organisation,
) -> None:
    folder = organisation.folder
    with organisation.at(MIRA, KARIM) as (mira, karim):
        made = shared_by_both(mira, karim, organisation)
        signed = signed_end(mira, organisation)
        with organisation.at(SELIN, JOEL) as (selin, joel):
            sharing.grant(karim, made.case, [joel.member])
            give(karim, joel, folder)
            notes.add(joel, made.case, MOVED)
            for giver, taker in ((karim, mira), (joel, mira), (mira, selin)):
                give(giver, taker, folder)
            assert seen(mira, made.case) == seen(selin, made.case) == [MOVED.text]

            requires_a_word(mira, signed, f"{made.ref} (its key and 1 record that others wrote with it)")
            assert rostering.commit(mira, signed, accepts_loss=True).is_done
            give(mira, selin, folder)
            for session in (mira, selin):
                assert seen(session, made.case) == []
                (alarm,) = told(session)
                assert f"(in {made.ref}; first: entry " in alarm
                assert "a grant of it brings" in alarm
                assert log_checking.verify(session).faults == ()

            # As it says: somebody who may gives the case to the author, and the note is there again.
            sharing.grant(mira, made.case, [joel.member])
            give(mira, selin, folder)
            assert seen(mira, made.case) == seen(selin, made.case) == [MOVED.text]
            assert told(mira) == told(selin) == ()


@pytest.mark.long
def test_what_others_wrote_who_have_the_case_from_somebody_else_too_stays(organisation: Organisation) -> None:
    folder = organisation.folder
    with organisation.at(MIRA, KARIM) as (mira, karim):
        made = shared_by_both(mira, karim, organisation)
        signed = signed_end(mira, organisation)
        sharing.rotate(karim, made.case)
        with organisation.open(SELIN) as selin:
            give(karim, selin, folder)
            notes.add(selin, made.case, MOVED)
            give(karim, mira, folder)
            give(selin, mira, folder)
            assert f"{made.ref} (its key)" in str(rostering.show(mira, signed).lost)
            assert rostering.commit(mira, signed, accepts_loss=True).is_done
            give(mira, selin, folder)
            assert seen(mira, made.case) == seen(selin, made.case) == [MOVED.text]
            assert told(mira) == told(selin) == ()


@pytest.mark.long
@pytest.mark.parametrize("hears_of_the_end_first", [False, True])
def test_what_a_second_history_gave_falls_alike_in_either_order(
    organisation: Organisation, tmp_path: Path, hears_of_the_end_first: bool
) -> None:
    folder = organisation.folder
    with organisation.at(MIRA, KARIM) as (mira, karim):
        made = shared_by_both(mira, karim, organisation)
    seized = organisation.copied_to(tmp_path / "seized")
    with organisation.at(MIRA, KARIM, SELIN) as (mira, karim, selin):
        cases.create(karim, title="By the true Karim", kind="asylum")
        give(karim, mira, folder)
        give(mira, selin, folder)
    with seized.open(KARIM) as copy, organisation.at(SELIN, JOEL) as (selin, joel):
        sharing.grant(copy, made.case, [joel.member])
        give(copy, joel, folder)
        notes.add(joel, made.case, MOVED)
        copied = [folder / "copy", folder / "joel"]
        syncing.make(copy, selin.member, copied[0])
        syncing.make(joel, selin.member, copied[1])
    with organisation.open(MIRA) as mira:  # she saw nothing of the copy
        signed = signed_end(mira, organisation)
        assert rostering.show(mira, signed).lost is None
        assert rostering.commit(mira, signed).is_done
        with organisation.open(SELIN) as selin:
            if hears_of_the_end_first:
                give(mira, selin, folder)
            for bundle in copied:
                syncing.import_bundle(selin, bundle)
            if not hears_of_the_end_first:
                assert seen(selin, made.case) == [MOVED.text]
                give(mira, selin, folder)
            assert seen(selin, made.case) == []
            assert len(told(selin)) == 1


@pytest.mark.long
def test_what_was_written_under_a_key_from_somebody_revoked_falls_alike_and_is_told(organisation: Organisation) -> None:
    folder = organisation.folder
    with organisation.at(SELIN, JOEL, AMINA, TOMAS) as (selin, joel, amina, tomas):
        made = cases.create(selin, title="Detained", kind="asylum", alone_reason="nobody")
        sharing.grant(selin, made.case, organisation.members(JOEL, TOMAS))
        for giver, taker in ((selin, joel), (selin, tomas), (joel, selin)):
            give(giver, taker, folder)
        sharing.revoke(selin, made.case, [joel.member])
        sharing.grant(joel, made.case, [amina.member])  # he did not hear of it
        give(joel, amina, folder)
        notes.add(amina, made.case, MOVED)
        for giver in (joel, amina):
            give(giver, tomas, folder)
        assert seen(tomas, made.case) == [MOVED.text]

        for giver, taker in ((selin, tomas), (joel, selin), (amina, selin)):
            give(giver, taker, folder)
        for session in (selin, tomas):
            assert seen(session, made.case) == []
            (alarm,) = told(session)
            assert f"(in {made.ref}; first: entry " in alarm

        sharing.grant(tomas, made.case, [amina.member])
        give(tomas, selin, folder)
        assert seen(tomas, made.case) == seen(selin, made.case) == [MOVED.text]


@pytest.mark.long
@pytest.mark.parametrize("hears_first", [SELIN, TOMAS])
def test_a_revocation_that_binds_again_takes_the_same_on_every_device(
    organisation: Organisation, hears_first: str
) -> None:
    folder = organisation.folder
    with organisation.at(SELIN, TOMAS, JOEL, AMINA) as (selin, tomas, joel, amina):
        made = cases.create(selin, title="Detained", kind="asylum", alone_reason="nobody")
        sharing.grant(selin, made.case, organisation.members(TOMAS, JOEL, AMINA))
        for session in (tomas, joel, amina):
            give(selin, session, folder)
            give(session, selin, folder)
        sharing.revoke(selin, made.case, [tomas.member])
        sharing.revoke(tomas, made.case, [joel.member])  # apart: it binds nobody where that of the founder is known
        notes.add(joel, made.case, MOVED)
        by_tomas, by_selin = folder / "by-tomas", folder / "by-selin"
        syncing.make(tomas, amina.member, by_tomas)
        syncing.make(selin, amina.member, by_selin)
        give(joel, amina, folder)
        for bundle in (by_selin, by_tomas) if hears_first == SELIN else (by_tomas, by_selin):
            syncing.import_bundle(amina, bundle)
            amina_sees = seen(amina, made.case)
        for session in (tomas, joel):
            give(session, selin, folder)
        assert amina_sees == seen(selin, made.case) == [MOVED.text]

        sharing.grant(selin, made.case, [tomas.member])  # that ends hers, and his binds
        give(selin, amina, folder)
        assert seen(selin, made.case) == seen(amina, made.case) == []
        assert len(told(selin)) == len(told(amina)) == 1
