from __future__ import annotations

import functools
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pyrage  # type: ignore[import-untyped]  # it ships no types
import pytest

from tests.export.samples import COVER, FORBIDDEN, dossier, passes, passes_words, section
from tests.tables import each
from vault.errors import (
    BrokenSealError,
    InternalError,
    LeakError,
    MalformedError,
    TryAgainError,
    UsageError,
    VerificationError,
)
from vault.export import archive, package
from vault.export.dossier_report import Cover
from vault.export.package import PreparedReport, SealedPackage, prepare, publish, write_package
from vault.export.reader import ManifestStatus, open_package, verify_folder, verify_package
from vault.export.release import Release
from vault.seal import signing
from vault.seal.age import fingerprint, seal_for

SEED = bytes(range(32))
PUBLIC = signing.public_key(SEED)
SIGN = functools.partial(signing.sign, SEED)
IDENTITY = pyrage.x25519.Identity.generate()
OTHER = pyrage.x25519.Identity.generate()
RECIPIENT = str(IDENTITY.to_public())
RELEASE = Release(date(2026, 10, 1), ("caseworker",), bytes(range(16)))
ROOT = Path(__file__).parents[2]


@functools.cache
def prepared() -> PreparedReport:
    return prepare(dossier(), COVER)


def written(**changes: object) -> SealedPackage:
    arguments: dict[str, object] = {
        "age_recipient": RECIPIENT,
        "package_public": PUBLIC,
        "sign": SIGN,
        "release": RELEASE,
        "expires": date(2027, 1, 31),
        "check": passes_words,
    }
    return write_package(prepared(), **(arguments | changes))  # type: ignore[arg-type]  # a table of keywords


@functools.cache
def sealed() -> bytes:
    return written().sealed


def resealed(**files: bytes) -> bytes:
    contents = archive.unpack(pyrage.decrypt(sealed(), [IDENTITY])) | {k.replace("_", "."): v for k, v in files.items()}
    return seal_for(RECIPIENT, archive.pack(contents))


def test_a_package_passes_the_verifier_and_opens_for_its_recipient() -> None:
    whole = write_package(prepared(), age_recipient=RECIPIENT, package_public=PUBLIC, sign=SIGN, release=RELEASE)
    opened = open_package(whole.sealed, str(IDENTITY), age_recipient=RECIPIENT)
    assert opened.members["report.pdf"] == prepared().pdf
    assert opened.members["data.json"] == prepared().data
    assert opened.standing is ManifestStatus.COMPARE
    assert opened.manifest.recipient == fingerprint(RECIPIENT)
    # Who approves reads what another program found in the file.
    assert "The client says that the notice of refusal arrived" in " ".join(prepared().pages)


def test_who_prepares_again_gets_the_digest_that_was_approved() -> None:
    assert prepare(dossier(), COVER, check=passes).members(RECIPIENT) == prepared().members(RECIPIENT)
    other = prepare(dossier(), Cover("another purpose"), check=passes)
    assert other.members(RECIPIENT) != prepared().members(RECIPIENT)
    assert prepared().members(str(OTHER.to_public())) != prepared().members(RECIPIENT)


def test_only_prepare_makes_a_prepared_report() -> None:
    with pytest.raises(InternalError, match="made by `prepare` only"):
        PreparedReport("lawyer", COVER, b"", b"", (), ())


def test_a_form_in_the_report_stops_before_anything_is_made() -> None:
    with pytest.raises(LeakError, match="fails its check"):
        prepare(dossier(section("note", ("text", f"It was {FORBIDDEN[0]}."))), COVER)


def test_a_form_in_the_manifest_stops_before_anything_is_sealed() -> None:
    whole = prepare(dossier(forbidden=(*FORBIDDEN, "representation")), COVER, check=passes)
    with pytest.raises(LeakError, match=r"fails its check: forms \(other file; form #"):
        write_package(whole, age_recipient=RECIPIENT, package_public=PUBLIC, sign=SIGN, release=RELEASE)


def test_packages_differ_in_nothing_but_what_is_drawn_and_names_and_ids_are_unlike() -> None:
    contents = [archive.unpack(pyrage.decrypt(written(random=bytes).sealed, [IDENTITY])) for _ in range(2)]
    assert contents[0] == contents[1]
    one, other = written(), written()
    assert one.name != other.name
    assert one.package != other.package
    assert one.name[9:25] not in one.package.hex()


def test_a_package_with_a_key_that_did_not_sign_is_not_made() -> None:
    with pytest.raises(VerificationError, match="signature does not hold"):
        written(sign=functools.partial(signing.sign, bytes(32)))


def test_the_reader_claims_no_more_than_it_checked() -> None:
    words = verify_package(sealed(), identity=str(IDENTITY)).key_words
    sentences = {
        "outer": str(verify_package(sealed()).sentence()),
        "compare": str(verify_package(sealed(), identity=str(IDENTITY)).sentence()),
        "expected": str(verify_package(sealed(), words, identity=str(IDENTITY)).sentence()),
    }
    assert "NOT CHECKED" in sentences["outer"]
    assert sentences["compare"].startswith(
        f"whole, and signed by the key with these words: {' '.join(words)}; NOT CHECKED whose key"
    )
    assert "NOT CHECKED" in sentences["compare"]
    assert sentences["expected"].startswith("unaltered, and made by the key of the words that you gave: ")
    assert not any("valid" in sentence for sentence in sentences.values())


def test_a_package_for_another_or_of_another_key_is_refused() -> None:
    contents = archive.unpack(pyrage.decrypt(sealed(), [IDENTITY]))
    passed_on = seal_for(str(OTHER.to_public()), archive.pack(contents))
    with pytest.raises(VerificationError, match="signed for another recipient"):
        open_package(passed_on, str(OTHER), age_recipient=str(OTHER.to_public()))
    with pytest.raises(BrokenSealError, match="does not open with this identity"):
        open_package(sealed(), str(OTHER))
    with pytest.raises(VerificationError, match="made by another key"):
        open_package(sealed(), str(IDENTITY), expected_key_words=["acid"] * 13)


@each(
    [
        ({"report_pdf": b"%PDF-1.7 other"}, VerificationError, r"report\.pdf is not the file that was signed"),
        ({"data_json": b"{}"}, VerificationError, r"data\.json is not the file"),
        ({"manifest_json": b"{}"}, VerificationError, "signature does not hold"),
        ({"manifest_sig": b"none"}, MalformedError, "signature does not have its form"),
        ({"manifest_json": b"x" * 20_000}, MalformedError, "manifest is too long"),
    ]
)
def test_an_altered_file_is_refused(files: dict[str, bytes], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        open_package(resealed(**files), str(IDENTITY))


@each([0, 30, 150, 400, 5_000, -1])
def test_a_flipped_bit_anywhere_is_refused(place: int) -> None:
    altered = bytearray(sealed())
    altered[place] ^= 1
    with pytest.raises((BrokenSealError, MalformedError), match=r"age file does not open|not a sealed package"):
        open_package(bytes(altered), str(IDENTITY))


# Some shorter sizes are sizes of the format, too: only the key tells a package cut to one of those.
@each([0, 10, 200, -500, -1])
def test_a_cut_package_is_refused_without_any_key(length: int) -> None:
    with pytest.raises(MalformedError, match=r"not a sealed package|cut or extended"):
        verify_package(sealed()[:length])


@each(
    {
        "another file": b"PK\x03\x04",
        "endless header": b"age-encryption.org/v1\n" + b"-> X25519 a\n" * 100_000,
        "a passphrase": b"age-encryption.org/v1\n-> scrypt a 18\n"
        + b"a" * 43
        + b"\n--- "
        + b"a" * 43
        + b"\n"
        + bytes(99),
        "a giant": bytes(2 * archive.MOST_BYTES + 1),
    }
)
def test_what_is_no_package_is_refused(untrusted: bytes) -> None:
    with pytest.raises(MalformedError, match=r"not a sealed package|larger than any package"):
        verify_package(untrusted)


def test_every_package_has_the_outer_form() -> None:
    # age adds stanzas of random length that nobody can read.
    assert {verify_package(seal_for(RECIPIENT, bytes(256))).standing for _ in range(100)} == {ManifestStatus.OUTER_FORM}


def test_an_opened_folder_can_be_verified_while_it_is_as_it_was(tmp_path: Path) -> None:
    contents = archive.unpack(pyrage.decrypt(sealed(), [IDENTITY]))
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    assert verify_folder(tmp_path).standing is ManifestStatus.COMPARE
    for extra in ("notes.txt", "report (1).pdf"):
        (tmp_path / extra).write_bytes(b"")
        with pytest.raises(MalformedError, match=r"does not hold exactly manifest\.json"):
            verify_folder(tmp_path)
        (tmp_path / extra).unlink()
    (tmp_path / "report.pdf").write_bytes(b"%PDF-1.7")
    with pytest.raises(VerificationError, match=r"report\.pdf is not the file"):
        verify_folder(tmp_path)


def test_a_published_package_is_one_whole_file_of_a_name_of_its_own_making(tmp_path: Path) -> None:
    whole = SealedPackage("referral-0123456789abcdef.age", bytes(16), sealed())
    path = publish(whole, tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == [whole.name]
    assert path.read_bytes() == sealed()
    with pytest.raises(UsageError, match="already holds it"):
        publish(whole, tmp_path)
    with pytest.raises(UsageError, match="does not exist"):
        publish(whole, tmp_path / "none")
    for name in ("../x.age", "referral-0123456789abcdef.age/..", "mira.age", ""):
        with pytest.raises(InternalError, match="name that CaseVault makes for it"):
            publish(SealedPackage(name, bytes(16), b""), tmp_path)


def test_a_fault_while_writing_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(package, "flush_file", full)
    with pytest.raises(TryAgainError, match="cannot be written"):
        publish(SealedPackage("referral-0123456789abcdef.age", bytes(16), b"x"), tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("moment", ["flush_file", "fsync_folder"])
def test_a_kill_in_the_middle_leaves_either_nothing_or_the_whole_at_the_destination(
    tmp_path: Path, moment: str
) -> None:
    code = (
        "import os, sys; sys.path.insert(0, sys.argv[1]); from pathlib import Path; from vault.export import package; "
        "setattr(package, sys.argv[3], lambda *_: os.kill(os.getpid(), 9)); "
        "whole = package.SealedPackage('referral-0123456789abcdef.age', bytes(16), bytes(5000)); "
        "package.publish(whole, Path(sys.argv[2]))"
    )
    subprocess.run([sys.executable, "-c", code, str(ROOT), str(tmp_path), moment], check=False, env=dict(os.environ))
    at_destination = tmp_path / "referral-0123456789abcdef.age"
    if moment == "flush_file":
        assert not at_destination.exists()
    else:
        assert at_destination.read_bytes() == bytes(5000)
