"""Whoever begins hundreds of logs cannot thereby stay in a case: a notice that drops them names the longest."""

from __future__ import annotations

from tests.attacks.test_fresh_epoch_names import CASEWORKER
from tests.services.colleague import admit
from tests.services.founded import Filled
from vault.access.session import Session
from vault.log.epochs import MOST_DROPS
from vault.records.seatlog import Predecessor, begin
from vault.records.work import Entry, Work
from vault.seal.signing import public_key
from vault.services import cases, notes, sharing


def begin_another_log(session: Session) -> None:
    """Begin one more log of the seat, as a restored or copied vault does."""
    own = session._secrets
    assert public_key(own.identity_seed) == session.directory.standing.certificates[session.seat].identity
    log = begin(
        database=session.database,
        place=session.log.place,
        identity_seed=own.identity_seed,
        roster=session.directory.roster,
        auditors=(),
        keyring=session.keyring,
        app_version="1",
        predecessor=Predecessor(session.log.origin, session.log.size, session.log.frontier.root()),
    )
    with Work(log) as work:
        work.commit(Entry(act="log.restored"))


def test_a_member_with_hundreds_of_logs_is_revoked(short: Filled) -> None:
    case = short.cases[0]
    with short.open() as owner:
        member = admit(owner, roles=CASEWORKER)
        sharing.grant(owner, case, [member.member])
    with member.open(short.place) as session:
        notes.add(session, case, kind="contact", text="in the longest log")
        for _ in range(MOST_DROPS + 5):
            begin_another_log(session)
    with short.open() as owner:
        assert sharing.revoke(owner, case, [member.member]).dropped == {member.member}
        state = owner.state_of(case)
        assert state is not None
        assert member.seat not in state.holders
        assert "in the longest log" in {note.value.text for note in cases.open_case(owner, case).notes}
