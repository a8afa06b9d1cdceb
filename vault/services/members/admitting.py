"""From a request to a new member or device: join, compare the words, admit, agree, finish (FORMAT.md 2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import sleep

from vault.access.membership.joining import Asked, join, join_here, pending_database, require_admitted
from vault.access.membership.sheets import by_the_sheets
from vault.access.pins.delays import Wait
from vault.access.seat_keys.rekeying import read_key_file
from vault.access.seat_keys.root_secret import kept_secret
from vault.access.seat_keys.slots import one_attempt
from vault.access.session import Session
from vault.casework.checks import checked_name_of_member
from vault.casework.organisation_records import Member
from vault.durations import DAY_MS
from vault.errors import MalformedError, NotFoundError, RefusedError, UsageError, VerificationError
from vault.ids import ZERO_ID, MemberId, SeatId, VaultId
from vault.log.act_bytes import MadeAct, act_digest, certificate_in, read_certificate
from vault.log.act_bytes import admit as admission_of
from vault.log.genesis import CERTIFICATE_SIZE, verify_genesis
from vault.policy.roles import Action, Role
from vault.seal.entrance.keyfile import unlock as open_slot_with
from vault.seal.entrance.passphrase import DEFAULT, KdfParameters
from vault.seal.recipients import KemPrivate
from vault.seal.recovery import certificate_words, digest_of_words, member_of_words, member_words, words_of
from vault.seal.signing import is_signed_raw
from vault.services.members.changes import Outcome, carry_out, lower_member
from vault.services.members.members import checked_roles
from vault.services.projection.authors import name_in, names_of_members, require_new_name
from vault.services.projection.short_ids import the_one_meant
from vault.store.blobs import Blobs
from vault.store.files import as_received, read_limited
from vault.store.folder import VaultFolder
from vault.sync.bundle_file import open_bundle
from vault.sync.row_import import import_into
from vault.trust.trust_items import Admit
from vault.words.message import Message
from vault.words.next_step import NextStep

_MOST_DAYS = 3_660
# Their part of the audit goes to whoever is admitted as auditor and does nothing else.
_ACTING = frozenset(Role) - {Role.AUDITOR}


@dataclass(frozen=True, slots=True)
class Request:
    """A device that asks to join: its certificate, and the words to compare before anybody admits it.

    `member` is whose further device it says it is; None for somebody new.
    """

    certificate: bytes = field(repr=False)
    seat: SeatId
    member: MemberId | None
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Admitted:
    """Who was admitted, or is proposed to be."""

    member: MemberId
    name: str = field(repr=False)
    seat: SeatId
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Proposal:
    """An admission that somebody listed, and that counts once a second person lists it too.

    `name` is what who proposed it says; `by` who listed it so far.
    """

    act: Admit
    made: MadeAct = field(repr=False)
    request: Request
    name: str = field(repr=False)
    roles: frozenset[Role]
    by: tuple[str, ...]


# ---- on the new device ----------------------------------------------------------------------------------------------


def ask(
    path: Path,
    words: Sequence[str],
    *,
    member_name: str,
    passphrase: bytearray,
    own_words: Sequence[str] = (),
    memory_mib: int | None = None,
) -> Asked:
    """Make a vault here that waits for admission, and the request to carry to whoever admits.

    `words` are the vault's, as they stand on a sheet or a card; `own_words` those of the member whose further device
    this is, as their other device shows them. The caller wipes the passphrase, a new one for this device.

    Raises:
        UsageError: they are not 13 words, or the name is no printable line.
        RefusedError: something is there already, or the passphrase is refused.
    """
    anchor = digest_of_words(words)
    member = member_of_words(own_words) if own_words else ZERO_ID
    memory_kib = DEFAULT.memory_kib if memory_mib is None else memory_mib * 1024
    cost = KdfParameters(memory_kib, DEFAULT.iterations, DEFAULT.lanes)
    return join(path, anchor, member_name=member_name, passphrase=passphrase, parameters=cost, member=member)


def finish(
    path: Path, bundle: Path, *, member: str, passphrase: bytearray, state: Path | None = None, wait: Wait = sleep
) -> None:
    """Import the bundle that came back into a vault that waits. Of one that does not admit this device nothing is kept.

    The passphrase is wiped before this returns; a wrong one counts as one at unlock does. `wait` gets the seconds that
    earlier wrong attempts have earned.

    Raises:
        RefusedError: this vault does not wait: `bundle import` is for it.
        WrongPassphraseError: wrong passphrase, unknown member or damaged slot.
        VerificationError: the bundle was altered, is for another seat or of another vault, or does not admit this
            device.
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
        opened = open_bundle(bundle, private, SeatId(slot.secrets.seat), VaultId(file.header.vault))
        import_into(
            database,
            opened,
            Blobs(folder.blobs_dir),
            knows=lambda origin, genesis: True,  # whose logs come in is judged behind them, in the same transaction
            require=lambda rows: require_admitted(rows, slot.secrets, opened.manifest),
        )


# ---- on the device that admits --------------------------------------------------------------------------------------


def vault_words(session: Session) -> tuple[str, ...]:
    """Return the vault's 13 words, which a new device is told."""
    session.require(Action.MEMBER_LIST)
    return words_of(session.directory.anchor)


def own_words(session: Session) -> tuple[str, ...]:
    """Return the 13 words by which a further device is told that it is this member's."""
    session.require(Action.OWN_DEVICE)
    return member_words(session.member)


def read_request(session: Session, path: Path) -> Request:
    """Return who asks.

    Raises:
        NotFoundError: there is no such file, or it is a further device of nobody here.
        MalformedError: it is no request.
        VerificationError: it is of another vault, or not signed by its own key.
        RefusedError: the device is in already.
    """
    session.require(Action.OWN_DEVICE)
    with as_received():
        untrusted = read_limited(path, CERTIFICATE_SIZE)
        return _request_in(session, untrusted)


def _request_in(session: Session, untrusted: bytes) -> Request:
    try:
        certificate = read_certificate(untrusted)
    except MalformedError:
        raise MalformedError(
            Message("this file is no request to join"),
            next_step=Message("Check the path, and use the file that the new device wrote."),
        ) from None
    verify_genesis(untrusted, is_signed_raw)
    if certificate.vault != session.vault:
        raise VerificationError(
            Message("this request is for another vault"),
            next_step=Message(
                "On the new device, type the 13 words of this vault: {words}.", words=" ".join(vault_words(session))
            ),
        )
    if certificate.seat in session.directory.known:
        raise RefusedError(Message("this device was admitted before"))
    if not certificate.is_first and certificate.member not in session.directory.members:
        raise NotFoundError(
            Message("this request is for a further device of somebody who is not a member"),
            next_step=Message("{list_members} lists the members.", list_members=NextStep.LIST_MEMBERS),
        )
    member = None if certificate.is_first else certificate.member
    return Request(untrusted, certificate.seat, member, certificate_words(session.vault, untrusted))


def require_words(request: Request, typed: Sequence[str]) -> None:
    """Refuse unless all 13 words were read out on the other side as they stand here.

    Raises:
        VerificationError: a word is missing or differs; which, is not told.
    """
    words = tuple(word.strip().casefold() for word in typed if word.strip())
    if words != request.words:
        raise VerificationError(
            Message("the 13 words do not belong to this request: somebody changed it on the way"),
            next_step=Message("Admit nobody. Carry the request yourself, and compare again."),
        )


def wished(
    session: Session, request: Request, *, name: str = "", like: str = "", days: int = 0, gives_cases: bool = False
) -> tuple[str, frozenset[Role], int | None]:
    """Return under which name, as what and until when somebody new would be admitted, or refuse it; see `admit`."""
    is_own = request.member == session.member
    session.require(Action.OWN_DEVICE if is_own else Action.MEMBER_ADMIT)
    if gives_cases and not is_own:
        raise RefusedError(
            Message("only a further device of yours gets all your cases"),
            next_step=Message(
                "Admit them without your cases. {grant_access} opens one.", grant_access=NextStep.GRANT_ACCESS
            ),
        )
    if request.member is not None:
        return "", frozenset(), None
    roles, until, name = checked_like(like), _until(session, days), checked_name_of_member(name)
    require_new_name(session, name)
    return name, roles, until


def admit(
    session: Session,
    request: Request,
    words: Sequence[str],
    *,
    name: str = "",
    like: str = "",
    days: int = 0,
    by_sheets: bool = False,
    typed: bytes | None = None,
    gives_cases: bool = False,
) -> Admitted:
    """Admit who asks, after the 13 words were compared: at once, or as a proposal for a second person.

    The words are as they were read out on the other side. Of somebody new, `name` is what the directory is to say and
    `like` a role, or several with commas between; after so many `days` nothing new is written to them, 0 for no end.
    `by_sheets`, or a `typed` secret of them: the sheets admit. They also do where nobody else could be the second
    person, while their secret lies on this device. `gives_cases`: all cases of this member go to the device next, which
    only a device of their own gets.

    Raises:
        VerificationError: the words differ: nobody is admitted.
        RefusedError: this member's role does not admit, the name is taken, or only the sheets can do it.
        UsageError: no such role, no name, or days that cannot be.
    """
    name, roles, until = wished(session, request, name=name, like=like, days=days, gives_cases=gives_cases)
    require_words(request, words)
    if request.member is not None:
        made = admission_of(request.certificate, (), None)
        outcome = _list(session, made, (), by_sheets=by_sheets, typed=typed)
        shown = name_in(names_of_members(session), request.member).strip()
        return Admitted(request.member, shown, request.seat, outcome)
    made = admission_of(request.certificate, roles, until)
    record = Member(MemberId(request.seat), name)
    outcome = _list(session, made, [record], by_sheets=by_sheets or Role.ADMIN in roles, typed=typed)
    return Admitted(MemberId(request.seat), name, request.seat, outcome)


def admit_here(
    session: Session,
    *,
    like: str,
    name: str,
    passphrase: bytearray,
    days: int = 0,
    by_sheets: bool = False,
    typed: bytes | None = None,
) -> Admitted:
    """Admit somebody who sits at the same keyboard into this very folder. The passphrase is wiped before this returns.

    The session stays that of the member who admits; the rest is as in `admit`.

    Raises:
        RefusedError: a second person would have to agree, the name is taken, or no slot is free.
        UsageError: no such role, no name, or days that cannot be.
    """
    session.require(Action.MEMBER_ADMIT)
    try:
        roles, name, until = checked_like(like), checked_name_of_member(name), _until(session, days)
        require_new_name(session, name)
        here = join_here(session, member_name=name, passphrase=passphrase)
    finally:
        passphrase[:] = bytes(len(passphrase))
    made = admission_of(here.certificate, roles, until)
    by_sheets = by_sheets or Role.ADMIN in roles
    signed = _signed(session, made, by_sheets=by_sheets, typed=typed)
    if not _counts(session, signed, made):
        raise RefusedError(
            Message("a second person must agree to this admission"),
            next_step=Message(
                "Let them join on a device of their own; a second vault folder on this device is enough."
            ),
        )
    acts = [signed, *_fewer_auditors(session, roles)]
    outcome = carry_out(session, acts, members=[Member(here.member, name)], here=here)
    return Admitted(here.member, name, here.seat, outcome)


def proposals(session: Session) -> list[Proposal]:
    """Return the admissions that somebody who is in proposed, and that need a second person."""
    session.require(Action.MEMBER_LIST)
    directory, names = session.directory, names_of_members(session)
    found = []
    for digest, listings in directory.listings.items():
        act = listings[0].act
        if not isinstance(act, Admit) or act in directory.organisation.admits or not any(x.counts for x in listings):
            continue
        if act.certificate.seat in directory.known:
            continue
        line = listings[0].line
        made = next(MadeAct(kind, content, act) for kind, content in line.items if act_digest(kind, content) == digest)
        by = tuple(sorted(name_in(names, member) for member in directory.listed_by(act)))
        certificate = certificate_in(made.content)
        request = Request(
            certificate,
            act.certificate.seat,
            None if act.certificate.is_first else act.certificate.member,
            certificate_words(session.vault, certificate),
        )
        name = name_in(names, act.certificate.member)
        found.append(Proposal(act, made, request, name, act.roles, by))
    return sorted(found, key=lambda proposal: (proposal.name.casefold(), proposal.request.seat))


def find_proposal(session: Session, text: str) -> Proposal:
    """Return the proposal of the device with this id, or the beginning of it.

    Raises:
        NotFoundError: none, or several.
    """
    waiting = {proposal.request.seat: proposal for proposal in proposals(session)}
    found = the_one_meant(text, waiting, ())
    if len(found) != 1:
        raise NotFoundError(
            Message("no admission of such a device waits for a second person"),
            next_step=Message("{list_proposals} shows which do.", list_proposals=NextStep.LIST_PROPOSALS),
        )
    return waiting[found[0]]


def agree(
    session: Session, proposal: Proposal, words: Sequence[str], *, by_sheets: bool = False, typed: bytes | None = None
) -> Admitted:
    """List an admission too that somebody proposed, after the words were compared with the new device.

    Raises:
        VerificationError: the words differ.
        RefusedError: this member proposed it, their role admits nobody, or it is under the name of another.
    """
    is_own = proposal.request.member == session.member
    session.require(Action.OWN_DEVICE if is_own else Action.APPROVE)
    if session.member in session.directory.listed_by(proposal.act) and not by_sheets and typed is None:
        raise RefusedError(
            Message("you proposed this admission: somebody else has to agree to it"),
            next_step=Message("Give a bundle to the second person."),
        )
    require_words(proposal.request, words)
    if proposal.request.member is None:
        require_new_name(session, proposal.name)
    record = [] if proposal.request.member is not None else [Member(MemberId(proposal.request.seat), proposal.name)]
    outcome = _list(session, proposal.made, record, by_sheets=by_sheets, typed=typed)
    return Admitted(proposal.act.certificate.member, proposal.name, proposal.request.seat, outcome)


def _list(
    session: Session, made: MadeAct, records: Sequence[Member], *, by_sheets: bool, typed: bytes | None
) -> Outcome:
    signed = _signed(session, made, by_sheets=by_sheets, typed=typed)
    assert isinstance(made.act, Admit)  # noqa: S101 - for the type checker
    fewer = _fewer_auditors(session, made.act.roles) if _counts(session, signed, made) else []
    outcome = carry_out(session, [signed, *fewer], members=records)
    if made.act.certificate.seat in session.directory.certificates:
        return outcome
    return Outcome(is_done=False)


def _signed(session: Session, made: MadeAct, *, by_sheets: bool, typed: bytes | None) -> MadeAct:
    """Return the admission as it is to be listed: signed by the sheets where nothing else makes it count."""
    only = not _counts(session, made, made) and not _second_persons(session) and kept_secret(session) is not None
    if not (by_sheets or typed is not None or only):
        return made
    if session.directory.chosen:
        raise RefusedError(
            Message("a new device knows the first sheets alone, so newer ones cannot admit it"),
            next_step=Message("Admit them as a caseworker, with a second person, and change their roles then."),
        )
    return by_the_sheets(session, made, typed)


def _counts(session: Session, listed: MadeAct, made: MadeAct) -> bool:
    """Say whether an admission counts once this seat lists it."""
    with session.database.reading() as rows:
        after = session.read_directory(rows, listed)
    counting = (act for act in after.organisation.admits if act.digest == made.act.digest)
    return any(act.certificate.seat in after.certificates for act in counting)


def _second_persons(session: Session) -> set[MemberId]:
    """Return who else could agree to an admission: a member with a device whom not one supervisor alone admitted."""
    directory = session.directory
    with_devices = {certificate.member for certificate in directory.certificates.values()}
    return (with_devices & directory.organisation.seconds) - {session.member}


def _fewer_auditors(session: Session, new: frozenset[Role]) -> list[MadeAct]:
    """Return what takes the audit from those who do other work too, when somebody comes who only audits.

    From an admin only the sheets take it: where their secret is not here, it stays, and `status` says so.
    """
    if new != {Role.AUDITOR}:
        return []
    directory = session.directory
    acts: list[MadeAct] = []
    for member, held in sorted(directory.members.items()):
        if Role.AUDITOR in held and held & _ACTING:
            if member in directory.organisation.admins and kept_secret(session) is None:
                continue
            acts += lower_member(session, member, [Role.AUDITOR])
    return acts


def checked_like(like: str) -> frozenset[Role]:
    """Return the roles that words with commas between name.

    Raises:
        UsageError: there is none, or one is no role.
    """
    roles = checked_roles(role.strip() for role in like.split(",") if role.strip())
    if not roles:
        raise UsageError(Message("a new member needs a role"), next_step=Message("Say which: --like ROLE."))
    return roles


def _until(session: Session, days: int) -> int | None:
    if not 0 <= days <= _MOST_DAYS:
        raise UsageError(Message("--days is between 1 and {most_days}", most_days=_MOST_DAYS))
    return session.clock().trusted_ms + days * DAY_MS if days else None
