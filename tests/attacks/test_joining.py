"""Somebody between a new device and who admits it, or a member with a patched program: nobody comes in by that."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.services.colleague import admit as admit_colleague
from tests.services.founded import PASSPHRASE, Place, found
from tests.services.organisation import (
    AMINA,
    DANA,
    JOEL,
    KARIM,
    MIRA,
    SELIN,
    TOMAS,
    Organisation,
    ask_to_join,
    give,
    open_place,
)
from tests.sync.hostile import encoded, pages_of
from tests.sync.hostile import write as write_bundle
from vault.access.membership.act_listing import list_acts
from vault.access.membership.joining import new_seat
from vault.access.session import Session
from vault.errors import MalformedError, RefusedError, VerificationError, WaitingForDecisionError
from vault.ids import SeatId
from vault.log.act_bytes import admit as admission_of
from vault.log.act_bytes import read_certificate
from vault.log.genesis import seat_in
from vault.policy.roles import Role
from vault.records.seatlog import Predecessor, begin
from vault.records.work import Entry, Work
from vault.seal.bodies import Recipient
from vault.services.exchange import syncing
from vault.services.members import admitting, members
from vault.services.members.changes import nonce
from vault.sync.bundle_file import open_bundle

NAME = "Ilse Marrow"
DIFFER = "the 13 words do not belong to this request"


@dataclass(frozen=True, slots=True)
class Joiner:
    """Somebody new at a device of their own, who typed the words of a vault."""

    place: Place
    request: Path
    words: tuple[str, ...]

    @property
    def certificate(self) -> bytes:
        return self.request.read_bytes()

    @property
    def seat(self) -> SeatId:
        return SeatId(seat_in(self.certificate))

    def finish(self, bundle: Path) -> Session:
        admitting.finish(self.place.path, bundle, member=NAME, passphrase=bytearray(PASSPHRASE))
        return open_place(self.place, NAME)


def ask(folder: Path, of: Session) -> Joiner:
    folder.mkdir(exist_ok=True)
    place = Place(folder / "new.vault", folder / "state")
    return Joiner(place, *ask_to_join(folder, place, admitting.vault_words(of), NAME))


def admit(session: Session, joiner: Joiner, words: Iterable[str] | None = None) -> admitting.Admitted:
    asked = admitting.read_request(session, joiner.request)
    typed = list(joiner.words if words is None else words)
    return admitting.admit(session, asked, typed, name=NAME, like="caseworker", by_sheets=True)


def list_unasked(session: Session, certificate: bytes) -> None:
    """List an admission as a patched program does."""
    list_acts(session, [admission_of(certificate, {Role.CASEWORKER}, None, nonce())])


def bundle_for(session: Session, joiner: Joiner, path: Path) -> Path:
    """Make a bundle for a device, whether or not it is in by what its maker has."""
    certificate = read_certificate(joiner.certificate)
    with pytest.MonkeyPatch.context() as patched:
        live = {**session.directory.certificates, joiner.seat: certificate}
        patched.setitem(vars(session.directory), "certificates", live)
        syncing.make(session, certificate.member, path)
    return path


def test_a_request_of_somebody_else_shows_other_words(session: Session, tmp_path: Path) -> None:
    joiner, other = ask(tmp_path / "joiner", session), ask(tmp_path / "other", session)
    joiner.request.write_bytes(other.certificate)
    assert admitting.read_request(session, joiner.request).words == other.words != joiner.words
    with pytest.raises(VerificationError, match=DIFFER):
        admit(session, joiner)
    assert session.directory.certificates.keys() == {session.seat}


@pytest.mark.parametrize("at", [0, 1, 17, 33, 65, 97, 113, 1_200, 1_328, -1])
def test_an_altered_request_is_none(session: Session, tmp_path: Path, at: int) -> None:
    joiner = ask(tmp_path / "joiner", session)
    altered = bytearray(joiner.certificate)
    altered[at] ^= 1
    joiner.request.write_bytes(altered)
    with pytest.raises((MalformedError, VerificationError)):
        admitting.read_request(session, joiner.request)


def test_a_replayed_request_is_refused_also_after_the_member_left(session: Session, tmp_path: Path) -> None:
    joiner = ask(tmp_path / "joiner", session)
    admitted = admit(session, joiner)
    with pytest.raises(RefusedError, match="admitted before"):
        admit(session, joiner)
    assert members.leave(session, admitted.member).is_done
    with pytest.raises(RefusedError, match="admitted before"):
        admit(session, joiner)
    list_unasked(session, joiner.certificate)
    assert joiner.seat not in session.directory.certificates


@pytest.mark.parametrize("typed", [[], [""], [" "] * 13, ["academic"] * 13], ids=["none", "empty", "blanks", "others"])
def test_empty_or_other_words_admit_nobody(session: Session, tmp_path: Path, typed: list[str]) -> None:
    joiner = ask(tmp_path / "joiner", session)
    words = joiner.words
    for wrong in (typed, words[:12], (*words, words[0]), words[::-1], admitting.vault_words(session)):
        with pytest.raises(VerificationError, match=DIFFER):
            admit(session, joiner, wrong)
    assert len(session.directory.members) == 1


def test_a_request_for_another_vault_is_refused(session: Session, tmp_path: Path) -> None:
    with found(tmp_path / "other").open() as other:
        joiner = ask(tmp_path / "joiner", other)
    with pytest.raises(VerificationError, match="for another vault"):
        admit(session, joiner)
    list_unasked(session, joiner.certificate)
    assert joiner.seat not in session.directory.known


def test_a_device_in_the_name_of_a_member_is_none_without_that_members_own_device(organisation: Organisation) -> None:
    with organisation.at(MIRA, SELIN) as (mira, selin):
        false = new_seat(mira.anchor, member=organisation[JOEL].member, here=False)
        made = admission_of(false.certificate, (), None, nonce())
        for session in (mira, selin):
            list_acts(session, [made])
        give(selin, mira)
        assert false.secrets.seat not in mira.directory.certificates
    organisation.exchange(MIRA, JOEL)
    with organisation.open(JOEL) as joel:
        assert false.secrets.seat not in joel.directory.certificates


@pytest.mark.parametrize(
    ("who", "roles"),
    [
        ((DANA,), {Role.INTAKE}),
        ((JOEL, DANA), {Role.INTAKE}),
        ((SELIN,), {Role.SUPERVISOR}),
        ((SELIN, TOMAS), {Role.AUDITOR}),
        ((KARIM,), {Role.CASEWORKER}),
        ((MIRA, SELIN, TOMAS), {Role.ADMIN}),
    ],
    ids=["intake", "two without the right", "one supervisor", "two supervisors", "one admin", "an admin so"],
)
def test_an_admission_listed_without_the_right_counts_for_nobody(
    organisation: Organisation, who: tuple[str, ...], roles: set[Role]
) -> None:
    with organisation.at(*who) as sessions:
        new = new_seat(sessions[0].anchor, here=False)
        made = admission_of(new.certificate, roles, None, nonce())
        for session in sessions:
            list_acts(session, [made])
            assert new.secrets.seat not in session.directory.certificates
    for name in who:
        organisation.exchange(name, AMINA)
    with organisation.open(AMINA) as amina:
        assert new.secrets.seat not in amina.directory.certificates
        assert amina.faults() == []


def test_the_id_of_a_seat_is_the_hash_of_its_certificate_and_cannot_be_taken(organisation: Organisation) -> None:
    """Whoever begins a log under the id of another seat signs it with a key that is not of that seat."""
    with organisation.at(DANA, MIRA) as (dana, mira):
        joel = dana.directory.certificates[organisation[JOEL].seat]
        assert joel.seat == joel.origin[:16]
        false = begin(
            database=dana.database,
            place=replace(dana.log.place, seat=joel.seat),
            identity_seed=dana._secrets.identity_seed,
            auditors=(),
            keyring=dana.keyring,
            predecessor=Predecessor(joel.origin, 1, bytes(31) + b"\x01"),
        )
        with Work(false) as work:
            work.commit(Entry(act="log.restored"))
        give(dana, mira)
        with mira.database.reading() as rows:
            assert false.origin not in {row.origin for row in rows.geneses()}
        assert mira.directory.places.seat_of(false.origin) is None


def nothing_came(joiner: Joiner) -> bool:
    try:
        open_place(joiner.place, NAME).close()
    except WaitingForDecisionError:
        return True
    return False


def test_a_copy_of_the_vault_in_which_a_volunteer_admitted_the_device_admits_nobody(
    organisation: Organisation, tmp_path: Path
) -> None:
    with organisation.open(DANA) as dana:
        joiner = ask(tmp_path / "joiner", dana)
        assert nothing_came(joiner)
        list_unasked(dana, joiner.certificate)
        with pytest.raises(VerificationError, match="does not admit this device"):
            joiner.finish(bundle_for(dana, joiner, tmp_path / "bundle"))
    assert nothing_came(joiner)


def test_a_bundle_of_another_vault_is_refused_also_under_the_name_of_the_true_one(
    session: Session, tmp_path: Path
) -> None:
    joiner = ask(tmp_path / "joiner", session)
    kem = read_certificate(joiner.certificate).kem
    place = found(tmp_path / "other")
    with place.open() as other:
        mine = admit_colleague(other)
        syncing.make(other, mine.member, tmp_path / "made")
    with mine.open(place) as reader:
        pages = encoded(pages_of(open_bundle(tmp_path / "made", reader.kem_private, reader.seat, reader.vault)))
        with pytest.raises(VerificationError, match="of vault"):
            joiner.finish(tmp_path / "made")
    false = write_bundle(tmp_path / "false", session.vault, pages, to=Recipient(joiner.seat, kem))
    with pytest.raises(VerificationError, match="nothing here founds this vault"):
        joiner.finish(false)
    assert nothing_came(joiner)


def test_a_bundle_made_by_somebody_who_is_not_in_is_refused(session: Session, tmp_path: Path) -> None:
    """With all rows of the vault, and the true admission among them."""
    joiner = ask(tmp_path / "joiner", session)
    admit(session, joiner)
    bundle = bundle_for(session, joiner, tmp_path / "bundle")
    copy = Place(shutil.copytree(joiner.place.path, tmp_path / "copy.vault"), tmp_path / "state")
    with replace(joiner, place=copy).finish(bundle) as reader:
        pages = encoded(pages_of(open_bundle(bundle, reader.kem_private, reader.seat, session.vault)))
    kem = read_certificate(joiner.certificate).kem
    false = write_bundle(tmp_path / "false", session.vault, pages, to=Recipient(joiner.seat, kem))
    with pytest.raises(VerificationError, match="made by somebody who is not a member"):
        joiner.finish(false)
    assert nothing_came(joiner)
