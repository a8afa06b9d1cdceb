"""Who is in a case: given by who has it, taken by who stands above, and what each of them reads and writes then."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.services.office import Office
from tests.services.organisation import AMINA, JOEL, MIRA, SELIN, Organisation, give
from tests.tables import refuses
from vault.access.session import Session
from vault.acts.grant import GIVE
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.durations import DAY_MS
from vault.errors import NotFoundError, RefusedError, VaultError
from vault.ids import CompartmentId, MemberId
from vault.services.cases import cases, notes
from vault.services.grants import sharing, timed_grants
from vault.trust.trust_items import Rank


def texts(session: Session, case: CompartmentId) -> list[str]:
    return [one.value.text for one in cases.open_case(session, case).notes]


def write(session: Session, case: CompartmentId, text: str) -> None:
    notes.add(session, case, Note(NoteKind.CONTACT, text))


def test_founder_and_deputy_keep_a_case_and_who_is_given_it_is_a_member_unless_it_is_said(office: Office) -> None:
    with office.open(office.amina) as amina:
        case = cases.create(amina, title="T", kind="asylum").case
        assert sharing.grant(amina, case, [office.nadia.member]) == {office.nadia.member}
        ranks = {office.amina.member: Rank.KEEPER, office.joel.member: Rank.KEEPER}
        assert sharing.ranks_of(amina, case) == ranks | {office.nadia.member: Rank.MEMBER}
        assert sharing.grant(amina, case, [office.nadia.member], rank=Rank.LEAD) == frozenset()
        assert sharing.ranks_of(amina, case) == ranks | {office.nadia.member: Rank.LEAD}


def test_equals_cannot_put_each_other_out_and_nobody_gives_more_than_they_have(office: Office) -> None:
    with office.open(office.amina) as amina:
        case = cases.create(amina, title="T", kind="asylum").case
        sharing.grant(amina, case, [office.nadia.member])
        with pytest.raises(RefusedError, match="the same standing in this case as you, or a higher one"):
            sharing.revoke(amina, case, [office.joel.member])
        with pytest.raises(RefusedError, match="cannot revoke a case from themselves"):
            sharing.revoke(amina, case, [office.amina.member])
    with office.open(office.nadia) as nadia:
        before = nadia.log.size
        with pytest.raises(RefusedError, match="the same standing in this case as you, or a higher one"):
            sharing.revoke(nadia, case, [office.amina.member])
        with pytest.raises(RefusedError, match="a higher standing in a case than your own"):
            sharing.grant(nadia, case, [office.nadia.member], rank=Rank.LEAD)
        assert nadia.log.size == before


def test_what_cannot_be_given_is_refused_before_anything_is_asked(office: Office) -> None:
    with office.open(office.amina) as amina:
        case = cases.create(amina, title="T", kind="asylum").case
        said = {"case": (case.hex(),), "to": (office.nadia.member.hex(),)}
        sharing.grant(amina, case, [office.nadia.member])
        refused = {
            "a day before": ({"until": ("2099-01-01",)}, "cannot be shortened"),
            "a day that is over": ({"until": ("2020-01-01",)}, "that day has passed"),
        }
        for wrong, words in refused.values():
            with pytest.raises(VaultError, match=words):
                GIVE.look(amina, said | wrong)
    with (
        office.open(office.nadia) as nadia,
        pytest.raises(RefusedError, match="higher standing in a case than your own"),
    ):
        GIVE.look(nadia, said | {"rank": ("lead",)})


def test_who_was_put_out_reads_nothing_new_and_is_let_back_by_who_stands_as_high(office: Office) -> None:
    with office.open(office.amina) as amina:
        case = cases.create(amina, title="T", kind="asylum").case
        sharing.grant(amina, case, [office.nadia.member])
    with office.open(office.nadia) as nadia:
        write(nadia, case, "by Nadia")
    with office.open(office.amina) as amina:
        assert sharing.revoke(amina, case, [office.nadia.member]) == {office.nadia.member}
        with pytest.raises(NotFoundError, match="none of these members can open the case"):
            sharing.revoke(amina, case, [office.nadia.member])
        write(amina, case, "without Nadia")
        assert texts(amina, case) == ["by Nadia", "without Nadia"]
    with office.open(office.nadia) as nadia:
        for act in (lambda: cases.open_case(nadia, case), lambda: write(nadia, case, "late")):
            refuses(RefusedError, "not granted to you", act)
    with office.open(office.joel) as joel:
        sharing.grant(joel, case, [office.nadia.member])
    with office.open(office.nadia) as nadia:
        assert texts(nadia, case) == ["by Nadia", "without Nadia"]


@contextmanager
def _shared(organisation: Organisation, *names: str) -> Iterator[tuple[CompartmentId, list[Session]]]:
    """Open the devices of these members; the first founds a case and shares it with all the others."""
    with organisation.at(*names) as sessions:
        first, *others = sessions
        case = cases.create(first, title="T", kind="asylum", alone_reason="no deputy").case
        sharing.grant(first, case, [session.member for session in others])
        for session in others:
            give(first, session)
        yield case, list(sessions)


def test_what_an_admin_took_comes_back_by_the_same_admin_or_by_two_and_by_no_keeper(organisation: Organisation) -> None:
    with _shared(organisation, AMINA, MIRA, SELIN, JOEL) as (case, (amina, mira, selin, joel)):
        assert sharing.revoke(mira, case, [amina.member, joel.member]) == {amina.member, joel.member}
        give(mira, selin)
        refuses(RefusedError, "an admin took this case from", sharing.grant, selin, case, [amina.member])
        assert members_in(selin, case) == {mira.member, selin.member}
        sharing.grant(mira, case, [amina.member])
        write(mira, case, "with Amina again")
        for session in (selin, amina):
            give(mira, session)
        assert members_in(selin, case) == {amina.member, mira.member, selin.member}
        assert texts(amina, case) == ["with Amina again"]


def members_in(session: Session, case: CompartmentId) -> set[MemberId]:
    return set(sharing.holders_of(session, case).members)


def test_of_two_days_that_two_gave_at_once_the_list_shows_the_one_that_counts(organisation: Organisation) -> None:
    with _shared(organisation, AMINA, JOEL) as (case, (amina, joel)):
        now, (selin,) = amina.clock().trusted_ms, organisation.members(SELIN)
        for session, days in ((amina, 9), (joel, 2)):
            timed_grants.give(session, case, [selin], until_ms=now + days * DAY_MS)
        give(joel, amina)
        assert [term.until_ms for term in timed_grants.terms_of(amina, case) if term.member == selin] == [
            now + 9 * DAY_MS
        ]
