"""By whom a package was released: what its recipient sees, and what its reader refuses."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pyrage  # type: ignore[import-untyped]  # it ships no types
import pytest

from tests.export.samples import COVER, FORBIDDEN, dossier, passes, passes_words
from tests.tables import each
from vault.errors import InternalError, MalformedError, VerificationError
from vault.export import archive
from vault.export.archive import Manifest, sign_manifest
from vault.export.data_json import canonical
from vault.export.package import PreparedReport, prepare, write_package
from vault.export.reader import open_package, verify_package
from vault.export.release import ACT, Release
from vault.log.approval import APPROVAL_PURPOSE, Approval, approved_digest
from vault.seal import signing
from vault.seal.age import seal_for

SEED, APPROVER_SEED = bytes(range(32)), bytes(range(1, 33))
PUBLIC = signing.public_key(SEED)
SIGN = functools.partial(signing.sign, SEED)
IDENTITY = pyrage.x25519.Identity.generate()
RECIPIENT = str(IDENTITY.to_public())
ASKER, GIVER = bytes(range(16)), bytes(range(16, 32))
DAY = date(2026, 10, 1)
EXPIRES = int(datetime(2026, 10, 2, tzinfo=UTC).timestamp() * 1000)


@functools.cache
def prepared() -> PreparedReport:
    return prepare(dossier(), replace(COVER, release="two-person"))


@functools.cache
def approval() -> Approval:
    unsigned = Approval(
        vault=bytes(16),
        act=ACT,
        digest=approved_digest(ACT, prepared().members(RECIPIENT)),
        requester=ASKER,
        approver=GIVER,
        role="supervisor",
        why="legal-referral",
        expires_ms=EXPIRES,
        nonce=b"n" * 16,
    )
    return signed(unsigned)


def signed(unsigned: Approval, seed: bytes = APPROVER_SEED) -> Approval:
    return unsigned.signed(signing.sign(seed, APPROVAL_PURPOSE, unsigned.unsigned()))


def release(**changes: object) -> Release:
    arguments: dict[str, object] = {
        "day": DAY,
        "roles": ("admin", "caseworker"),
        "seat": ASKER,
        "approval": approval(),
        "approver_key": signing.public_key(APPROVER_SEED),
    }
    return Release(**(arguments | changes))  # type: ignore[arg-type]  # a table of keywords


@functools.cache
def sealed() -> bytes:
    """Return a package as an honest program writes it."""
    whole = write_package(
        prepared(), age_recipient=RECIPIENT, package_public=PUBLIC, sign=SIGN, release=release(), check=passes_words
    )
    return whole.sealed


def forged(change: Callable[[Manifest], Manifest]) -> bytes:
    """Return what a patched program makes: it holds the package key and signs whatever it likes."""
    contents = archive.unpack(pyrage.decrypt(sealed(), [IDENTITY]))
    encoded = change(Manifest.decode(contents[archive.MANIFEST])).encode()
    contents |= {archive.MANIFEST: encoded, archive.SIGNATURE: sign_manifest(encoded, PUBLIC, SIGN)}
    return seal_for(RECIPIENT, archive.pack(contents))


def test_the_recipient_sees_both_by_role_and_the_reason_and_report_and_data_say_the_rule() -> None:
    sentence = str(verify_package(sealed(), identity=str(IDENTITY)).sentence())
    assert "asked for by admin/caseworker (device 00010203)" in sentence
    assert "approved by a second device as supervisor (device 10111213), reason legal-referral" in sentence
    assert b'"release":"two-person"' in open_package(sealed(), str(IDENTITY)).members["data.json"]
    assert "by two persons of the organisation: one asked and another approved" in " ".join(
        " ".join(prepared().pages).split()
    )


def test_alone_stands_in_report_data_and_manifest() -> None:
    alone = prepare(dossier(), COVER)
    package = write_package(
        alone,
        age_recipient=RECIPIENT,
        package_public=PUBLIC,
        sign=SIGN,
        release=release(approval=None, approver_key=b""),
    )
    opened = open_package(package.sealed, str(IDENTITY))
    assert "by one person: nobody else in the organisation could approve it" in " ".join(" ".join(alone.pages).split())
    assert b'"release":"alone"' in opened.members["data.json"]
    assert b'"rule":"alone"' in opened.members[archive.MANIFEST]
    assert "released ALONE" in str(verify_package(package.sealed, identity=str(IDENTITY)).sentence())


@each(
    [
        (lambda m: replace(m, purpose="another purpose"), "not signed by the key"),
        (lambda m: replace(m, profile="lawyer-named"), "not signed by the key"),
        (lambda m: replace(m, recipient="other words"), "not signed by the key"),
        (lambda m: replace(m, release=release(approver_key=bytes(32))), "not signed by the key"),
        (lambda m: replace(m, release=release(approver_key=PUBLIC)), "not signed by the key"),
        (lambda m: replace(m, release=release(approval=replace(approval(), why="audit"))), "not signed by the key"),
        (
            lambda m: replace(m, release=release(approval=signed(replace(approval(), act="erase")))),
            "not signed by the key",
        ),
        (lambda m: replace(m, release=release(approval=signed(replace(approval(), role="field")))), "may not approve"),
        (lambda m: replace(m, release=release(seat=GIVER)), "not signed by the key"),
        (
            lambda m: replace(m, release=release(approval=signed(replace(approval(), requester=GIVER)), seat=GIVER)),
            "not given by a second person",
        ),
        (lambda m: replace(m, release=release(seat=bytes(16))), "not signed by the key"),
        (lambda m: replace(m, release=release(day=date(2026, 10, 4))), "had expired"),
    ]
)
def test_the_reader_refuses_a_package_whose_approval_is_not_of_it(
    change: Callable[[Manifest], Manifest], message: str
) -> None:
    with pytest.raises(VerificationError, match=message):
        open_package(forged(change), str(IDENTITY))


@each([(date(2026, 10, 3), EXPIRES), (date(1, 1, 1), EXPIRES), (date(9999, 12, 31), (1 << 63) - 1)])
def test_an_approval_counts_until_the_day_after_it_expired_whatever_a_calendar_has(day: date, expires_ms: int) -> None:
    late = signed(replace(approval(), expires_ms=expires_ms))
    release(day=day, approval=late).require_approved(late.digest)


def test_a_package_whose_approval_was_stripped_is_refused() -> None:
    contents = archive.unpack(pyrage.decrypt(sealed(), [IDENTITY]))
    value = json.loads(contents[archive.MANIFEST])
    del value["release"]["approved"]
    encoded = canonical(value)
    contents |= {archive.MANIFEST: encoded, archive.SIGNATURE: sign_manifest(encoded, PUBLIC, SIGN)}
    with pytest.raises(MalformedError, match="who released it"):
        open_package(seal_for(RECIPIENT, archive.pack(contents)), str(IDENTITY))


def test_a_stripped_package_that_says_alone_contradicts_its_own_report() -> None:
    with pytest.raises(VerificationError, match="contradict each other on who released it"):
        open_package(forged(lambda m: replace(m, release=release(approval=None, approver_key=b""))), str(IDENTITY))


def test_nothing_is_sealed_under_an_approval_of_something_else() -> None:
    other = release(approval=signed(replace(approval(), digest=bytes(32))))
    with pytest.raises(VerificationError, match="for something else"):
        write_package(
            prepared(), age_recipient=RECIPIENT, package_public=PUBLIC, sign=SIGN, release=other, check=passes_words
        )


def test_a_report_that_says_alone_never_leaves_under_another_rule() -> None:
    with pytest.raises(InternalError, match="names somebody else"):
        write_package(
            prepare(dossier(), COVER, check=passes),
            age_recipient=RECIPIENT,
            package_public=PUBLIC,
            sign=SIGN,
            release=release(),
        )


def test_roles_and_seats_in_the_manifest_are_no_leak_whatever_people_are_called() -> None:
    called = (*FORBIDDEN, "Supervisor", "Admin", "Alone")
    report = prepare(dossier(forbidden=called), replace(COVER, release="two-person"))
    exact = signed(replace(approval(), digest=approved_digest(ACT, report.members(RECIPIENT))))
    write_package(report, age_recipient=RECIPIENT, package_public=PUBLIC, sign=SIGN, release=release(approval=exact))
