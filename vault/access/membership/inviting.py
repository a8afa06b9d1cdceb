"""The inviter's side of joining: which invitations this seat made, and the one request that answers each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import msgspec

from vault.access.membership.roster_proposals import StoredMember
from vault.access.session import Session
from vault.casework.organisation_records import Member
from vault.errors import BrokenSealError, RefusedError, VerificationError
from vault.log.genesis import verify_genesis
from vault.records.seatlog import decoded
from vault.seal.invitation import Invitation, Request, joining_words, make_nonce, open_request
from vault.seal.purposes import Purpose
from vault.seal.signing import is_signed_raw
from vault.words.message import Message

INVITATIONS_KEPT = 32


class _Kept(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    invitation: bytes
    request: bytes
    made_ms: int
    proposed: StoredMember | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A request that answers an invitation of this seat, and the words to compare before anybody signs."""

    invitation: Invitation
    request: Request
    words: tuple[str, ...]


def make_invitation(
    session: Session,
    *,
    by: str,
    roles: Sequence[str] = (),
    days: int = 0,
    member: bytes = b"",
    name: str = "",
    is_kept: bool = True,
) -> Invitation:
    """Make an invitation that this seat remembers; the oldest of 32 is forgotten.

    Of a further device `member` and `name` say whose it is, and there are no roles. After so many `days` the member may
    do nothing any more; 0 for no end. It is not kept where it is answered at once, at the same keyboard.
    """
    invitation = Invitation(
        vault=session.vault,
        root=session.root_public,
        roster=session.directory.roster,
        nonce=make_nonce(),
        roles=tuple(sorted(roles)),
        by=by,
        seat=session.seat,
        kem=session.kem_private.public,
        days=days,
        member=member,
        name=name,
    )
    if is_kept:
        kept = [*_kept(session), _Kept(invitation.encode(), b"", session.log.now_ms())]
        _keep(session, kept[-INVITATIONS_KEPT:])
    return invitation


def open_answer(session: Session, untrusted: bytes) -> Answer:
    """Open a request and bind its invitation to it: any other request for the same invitation is refused from here on.

    Raises:
        MalformedError, BrokenSealError: no request, or one for another seat.
        RefusedError: it answers no invitation of this seat, or another request did before, or its seat is in already.
        VerificationError: its log is not signed by its own key.
    """
    request = open_request(session.kem_private, session.vault, session.seat, untrusted)
    kept = _kept(session)
    found = next((made for made in kept if sha256(made.invitation).digest() == request.invitation), None)
    if found is None:
        raise RefusedError(
            Message("this request does not answer an invitation of this device"),
            next_step=Message("Make a new invitation; each device keeps its newest 32."),
        )
    invitation = Invitation.decode(found.invitation)
    _check(session, invitation, request)
    if found.request and found.request != request.digest():
        raise RefusedError(
            Message("another request has already answered this invitation"),
            next_step=Message("Make a new invitation, and hand it over yourself."),
        )
    if not found.request:
        bound = _Kept(found.invitation, request.digest(), found.made_ms)
        _keep(session, [bound if invitation is found else invitation for invitation in kept])
    return Answer(invitation, request, joining_words(invitation.root, request, invitation.roster))


def require_words(answer: Answer, typed: Sequence[str]) -> None:
    """Refuse unless all 13 words were read out on the other side as they stand here.

    Raises:
        VerificationError: a word is missing or differs; which, is not told.
    """
    words = tuple(word.strip().casefold() for word in typed if word.strip())
    if words != answer.words:
        raise VerificationError(
            Message(
                "the 13 words do not belong to this request: somebody changed the invitation or the request on the way"
            ),
            next_step=Message("Admit nobody. Make a new invitation and hand it over yourself."),
        )


def remember_proposed(session: Session, invitation: Invitation, member: Member) -> None:
    """Keep what a proposal says of who answered an invitation: no signature covers it on its way."""
    said, sent = StoredMember(member.member, member.name, member.until), invitation.encode()
    _keep(
        session,
        [msgspec.structs.replace(kept, proposed=said) if kept.invitation == sent else kept for kept in _kept(session)],
    )


def differs_from_proposed(session: Session, members: Sequence[Member]) -> bool:
    """Say whether a proposal says something else of a member than this device did when it began it."""
    said = {item.proposed.member: item.proposed for item in _kept(session) if item.proposed is not None}
    claims = [StoredMember(record.member, record.name, record.until) for record in members]
    return any(said.get(claim.member, claim) != claim for claim in claims)


def _check(session: Session, invitation: Invitation, request: Request) -> None:
    genesis = verify_genesis(request.genesis, is_signed_raw)
    named = (genesis.vault, genesis.seat, genesis.identity)
    if named != (session.vault, request.seat, request.identity) or not genesis.is_first:
        raise VerificationError(Message("the log of this request is not the first one of its own device"))
    if invitation.member and (request.member, request.name) != (invitation.member, invitation.name):
        raise VerificationError(Message("the request names another member than its invitation"))
    chain, effective = session.directory.chain, session.directory.effective
    if chain.by_root(invitation.roster) is None:
        raise RefusedError(
            Message("the invitation names a list of members that is no longer in effect"),
            next_step=Message("Make a new invitation."),
        )
    certified = [certificate for roster in chain.accepted for certificate in roster.certificates.values()]
    taken = {part for certificate in certified for part in (certificate.seat, certificate.identity, certificate.kem)}
    is_known = not invitation.member and any(request.member in roster.members for roster in chain.accepted)
    if is_known or taken & {request.seat, request.identity, request.kem}:
        raise RefusedError(
            Message("this request has already been admitted"),
            next_step=Message("Ask for a new request, with a new invitation."),
        )
    if invitation.member and invitation.member not in effective.members:
        raise RefusedError(
            Message("the member of this device has left"), next_step=Message("Invite them as a new member.")
        )


def _kept(session: Session) -> list[_Kept]:
    try:
        return stored_invitations(session)
    except BrokenSealError:
        return []  # altered: what it said is not believed, and nobody is admitted by it


def stored_invitations(session: Session) -> list[_Kept]:
    """Return the invitations that this seat keeps.

    Raises:
        BrokenSealError, MalformedError: their row was altered.
    """
    with session.database.reading() as rows:
        row = rows.local(session.seat, Purpose.INVITED)
    if row is None:
        return []
    content = session.log.place.open_row(row)
    return decoded(content, list[_Kept], Message("the row of invitations cannot be read"))


def _keep(session: Session, kept: Sequence[_Kept]) -> None:
    row = session.log.place.seal_row(Purpose.INVITED, msgspec.msgpack.encode(list(kept)))
    with session.database.transaction() as rows:
        rows.put_local(row)
