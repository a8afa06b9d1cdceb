"""What a recipient does with a page, without a vault: its words open it, and it is checked as any other package."""

from __future__ import annotations

import functools
import json
import os
import re
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from tests.cli.forked import run_forked
from tests.export.samples import COVER, dossier, passes, passes_words
from tests.export.test_package import PUBLIC, RELEASE, SIGN, written
from tests.tables import each, refuses
from vault.errors import BrokenSealError, MalformedError, UsageError, VaultError, VerificationError
from vault.export.archive import package_words
from vault.export.package import SealedPackage, prepare, write_package
from vault.export.reader import ManifestStatus
from vault.seal.recovery import words_of
from vault.services.exports import packages

KEY_WORDS = " ".join(package_words(PUBLIC))


@functools.cache
def made() -> SealedPackage:
    return write_package(
        prepare(dossier(), COVER, check=passes),
        to=bytes(range(16)),
        package_public=PUBLIC,
        sign=SIGN,
        release=RELEASE,
        check=passes_words,
    )


def page_in(folder: Path, content: bytes | None = None) -> Path:
    file = folder / "page.html"
    file.write_bytes(made().sealed if content is None else content)
    return file


def test_the_words_of_a_page_open_it_into_a_folder_that_is_checked_again(tmp_path: Path) -> None:
    file, out = page_in(tmp_path), tmp_path / "opened"
    opened = packages.open_to(file, out=out, read_words=lambda: made().words, expected_words=KEY_WORDS)
    assert {"report.pdf", "report.docx", "data.json"} == {path.name for path in opened.files}
    assert packages.verify(out, expected_words=KEY_WORDS).standing is ManifestStatus.AS_EXPECTED
    outer = packages.verify(file)
    assert (outer.standing, outer.manifest) == (ManifestStatus.OUTER_FORM, None)
    for expected, standing in ((None, ManifestStatus.COMPARE), (KEY_WORDS, ManifestStatus.AS_EXPECTED)):
        found = packages.verify(file, read_words=lambda: made().words, expected_words=expected)
        assert (found.standing, " ".join(found.key_words)) == (standing, KEY_WORDS)


def _altered() -> bytes:
    """Return the page with one letter changed of what is sealed, far behind its head."""
    before, mark, sealed = made().sealed.partition(b'id="sealed">')
    place = len(sealed) // 2
    changed = b"A" if sealed[place : place + 1] != b"A" else b"B"
    return before + mark + sealed[:place] + changed + sealed[place + 1 :]


def _cut(letters: int) -> bytes:
    return re.sub(rb'(?<=id="sealed">)[A-Za-z0-9+/=]+', lambda found: found[0][:letters], made().sealed)


WORDS, OTHERS = made().words, "lantern " * 7


@each(
    {
        "other words": ((None, OTHERS, None), BrokenSealError, "does not open with these words"),
        "altered": ((_altered(), WORDS, None), BrokenSealError, "does not open with these words"),
        "cut": ((_cut(4000), WORDS, None), MalformedError, "it was cut or extended"),
        "cut within a letter": ((_cut(5), WORDS, None), MalformedError, "not a page that CaseVault made"),
        "two in one": ((made().sealed * 2, WORDS, None), MalformedError, "not a page that CaseVault made"),
        "another page": ((b"<html>Hello</html>", WORDS, None), MalformedError, "not a sealed package"),
        "nothing": ((b"", WORDS, None), MalformedError, "not a sealed package"),
        "another maker": ((None, WORDS, "lantern " * 13), VerificationError, "made by another key"),
    }
)
def test_a_page_that_is_not_as_it_left_is_refused_and_nothing_is_written(
    given: tuple[bytes | None, str, str | None], error: type[VaultError], why: str, tmp_path: Path
) -> None:
    content, words, expected = given
    file, out = page_in(tmp_path, content), tmp_path / "opened"
    for act in (packages.verify, functools.partial(packages.open_to, out=out)):
        refuses(error, why, act, file, read_words=lambda: words, expected_words=expected)
    assert not out.exists()


def test_a_key_and_words_are_not_taken_for_each_other(tmp_path: Path) -> None:
    (key := tmp_path / "key").write_text("AGE-SECRET-KEY-1")
    out, page = tmp_path / "opened", page_in(tmp_path)
    refuses(UsageError, "words open it, and no key", packages.open_to, page, out=out, identity_file=key)
    refuses(UsageError, "words open it, and no key", packages.verify, page, identity_file=key)
    (sealed := tmp_path / "sealed.age").write_bytes(written().sealed)
    refuses(UsageError, "this package is sealed for a key", packages.open_to, sealed, out=out)


@each({"a page": made().sealed, "a package": written().sealed, "a letter": b"Dear colleague", "nothing": b""})
def test_every_file_has_words_of_its_own_that_are_told_before_anything_is_refused(
    content: bytes, tmp_path: Path
) -> None:
    told: list[tuple[str, ...]] = []
    with suppress(MalformedError):
        packages.verify(page_in(tmp_path, content), tell=told.append)
    assert told == [words_of(sha256(content).digest())]


def test_at_the_command_line_words_are_typed_or_read_and_never_an_argument(tmp_path: Path) -> None:
    file, out = str(page_in(tmp_path)), tmp_path / "opened"
    (secret := tmp_path / "words").write_text(f"{WORDS}\n")
    secret.chmod(0o600)

    def run(*arguments: str, stdin: str = "") -> tuple[int, str, str]:
        code, said, told = run_forked(arguments, stdin.encode(), {"PATH": os.environ["PATH"], "HOME": str(tmp_path)})
        return code, said.decode(), told.decode()

    of_file = words_of(made().digest())
    _, said, told = run("package", "verify", file)
    assert ("NOT CHECKED: that needs" in said, " ".join(of_file) in told) == (True, True)
    by_file = ("--passphrase-file", str(secret))
    code, said, _ = run("package", "verify", file, *by_file, "--words", KEY_WORDS, "--json")
    found = json.loads(said)
    assert (code, found["standing"], tuple(found["file_words"])) == (0, "as-expected", of_file)
    assert run("package", "open", file, "--out", str(out), "--no-input")[0] == 2
    assert run("package", "open", file, "--out", str(out), "--passphrase-fd", "0", stdin=OTHERS)[0] == 6
    code, said, _ = run("package", "open", file, "--out", str(out), "--passphrase-fd", "0", stdin=WORDS)
    assert (code, "report.pdf" in said) == (0, True)
