from __future__ import annotations

import functools
import io
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

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
from vault.export.archive import (
    MEMBERS,
    MEMBERS_TO_4,
    MOST_PAPERS,
    FileEntry,
    Manifest,
    pack,
    package_words,
    paper_name,
    require_signature,
    sign_manifest,
    unpack,
)
from vault.export.data_json import canonical
from vault.export.dossier_report import Cover
from vault.export.package import PreparedReport, SealedPackage, prepare, publish, write_package
from vault.export.reader import ManifestStatus, open_package, verify_folder, verify_package
from vault.export.release import ACT, Release
from vault.log.approval import Approval, approved_digest
from vault.seal import age_pq, signing
from vault.seal.age import fingerprint, recipient_of, seal_for
from vault.seal.sizes import padme

SEED = bytes(range(32))
PUBLIC = signing.public_key(SEED)
SIGN = functools.partial(signing.sign, SEED)
IDENTITY = pyrage.x25519.Identity.generate()
OTHER = pyrage.x25519.Identity.generate()
RECIPIENT = str(IDENTITY.to_public())
RELEASE = Release(date(2026, 10, 1), ("caseworker",))
ROOT = Path(__file__).parents[2]


@functools.cache
def prepared() -> PreparedReport:
    return prepare(dossier(), COVER)


def written(report: PreparedReport | None = None, **changes: object) -> SealedPackage:
    arguments: dict[str, object] = {
        "to": RECIPIENT,
        "package_public": PUBLIC,
        "sign": SIGN,
        "release": RELEASE,
        "expires": date(2027, 1, 31),
        "check": passes_words,
    }
    return write_package(report or prepared(), **(arguments | changes))  # type: ignore[arg-type]  # a table of keywords


@functools.cache
def sealed() -> bytes:
    return written().sealed


def resealed(**files: bytes) -> bytes:
    contents = archive.unpack(pyrage.decrypt(sealed(), [IDENTITY])) | {k.replace("_", "."): v for k, v in files.items()}
    return seal_for(RECIPIENT, archive.pack(contents))


def test_a_package_passes_the_verifier_and_opens_for_its_recipient() -> None:
    whole = write_package(prepared(), to=RECIPIENT, package_public=PUBLIC, sign=SIGN, release=RELEASE)
    opened = open_package(whole.sealed, str(IDENTITY), age_recipient=RECIPIENT)
    assert opened.members["report.pdf"] == prepared().pdf
    assert opened.members["report.docx"] == prepared().docx
    assert opened.members["data.json"] == prepared().data
    assert opened.standing is ManifestStatus.COMPARE
    assert opened.manifest.recipient == fingerprint(RECIPIENT)
    # Who approves reads what another program found in the file.
    assert "The client says that the notice of refusal arrived" in " ".join(prepared().pages)


def test_a_package_for_a_post_quantum_key_opens_for_its_recipient_and_has_the_outer_form() -> None:
    identity = age_pq.make_identity()
    key = recipient_of(identity)
    whole = written(to=key).sealed
    assert verify_package(whole).standing is ManifestStatus.OUTER_FORM
    opened = open_package(whole, identity, age_recipient=key)
    assert opened.members["report.pdf"] == prepared().pdf
    assert opened.manifest.recipient == fingerprint(key)
    with pytest.raises(BrokenSealError, match="does not open with this identity"):
        open_package(whole, str(IDENTITY))
    with pytest.raises(BrokenSealError, match="does not open with this identity"):
        open_package(sealed(), identity)


@pytest.mark.tool("age")
def test_the_program_age_opens_a_package_for_a_classic_key(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text(str(IDENTITY))
    opened = subprocess.run(["age", "-d", "-i", str(key)], input=sealed(), capture_output=True, check=True).stdout
    assert archive.unpack(opened)["report.pdf"] == prepared().pdf


def test_who_prepares_again_gets_the_digest_that_was_approved() -> None:
    assert prepare(dossier(), COVER, check=passes).members(RECIPIENT) == prepared().members(RECIPIENT)
    other = prepare(dossier(), Cover("another purpose"), check=passes)
    assert other.members(RECIPIENT) != prepared().members(RECIPIENT)
    assert prepared().members(str(OTHER.to_public())) != prepared().members(RECIPIENT)


def test_only_prepare_makes_a_prepared_report() -> None:
    with pytest.raises(InternalError, match="made by `prepare` only"):
        PreparedReport("lawyer", COVER, b"", b"", b"", (), ())


def test_a_form_in_the_report_stops_before_anything_is_made() -> None:
    with pytest.raises(LeakError, match="fails its check"):
        prepare(dossier(section("note", ("text", f"It was {FORBIDDEN[0]}."))), COVER)


def test_a_form_in_the_manifest_stops_before_anything_is_sealed() -> None:
    whole = prepare(dossier(forbidden=(*FORBIDDEN, "representation")), COVER, check=passes)
    with pytest.raises(LeakError, match=r"fails its check: forms \(other file; form #"):
        write_package(whole, to=RECIPIENT, package_public=PUBLIC, sign=SIGN, release=RELEASE)


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
        ({"report_docx": b"PK"}, VerificationError, r"report\.docx is not the file"),
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
        "for a classic and a post-quantum key": seal_for(RECIPIENT, bytes(256)).replace(
            b"\n--- ", b"\n-> mlkem768x25519 a\n" + b"a" * 43 + b"\n--- ", 1
        ),
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
    for name, content in archive.unpack(pyrage.decrypt(sealed(), [IDENTITY])).items():
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


CONTENTS = {
    "manifest.json": b'{"a":1}',
    "manifest.sig": b"ab\ncd\n",
    "report.pdf": b"%PDF" * 500,
    "report.docx": b"PK" * 300,
    "data.json": b"{}" * 256,
}


def _tar(change: Callable[[tarfile.TarInfo], None], at: int = 2, names: tuple[str, ...] = MEMBERS) -> bytes:
    """Return a well-formed archive by another hand, with one member changed."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for place, name in enumerate(names):
            member = tarfile.TarInfo(name)
            content = CONTENTS.get(name, b"x")
            member.size = len(content)
            if place == at:
                change(member)
            archive.addfile(member, io.BytesIO(content))
    data = stream.getvalue().rstrip(b"\0")
    data = data.ljust(-(-len(data) // 512) * 512 + 1024, b"\0")
    return data.ljust(padme(len(data)), b"\0")


def _set(**values: object) -> Callable[[tarfile.TarInfo], None]:
    def change(member: tarfile.TarInfo) -> None:
        for name, value in values.items():
            setattr(member, name, value)

    return change


def test_what_was_packed_comes_back_and_any_tar_program_opens_it_and_finds_nothing_but_constants() -> None:
    assert unpack(pack(CONTENTS)) == CONTENTS
    assert _tar(_set()) == pack(CONTENTS)
    with tarfile.open(fileobj=io.BytesIO(pack(CONTENTS))) as archive:
        members = archive.getmembers()
    assert [member.name for member in members] == list(MEMBERS)
    assert {(m.mode, m.mtime, m.uid, m.gid, m.uname, m.gname) for m in members} == {(0o644, 0, 0, 0, "", "")}


def test_an_archive_of_a_format_before_has_no_word_document() -> None:
    older = {name: content for name, content in CONTENTS.items() if name != "report.docx"}
    assert unpack(pack(older)) == older
    assert pack(older) == _tar(_set(), names=MEMBERS_TO_4)


def test_papers_stand_behind_the_other_members_one_after_the_other() -> None:
    papers = {paper_name(number): bytes([number]) * 700 for number in (1, 2, 10)}
    one_two = CONTENTS | {name: papers[name] for name in list(papers)[:2]}
    assert unpack(pack(one_two)) == one_two
    assert list(unpack(pack(one_two))) == [*MEMBERS, "paper-01.pdf", "paper-02.pdf"]
    many = CONTENTS | {paper_name(number): b"x" for number in range(1, MOST_PAPERS + 1)}
    assert unpack(pack(many)) == many
    for names in (
        ("paper-02.pdf",),
        ("paper-02.pdf", "paper-01.pdf"),
        ("paper-01.pdf", "paper-01.pdf"),
        ("paper-1.pdf",),
    ):
        with pytest.raises(MalformedError):
            unpack(_tar(_set(), names=(*MEMBERS, *names)))
    with pytest.raises(MalformedError):
        unpack(_tar(_set(), names=(*MEMBERS_TO_4, "paper-01.pdf")))


def test_the_size_is_padded() -> None:
    sizes = {len(pack(CONTENTS | {"data.json": bytes(length)})) for length in range(100_000, 102_000, 100)}
    assert sizes == {108_544, 110_592}


@each(
    {
        "nothing": lambda: b"",
        "zeros": lambda: bytes(1024),
        "cut": lambda: pack(CONTENTS)[:-512],
        "cut after a header": lambda: pack(CONTENTS)[:512],
        "extended": lambda: pack(CONTENTS) + bytes(512),
        "a byte in the padding": lambda: pack(CONTENTS)[:-1] + b"x",
        "path traversal": lambda: _tar(_set(name="../../.bashrc")),
        "absolute path": lambda: _tar(_set(name="/etc/passwd")),
        "another case of letters": lambda: _tar(_set(name="REPORT.PDF")),
        "symbolic link": lambda: _tar(_set(type=tarfile.SYMTYPE, linkname="/etc/passwd")),
        "hard link": lambda: _tar(_set(type=tarfile.LNKTYPE, linkname="data.json")),
        "mode": lambda: _tar(_set(mode=0o4755)),
        "time": lambda: _tar(_set(mtime=1)),
        "owner": lambda: _tar(_set(uname="mira")),
        "extra member": lambda: _tar(_set(), names=(*MEMBERS, "extra.txt")),
        "a member twice": lambda: _tar(_set(), names=(*MEMBERS, "report.pdf")),
        "another order": lambda: _tar(_set(), names=MEMBERS[::-1]),
        "a member missing": lambda: _tar(_set(), names=MEMBERS[:4]),
        "the pages missing": lambda: _tar(_set(), names=(*MEMBERS[:2], *MEMBERS[3:])),
    }
)
def test_an_archive_of_any_other_form_is_refused(untrusted: Callable[[], bytes]) -> None:
    with pytest.raises(MalformedError, match="the package"):
        unpack(untrusted())


@each([b"77777777777", b"-0000000001", b"0000000001x", b"\x80" + bytes(10)])
def test_a_size_that_lies_is_refused(size: bytes) -> None:
    packed = pack(CONTENTS)
    with pytest.raises(MalformedError, match=r"the package|has no size"):
        unpack(packed[:124] + size + packed[135:])


FILES = {"report.pdf": b"%PDF" * 100, "data.json": b"{}"}
MANIFEST = Manifest(
    package=bytes(16),
    profile="lawyer",
    purpose="appeal",
    recipient="one two three",
    expires=date(2027, 1, 31),
    files={name: FileEntry.of(content) for name, content in FILES.items()},
    versions={"casevault": "0.1"},
    release=Release(date(2026, 10, 1), ("admin", "caseworker")),
)
ENCODED = MANIFEST.encode()


def test_a_manifest_comes_back_from_its_bytes_and_tells_padded_sizes_only() -> None:
    assert Manifest.decode(ENCODED) == MANIFEST
    MANIFEST.require_files(FILES)
    assert Manifest.decode(_with(expires=None)()).expires is None
    assert [entry.padded_size for entry in MANIFEST.files.values()] == [400, 256]
    assert FileEntry.of(bytes(100_001)).padded_size == 100_352


def test_a_package_of_the_format_before_still_opens_and_tells_nothing_of_its_release() -> None:
    value = json.loads(ENCODED) | {"format": 1, "files": _with_size()}
    del value["release"]
    again = json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
    assert (Manifest.decode(again).form, Manifest.decode(again).release) == (1, None)


def _with_size() -> dict[str, object]:
    files = json.loads(ENCODED)["files"]
    return {name: {"sha256": one["sha256"], "size": one["padded"]} for name, one in files.items()}


def _with(**changes: object) -> Callable[[], bytes]:
    return lambda: json.dumps(json.loads(ENCODED) | changes, sort_keys=True, separators=(",", ":")).encode()


def _asked_by(roles: object) -> Callable[[], bytes]:
    release = json.loads(ENCODED)["release"]
    return _with(release=release | {"roles": roles})


def _released(**changes: object) -> Callable[[], bytes]:
    approved = {"role": "supervisor", "why": "legal-referral"}
    return _with(release=json.loads(ENCODED)["release"] | {"rule": "two-person", "approved": approved} | changes)


@each(
    {
        "nothing": lambda: b"",
        "no text": lambda: b"\xff",
        "a deep nest": lambda: b"[" * 9000,
        "a number": lambda: b"7",
        "a byte after it": lambda: ENCODED + b"\n",
        "a space": lambda: ENCODED.replace(b":", b": ", 1),
        "a key twice": lambda: ENCODED.replace(b'"format":5', b'"format":5,"format":5'),
        "another format": _with(format=6),
        "a truth for a number": _with(format=True),
        "an older format with what it did not have": _with(format=1),
        "a format that said less of its release": _with(format=2),
        "a format that named devices": _with(format=3),
        "a device": _released(requested={"roles": [], "seat": "00" * 16}),
        "a key of an approval": _released(approved={"role": "supervisor", "why": "legal-referral", "key": "00" * 32}),
        "a role that may not approve": _released(approved={"role": "field", "why": "legal-referral"}),
        "words for a reason": _released(approved={"role": "supervisor", "why": "Ilham asked"}),
        "a size by its old name": _with(files=_with_size()),
        "neither read nor unread": _with(release=json.loads(ENCODED)["release"] | {"pages": "seen"}),
        "no word on who released it": _with(release={}),
        "nobody asked for it": _with(release={"rule": "alone"}),
        "another rule": _with(release=json.loads(ENCODED)["release"] | {"rule": "three"}),
        "no approval": _with(release=json.loads(ENCODED)["release"] | {"rule": "two-person"}),
        "no day of release": _with(release=json.loads(ENCODED)["release"] | {"day": "today"}),
        "alone with an approval": _with(release=json.loads(ENCODED)["release"] | {"approved": {}}),
        "another key": _with(sender="x"),
        "a short id": _with(id="00"),
        "no hex": _with(id="zz" * 16),
        "another date": _with(expires="31.01.2027"),
        "a long purpose": _with(purpose="x" * 3000),
        "no files": _with(files=[]),
        "a negative size": _with(files={"a": {"sha256": "00" * 32, "padded": -1}}),
        "a short digest": _with(files={"a": {"sha256": "00" * 31, "padded": 1}}),
        "a further word on a file": _with(files={"a": {"sha256": "00" * 32, "padded": 1, "name": ""}}),
        "a number for a version": _with(versions={"casevault": 1}),
        "a name for a version": _with(versions={"casevault": "0.1 Ilham"}),
        "a version of something else": _with(versions={"casevault": "0.1", "ilham": "0.1"}),
        "a name for a role": _asked_by(["Ilham"]),
        "roles in another order": _asked_by(["caseworker", "admin"]),
        "a role twice": _asked_by(["admin", "admin"]),
        "no list of roles": _asked_by({"admin": 1}),
        "a number for a role": _asked_by([1]),
    }
)
def test_what_is_not_the_one_form_is_refused(untrusted: Callable[[], bytes]) -> None:
    with pytest.raises(MalformedError, match="the package's manifest"):
        Manifest.decode(untrusted())


@each(
    [
        ({"report.pdf": FILES["report.pdf"]}, "does not hold the files"),
        (FILES | {"extra.txt": b""}, "does not hold the files"),
        (FILES | {"data.json": b"[]"}, r"data\.json is not the file that was signed"),
        (FILES | {"report.pdf": FILES["report.pdf"] + b"\0"}, r"report\.pdf is not the file"),
    ]
)
def test_other_files_than_the_signed_ones_are_refused(contents: dict[str, bytes], message: str) -> None:
    with pytest.raises(VerificationError, match=message):
        MANIFEST.require_files(contents)


def test_the_signature_gives_the_key_and_the_key_its_words() -> None:
    assert require_signature(ENCODED, sign_manifest(ENCODED, PUBLIC, partial(signing.sign, SEED))) == PUBLIC
    assert len(package_words(PUBLIC)) == 13
    assert package_words(PUBLIC) != package_words(signing.public_key(bytes(32)))


def test_a_signature_by_another_key_or_for_another_purpose_does_not_count() -> None:
    with pytest.raises(VerificationError, match="signature does not hold"):
        sign_manifest(ENCODED, PUBLIC, partial(signing.sign, bytes(32)))
    signature = signing.sign(SEED, "letter", ENCODED)
    with pytest.raises(VerificationError, match="signature does not hold"):
        require_signature(ENCODED, f"{PUBLIC.hex()}\n{signature.hex()}\n".encode())


@each(
    [
        lambda signed: b"",
        lambda signed: signed[:-1],
        lambda signed: signed + b"\n",
        lambda signed: signed.replace(b"a", b"A"),
        lambda signed: signed.replace(b"\n", b"\r\n"),
    ]
)
def test_a_signature_file_has_one_form(change: Callable[[bytes], bytes]) -> None:
    signed = sign_manifest(ENCODED, PUBLIC, partial(signing.sign, SEED))
    with pytest.raises(MalformedError, match="signature does not have its form"):
        require_signature(ENCODED, change(signed))


# By whom a package was released: what its recipient sees, and what its reader refuses.
DAY = date(2026, 10, 1)
APPROVAL = Approval(
    vault=bytes(16),
    act=ACT,
    digest=bytes(32),
    requester=bytes(range(16)),
    approver=bytes(range(16, 32)),
    role="supervisor",
    why="legal-referral",
    expires_ms=1 << 40,
    nonce=b"n" * 16,
    signature=b"s" * 64,
)


@functools.cache
def prepared_for_two() -> PreparedReport:
    return prepare(dossier(), replace(COVER, release="two-person"))


def approval(report: PreparedReport | None = None, **changes: object) -> Approval:
    digest = approved_digest(ACT, (report or prepared_for_two()).members(RECIPIENT))
    return replace(APPROVAL, **({"digest": digest} | changes))  # type: ignore[arg-type]  # a table of keywords


@functools.cache
def sealed_for_two() -> bytes:
    """Return a package as an honest program writes it."""
    return written(prepared_for_two(), release=Release(DAY, ("admin", "caseworker")), approval=approval()).sealed


def resigned(change: Callable[[dict[str, Any]], object]) -> bytes:
    """Return what a patched program makes: it holds the package key and signs whatever it likes."""
    contents = archive.unpack(pyrage.decrypt(sealed_for_two(), [IDENTITY]))
    value = json.loads(contents[archive.MANIFEST])
    change(value["release"])
    encoded = canonical(value)
    contents |= {archive.MANIFEST: encoded, archive.SIGNATURE: sign_manifest(encoded, PUBLIC, SIGN)}
    return seal_for(RECIPIENT, archive.pack(contents))


def test_the_recipient_sees_both_by_role_and_the_reason_and_report_and_data_say_the_rule() -> None:
    sentence = str(verify_package(sealed_for_two(), identity=str(IDENTITY)).sentence())
    assert sentence.endswith(
        "released by two, as its maker says: asked for by admin/caseworker, approved by supervisor,"
        " reason legal-referral"
    )
    assert b'"release":"two-person"' in open_package(sealed_for_two(), str(IDENTITY)).members["data.json"]
    assert "by two persons of the organisation: one asked and another approved" in " ".join(
        " ".join(prepared_for_two().pages).split()
    )


def test_alone_stands_in_report_data_and_manifest() -> None:
    alone = prepare(dossier(), COVER)
    package = written(alone)
    opened = open_package(package.sealed, str(IDENTITY))
    assert "by one person: nobody else in the organisation could approve it" in " ".join(" ".join(alone.pages).split())
    assert b'"release":"alone"' in opened.members["data.json"]
    assert b'"rule":"alone"' in opened.members[archive.MANIFEST]
    assert "released ALONE" in str(verify_package(package.sealed, identity=str(IDENTITY)).sentence())


def test_a_manifest_says_of_its_release_what_names_nobody_and_no_device() -> None:
    said = json.loads(open_package(sealed_for_two(), str(IDENTITY)).members[archive.MANIFEST])["release"]
    assert said == {
        "approved": {"role": "supervisor", "why": "legal-referral"},
        "day": "2026-10-01",
        "pages": "read",
        "roles": ["admin", "caseworker"],
        "rule": "two-person",
    }


def test_a_package_that_tells_another_release_than_its_report_is_refused() -> None:
    with pytest.raises(MalformedError, match="who released it"):
        open_package(resigned(lambda release: release.pop("approved")), str(IDENTITY))
    with pytest.raises(VerificationError, match="contradict each other on who released it"):
        open_package(resigned(lambda release: (release.pop("approved"), release.update(rule="alone"))), str(IDENTITY))
    with pytest.raises(VerificationError, match="contradict each other on who released it"):
        open_package(resigned(lambda release: release.update(pages="unread")), str(IDENTITY))


@each(
    {
        "of other files": ({"digest": bytes(32)}, "for something else"),
        "of another act": ({"act": "erase"}, "for something else"),
        "under a role that may not": ({"role": "field"}, "may not approve"),
    }
)
def test_nothing_is_sealed_under_an_approval_of_something_else(said: dict[str, object], message: str) -> None:
    with pytest.raises(VerificationError, match=message):
        written(prepared_for_two(), approval=approval(**said))  # type: ignore[arg-type]  # a table of keywords


def test_a_report_never_leaves_under_another_rule_than_it_says() -> None:
    with pytest.raises(InternalError, match="names somebody else"):
        written(prepared(), approval=approval(prepared()))
    with pytest.raises(InternalError, match="names somebody else"):
        written(prepared_for_two())


def test_roles_in_the_manifest_are_no_leak_whatever_people_are_called() -> None:
    called = (*FORBIDDEN, "Supervisor", "Admin", "Alone")
    report = prepare(dossier(forbidden=called), replace(COVER, release="two-person"))
    write_package(
        report,
        to=RECIPIENT,
        package_public=PUBLIC,
        sign=SIGN,
        release=Release(DAY, ("admin",)),
        approval=approval(report),
    )
