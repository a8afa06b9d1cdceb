"""Who left already is asked for once more: what can be withdrawn only now is, and nothing else happens."""

from __future__ import annotations

import pytest

from tests.services.office import DAY_MS, Office
from vault.errors import NotFoundError, RefusedError
from vault.services.approvals import breaking_glass
from vault.services.cases import cases
from vault.services.grants import sharing
from vault.services.members import members


def test_a_leaving_that_was_interrupted_is_ended_when_it_is_said_again_and_nothing_more_then(office: Office) -> None:
    def interrupt(*_: int) -> None:
        raise KeyboardInterrupt

    with office.place.open() as mira:
        found = [cases.create(mira, title=title, kind="asylum").case for title in ("one", "two")]
        for case in found:
            sharing.grant(mira, case, [office.amina.member])
        with pytest.raises(KeyboardInterrupt):
            members.leave(mira, office.amina.member, progress=interrupt)
    with office.place.open() as mira:
        assert office.amina.member not in mira.directory.effective.members
        number = mira.directory.effective.head.number
        outcome = members.leave(mira, office.amina.member)
        assert outcome.cases in {1, 2}  # one may have been done before the interruption
        assert (outcome.pending, outcome.number) == (0, number)
        with pytest.raises(RefusedError, match="is not in the newest list of members"):
            members.leave(mira, office.amina.member)
        for case in found:
            with pytest.raises(RefusedError, match="no role that can open cases"):
                sharing.grant(mira, case, [office.amina.member])


def test_a_member_without_a_device_is_given_no_case(office: Office) -> None:
    with office.place.open() as mira:
        assert members.suspend(mira, office.amina.member).is_done
        case = cases.create(mira, title="A title", kind="asylum").case
        with pytest.raises(NotFoundError, match="Amina Ruskova has no device yet"):
            sharing.grant(mira, case, [office.amina.member])
        with pytest.raises(NotFoundError, match="none of these members can open the case"):
            sharing.revoke(mira, case, [office.amina.member])
        with pytest.raises(RefusedError, match="this member has no device"):
            breaking_glass.break_glass(
                mira, case, office.amina.member, until_ms=mira.log.now_ms() + DAY_MS, why="casework"
            )
