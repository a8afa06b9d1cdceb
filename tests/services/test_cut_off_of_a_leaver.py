"""A leaver's proposal is as old as the moment it was written: what came since is said before it is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.english import in_english
from tests.services.organisation import DANA, KARIM, MIRA, SELIN, TOMAS, Organisation, give
from tests.services.sheets_help import typed
from vault.access.recovering import Wish
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import RefusedError
from vault.ids import CompartmentKind
from vault.policy.roles import Action
from vault.services.approvals import erasing
from vault.services.backups import backups, restoring
from vault.services.cases import cases, holds, intake, notes
from vault.services.credentials import recovery
from vault.services.erasures.what_goes import what_goes
from vault.services.evidence import log_checking
from vault.services.grants import sharing
from vault.services.members import members, rostering
from vault.services.projection.places import the_one_of_kind

NEWS = Note(NoteKind.CONTACT, "The court has answered.")


def works_on_cases(mira: Session, karim: Session, organisation: Organisation) -> None:
    assert members.change_roles(mira, karim.member, ["admin", "caseworker"], by_root=True).is_done
    give(mira, karim, organisation.folder)


def signed_end(mira: Session, organisation: Organisation) -> bytes:
    """Return a proposal that lets Karim leave, which all who must have signed."""
    outcome = members.leave(mira, organisation[KARIM].member)
    assert outcome.proposal is not None
    with organisation.at(SELIN, TOMAS) as (selin, tomas):
        for session in (selin, tomas):
            give(mira, session, organisation.folder)
        _, by_one = rostering.sign(selin, outcome.proposal)
        return rostering.sign(tomas, by_one)[1]


def came_later(mira: Session, karim: Session, organisation: Organisation) -> cases.CaseMade:
    """Have Karim open a case, write a note and give it to Mira, who imports it: all after the proposal."""
    made = cases.create(karim, title="On her way", kind="asylum")
    notes.add(karim, made.case, NEWS)
    sharing.grant(karim, made.case, [mira.member])
    give(karim, mira, organisation.folder)
    return made


def test_what_came_after_a_proposal_is_not_lost_without_a_word(organisation: Organisation) -> None:
    with organisation.at(MIRA, KARIM) as (mira, karim):
        works_on_cases(mira, karim, organisation)
        signed = signed_end(mira, organisation)
        assert rostering.show(mira, signed).lost is None
        made = came_later(mira, karim, organisation)
        holds.hold(karim, made.case, reason="a court asks", review="2090-01-01")
        give(karim, mira, organisation.folder)

        shown = rostering.show(mira, signed)
        line = next(line for line in in_english(shown.changes) if "becomes invalid" in line)
        assert f"of {organisation[KARIM].name} wrote after the cut-off becomes invalid: " in line
        assert f"{made.ref} (" in line
        assert "records and its key)" in line
        assert "among them 1 legal hold or its release" in line
        with pytest.raises(RefusedError, match=f"would be lost for everybody.*{made.ref}") as refused:
            rostering.commit(mira, signed)
        assert "Write a new proposal instead" in str(refused.value.next_step)
        assert organisation[KARIM].member in mira.directory.effective.members

        # A new proposal takes it along: the case goes on, with whoever has it.
        later = signed_end(mira, organisation)
        assert rostering.show(mira, later).lost is None
        assert rostering.commit(mira, later).is_done
        notes.add(mira, made.case, NEWS)
        assert len(cases.open_case(mira, made.case).notes) == 2


def test_who_signs_reads_the_same_as_who_carries_it_out(organisation: Organisation) -> None:
    with organisation.at(MIRA, KARIM) as (mira, karim):
        works_on_cases(mira, karim, organisation)
        outcome = members.leave(mira, organisation[KARIM].member)
        assert outcome.proposal is not None
        give(mira, karim, organisation.folder)
        came_later(mira, karim, organisation)
        seen = rostering.show(mira, outcome.proposal).changes
        assert rostering.show(karim, outcome.proposal).changes == seen
        signed, _ = rostering.sign(karim, outcome.proposal)
        assert signed.changes == seen


def test_a_note_into_a_case_whose_grant_was_cut_off_is_refused_at_once(organisation: Organisation) -> None:
    with organisation.at(MIRA, KARIM) as (mira, karim):
        works_on_cases(mira, karim, organisation)
        old = cases.create(karim, title="From before", kind="asylum")
        give(karim, mira, organisation.folder)
        signed = signed_end(mira, organisation)
        made = came_later(mira, karim, organisation)
        sharing.grant(karim, old.case, [mira.member])
        give(karim, mira, organisation.folder)
        assert rostering.commit(mira, signed, accepts_loss=True).is_done
        for case in (made.case, old.case):
            with pytest.raises(RefusedError, match="nothing that you write in it would count"):
                notes.add(mira, case, NEWS)


@pytest.mark.long
def test_a_backup_names_a_case_that_nobody_can_use_and_who_comes_back_by_sheets_hears_whom_to_ask(
    organisation: Organisation, tmp_path: Path
) -> None:
    with organisation.at(MIRA, KARIM) as (mira, karim):
        works_on_cases(mira, karim, organisation)
        paper = typed(recovery.sheets(mira), 1, 2)
        signed = signed_end(mira, organisation)
        made = came_later(mira, karim, organisation)
        assert backups.make(mira, tmp_path / "stick").broken == ()
        assert rostering.commit(mira, signed, accepts_loss=True).is_done
        (broken,) = in_english(backups.make(mira, tmp_path / "stick").broken)
        left = f"Only those who left had its key: {organisation[KARIM].name}. Ask an admin."
        assert broken == f"{made.ref} cannot be used here: no key of it that this device was given counts. {left}"
    with organisation.open(MIRA) as mira:
        assert in_english(backups.make(mira, tmp_path / "later").broken) == (broken,)
    wish = Wish(organisation[MIRA].name, new_admin=False, everything=False, ends_old=True)
    back = restoring.restore_by_sheets(
        tmp_path / "stick", tmp_path / "new.vault", paper, wish, passphrase=bytearray(b"new"), state=tmp_path / "fresh"
    )
    assert in_english(back.vault.closed) == (
        f"1 case of the old device cannot be opened here. Its reference is inside it. {left}",
    )


def test_what_others_wrote_under_a_key_that_members_share_counts_although_that_key_was_cut_off(
    organisation: Organisation,
) -> None:
    with organisation.at(MIRA, KARIM, DANA) as (mira, karim, dana):
        assert members.change_roles(mira, karim.member, ["admin", "supervisor"], by_root=True).is_done
        for session in (karim, dana):
            give(mira, session, organisation.folder)
        signed = signed_end(mira, organisation)
        rule = karim.require(Action.INTAKE_WRITE)
        sharing.replace_key(karim, the_one_of_kind(karim, CompartmentKind.INTAKE), act="key.rotate", rule=rule)
        for session in (dana, mira):
            give(karim, session, organisation.folder)
        intake.add(dana, name="Ilham")
        assert any("(its key)" in line for line in in_english(rostering.show(mira, signed).changes))
        assert rostering.commit(mira, signed).is_done
        give(dana, mira, organisation.folder)  # she did not hear of it before
        give(mira, dana, organisation.folder)
        intake.add(dana, name="Sana")
        give(dana, mira, organisation.folder)
        assert [line.stored.value.name for line in intake.list_open(mira)] == ["Ilham", "Sana"]
        assert log_checking.verify(mira).faults == ()


def test_what_was_erased_after_a_proposal_is_said_before_the_erasure_counts_no_more(
    organisation: Organisation,
) -> None:
    with organisation.at(MIRA, KARIM) as (mira, karim):
        works_on_cases(mira, karim, organisation)
        signed = signed_end(mira, organisation)
        made = came_later(mira, karim, organisation)
        going = what_goes(karim, notes.add(karim, made.case, NEWS).hex())
        erasing.erase(karim, going, why="mistake")
        give(karim, mira, organisation.folder)
        line = next(line for line in in_english(rostering.show(mira, signed).changes) if "becomes invalid" in line)
        assert "1 erasure" in line
        assert "1 record that is not here" in line
        with pytest.raises(RefusedError, match="1 erasure"):
            rostering.commit(mira, signed)
