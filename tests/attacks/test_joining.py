"""Somebody between inviter and joiner, or an inviter with a patched program: each try ends before anybody is in."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.services.founded import PASSPHRASE, Place
from tests.services.organisation import MIRA, Organisation, ask_to_join, open_place
from vault.access.membership import pending_seat
from vault.access.membership.inviting import Answer
from vault.access.membership.next_roster import Change, propose
from vault.access.membership.pending_seat import certificate_of, new_seat
from vault.access.membership.roster_commit import commit_roster
from vault.access.seat_keys.refresh import refresh
from vault.access.session import Session
from vault.access.trust.directory import RECOVERY
from vault.access.unlock import unlock
from vault.casework.organisation_records import Member
from vault.errors import (
    BrokenSealError,
    MalformedError,
    RefusedError,
    UsageError,
    VerificationError,
    WaitingForDecisionError,
)
from vault.ids import ZERO_ID, MemberId, RecordId
from vault.log.roster import ROSTER_RECORD, Roster, make_roster
from vault.log.roster_entries import Certificate, MemberEntry
from vault.policy.roles import Role
from vault.records.work import Entry
from vault.seal.invitation import Invitation, Request, joining_words, open_request, seal_request
from vault.seal.recipients import KemPrivate, make_kem_seed
from vault.services.exchange import syncing
from vault.services.members import invitations, members, rostering
from vault.services.projection import authors

NAME = "Ilse Marrow"


@dataclass(frozen=True, slots=True)
class Joiner:
    """Somebody new at a device of their own, who answered an invitation."""

    place: Place
    request: Path
    words: tuple[str, ...]

    def finish(self, bundle: Path) -> Session:
        invitations.finish(self.place.path, bundle, member=NAME, passphrase=bytearray(PASSPHRASE))
        return open_place(self.place, NAME)


def ask(folder: Path, invitation: bytes) -> Joiner:
    folder.mkdir(exist_ok=True)
    place = Place(folder / "new.vault", folder / "state")
    request, words = ask_to_join(folder, place, invitation, NAME)
    return Joiner(place, request, words)


def attackers_request(mira: Session, invitation: bytes, folder: Path) -> tuple[Path, Request]:
    """Return a request of somebody who read the invitation on its way, under the name of who is expected."""
    read = Invitation.decode(invitation)
    attacker = new_seat(mira.database, read, NAME, here=False)
    path = folder / "attacker.request"
    path.write_bytes(seal_request(read, attacker.request))
    return path, attacker.request


def test_a_request_of_somebody_else_shows_other_words(session: Session, tmp_path: Path) -> None:
    invitation = invitations.invite(session, like="caseworker")
    joiner = ask(tmp_path / "joiner", invitation)
    path, request = attackers_request(session, invitation, tmp_path)
    answered = invitations.look(session, path)
    assert answered.request.name == NAME
    assert answered.words != joiner.words
    with pytest.raises(VerificationError, match="the 13 words do not belong to this request"):
        invitations.admit(session, answered, joiner.words)
    assert len(session.directory.effective.members) == 1
    assert request.seat not in session.directory.effective.certificates


def test_a_swapped_public_key_gives_other_words(session: Session, tmp_path: Path) -> None:
    invitation = invitations.invite(session, like="caseworker")
    joiner = ask(tmp_path / "joiner", invitation)
    answered = invitations.look(session, joiner.request)
    swapped = replace(answered.request, kem=KemPrivate.from_seed(make_kem_seed()).public)
    read = Invitation.decode(invitation)
    assert joining_words(read.root, swapped, read.roster) != joiner.words
    false = Answer(answered.invitation, swapped, joining_words(read.root, swapped, read.roster))
    with pytest.raises(VerificationError, match="the 13 words do not belong"):
        invitations.admit(session, false, joiner.words)


@pytest.mark.long
@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda true: replace(true, root=bytes(31) + b"\x01"), id="root"),
        pytest.param(lambda true: replace(true, roster=bytes(31) + b"\x01"), id="roster"),
        pytest.param(lambda true: replace(true, nonce=bytes(15) + b"\x01"), id="nonce"),
        pytest.param(lambda true: replace(true, kem=KemPrivate.from_seed(make_kem_seed()).public), id="kem"),
        pytest.param(lambda true: replace(true, seat=bytes(15) + b"\x01"), id="seat"),
        pytest.param(lambda true: replace(true, vault=bytes(15) + b"\x01"), id="vault"),
    ],
)
def test_an_invitation_changed_on_the_way_is_answered_in_vain(
    session: Session, tmp_path: Path, change: Callable[[Invitation], Invitation]
) -> None:
    true = Invitation.decode(invitations.invite(session, like="caseworker"))
    changed = change(true)
    joiner = ask(tmp_path / "joiner", changed.encode())
    with pytest.raises((RefusedError, VerificationError)):
        invitations.look(session, joiner.request)
    # Whoever opens it in between and seals it on to the true inviter does not get further.
    passed_on = tmp_path / "passed.on"
    passed_on.write_bytes(seal_request(true, new_seat(session.database, changed, NAME, here=False).request))
    with pytest.raises(RefusedError, match="does not answer an invitation of this device"):
        invitations.look(session, passed_on)


def test_more_roles_in_the_invitation_are_not_given(session: Session, tmp_path: Path) -> None:
    true = Invitation.decode(invitations.invite(session, like="intake"))
    joiner = ask(tmp_path / "joiner", replace(true, roles=("admin", "intake")).encode())
    with pytest.raises(RefusedError, match="does not answer an invitation"):
        invitations.look(session, joiner.request)


def test_a_second_request_for_one_invitation_is_refused(session: Session, tmp_path: Path) -> None:
    invitation = invitations.invite(session, like="caseworker")
    first, second = ask(tmp_path / "first", invitation), ask(tmp_path / "second", invitation)
    invitations.look(session, first.request)
    with pytest.raises(RefusedError, match="another request has already answered"):
        invitations.look(session, second.request)
    assert invitations.look(session, first.request).words == first.words


def test_a_replayed_request_is_refused(session: Session, tmp_path: Path) -> None:
    joiner = ask(tmp_path / "joiner", invitations.invite(session, like="caseworker"))
    admitted = invitations.admit(session, invitations.look(session, joiner.request), joiner.words)
    with pytest.raises(RefusedError, match="this request has already been admitted"):
        invitations.look(session, joiner.request)
    # Not after the member left either: an ended seat does not come back.
    assert members.leave(session, admitted.member).is_done
    with pytest.raises(RefusedError, match="this request has already been admitted"):
        invitations.look(session, joiner.request)


@pytest.mark.parametrize("typed", [[], [""], [" "] * 13, ["academic"] * 13], ids=["none", "empty", "blanks", "others"])
def test_empty_or_other_words_admit_nobody(session: Session, tmp_path: Path, typed: list[str]) -> None:
    joiner = ask(tmp_path / "joiner", invitations.invite(session, like="caseworker"))
    answered = invitations.look(session, joiner.request)
    with pytest.raises(VerificationError, match="the 13 words do not belong"):
        invitations.admit(session, answered, typed)
    for cut in (joiner.words[:12], (*joiner.words, joiner.words[0]), joiner.words[::-1]):
        with pytest.raises(VerificationError, match="the 13 words do not belong"):
            invitations.admit(session, answered, cut)
    assert len(session.directory.effective.members) == 1


def test_words_of_another_request_admit_nobody(session: Session, tmp_path: Path) -> None:
    first = ask(tmp_path / "first", invitations.invite(session, like="caseworker"))
    second = ask(tmp_path / "second", invitations.invite(session, like="caseworker"))
    answered = invitations.look(session, first.request)
    with pytest.raises(VerificationError, match="the 13 words do not belong"):
        invitations.admit(session, answered, second.words)


@pytest.mark.long
@pytest.mark.parametrize("at", [0, 1, 2, 18, 34, 1200, -1])
def test_an_altered_request_does_not_open(session: Session, tmp_path: Path, at: int) -> None:
    joiner = ask(tmp_path / "joiner", invitations.invite(session, like="caseworker"))
    altered = bytearray(joiner.request.read_bytes())
    altered[at] ^= 1
    joiner.request.write_bytes(altered)
    with pytest.raises((BrokenSealError, MalformedError)):
        invitations.look(session, joiner.request)


def test_a_log_that_is_not_the_seats_own_is_refused(session: Session, tmp_path: Path) -> None:
    joiner = ask(tmp_path / "joiner", invitations.invite(session, like="caseworker"))
    with session.database.reading() as rows:
        own = rows.genesis(session.log.origin)
    assert own is not None
    read = invitations.look(session, joiner.request)
    for genesis in (own, read.request.genesis[:-1] + bytes((read.request.genesis[-1] ^ 1,))):
        invitation = invitations.invite(session, like="caseworker")
        named = replace(read.request, genesis=genesis, invitation=Invitation.decode(invitation).digest())
        path = tmp_path / "false.request"
        path.write_bytes(seal_request(Invitation.decode(invitation), named))
        with pytest.raises(VerificationError, match=r"not the first one of its own device|does not hold"):
            invitations.look(session, path)


def make_bundle_for(mira: Session, member: bytes, path: Path) -> Path:
    path.unlink(missing_ok=True)
    syncing.make(mira, MemberId(member), path)
    return path


def test_a_roster_older_than_the_invitations_is_not_believed(founded: Place, tmp_path: Path) -> None:
    """The vault as it was before somebody was ended: whoever kept that copy admits the joiner into it."""
    old = founded.copied_to(tmp_path / "kept")
    with founded.open() as mira:
        invitations.admit_here(
            mira, like="caseworker", name="Selin Asterholt", passphrase=bytearray(b"other words"), by_root=True
        )
        invitation = invitations.invite(mira, like="caseworker")
    joiner = ask(tmp_path / "joiner", invitation)
    with old.open() as kept:
        request = open_as_the_inviter(kept, joiner)
        admit_without_asking(kept, certificate_of(request))
        bundle = make_bundle_for(kept, request.member, tmp_path / "bundle")
    with pytest.raises(VerificationError, match="did not arrive"):
        joiner.finish(bundle)


def test_two_copies_of_one_vault_that_both_admit_are_noticed(founded: Place, tmp_path: Path) -> None:
    with founded.open() as mira:
        invitation = invitations.invite(mira, like="caseworker")
    joiner = ask(tmp_path / "joiner", invitation)
    other = founded.copied_to(tmp_path / "clone")
    with founded.open() as mira:
        answered = invitations.look(mira, joiner.request)
        admitted = invitations.admit(mira, answered, joiner.words)
        assert admitted.outcome.is_done
        first = make_bundle_for(mira, admitted.member, tmp_path / "first")
    with other.open() as clone:
        admit_without_asking(clone, certificate_of(answered.request))
        second = make_bundle_for(clone, admitted.member, tmp_path / "second")
    invitations.finish(joiner.place.path, second, member=NAME, passphrase=bytearray(PASSPHRASE))
    with pytest.raises(VerificationError, match="a log of this vault forked"):
        joiner.finish(first)


def test_another_key_in_the_certificate_is_noticed(session: Session, tmp_path: Path) -> None:
    joiner = ask(tmp_path / "joiner", invitations.invite(session, like="caseworker"))
    request = invitations.look(session, joiner.request).request
    true = certificate_of(request)
    # The grants of the directory still reach the joiner, or it would only wait: the giver is the attacker.
    swapped = replace(true, member=session.member)
    admit_without_asking(session, swapped, member=session.member)
    bundle = make_bundle_for(session, session.member, tmp_path / "bundle")
    with pytest.raises(VerificationError, match="another key or another member"):
        joiner.finish(bundle)


def test_a_seat_that_nobody_admitted_goes_on_waiting(session: Session, tmp_path: Path) -> None:
    joiner = ask(tmp_path / "joiner", invitations.invite(session, like="caseworker"))
    with pytest.raises(WaitingForDecisionError, match="waiting for admission"):
        open_place(joiner.place, NAME)


@pytest.mark.long
@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda head: replace(head, suites=(1, 2)), id="another suite"),
        pytest.param(lambda head: replace(head, suites=()), id="no suite"),
        pytest.param(lambda head: replace(head, rights=1), id="an older rights table"),
        pytest.param(lambda head: replace(head, recovery=KemPrivate.from_seed(make_kem_seed()).public), id="recovery"),
        pytest.param(lambda head: replace(head, new_root=bytes(31) + b"\x01"), id="another root"),
    ],
)
def test_an_admission_that_changes_the_rules_as_well_needs_more_than_one(
    founded: Place, tmp_path: Path, change: Callable[[object], object]
) -> None:
    with founded.open() as mira:
        invitations.admit_here(
            mira, like="caseworker", name="Selin Asterholt", passphrase=bytearray(b"other words"), by_root=True
        )
        joiner = ask(tmp_path / "joiner", invitations.invite(mira, like="caseworker"))
        request = invitations.look(mira, joiner.request).request
        honest = propose(mira, admission_of(certificate_of(request)))
        head = change(honest.head)
        altered = make_roster(
            head,  # type: ignore[arg-type]  # what the table makes of a head
            [MemberEntry(member, roles) for member, roles in honest.members.items()],
            honest.certificates.values(),
            random=bytes,
        )
        public, signature = mira.sign("roster", altered.root)
        signed = altered.signed(public, signature)
        with pytest.raises(RefusedError, match="needs more signatures"):
            commit_roster(mira, signed)
        write_unasked(mira, signed)
        assert request.seat not in mira.directory.effective.certificates


def test_a_member_added_without_signatures_is_none(founded: Place, tmp_path: Path) -> None:
    with founded.open() as mira:
        joiner = ask(tmp_path / "joiner", invitations.invite(mira, like="admin"))
        request = invitations.look(mira, joiner.request).request
        honest = propose(mira, admission_of(certificate_of(request), Role.ADMIN))
        for roster in (Roster(honest.entries), honest.__class__(honest.entries, ((request.identity, bytes(64)),))):
            write_unasked(mira, roster)
            assert request.member not in mira.directory.effective.members
        public, signature = mira.sign("other", honest.root)
        write_unasked(mira, Roster(honest.entries, ((public, signature),)))
        assert request.member not in mira.directory.effective.members
        assert rostering.settle_shared(mira) == 0


# ---- a patched program of somebody who holds the founder's keys


def open_as_the_inviter(kept: Session, joiner: Joiner) -> Request:
    return open_request(kept.kem_private, kept.vault, kept.seat, joiner.request.read_bytes())


def admission_of(certificate: Certificate, role: Role = Role.CASEWORKER) -> Change:
    return Change({MemberId(certificate.member): frozenset({role})}, (certificate,))


def admit_without_asking(session: Session, certificate: Certificate, *, member: bytes | None = None) -> None:
    change = Change(certificates=(certificate,)) if member is not None else admission_of(certificate)
    records = [] if member is not None else [Member(MemberId(certificate.member), NAME)]
    commit_roster(session, propose(session, change), members=records)


def write_unasked(session: Session, roster: Roster) -> None:
    """Write a roster as a version, whatever the program thinks of it, and look at the rows again."""
    home = session.directory.compartment
    with session.work(home) as work:
        work.write(home, RecordId(ROSTER_RECORD), "roster", roster.fields())
        work.commit(Entry(act="roster.change"))
    refresh(session)


# Somebody new who is called, to the eye, like a member who is in: nobody joins under such a name.
TAKEN = "Zo\u00e9 Lindquell"
SAME = {
    "the same": TAKEN,
    "marks apart": unicodedata.normalize("NFD", TAKEN),
    "without marks": "Zoe Lindquell",
    "another case": "ZO\u00c9 lindquell",
    "Cyrillic o": "Z\u043e\u00e9 Lindquell",
    "Cyrillic o and e": "Z\u043e\u0435\u0301 Lindquell",
    "fullwidth": "\uff3ao\u00e9 Lindquell",
    "two blanks": "Zo\u00e9  Lindquell",
    "a joiner that joins nothing": "Zo\u00e9 Lindquell\u200c",
}
UNSEEN = {
    "no-break space": "Zo\u00e9\u00a0Lindquell",
    "thin space": "Zo\u00e9\u2009Lindquell",
    "ideographic space": "Zo\u00e9\u3000Lindquell",
    "Braille blank": "Zo\u00e9\u2800Lindquell",
    "U+2065": "Zo\u00e9 Lind\u2065quell",
    "U+FFF0": "Zo\u00e9 Lindquell\ufff0",
    "U+2065, of nobody": "Somebody\u2065 New",
    "private use": "Somebody\ue000 New",
    "an isolate that ends": "Somebody \u2068N\u2069ew",
    "a filler": "Somebody\u3164 New",
    "a selector": "Somebody 1\ufe0f New",
}
HONEST = (
    "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627 \u06a9\u0631\u06cc\u0645\u06cc",  # Persian, with a joiner
    "\u0645\u062d\u0645\u062f \u0627\u0644\u0623\u062d\u0645\u062f",
    "\u0645\u062d\u0645\u0648\u062f \u0627\u0644\u0623\u062d\u0645\u062f",
    "Айгүл Төлөнова",
    "Айгүлай Төлөнова",
    "Өмүрбек Ыманов",
    "Анна Фёдорова",
    "Şeyma Işık",
    "İbrahim Çağlar",
    "Ibrahima Çağlar",
    "Nguyễn Thị Ánh",
    "O\u2019Hara-Søltoft, Jr.",
    "\u0dc1\u0dca\u200d\u0dbb\u0dd3",  # Sinhala, with a joiner
    "Zo\u00e9 Lindquells",
    "Z. Lindquell",
)


def request_of(session: Session, folder: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return what somebody's own program asks, which looks at no name."""
    invitation = Invitation.decode(invitations.invite(session, like="caseworker"))
    honest = new_seat(session.database, invitation, "Somebody", here=False).request
    path = folder / "request"
    with monkeypatch.context() as program:
        program.setattr(Request, "__post_init__", lambda self: None)
        path.write_bytes(seal_request(invitation, replace(honest, name=name)))
    return path


def look_and_admit(session: Session, request: Path) -> None:
    answered = invitations.look(session, request)
    invitations.admit(session, answered, answered.words, by_root=True)


def admitted(session: Session, names: Iterable[str]) -> list[str]:
    found = []
    for name in names:
        try:
            authors.require_new_name(session, name)
        except RefusedError:
            continue
        found.append(name)
    return found


@pytest.fixture
def with_zoe(organisation: Organisation) -> Organisation:
    with organisation.open(MIRA) as mira:
        invitations.admit_here(mira, like="caseworker", name=TAKEN, passphrase=bytearray(PASSPHRASE), by_root=True)
    return organisation


def test_nobody_joins_under_a_name_that_is_the_same_to_the_eye(with_zoe: Organisation, tmp_path: Path) -> None:
    with with_zoe.open(MIRA) as mira:
        assert admitted(mira, [*SAME.values(), *UNSEEN.values()]) == []
        name = SAME["Cyrillic o"]
        invitation, place = invitations.invite(mira, like="intake"), Place(tmp_path / "v", tmp_path / "s")
        request, words = ask_to_join(tmp_path, place, invitation, name)
        with pytest.raises(RefusedError, match="with this name, or with one that looks the same"):
            invitations.admit(mira, invitations.look(mira, request), words)
        with pytest.raises(RefusedError, match="looks the same"):
            invitations.admit_here(mira, like="intake", name=name, passphrase=bytearray(PASSPHRASE), by_root=True)
        assert [row.name for row in members.list_all(mira) if row.name.startswith("Z")] == [TAKEN]


@pytest.mark.parametrize("name", UNSEEN.values(), ids=UNSEEN)
def test_a_program_of_ones_own_asks_in_vain_under_a_name_that_hides_something(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    request = request_of(session, tmp_path, name, monkeypatch)
    with pytest.raises((MalformedError, RefusedError)):
        look_and_admit(session, request)
    with pytest.raises(UsageError, match="does not show as itself"):
        invitations.admit_here(session, like="intake", name=name, passphrase=bytearray(PASSPHRASE), by_root=True)


def test_who_is_called_so_since_long_opens_the_vault_invites_and_joins_with_another_device(
    organisation: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = UNSEEN["no-break space"]
    with organisation.open(MIRA) as mira:
        with monkeypatch.context() as older:
            for joins in (pending_seat, invitations):
                older.setattr(joins, "checked_name_of_member", str)
            older.setattr(authors, "is_name_as_seen", lambda name: True)
            invitations.admit_here(mira, like="supervisor", name=name, passphrase=bytearray(PASSPHRASE), by_root=True)
        assert admitted(mira, [TAKEN]) == []
    place = organisation[MIRA].place
    with unlock(place.path, member=name, passphrase=bytearray(PASSPHRASE), state=place.state) as zoe:
        assert Invitation.decode(invitations.invite(zoe, like="intake")).by == name
        invitation = invitations.invite_device(zoe, zoe.member)
        request, words = ask_to_join(tmp_path, Place(tmp_path / "v", tmp_path / "s"), invitation, name)
        assert invitations.admit(zoe, invitations.look(zoe, request), words).outcome.proposal is not None


@pytest.mark.long
def test_an_honest_name_is_refused_to_nobody(with_zoe: Organisation) -> None:
    with with_zoe.open(MIRA) as mira:
        assert admitted(mira, HONEST) == list(HONEST)
        for name in HONEST[:5]:
            invitations.admit_here(mira, like="intake", name=name, passphrase=bytearray(PASSPHRASE), by_root=True)
        assert admitted(mira, HONEST) == list(HONEST[5:])


# Nobody joins under the id of the recovery sheets, or of nobody: what one is granted the other is not.
RESERVED = [pytest.param(bytes(RECOVERY), id="recovery's"), pytest.param(ZERO_ID, id="nobody's")]


@pytest.mark.parametrize("reserved", RESERVED)
@pytest.mark.parametrize("field", ["seat", "member"])
def test_a_request_under_a_reserved_id_is_refused(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, field: str, reserved: bytes
) -> None:
    invitation = Invitation.decode(invitations.invite(session, like="caseworker"))
    honest = new_seat(session.database, invitation, "Eve Quiet", here=False).request
    paper = tmp_path / "request"
    changed: dict[str, Any] = {field: reserved}
    with monkeypatch.context() as program:
        program.setattr(Request, "__post_init__", lambda self: None)
        paper.write_bytes(seal_request(invitation, replace(honest, **changed)))
    with pytest.raises(MalformedError, match="a seat or a member that cannot exist"):
        invitations.look(session, paper)


@pytest.mark.parametrize("reserved", RESERVED)
@pytest.mark.parametrize("of_the_member", [False, True], ids=["seat", "member"])
def test_a_roster_that_certifies_a_reserved_id_is_none(session: Session, reserved: bytes, of_the_member: bool) -> None:
    """Whoever may write rosters puts the id into every entry, with a program that does not look."""
    true = session.directory.chain.accepted[-1]
    honest = bytes(session.member if of_the_member else session.seat)
    entries = [entry.replace(honest, reserved) for entry in true.entries]
    assert tuple(entries) != true.entries
    with pytest.raises(MalformedError, match=r"not of the form of FORMAT\.md 2"):
        Roster.from_fields({"entries": entries, "sigs": []})
