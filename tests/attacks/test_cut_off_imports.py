"""A bundle that stops the program, or a kill in the middle: what came is told, logged and taken, and so are others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.english import in_english
from tests.services.founded import Place
from tests.services.organisation import AMINA, JOEL, MIRA, Organisation, ask_to_join, full_name
from tests.sync.hostile import encoded, write
from vault.access.session import Session
from vault.access.unlock import unlock
from vault.errors import BrokenSealError, MalformedError
from vault.ids import SeatId, make_id
from vault.log.genesis import Genesis
from vault.log.operation import NUMBER_LIMIT
from vault.seal.bodies import Recipient
from vault.seal.signing import make_signing_seed, public_key, sign
from vault.services.cases import cases
from vault.services.exchange import syncing
from vault.services.exchange.bundle_import import BundleImport
from vault.services.members import invitations
from vault.sync.bundle_pages import PageKind, SentOperation, SentRow, SentVersion, SentVersionKey
from vault.sync.staging import stage, staged_in

Groups = Iterable[tuple[PageKind, bytes, list[SentRow]]]


def outsiders_bundle(path: Path, to: Session, groups: Groups) -> Path:
    """Seal rows to a seat as somebody who is in no roster: its id and public key stand in every invitation."""
    recipient = Recipient(to.seat, to.kem_private.public)
    return write(path, to.vault, encoded(groups), manifest=lambda made: replace(made, member=to.member), to=recipient)


def import_cut_off(session: Session, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Import a bundle, and have the power fail behind its rows, before its entry."""

    def fails(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(BundleImport, "_log", fails)
        with pytest.raises(KeyboardInterrupt):
            syncing.import_bundle(session, file)


@pytest.mark.parametrize(
    "row",
    [
        SentVersion(1 << 63, 0, bytes(16), bytes(16), b"blob"),
        SentVersionKey((1 << 64) - 1, 0, bytes(16), bytes(40)),
        SentOperation(NUMBER_LIMIT, b"header", b"", bytes(500)),
    ],
    ids=["version", "key of a version", "entry"],
)
def test_a_position_that_no_log_has_refuses_the_bundle_and_nothing_of_it_waits(
    organisation: Organisation, tmp_path: Path, row: SentVersion | SentVersionKey | SentOperation
) -> None:
    kind = {SentVersion: PageKind.VERSION, SentVersionKey: PageKind.VERSION_KEY}.get(type(row), PageKind.OPERATION)
    with organisation.at(MIRA, AMINA) as (mira, amina):
        with mira.database.reading() as rows:
            genesis = rows.genesis(mira.log.origin)
        assert genesis is not None
        groups: Groups = [(PageKind.GENESIS, bytes(32), [genesis]), (kind, mira.log.origin, [row])]
        with pytest.raises(MalformedError, match="names a position that no log has"):
            syncing.import_bundle(amina, outsiders_bundle(tmp_path / "evil", amina, groups))
        assert staged_in(amina.folder.staging_dir) == []


def test_a_take_that_was_cut_off_behind_its_rows_comes_into_the_log_with_the_next(
    organisation: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    organisation.exchange(MIRA, AMINA)
    with organisation.at(MIRA, AMINA) as (mira, amina):
        cases.create(mira, title="Harbour", kind="asylum")
        syncing.make(mira, amina.member, tmp_path / "good")
        size = amina.log.size
        import_cut_off(amina, tmp_path / "good", monkeypatch)
        with amina.database.reading() as rows:
            assert rows.size(mira.log.origin) == mira.log.size - 1  # all that the bundle had
        assert amina.log.size == size
        assert syncing.import_bundle(amina, tmp_path / "good").entries == 0
        assert amina.log.size == size + 1
        assert staged_in(amina.folder.staging_dir) == []


def test_one_that_nobody_repeats_comes_into_the_log_with_the_next_that_brings_anything(
    organisation: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    organisation.exchange(MIRA, AMINA)
    organisation.exchange(JOEL, AMINA)
    with organisation.at(MIRA, AMINA, JOEL) as (mira, amina, joel):
        for giver, name in ((mira, "cut"), (joel, "next")):
            cases.create(giver, title="Harbour", kind="asylum")
            syncing.make(giver, amina.member, tmp_path / name)
        size = amina.log.size
        import_cut_off(amina, tmp_path / "cut", monkeypatch)
        assert syncing.import_bundle(amina, tmp_path / "next").entries > 0
        assert amina.log.size == size + 2
        assert staged_in(amina.folder.staging_dir) == []


def spoil(session: Session, tmp_path: Path) -> None:
    """Leave a file among those that wait that is no bundle any more."""
    (session.folder.staging_dir / f"{bytes(32).hex()}.bundle").write_bytes(b"casevault bundle" + bytes(4_000))


def nothing(session: Session, tmp_path: Path) -> None:
    """Leave nothing there."""


@pytest.mark.long
@pytest.mark.parametrize("left", [nothing, spoil])
@pytest.mark.parametrize("is_cut_off", [False, True], ids=["whole", "cut off"])
def test_a_device_admitted_in_anothers_name_is_told_to_them_whatever_ends_the_take(
    organisation: Organisation,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    left: Callable[[Session, Path], None],
    *,
    is_cut_off: bool,
) -> None:
    seat = admit_in_the_name_of(AMINA, organisation, tmp_path)
    heard = []
    with organisation.at(AMINA) as (amina,):
        (amina.folder.staging_dir).mkdir(exist_ok=True)
        left(amina, tmp_path)
        if is_cut_off:
            import_cut_off(amina, tmp_path / "good", monkeypatch)
            amina.keep_pins()  # whatever is written from here on
        else:
            syncing.import_bundle(amina, tmp_path / "good")
            heard.append(in_english(amina.warnings))
        assert seat in amina.directory.effective.certificates
    for _ in range(2):
        with organisation.at(AMINA) as (amina,):
            heard.append(in_english(amina.warnings))
            amina.require_sound_log()  # news, not a fault
    told = [any(f"in your name: {seat.hex()[:8]}" in one for one in warnings) for warnings in heard]
    assert told == ([True, False] if is_cut_off else [True, True, False])


def admit_in_the_name_of(name: str, organisation: Organisation, folder: Path) -> SeatId:
    """Have a supervisor keep a device of somebody else in their own hands; leave the bundle that says so."""
    with organisation.at(MIRA) as (mira,):
        member = organisation[name].member
        invitation = invitations.invite_device(mira, member)
        place = Place(folder / "other.vault", folder / "other")
        request, words = ask_to_join(folder, place, invitation, full_name(name))
        admitted = invitations.admit(mira, invitations.look(mira, request), words)
        assert admitted.outcome.is_done
        syncing.make(mira, member, folder / "good")
    return admitted.seat


@pytest.mark.long
def test_what_waits_for_one_member_of_a_folder_is_not_thrown_away_by_another(
    organisation: Organisation, tmp_path: Path
) -> None:
    words, account = "nine copper whistles", organisation[MIRA]
    with organisation.at(MIRA) as (mira,):
        invitations.admit_here(mira, like="intake", name="Oren Sabaluk", passphrase=bytearray(words.encode()))

    def oren() -> Session:
        passphrase = bytearray(words.encode())
        return unlock(account.place.path, member="Oren Sabaluk", passphrase=passphrase, state=account.place.state)

    with oren() as session:
        member, folder = session.member, session.folder.staging_dir
    organisation.exchange(MIRA, JOEL)
    with organisation.at(JOEL) as (joel,):
        syncing.make(joel, account.member, tmp_path / "to mira")
        cases.create(joel, title="Harbour", kind="asylum")
        syncing.make(joel, member, tmp_path / "to oren")
    pending = stage(tmp_path / "to mira", folder, bytes(32), now_s=0).path
    with oren() as session:
        with pytest.raises(BrokenSealError):
            syncing.import_bundle(session, tmp_path / "to mira")
        assert syncing.import_bundle(session, tmp_path / "to oren").entries > 0
    assert staged_in(folder) == [pending]


def test_of_a_thousand_devices_that_nobody_knows_one_line_is_said(organisation: Organisation, tmp_path: Path) -> None:
    with organisation.at(AMINA) as (amina,):
        groups: Groups = [(PageKind.GENESIS, bytes(32), [unknown_genesis(amina.vault) for _ in range(1_000)])]
        taken = syncing.import_bundle(amina, outsiders_bundle(tmp_path / "many", amina, groups))
    assert in_english(taken.pending) == (
        "Entries of a device that is not known here are pending until the list of members that admits it arrives.",
    )


def unknown_genesis(vault: bytes) -> bytes:
    seed = make_signing_seed()
    begun = Genesis(vault, make_id(), public_key(seed), public_key(seed), make_id(), bytes(32), 0, bytes(32))
    return begun.encode(sign(seed, "genesis", begun.unsigned()))
