"""Invitations of a seat and their answers: what is kept, and which request is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from tests.access.told import NOTHING, is_told, told_by
from tests.services.colleague import Colleague, admit
from tests.services.founded import MEMBER
from vault.access.membership.inviting import Answer, make_invitation, open_answer, require_words
from vault.access.membership.next_roster import Change, propose
from vault.access.membership.roster_commit import commit_roster
from vault.access.session import Session
from vault.errors import MalformedError, RefusedError, VaultError, VerificationError
from vault.ids import make_id
from vault.log.genesis import GENESIS_PURPOSE, Genesis
from vault.seal.invitation import Invitation, Request, joining_words, seal_request
from vault.seal.purposes import Purpose
from vault.seal.recipients import KemPrivate
from vault.seal.signing import public_key, sign

NEW_SEAT, SEED = b"t" * 16, b"i" * 32
KEM = KemPrivate.from_seed(b"k" * 96)
UNKNOWN = "this request does not answer an invitation of this device"
NOT_FIRST = "the log of this request is not the first one of its own device"
BEFORE = "this request has already been admitted"


def invite(session: Session, **about: Any) -> Invitation:
    return make_invitation(session, by=MEMBER, **({"roles": ["intake"]} | about))


def invite_device(session: Session, **about: Any) -> Invitation:
    return make_invitation(session, by=MEMBER, member=session.member, name=MEMBER, **about)


def first_log(session: Session, seat: bytes = NEW_SEAT, *, seed: bytes = SEED, **other: Any) -> bytes:
    genesis = Genesis(**{"vault": session.vault, "seat": seat, "identity": public_key(seed), **other}, **PLAIN)
    return genesis.encode(sign(seed, GENESIS_PURPOSE, genesis.unsigned()))


PLAIN: dict[str, Any] = {"session_key": b"1" * 32, "nonce": b"n" * 16}
GOES_ON: dict[str, Any] = {"predecessor": b"p" * 32, "predecessor_size": 1, "predecessor_root": b"q" * 32}


def request_for(session: Session, invitation: Invitation, **other: Any) -> Request:
    """Return what an honest new seat would ask, or something else."""
    honest: dict[str, Any] = {
        "invitation": invitation.digest(),
        "seat": NEW_SEAT,
        "member": invitation.member or b"n" * 16,
        "name": invitation.name or "Oren Sabaluk",
        "kem": KEM.public,
        "identity": public_key(SEED),
        "genesis": first_log(session),
    }
    return Request(**{**honest, **other})


def answered(session: Session, invitation: Invitation, **other: Any) -> Answer:
    return open_answer(session, seal_request(invitation, request_for(session, invitation, **other)))


def refuses(session: Session, invitation: Invitation, words: str, **other: Any) -> bool:
    return is_told(RefusedError, words, answered, session, invitation, **other)


def stored(session: Session) -> Any:
    with session.database.reading() as rows:
        row = rows.local(session.seat, Purpose.INVITED)
    return None if row is None else msgspec.msgpack.decode(session.log.place.open_row(row))


def store(session: Session, content: bytes) -> None:
    with session.database.transaction() as rows:
        rows.put_local(session.log.place.seal_row(Purpose.INVITED, content))


# ---- what is made and kept


def test_an_invitation_says_who_invites_into_which_vault_and_as_what(session: Session) -> None:
    made = invite(session, roles=["supervisor", "intake"], days=30)
    said = Invitation(
        vault=session.vault,
        root=session.root_public,
        roster=session.directory.roster,
        nonce=made.nonce,
        roles=("intake", "supervisor"),
        by=MEMBER,
        seat=session.seat,
        kem=session.kem_private.public,
        days=30,
    )
    assert made == said
    assert invite(session).nonce != made.nonce
    device = invite_device(session)
    assert (device.roles, device.member, device.name, device.days) == ((), session.member, MEMBER, 0)


def test_what_is_kept_of_the_newest_32_is_the_file_its_time_and_the_request_that_came(session: Session) -> None:
    made = [invite(session) for _ in range(33)]
    kept = stored(session)
    assert [entry.keys() for entry in kept] == [{"invitation", "request", "made_ms"}] * 32
    assert [entry["invitation"] for entry in kept] == [invitation.encode() for invitation in made[1:]]
    assert {entry["request"] for entry in kept} == {b""}
    request = answered(session, made[1]).request
    assert stored(session) == [{**kept[0], "request": request.digest()}, *kept[1:]]
    assert refuses(session, made[0], UNKNOWN)
    assert refuses(session, invite(session, is_kept=False), UNKNOWN)


def test_of_an_altered_row_nothing_is_believed_and_new_invitations_go_on(session: Session) -> None:
    before = invite(session)
    with session.database.transaction() as rows:
        row = rows.local(session.seat, Purpose.INVITED)
        assert row is not None
        rows.put_local(row._replace(blob=bytes(len(row.blob))))
    assert refuses(session, before, UNKNOWN)
    after = invite(session)
    assert [entry["invitation"] for entry in stored(session)] == [after.encode()]


def test_a_row_of_the_seats_own_that_holds_no_invitations_is_an_error(session: Session) -> None:
    entry: dict[str, Any] = {"invitation": b"", "request": b""}
    for content in (b"\xc1", b"\x91\xa1\xff", [entry], [{**entry, "made_ms": 1, "x": 1}]):
        store(session, content if isinstance(content, bytes) else msgspec.msgpack.encode(content))
        assert is_told(MalformedError, "the row of invitations cannot be read", invite, session)


# ---- which request answers


def test_a_request_is_opened_with_its_invitation_and_the_words_of_both_and_binds_it(session: Session) -> None:
    one, other = invite(session), invite(session)
    with pytest.raises(VerificationError, match=NOT_FIRST):  # which binds nothing
        answered(session, one, genesis=first_log(session, b"x" * 16))
    request = request_for(session, one)
    words = joining_words(session.root_public, request, session.directory.roster)
    assert answered(session, one) == answered(session, one) == Answer(one, request, words)
    assert refuses(session, one, "another request has already answered", name="Somebody Else")
    assert answered(session, other).invitation == other


@pytest.fixture
def left(session: Session) -> Colleague:
    """Somebody who was a member, and left."""
    oren = admit(session)
    commit_roster(session, propose(session, Change(leaving=frozenset({oren.member}))))
    return oren


def test_a_request_of_a_false_log_or_of_somebody_known_is_refused(session: Session, left: Colleague) -> None:
    made, true = invite(session), first_log(session)
    own = session.directory.effective.certificates[session.seat]
    gone = session.directory.certificate_of(left.seat)
    assert gone is not None
    table: list[tuple[dict[str, Any], type[VaultError], str]] = [
        ({"genesis": true[:-1] + bytes((true[-1] ^ 1,))}, VerificationError, "does not hold"),
        ({"genesis": first_log(session, vault=b"w" * 16)}, VerificationError, NOT_FIRST),
        ({"genesis": first_log(session, b"x" * 16)}, VerificationError, NOT_FIRST),
        ({"genesis": first_log(session, seed=b"j" * 32)}, VerificationError, NOT_FIRST),
        ({"genesis": first_log(session, **GOES_ON)}, VerificationError, NOT_FIRST),
        ({"seat": own.seat, "genesis": first_log(session, own.seat)}, RefusedError, BEFORE),
        ({"seat": left.seat, "genesis": first_log(session, left.seat)}, RefusedError, BEFORE),
        ({"kem": own.kem}, RefusedError, BEFORE),
        ({"kem": gone.kem}, RefusedError, BEFORE),
        ({"member": session.member}, RefusedError, BEFORE),
        ({"member": left.member}, RefusedError, BEFORE),
    ]
    let_in = [other for other, error, words in table if not is_told(error, words, answered, session, made, **other)]
    assert let_in == []
    assert told_by(answered, session, made) == NOTHING


def test_a_device_is_asked_for_by_the_member_that_it_is_for_while_they_are_in(session: Session) -> None:
    made, oren = invite_device(session), admit(session)
    for other in ({"member": make_id()}, {"name": "Oren Sabaluk"}):
        with pytest.raises(VerificationError, match="the request names another member than its invitation"):
            answered(session, made, **other)
    assert refuses(session, made, BEFORE, seat=oren.seat, genesis=first_log(session, oren.seat))
    # It is of an earlier roster, and holds.
    assert answered(session, made).request.member == session.member
    theirs = make_invitation(session, by=MEMBER, member=oren.member, name=oren.name)
    commit_roster(session, propose(session, Change(leaving=frozenset({oren.member}))))
    assert refuses(session, theirs, "the member of this device has left")


def test_an_invitation_of_a_roster_that_does_not_count_is_refused(session: Session) -> None:
    made = replace(invite(session), roster=b"x" * 32)
    store(session, msgspec.msgpack.encode([{"invitation": made.encode(), "request": b"", "made_ms": 1}]))
    assert refuses(session, made, "the invitation names a list of members that is no longer in effect")


def test_a_request_for_another_seat_or_vault_than_the_inviters_does_not_open(session: Session) -> None:
    made = invite(session)
    for other in (replace(made, seat=NEW_SEAT), replace(made, vault=b"w" * 16)):
        assert is_told(VerificationError, "sealed to another seat", answered, session, other)


def test_the_words_agree_however_they_were_typed(session: Session) -> None:
    """Other ones admit nobody: `tests/attacks/test_joining.py`."""
    answer = answered(session, invite(session))
    require_words(answer, ["", *(f" {word.upper()} " for word in answer.words), "  "])
    assert is_told(VerificationError, "the 13 words do not belong", require_words, answer, answer.words[1:])
