"""Each stored or sent thing, altered bit by bit, cut at every length and lengthened: a typed refusal, nothing else.

Versions, payloads, slots and pins have theirs beside the envelope (tests/seal), the log in tests/log; bundles, backups
and the rows of a whole vault in tests of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.seal.places import KEY, OTHER_SEAT, PINS, SEAT, VAULT, fixed, flipped
from vault.access.membership.next_roster import Change, propose
from vault.access.membership.roster_proposals import Proposal, open_proposal, seal_proposal
from vault.access.pins.delays import LONGEST_SECONDS, AttemptFile, Attempts, delay_seconds
from vault.access.session import Session
from vault.errors import VaultError, VerificationError
from vault.log.approval import Approval
from vault.seal.entrance.device_secret import make_keyfile, read_keyfile
from vault.seal.envelope import open_sealed, seal
from vault.seal.invitation import Invitation, Request, open_request, seal_request
from vault.seal.purposes import HPKE_PURPOSES, LOCAL_PURPOSES, Purpose
from vault.seal.recipients import GrantContext, KemPrivate, open_from, open_letter, seal_letter, seal_to
from vault.seal.signing import is_signed_raw, public_key, sign
from vault.words.message import Message

KEM, OTHER_KEM = KemPrivate.from_seed(fixed("kem", 96)), KemPrivate.from_seed(fixed("other kem", 96))
IDENTITY = fixed("identity")


@dataclass(frozen=True, slots=True)
class Thing:
    """Bytes, and what opens them. `step`: which bits are tried, counted from 0; 1 is each of them."""

    sealed: bytes
    opens: Callable[[bytes], object]
    step: int = 1
    names_others: bool = False  # it holds parts for others too, which are nothing to this reader


def local_row(purpose: Purpose) -> Thing:
    context = replace(PINS, purpose=purpose)
    return Thing(seal(KEY, b"what is kept", context), lambda sealed: open_sealed(KEY, sealed, context))


def sent(purpose: Purpose) -> Thing:
    # A grant names its compartment, epoch and giver; nothing else that is sent to a seat does.
    named = (fixed("compartment", 16), fixed("epoch", 16), OTHER_SEAT) if purpose is Purpose.GRANT else ()
    context = (
        GrantContext(purpose, VAULT, *named[:2], named[2], SEAT)
        if named
        else GrantContext(purpose, VAULT, to_seat=SEAT)
    )
    return Thing(seal_to(KEM.public, KEY, context), lambda sealed: open_from(KEM, sealed, context), step=37)


INVITATION = Invitation(
    vault=VAULT,
    root=fixed("root"),
    roster=fixed("roster"),
    nonce=fixed("nonce", 16),
    roles=("intake",),
    by="Mira Halvorsen",
    seat=SEAT,
    kem=KEM.public,
    days=30,
)
REQUEST = Request(
    invitation=INVITATION.digest(),
    seat=OTHER_SEAT,
    member=fixed("member", 16),
    name="Ilse Marrow",
    kem=OTHER_KEM.public,
    identity=public_key(IDENTITY),
    genesis=fixed("genesis", 249),
)


def invitation() -> Thing:
    """Whoever made one knows it by its digest, and the words that both sides compare bind that."""

    def known(untrusted: bytes) -> Invitation:
        found = Invitation.decode(untrusted)
        if found.digest() != INVITATION.digest():
            raise VerificationError(Message("none of this device's"))
        return found

    return Thing(INVITATION.encode(), known)


def approval() -> Thing:
    given = Approval(
        vault=VAULT,
        act="export.begin",
        digest=fixed("digest"),
        requester=SEAT,
        approver=OTHER_SEAT,
        role="supervisor",
        why="agreed",
        expires_ms=1_764_028_800_000,
        nonce=fixed("nonce", 16),
    )
    given = given.signed(sign(IDENTITY, "approval", given.unsigned()))

    def signed(untrusted: bytes) -> Approval:
        found = Approval.decode(untrusted)
        if not found.is_signed_by(public_key(IDENTITY), is_signed_raw):
            raise VerificationError(Message("not signed by the seat that it names"))
        return found

    return Thing(given.encode(), signed)


def keyfile() -> Thing:
    def sound(untrusted: bytes) -> bytes:
        found = read_keyfile(untrusted)
        if not found.is_sound:
            assert found.secret == bytes(32)
            raise VerificationError(Message("no keyfile"))
        return found.secret

    return Thing(make_keyfile(lambda size: fixed("device secret", size)), sound)


THINGS = {
    **{f"local row: {purpose.name.lower()}": local_row(purpose) for purpose in sorted(LOCAL_PURPOSES - {Purpose.SLOT})},
    **{f"sent: {purpose.name.lower()}": sent(purpose) for purpose in sorted(HPKE_PURPOSES)},
    "invitation": invitation(),
    "request": Thing(seal_request(INVITATION, REQUEST), lambda sealed: open_request(KEM, VAULT, SEAT, sealed), step=61),
    "letter": Thing(
        seal_letter(b"a question", VAULT, [(SEAT, KEM.public), (OTHER_SEAT, OTHER_KEM.public)]),
        lambda sealed: open_letter(KEM, SEAT, VAULT, sealed),
        step=61,
        names_others=True,
    ),
    "approval": approval(),
    "keyfile": keyfile(),
}
EACH = pytest.mark.parametrize("thing", [pytest.param(thing, id=name) for name, thing in THINGS.items()])


@pytest.mark.long
@EACH
def test_no_bit_of_it_can_be_flipped(thing: Thing) -> None:
    true = thing.opens(thing.sealed)
    passed = 0
    for bit in range(0, 8 * len(thing.sealed), thing.step):
        try:
            found = thing.opens(flipped(thing.sealed, bit))
        except VaultError:
            continue
        assert thing.names_others
        assert found == true
        passed += 1
    # Of a letter to two, the other's message is as long as one's own.
    assert passed * thing.step <= 4 * len(thing.sealed)


@EACH
def test_it_can_be_neither_cut_nor_lengthened(thing: Thing) -> None:
    for size in range(0, len(thing.sealed), 1 if thing.step == 1 else 7):
        with pytest.raises(VaultError):
            thing.opens(thing.sealed[:size])
    for tail in (b"\0", b"\x80", thing.sealed):
        with pytest.raises(VaultError):
            thing.opens(thing.sealed + tail)


def test_a_proposal_opens_as_it_was_sealed_or_not_at_all(session: Session) -> None:
    roster = propose(session, Change(helpers_by_supervisor=False))
    sealed = seal_proposal(session, Proposal(roster))
    assert open_proposal(session, sealed).roster.root == roster.root
    for bit in range(0, 8 * len(sealed), 3):
        with pytest.raises(VaultError):
            open_proposal(session, flipped(sealed, bit))
    for size in range(len(sealed)):
        with pytest.raises(VaultError):
            open_proposal(session, sealed[:size])
    with pytest.raises(VaultError):
        open_proposal(session, sealed + b"\0")


def test_a_count_of_attempts_that_was_altered_keeps_nobody_out_and_destroys_nothing_early(tmp_path: Path) -> None:
    file = AttemptFile(tmp_path / "attempts.json")
    file._save(Attempts(count=7, last_ms=1_764_028_800_000, destroy_after=25))
    true = file.path.read_bytes()
    altered = [flipped(true, bit) for bit in range(8 * len(true))] + [true[:size] for size in range(len(true))]
    for untrusted in altered:
        file.path.write_bytes(untrusted)
        found = file.load()
        assert 0 <= delay_seconds(found.count) <= LONGEST_SECONDS
        assert not found.destroys_now or found.count >= 20
