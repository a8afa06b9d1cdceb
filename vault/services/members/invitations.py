"""From an invitation to a new member or device: invite, answer, compare the words, admit, finish."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import sleep

from vault.access.membership.inviting import Answer, make_invitation, open_answer, remember_proposed, require_words
from vault.access.membership.next_roster import Change
from vault.access.membership.pending_seat import Asked, certificate_of, join, join_here, pending_database
from vault.access.pins.delays import Wait
from vault.access.seat_keys.rekeying import read_key_file
from vault.access.seat_keys.slots import one_attempt
from vault.access.session import Session
from vault.casework.checks import checked_name_of_member
from vault.casework.organisation_records import Member
from vault.durations import DAY_MS
from vault.errors import NotFoundError, RefusedError, UsageError, VerificationError
from vault.ids import MemberId, SeatId, VaultId
from vault.policy.roles import Action, Role
from vault.seal.entrance.keyfile import unlock as open_slot_with
from vault.seal.entrance.passphrase import DEFAULT, KdfParameters
from vault.seal.invitation import INVITATION_LIMIT, REQUEST_FILE_SIZE, Invitation
from vault.seal.recipients import KemPrivate
from vault.services.members.members import admission, checked_roles
from vault.services.members.rostering import Outcome, carry_out
from vault.services.projection.authors import name_in, names_of_members, require_new_name
from vault.store.blobs import Blobs
from vault.store.files import as_received, read_limited
from vault.store.folder import VaultFolder
from vault.sync.bundle_file import open_bundle
from vault.sync.row_import import import_into
from vault.words.message import Message
from vault.words.next_step import NextStep

_MOST_DAYS = 3_660


@dataclass(frozen=True, slots=True)
class Admitted:
    """Who was admitted, or is proposed to be."""

    member: MemberId
    name: str = field(repr=False)
    seat: SeatId
    outcome: Outcome


def invite(session: Session, *, like: str, days: int = 0) -> bytes:
    """Return the file of an invitation for a new member.

    `like` is a role, or several with commas between. After so many days they may do nothing any more; 0 for no end.

    Raises:
        UsageError: no such role, or days that cannot be.
    """
    session.require(Action.MEMBER_ADMIT)
    session.require_sound_log(session.directory.compartment)
    return make_invitation(session, by=_own_name(session), roles=_like(like, days), days=days).encode()


def invite_device(session: Session, member: MemberId) -> bytes:
    """Return the file of an invitation for a further device of a member.

    Raises:
        RefusedError: for another member, by somebody who may not admit.
        NotFoundError: there is no such member.
    """
    session.require(Action.OWN_DEVICE if member == session.member else Action.MEMBER_ADMIT)
    session.require_sound_log(session.directory.compartment)
    if member not in session.directory.effective.members:
        raise NotFoundError(
            Message("there is no member with this name"),
            next_step=Message("{list_members} lists the members.", list_members=NextStep.LIST_MEMBERS),
        )
    name = name_in(names_of_members(session), member).strip()
    return make_invitation(session, by=_own_name(session), member=member, name=name).encode()


def read_invitation(path: Path) -> Invitation:
    """Return what an invitation says. Nothing of it is believed before the words agree.

    Raises:
        NotFoundError: there is no such file.
        MalformedError: it is no invitation.
    """
    with as_received():
        return Invitation.decode(read_limited(path, INVITATION_LIMIT))


def answer(
    path: Path, invitation: Invitation, *, member_name: str, passphrase: bytearray, memory_mib: int | None = None
) -> Asked:
    """Make a vault here that waits for admission, and the request to carry to whoever invited.

    The caller wipes the passphrase, a new one for this device; `memory_mib` is what one guess at it shall cost.
    """
    memory_kib = DEFAULT.memory_kib if memory_mib is None else memory_mib * 1024
    cost = KdfParameters(memory_kib, DEFAULT.iterations, DEFAULT.lanes)
    return join(path, invitation, member_name=member_name, passphrase=passphrase, parameters=cost)


def look(session: Session, path: Path) -> Answer:
    """Open a request: who asks, and the words to compare. Its invitation answers to no other from here on.

    Raises:
        RefusedError: it answers no invitation of this device, or a second one for the same.
        VerificationError: it was altered, or is for another seat.
    """
    session.require(Action.OWN_DEVICE)
    with as_received():
        return open_answer(session, read_limited(path, REQUEST_FILE_SIZE))


def admit(
    session: Session, answered: Answer, words: Sequence[str], *, by_root: bool = False, gives_cases: bool = False
) -> Admitted:
    """Admit who asks, after the 13 words were compared: at once, or as a proposal for those who have to sign it too.

    The words are as they were read out on the other side. `by_root` signs with the root as well, while its secret lies
    in this vault. `gives_cases`: all cases of this member go to the device next, which only a device of their own gets.

    Raises:
        VerificationError: the words differ: nobody is admitted.
        RefusedError: this member's role does not admit, the name is taken, or it is no device for these cases.
    """
    request, invitation = answered.request, answered.invitation
    own_device = bool(invitation.member) and invitation.member == session.member
    session.require(Action.OWN_DEVICE if own_device else Action.MEMBER_ADMIT)
    if gives_cases and not own_device:
        raise RefusedError(
            Message("only a further device of yours gets all your cases"),
            next_step=Message(
                "Admit them without your cases. {grant_access} opens one.", grant_access=NextStep.GRANT_ACCESS
            ),
        )
    if gives_cases:
        session.require(Action.CASE_CREATE)
    require_words(answered, words)
    certificate = certificate_of(request)
    member = MemberId(request.member)
    records: list[Member] = []
    if invitation.member:
        change = Change(certificates=(certificate,))
    else:
        require_new_name(session, request.name)
        change = Change(admission(session, member, _roles(invitation)), (certificate,))
        records.append(Member(member, request.name, _until(session, invitation.days)))
    outcome = carry_out(session, change, members=records, by_root=by_root)
    if not outcome.is_done and records:
        remember_proposed(session, invitation, records[0])
    return Admitted(member, request.name, SeatId(request.seat), outcome)


def admit_here(
    session: Session, *, like: str, name: str, passphrase: bytearray, days: int = 0, by_root: bool = False
) -> Admitted:
    """Admit somebody who sits at the same keyboard into this very folder. The passphrase is wiped before this returns.

    The session stays that of the member who admits. `like`, `days` and `by_root` are as in `invite` and `admit`.

    Raises:
        RefusedError: others would have to sign, the name is taken, or no slot is free.
        UsageError: no such role, no name, or days that cannot be.
    """
    session.require(Action.MEMBER_ADMIT)
    try:
        roles, name = _like(like, days), checked_name_of_member(name)
        require_new_name(session, name)
        invitation = make_invitation(session, by=_own_name(session), roles=roles, days=days, is_kept=False)
        here = join_here(session, invitation, member_name=name, passphrase=passphrase)
    finally:
        passphrase[:] = bytes(len(passphrase))
    member = MemberId(here.certificate.member)
    change = Change(admission(session, member, _roles(invitation)), (here.certificate,))
    record = Member(member, name, _until(session, days))
    outcome = carry_out(session, change, members=[record], by_root=by_root, here=here)
    return Admitted(member, name, SeatId(here.certificate.seat), outcome)


def finish(
    path: Path, bundle: Path, *, member: str, passphrase: bytearray, state: Path | None = None, wait: Wait = sleep
) -> None:
    """Import the bundle that came back into a vault that waits. Whether it admits this device, the next unlock judges.

    The passphrase is wiped before this returns; a wrong one counts as one at unlock does. `wait` gets the seconds that
    earlier wrong attempts have earned.

    Raises:
        RefusedError: this vault does not wait: `bundle import` is for it.
        WrongPassphraseError: wrong passphrase, unknown member or damaged slot.
        VerificationError: the bundle was altered, or is for another seat.
    """
    folder = VaultFolder(path)
    folder.require()
    file = read_key_file(folder.keys)
    try:
        with one_attempt(folder, file, state, wait):
            slot = open_slot_with(file, passphrase, member)
    finally:
        passphrase[:] = bytes(len(passphrase))
    with pending_database(folder, file, slot) as database:
        if database is None:
            raise RefusedError(
                Message("this vault is not waiting for admission"),
                next_step=Message("Use {import_bundle}.", import_bundle=NextStep.IMPORT_BUNDLE),
            )
        private = KemPrivate.from_seed(slot.secrets.kem_seed)
        # Whose logs come in is not asked yet: the rosters that say it come with them, and are judged from the root.
        opened = open_bundle(bundle, private, SeatId(slot.secrets.seat), VaultId(file.header.vault))
        if import_into(database, opened, Blobs(folder.blobs_dir), knows=lambda origin, genesis: True).evidence:
            raise VerificationError(
                Message("a log of this vault forked: somebody admitted this device in a copy of it"),
                next_step=Message("Ask the member who invited you, in person; use nothing of this vault until then."),
            )


def _like(like: str, days: int) -> list[str]:
    roles = checked_roles(role.strip() for role in like.split(","))
    if not 0 <= days <= _MOST_DAYS:
        raise UsageError(Message("--days is between 1 and {most_days}", most_days=_MOST_DAYS))
    return sorted(role.value for role in roles)


def _until(session: Session, days: int) -> int | None:
    return session.clock().trusted_ms + days * DAY_MS if days else None


def _roles(invitation: Invitation) -> frozenset[Role]:
    try:
        return frozenset(map(Role, invitation.roles))
    except ValueError:
        raise RefusedError(Message("the invitation names a role that this program does not know")) from None


def _own_name(session: Session) -> str:
    return name_in(names_of_members(session), session.member).strip()
