"""Version keys under a new epoch: every version keeps a key that opens it, whatever is cut off or planted."""

from __future__ import annotations

import dataclasses
import os

import pytest

from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.ids import CompartmentId, EpochId, Origin, RecordId
from vault.records import epochs
from vault.records.epochs import Rewrapped, drop_junk, pending, rewrap
from vault.records.versions import open_version
from vault.seal.envelope import VersionContext, seal, version_id
from vault.seal.keyring import Keyring, derive_wrap_key, epoch_id, unwrap, wrap
from vault.services.cases import cases, notes
from vault.store.rowtypes import SealedVersion, VersionKeyRow, VersionRow

NOTES = 4
KEY = b"n" * 32


@dataclasses.dataclass(frozen=True)
class Case:
    """A case of a founded vault and a new key for it, of which nothing is wrapped yet."""

    session: Session
    case: CompartmentId
    old: EpochId
    new: EpochId

    def versions(self) -> list[SealedVersion]:
        with self.session.database.reading() as rows:
            return rows.versions(self.case)

    def put(self, *rows: VersionKeyRow) -> None:
        with self.session.database.transaction() as writing:
            writing.add_version_keys(rows)

    def drop(self, *rows: VersionKeyRow) -> None:
        with self.session.database.transaction() as writing:
            writing.delete_version_keys(rows)

    def rewrap(self, *, keyring: Keyring | None = None, batch: list[tuple[int, int]] | None = None) -> Rewrapped:
        said = [] if batch is None else batch
        return rewrap(
            self.session.database,
            self.session.vault,
            keyring or self.session.keyring,
            self.case,
            self.new,
            progress=lambda done, total: said.append((done, total)),
        )

    def put_version(self, like: SealedVersion, blob: bytes, *, n: int | None = None) -> None:
        """Put a version with other bytes at the same place, or at another of the same list."""
        at = like.n if n is None else n
        row = VersionRow(
            like.origin, like.seq, at, version_id(self.case, like.record, blob), self.case, like.record, blob
        )
        with self.session.database.transaction() as rows:
            rows.add_versions([row])

    def drop_junk(self, *asked: SealedVersion) -> None:
        session = self.session
        drop_junk(session.database, session.vault, session.keyring, [place_of(row) for row in asked])

    def texts(self, keyring: Keyring) -> set[str]:
        opened = [open_version(row, vault=self.session.vault, keyring=keyring) for row in self.versions()]
        return {str(row.content.fields["text"]) for row in opened if row is not None and "text" in row.content.fields}

    def with_the_new_key_alone(self) -> Keyring:
        keyring = Keyring()
        keyring.add(self.case, self.new, KEY)
        return keyring


def key_of(sealed: SealedVersion, **changed: bytes) -> VersionKeyRow:
    row = VersionKeyRow(sealed.origin, sealed.seq, sealed.n, sealed.epoch, sealed.wrap)
    return row._replace(**changed)  # type: ignore[arg-type]  # its bytes alone


def place_of(sealed: SealedVersion) -> tuple[bytes, int, int]:
    return sealed.origin, sealed.seq, sealed.n


@pytest.fixture
def case(session: Session) -> Case:
    made = cases.create(session, title="Of many versions", kind="other").case
    for number in range(NOTES):
        notes.add(session, made, Note(NoteKind.CONTACT, f"note {number}"))
    old = EpochId(session.keyring.epochs_of(made)[-1])
    new = EpochId(epoch_id(session.vault, made, KEY))
    session.keyring.add(made, new, KEY)
    return Case(session, made, old, new)


TEXTS = {f"note {number}" for number in range(NOTES)}


def test_every_version_opens_with_the_new_key_alone_and_the_old_wraps_are_gone(case: Case) -> None:
    before = case.versions()
    assert pending(before, case.new) == len(before)
    assert case.rewrap() == Rewrapped(len(before), 0)
    after = case.versions()
    assert {row.epoch for row in after} == {case.new}
    assert [row._replace(epoch=case.old, wrap=b"") for row in after] == [row._replace(wrap=b"") for row in before]
    assert pending(after, case.new) == 0
    assert case.texts(case.with_the_new_key_alone()) == TEXTS


def test_a_second_time_changes_nothing_and_two_devices_that_do_the_same_write_equal_rows(case: Case) -> None:
    before, said = case.versions(), list[tuple[int, int]]()
    case.rewrap()
    once = case.versions()
    assert case.rewrap(batch=said) == Rewrapped(0, 0)
    assert (case.versions(), said) == (once, [])
    case.put(*(key_of(row) for row in before))
    case.rewrap()
    assert case.versions() == once


def test_a_cut_leaves_versions_with_either_wrap_and_the_rest_is_done_later(case: Case) -> None:
    """One version has its new wrap alone, one has both."""
    first, second, *_ = before = case.versions()
    version_key = unwrap(case.session.keyring.wrap_key(case.old) or b"", first.wrap)
    rewrapped = key_of(first, epoch=case.new, wrap=wrap(derive_wrap_key(KEY), version_key))
    case.put(rewrapped)
    case.drop(key_of(first))
    also = unwrap(case.session.keyring.wrap_key(case.old) or b"", second.wrap)
    case.put(key_of(second, epoch=case.new, wrap=wrap(derive_wrap_key(KEY), also)))
    assert pending(case.versions(), case.new) == len(before) - 1
    said: list[tuple[int, int]] = []
    assert case.rewrap(batch=said) == Rewrapped(len(before) - 1, 0)
    assert said == [(len(before) - 1, len(before) - 1)]
    assert len(case.versions()) == len(before)
    assert case.texts(case.with_the_new_key_alone()) == TEXTS


def test_without_the_new_key_or_the_old_one_nothing_is_touched(case: Case) -> None:
    before, old_alone = case.versions(), Keyring()
    old_alone.add(case.case, case.old, case.session.keyring.get(case.old) or b"")
    for keyring, left in ((old_alone, 0), (case.with_the_new_key_alone(), len(before))):
        assert case.rewrap(keyring=keyring) == Rewrapped(0, left)
        assert case.versions() == before


def test_junk_beside_a_true_wrap_goes_and_junk_alone_stays_and_is_counted(case: Case) -> None:
    first, second, *_ = before = case.versions()
    case.put(key_of(first, wrap=bytes(40)), key_of(first, wrap=b"\xff" * 40))  # sorted before it and behind
    case.drop(key_of(second))
    alone = key_of(second, wrap=os.urandom(40))
    case.put(alone)
    assert case.rewrap() == Rewrapped(len(before) - 1, 1)
    left = [key_of(row) for row in case.versions() if row.epoch != case.new]
    assert left == [alone]
    assert {place_of(row) for row in case.versions()} == {place_of(row) for row in before}


def test_a_wrap_of_another_versions_key_is_no_wrap(case: Case) -> None:
    first, second, *_ = before = case.versions()
    case.drop(key_of(first))
    case.put(key_of(first, wrap=second.wrap))
    assert case.rewrap() == Rewrapped(len(before) - 1, 1)


def test_an_epoch_that_nobody_here_holds_is_passed_over_for_one_that_is_held(case: Case) -> None:
    first, *_ = before = case.versions()
    case.put(key_of(first, epoch=bytes(16)), key_of(first, epoch=b"\xff" * 16))
    assert case.rewrap() == Rewrapped(len(before), 0)
    assert {row.epoch for row in case.versions()} == {case.new}


def test_progress_is_told_after_each_batch(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    total = len(case.versions())
    monkeypatch.setattr(epochs, "_BATCH", 2)
    said: list[tuple[int, int]] = []
    assert case.rewrap(batch=said) == Rewrapped(total, 0)
    assert said == [(min(done, total), total) for done in range(2, total + 2, 2)]
    assert case.texts(case.with_the_new_key_alone()) == TEXTS


def test_versions_are_counted_once_by_all_that_tells_them_apart() -> None:
    one = SealedVersion(b"o" * 32, 1, 0, b"i" * 32, b"c" * 16, b"r" * 16, b"", b"old", b"w")
    others = [one._replace(origin=b"p" * 32), one._replace(seq=2), one._replace(n=1), one._replace(id=b"j" * 32)]
    assert pending([one, one._replace(wrap=b"x"), *others], EpochId(b"new")) == 1 + len(others)
    assert pending([one, one._replace(epoch=b"new")], EpochId(b"new")) == 1


def test_junk_in_a_crowded_place_is_dropped_and_the_true_wrap_stays(case: Case) -> None:
    first, second, third, *_ = before = case.versions()
    case.put(key_of(first, wrap=bytes(40)), key_of(first, wrap=os.urandom(40)))
    case.put(key_of(second, wrap=bytes(40)), key_of(third, wrap=bytes(40)))
    case.drop_junk(first, first, second)
    for row in (first, second):
        assert [key_of(left) for left in case.versions() if place_of(left) == place_of(row)] == [key_of(row)]
    # Not asked about: left alone.
    assert len(case.versions()) == len(before) + 1


def test_what_stands_alone_or_under_a_foreign_epoch_is_not_judged(case: Case) -> None:
    first, second, *_ = case.versions()
    case.drop(key_of(first))
    case.put(key_of(first, wrap=bytes(40)))
    case.put(key_of(second, epoch=b"x" * 16, wrap=bytes(40)), key_of(second, epoch=b"x" * 16, wrap=b"\xff" * 40))
    before = case.versions()
    case.drop_junk(first, second)
    assert case.versions() == before


def test_a_wrap_that_opens_one_of_two_versions_at_its_place_is_no_junk(case: Case) -> None:
    """A false version stands beside the true one: the same wrap belongs to both."""
    first, *_ = case.versions()
    case.put_version(first, b"no version")
    case.put(key_of(first, wrap=bytes(40)))
    case.drop_junk(first)
    assert {key_of(row) for row in case.versions() if place_of(row) == place_of(first)} == {key_of(first)}


def test_what_opens_and_is_no_content_is_taken_along_and_its_true_wrap_is_no_junk(case: Case) -> None:
    """A wrap is judged by the seal it opens: what stands inside is for who reads it."""
    first, *_ = case.versions()
    key = unwrap(case.session.keyring.wrap_key(case.old) or b"", first.wrap)
    place = VersionContext(case.session.vault, case.case, RecordId(first.record), Origin(first.origin), first.seq)
    with case.session.database.transaction() as rows:
        rows.delete_version_keys([key_of(row) for row in case.versions()])
    case.put_version(first, seal(key, b"no content", place), n=9)
    true = key_of(first)._replace(n=9)
    case.put(true, true._replace(wrap=bytes(40)))
    (known,) = {row.id for row in case.versions()}
    drop_junk(case.session.database, case.session.vault, case.session.keyring, [(first.origin, first.seq, 9)])
    assert [(key_of(row), row.id) for row in case.versions()] == [(true, known)]
    assert case.rewrap() == Rewrapped(1, 0)
    assert [(row.epoch, row.id) for row in case.versions()] == [(case.new, known)]
