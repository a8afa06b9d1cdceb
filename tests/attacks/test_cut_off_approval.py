"""A leaver approved something after the cut-off of their proposal: what was done by it would be a fault for ever."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.english import in_english
from tests.services.approvals.test_by_file import IDENTITY, LAWYER
from tests.services.organisation import AMINA, KARIM, MIRA, Organisation, full_name, give
from tests.services.test_cut_off_of_a_leaver import signed_end
from vault.errors import RefusedError
from vault.seal.age import recipient_of
from vault.services.approvals import by_file
from vault.services.cases import cases
from vault.services.evidence import log_checking
from vault.services.exports import exporting, partners
from vault.services.exports.export_material import Wish
from vault.services.members import members, rostering


@pytest.mark.long
def test_an_approval_that_a_proposal_cuts_off_is_said_before_it_is_lost(
    organisation: Organisation, tmp_path: Path
) -> None:
    question, answer, wish = tmp_path / "question", tmp_path / "answer", Wish("lawyer", LAWYER, take_proposals=True)
    with organisation.at(MIRA, KARIM, AMINA) as (mira, karim, amina):
        assert members.change_roles(mira, karim.member, ["admin", "supervisor"], by_root=True).is_done
        partners.add(mira, name=LAWYER, age_recipient=recipient_of(IDENTITY), compared=True)
        for session in (karim, amina):
            give(mira, session, organisation.folder)
        signed = signed_end(mira, organisation)
        case = cases.create(amina, title="Hearing", kind="extradition").case
        exporting.ask(amina, case, wish, out=question, approver=full_name(KARIM))
        by_file.give(karim, question, answer, why="legal-referral")
        give(karim, amina, organisation.folder)
        done = exporting.export(amina, case, wish, out=tmp_path, answer=by_file.read_answer(amina, answer))
        assert isinstance(done, exporting.Exported)
        give(karim, mira, organisation.folder)

        assert any(
            line.endswith("becomes invalid: 1 approval") for line in in_english(rostering.show(mira, signed).changes)
        )
        with pytest.raises(RefusedError, match=r"would be lost for everybody: .*1 approval"):
            rostering.commit(mira, signed)

        assert rostering.commit(mira, signed_end(mira, organisation)).is_done
        give(mira, amina, organisation.folder)
        assert log_checking.verify(amina).faults == ()
