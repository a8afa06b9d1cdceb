"""Whoever breaks the glass in the name of another holder is named themselves, to that one too."""

from __future__ import annotations

import pytest

from tests.services.organisation import AMINA, JOEL, SELIN, TOMAS, Organisation, full_name, share
from vault.casework.case import Access, GrantReason
from vault.ids import RecordId
from vault.records.versions import to_fields
from vault.records.work import Entry
from vault.seal.named import access_record
from vault.services import housekeeping
from vault.services.cases import cases
from vault.services.grants import sharing, timed_grants

DAY_MS = 86_400_000


@pytest.mark.parametrize("holder", [TOMAS, SELIN], ids=["the one named", "another"])
def test_who_opened_a_case_is_whose_log_says_so(organisation: Organisation, holder: str) -> None:
    joel, tomas = organisation.members(JOEL, TOMAS)
    with organisation.open(AMINA) as amina:
        case = cases.create(amina, title="A title", kind="asylum").case
        share(amina, case, organisation, TOMAS, SELIN)
        until_ms = amina.log.now_ms() + 10 * DAY_MS
        false = Access(member=joel, why=GrantReason.EMERGENCY, given_by=tomas, until=until_ms)
        with amina.work(case) as work:
            work.write(case, RecordId(access_record(joel)), Access.KIND, to_fields(false))
            work.commit(Entry(act="case.edit", pol="x"))
        sharing.grant(amina, case, [joel])
    organisation.exchange(AMINA, holder)
    with organisation.open(holder) as session:
        (line,) = housekeeping.settle(session)
        (term,) = timed_grants.terms_of(session, case)
    assert str(line).startswith(
        f"BREAK-GLASS: {full_name(AMINA)} opened 1 of the cases that you hold to {full_name(JOEL)}, until "
    )
    assert term.given_by == organisation[AMINA].member
