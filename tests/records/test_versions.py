"""Opening stored versions: the hash names them, the seal holds at their place, and wraps carry no authority."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.services.founded import Filled
from tests.tables import each, refuses
from vault.access.session import Session
from vault.casework.case import Case
from vault.casework.document import DocumentKind
from vault.casework.note import Note
from vault.casework.person import Person, PersonName
from vault.casework.vocabulary import NoteKind, PersonRole
from vault.errors import BrokenSealError, MalformedError, RefusedError, UsageError, VerificationError
from vault.ids import CompartmentId, CompartmentKind, EpochId, Origin, RecordId, SeatId, VaultId, VersionId
from vault.log.epoch_notice import EpochNotice
from vault.log.items import Item
from vault.records.epochs import NewKeys, drop_junk, make_epoch, read_notice
from vault.records.seatlog import Holder, Ratchet, SealedPlace, SessionKeys
from vault.records.versions import (
    Content,
    decode_content,
    encode_content,
    encode_to_travel,
    from_fields,
    no_wraps,
    open_all,
    open_each,
    open_version,
    to_fields,
)
from vault.seal.envelope import VersionContext, seal, version_id
from vault.seal.keyring import Keyring, compartment_id, derive_wrap_key, epoch_id, unwrap, wrap
from vault.seal.purposes import Purpose
from vault.seal.recipients import GrantContext, KemPrivate, grant_digest, make_kem_seed, open_from
from vault.seal.sizes import VERSION_CONTENT_LIMIT
from vault.services import case_papers
from vault.services.cases import cases, notes
from vault.services.evidence import log_checking
from vault.store.rows import Rows
from vault.store.rowtypes import EpochRow, SealedVersion, VersionKeyRow, VersionRow
from vault.validity.given_keys import GrantReader


# Wraps of version keys: what opens nothing goes, what is true or cannot be judged stays.
@dataclass(frozen=True)
class CaseOfNotes:
    """A case of a founded vault with notes."""

    session: Session
    case: CompartmentId

    def versions(self) -> list[SealedVersion]:
        with self.session.database.reading() as rows:
            return rows.versions(self.case)

    def put(self, *rows: VersionKeyRow) -> None:
        with self.session.database.transaction() as writing:
            writing.add_version_keys(rows)

    def drop(self, *rows: VersionKeyRow) -> None:
        with self.session.database.transaction() as writing:
            writing.delete_version_keys(rows)

    def put_version(self, like: SealedVersion, blob: bytes) -> None:
        """Put a version with other bytes at the same place."""
        identity = version_id(self.case, like.record, blob)
        with self.session.database.transaction() as rows:
            rows.add_versions([VersionRow(like.origin, like.seq, like.n, identity, self.case, like.record, blob)])

    def drop_junk(self, *asked: SealedVersion) -> None:
        session = self.session
        drop_junk(session.database, session.vault, session.keyring, [place_of(row) for row in asked])


def key_of(sealed: SealedVersion, **changed: bytes) -> VersionKeyRow:
    row = VersionKeyRow(sealed.origin, sealed.seq, sealed.n, sealed.epoch, sealed.wrap)
    return row._replace(**changed)  # type: ignore[arg-type]  # its bytes alone


def place_of(sealed: SealedVersion) -> tuple[bytes, int, int]:
    return sealed.origin, sealed.seq, sealed.n


@pytest.fixture
def case(session: Session) -> CaseOfNotes:
    made = cases.create(session, title="Of many versions", kind="other").case
    for number in range(4):
        notes.add(session, made, Note(NoteKind.CONTACT, f"note {number}"))
    return CaseOfNotes(session, made)


def test_junk_in_a_crowded_place_is_dropped_and_the_true_wrap_stays(case: CaseOfNotes) -> None:
    first, second, third, *_ = before = case.versions()
    case.put(key_of(first, wrap=bytes(40)), key_of(first, wrap=os.urandom(40)))
    case.put(key_of(second, wrap=bytes(40)), key_of(third, wrap=bytes(40)))
    case.drop_junk(first, first, second)
    for row in (first, second):
        assert [key_of(left) for left in case.versions() if place_of(left) == place_of(row)] == [key_of(row)]
    # Not asked about: left alone.
    assert len(case.versions()) == len(before) + 1


def test_what_stands_alone_or_under_a_foreign_epoch_is_not_judged(case: CaseOfNotes) -> None:
    first, second, *_ = case.versions()
    case.drop(key_of(first))
    case.put(key_of(first, wrap=bytes(40)))
    case.put(key_of(second, epoch=b"x" * 16, wrap=bytes(40)), key_of(second, epoch=b"x" * 16, wrap=b"\xff" * 40))
    before = case.versions()
    case.drop_junk(first, second)
    assert case.versions() == before


def test_a_wrap_that_opens_one_of_two_versions_at_its_place_is_no_junk(case: CaseOfNotes) -> None:
    """A false version stands beside the true one: the same wrap belongs to both."""
    first, *_ = case.versions()
    case.put_version(first, b"no version")
    case.put(key_of(first, wrap=bytes(40)))
    case.drop_junk(first)
    assert {key_of(row) for row in case.versions() if place_of(row) == place_of(first)} == {key_of(first)}


def test_the_true_wrap_of_what_opens_and_is_no_content_is_no_junk(case: CaseOfNotes) -> None:
    """A wrap is judged by the seal it opens: what stands inside is for who reads it."""
    first, *_ = case.versions()
    key = unwrap(case.session.keyring.wrap_key(first.epoch) or b"", first.wrap)
    place = VersionContext(case.session.vault, case.case, RecordId(first.record), Origin(first.origin), first.seq)
    with case.session.database.transaction() as rows:
        rows.erase_versions([place_of(first)])
    case.put_version(first, seal(key, b"no content", place))
    case.put(key_of(first), key_of(first, wrap=bytes(40)))
    case.drop_junk(first)
    assert [key_of(row) for row in case.versions() if place_of(row) == place_of(first)] == [key_of(first)]


# The keys that one operation gives: whose they are, to whom they go, and what the operation lists of them.
OTHER = SeatId(b"o" * 16)
PRIVATE = KemPrivate.from_seed(b"k" * 96)
HOLDER = Holder(OTHER, PRIVATE.public)
CASE_KIND = CompartmentKind.CASE


def new_key_of(number: int) -> bytes:
    return bytes([number]) * 32


@dataclass(frozen=True)
class Giving:
    """What an operation of a seat that holds a case gives; keys and ids are drawn as 1, 2, 3 and so on."""

    session: Session
    case: CompartmentId
    keys: NewKeys

    @property
    def held(self) -> EpochId:
        return EpochId(self.session.keyring.epochs_of(self.case)[-1])

    def opened(self, compartment: CompartmentId, epoch: EpochId, sealed: bytes) -> bytes:
        session = self.session
        context = GrantContext(Purpose.GRANT, session.vault, compartment, epoch, session.seat, OTHER)
        return open_from(PRIVATE, sealed, context)


@pytest.fixture
def giving(session: Session) -> Giving:
    case, drawn = cases.create(session, title="A case", kind="other").case, iter(range(1, 90))
    return Giving(session, case, NewKeys(session.log, random=lambda size: bytes([next(drawn)]) * size))


def test_compartments_are_named_by_their_places_and_each_key_is_drawn_anew(giving: Giving) -> None:
    keys, case = giving.keys, giving.case
    first, second = (keys.found(7, CASE_KIND, [HOLDER]) for _ in range(2))
    places = [compartment_id(giving.session.log.origin, 7, n) for n in range(2)]
    assert [new.compartment for new in (first, second)] == places
    assert [new.key for new in (first, second)] == [new_key_of(1), new_key_of(2)]
    assert keys.add(case, CASE_KIND, [HOLDER]).key == new_key_of(3)


def test_a_key_that_this_operation_makes_can_be_given_on_and_so_can_one_that_is_held(giving: Giving) -> None:
    keys, case, held = giving.keys, giving.case, giving.held
    new, other = keys.found(0, CASE_KIND, []), keys.found(0, CASE_KIND, [])
    keys.grant(new.compartment, new.epoch, [HOLDER])
    keys.grant(case, held, [HOLDER])
    (of_new, of_held) = keys.grants
    assert giving.opened(new.compartment, new.epoch, of_new.sealed) == new.key != other.key
    assert giving.opened(case, held, of_held.sealed) == giving.session.keyring.get(held)


def test_a_key_that_this_seat_does_not_hold_is_given_to_nobody(giving: Giving) -> None:
    keys, case = giving.keys, giving.case
    keys.found(0, CASE_KIND, [])
    with pytest.raises(RefusedError, match="this case or list was not granted to this device"):
        keys.grant(case, EpochId(bytes(16)), [HOLDER])
    assert keys.grants == []


def test_foundings_come_first_then_grants_then_further_keys(giving: Giving) -> None:
    keys, case, held = giving.keys, giving.case, giving.held
    more = keys.add(case, CASE_KIND, [HOLDER])
    founding = keys.found(0, CASE_KIND, [HOLDER])
    keys.grant(case, held, [HOLDER])
    assert keys.epochs == [founding, more]
    of_epochs, added = [*founding.grants, *more.grants], keys.grants[-1]
    assert keys.grants == [*of_epochs, added]
    assert added.epoch == held
    assert keys.items() == [
        founding.item(),
        *founding.grant_items(),
        *more.grant_items(),
        Item.of_given(case, held, OTHER),
        more.item(),
    ]


def test_compartments_whose_keys_are_given_or_made_are_told(giving: Giving) -> None:
    keys, case, held = giving.keys, giving.case, giving.held
    assert keys.compartments == set()
    keys.grant(case, held, [HOLDER])
    assert keys.compartments == {case}
    new = keys.found(0, CompartmentKind.AUDIT, [])
    assert keys.compartments == {case, new.compartment}
    assert keys.of(new.compartment) is new
    assert keys.of(case) is None
    assert keys.kept == []


VAULT = VaultId(b"v" * 16)
CASE, OTHER_CASE = CompartmentId(b"c" * 16), CompartmentId(b"d" * 16)
RECORD = RecordId(b"r" * 16)
ORIGIN = Origin(b"o" * 32)
EPOCH_KEY, OTHER_KEY = b"e" * 32, b"f" * 32
EPOCH = epoch_id(CASE, ORIGIN, EPOCH_KEY)
OTHER_EPOCH = epoch_id(OTHER_CASE, ORIGIN, OTHER_KEY)
VERSION_KEY = b"k" * 32
CONTENT = Content(kind="note", parents=(), clock=(1, 0), fields={"text": "a note"})


def keyring() -> Keyring:
    held = Keyring()
    held.add(CASE, EPOCH, EPOCH_KEY)
    held.add(OTHER_CASE, OTHER_EPOCH, OTHER_KEY)
    return held


def sealed(plaintext: bytes = encode_content(CONTENT), *, seq: int = 7) -> SealedVersion:
    blob = seal(VERSION_KEY, plaintext, VersionContext(VAULT, CASE, RECORD, ORIGIN, seq))
    identity = version_id(CASE, RECORD, blob)
    return SealedVersion(
        ORIGIN, seq, 0, identity, CASE, RECORD, blob, EPOCH, wrap(derive_wrap_key(EPOCH_KEY), VERSION_KEY)
    )


TRUE = sealed()
WRAPPED_FOR_ANOTHER = wrap(derive_wrap_key(OTHER_KEY), VERSION_KEY)


def renamed(row: SealedVersion) -> SealedVersion:
    """Give a changed row the id that its hash asks for, as somebody would who may write the table."""
    return row._replace(id=version_id(row.compartment, row.record, row.blob))


def test_a_version_opens_with_its_place() -> None:
    opened = open_version(TRUE, vault=VAULT, keyring=keyring())
    assert opened is not None
    assert (opened.content, opened.seq, opened.record) == (CONTENT, 7, RECORD)


@each(
    {
        "another id": (TRUE._replace(id=bytes(32)), "not what its id names"),
        "another record": (TRUE._replace(record=bytes(16)), "not what its id names"),
        "moved to another record": (renamed(TRUE._replace(record=bytes(16))), "seal does not hold"),
        "moved to another case": (renamed(TRUE._replace(compartment=OTHER_CASE)), "sealed for another compartment"),
        "moved to another case with its key": (
            renamed(TRUE._replace(compartment=OTHER_CASE, epoch=OTHER_EPOCH, wrap=WRAPPED_FOR_ANOTHER)),
            "seal does not hold",
        ),
        "epoch of another case": (TRUE._replace(epoch=OTHER_EPOCH, wrap=WRAPPED_FOR_ANOTHER), "another compartment"),
        "moved to another operation": (TRUE._replace(seq=8), "seal does not hold"),
        "moved to another log": (TRUE._replace(origin=bytes(32)), "seal does not hold"),
        "a wrap that opens nothing": (TRUE._replace(wrap=bytes(40)), "does not"),
        "cut off": (renamed(TRUE._replace(blob=TRUE.blob[:-1])), "does not|bytes"),
    }
)
def test_a_version_that_was_moved_or_altered_is_refused(row: SealedVersion, words: str) -> None:
    with pytest.raises((BrokenSealError, MalformedError), match=words):
        open_version(row, vault=VAULT, keyring=keyring())


def test_a_version_of_another_vault_is_refused() -> None:
    with pytest.raises(BrokenSealError, match="seal does not hold"):
        open_version(TRUE, vault=b"w" * 16, keyring=keyring())


def test_sealed_bytes_that_are_no_content_are_malformed() -> None:
    with pytest.raises(MalformedError, match="no MessagePack"):
        open_version(sealed(b"\xc1"), vault=VAULT, keyring=keyring())


def test_of_several_wraps_the_first_that_opens_serves_and_each_version_comes_once() -> None:
    junk = TRUE._replace(wrap=bytes(40))
    foreign = TRUE._replace(epoch=b"x" * 16)
    assert [version.id for version in open_all([junk, foreign, TRUE, TRUE], vault=VAULT, keyring=keyring())] == [
        TRUE.id
    ]
    assert open_all([foreign], vault=VAULT, keyring=keyring()) == []
    with pytest.raises(BrokenSealError):
        open_all([junk, foreign], vault=VAULT, keyring=keyring())


def test_of_each_that_does_not_open_it_is_said_why_and_the_others_open() -> None:
    no_content, junk = sealed(b"\xc1", seq=8), sealed(seq=9)._replace(wrap=bytes(40))
    opened, refusals = open_each([no_content, junk, TRUE], vault=VAULT, keyring=keyring())
    assert [version.id for version in opened] == [TRUE.id]
    assert [type(refusal) for refusal in refusals] == [MalformedError, BrokenSealError]


def test_a_key_is_given_to_each_holder_and_to_nobody_else() -> None:
    private, stranger = KemPrivate.from_seed(make_kem_seed()), KemPrivate.from_seed(make_kem_seed())
    place = SealedPlace(VAULT, b"s" * 16, bytes(32))  # type: ignore[arg-type]  # any 16 bytes
    new = make_epoch(place, ORIGIN, CASE, CompartmentKind.CASE, [Holder(b"h" * 16, private.public)])  # type: ignore[arg-type]  # any 16 bytes
    (grant,) = new.grants
    context = GrantContext(Purpose.GRANT, VAULT, CASE, new.epoch, grant.giver, grant.seat)
    assert open_from(private, grant.sealed, context) == new.key
    assert epoch_id(CASE, ORIGIN, new.key) == new.epoch
    assert grant.digest == grant_digest(grant.epoch, grant.seat, grant.sealed)
    assert new.key not in grant.sealed + new.row().bytes
    assert "key=" not in repr(new)
    with pytest.raises(BrokenSealError):
        open_from(stranger, grant.sealed, context)


NOTICE = EpochNotice(1, VAULT, CASE, CompartmentKind.CASE, ORIGIN, EPOCH)
ROW = EpochRow(NOTICE.digest(), CASE, NOTICE.encode())


@each(
    {
        "another digest": ROW._replace(digest=bytes(32)),
        "filed under another compartment": ROW._replace(compartment=OTHER_CASE),
        "cut off": ROW._replace(bytes=ROW.bytes[:-1]),
        "junk": ROW._replace(bytes=os.urandom(len(ROW.bytes))),
    }
)
def test_a_row_of_a_key_that_does_not_hold_together_is_none(row: EpochRow) -> None:
    assert read_notice(ROW) == NOTICE
    assert read_notice(row) is None


def test_a_wrap_is_called_junk_only_by_who_holds_its_key() -> None:
    junk = TRUE._replace(wrap=bytes(len(TRUE.wrap)))
    assert [row.wrap for row in no_wraps([TRUE, junk], keyring=keyring())] == [junk.wrap]
    assert no_wraps([TRUE, junk], keyring=Keyring()) == set()


# Casework and its sealed form: round trips, unknown fields, hostile content.
NOTE = Note(kind=NoteKind.CONTACT, text="The hearing moved.")


def a_person() -> Person:
    names = (PersonName.written("Зарина Ташбаева"), PersonName.written("Zarina Tashbaeva"))
    return Person(role=PersonRole.CLIENT, names=names, born="1991-04", phones=("+996 555 010 203",))


def test_records_come_back_as_they_were() -> None:
    case = Case("A title", "asylum", "registered", "K7QM-3XPD", bytes(16), "2026-01-02")  # type: ignore[arg-type]  # words, as a reader gives them
    for value in (NOTE, a_person(), case):
        assert from_fields(type(value), msgspec.msgpack.decode(msgspec.msgpack.encode(to_fields(value)))) == value


def test_a_field_of_a_newer_program_survives_an_edit() -> None:
    known = {**to_fields(NOTE), "weather": {"sky": "grey"}}
    amended = Note(kind=NoteKind.SAFETY, text="The hearing moved again.")
    assert to_fields(amended, known=known) == {**to_fields(amended), "weather": {"sky": "grey"}}


def test_a_cleared_field_does_not_come_back_from_the_version_before() -> None:
    known = to_fields(a_person())
    cleared = Person(role=PersonRole.CLIENT)
    assert "born" not in to_fields(cleared, known=known)


def test_fields_that_break_a_rule_are_refused_without_naming_them() -> None:
    fields = {**to_fields(a_person()), "phones": ["secret words"]}
    with pytest.raises(MalformedError, match="does not hold that kind's fields") as refused:
        from_fields(Person, fields)
    assert "secret" not in str(refused.value)
    assert refused.value.__cause__ is None


@each([{}, {"kind": "contact", "text": 5}, {"kind": "no such kind", "text": "words"}])
def test_fields_of_another_shape_are_refused(fields: dict[str, object]) -> None:
    refuses(MalformedError, "a version of kind note does not hold that kind's fields", from_fields, Note, fields)


def test_half_a_letter_is_refused_by_the_name_of_its_field() -> None:
    refuses(UsageError, "text contains half a letter", to_fields, Note(NoteKind.CONTACT, "said \ud800 twice"))


@given(
    st.dictionaries(st.text(max_size=8), st.one_of(st.text(), st.binary(), st.integers(0, 2**60), st.booleans())),
    st.lists(st.binary(min_size=32, max_size=32), max_size=3, unique=True),
)
def test_content_comes_back_as_it_was(fields: dict[str, object], parents: list[bytes]) -> None:
    content = Content("note", tuple(map(VersionId, parents)), (1_700_000_000_000, 3), fields)
    assert decode_content(encode_content(content)) == content


def _nested(depth: int) -> object:
    value: object = 1
    for _ in range(depth):
        value = [value]
    return value


GOOD: dict[Any, Any] = {"schema": 1, "kind": "note", "parents": [], "clock": [1, 0], "fields": {}}


@each(
    {
        "a member too many": ({**GOOD, "more": 1}, "other members"),
        "a member missing": ({k: v for k, v in GOOD.items() if k != "clock"}, "other members"),
        "a kind that is no word": ({**GOOD, "kind": 7}, "wrong type"),
        "a schema that is no number": ({**GOOD, "schema": "1"}, "wrong type"),
        "fields in a list": ({**GOOD, "fields": []}, "wrong type"),
        "half a clock": ({**GOOD, "clock": [1]}, "wrong type"),
        "a clock of bytes": ({**GOOD, "clock": b"\1\2"}, "wrong type"),
        "a clock whose time is no number": ({**GOOD, "clock": ["1", 2]}, "wrong type"),
        "a clock whose counter is no number": ({**GOOD, "clock": [1, "2"]}, "wrong type"),
        "a parent that is no id": ({**GOOD, "parents": [b"short"]}, "no version id"),
        "a parent that is text": ({**GOOD, "parents": ["x" * 32]}, "no version id"),
        "more than 256 parents": ({**GOOD, "parents": [i.to_bytes(32) for i in range(257)]}, "more than 256 parents"),
        "one parent twice": ({**GOOD, "parents": [bytes(32)] * 2}, "or one twice"),
        "parents in a map": ({**GOOD, "parents": {}}, "no version id"),
        "a key that is no string": ({**GOOD, "fields": {1: 2}}, "no string"),
        "nested much too deep": ({**GOOD, "fields": {"a": _nested(40)}}, "deeper than 32"),
        "nested one too deep": ({**GOOD, "fields": {"a": _nested(31)}}, "deeper than 32"),
        "an extension type": ({**GOOD, "fields": {"a": msgspec.msgpack.Ext(5, b"x")}}, "extension"),
        "no map": ([1, 2], "other members"),
    }
)
def test_malformed_content_is_refused(members: object, words: str) -> None:
    with pytest.raises(MalformedError, match=words):
        decode_content(msgspec.msgpack.encode(members))


def test_content_of_this_program_has_schema_1_and_any_plain_value() -> None:
    content = Content("note", (), (1, 0), {"a": 1.5, "b": None, "c": [True, {"d": "e"}]})
    assert msgspec.msgpack.decode(encode_content(content))["schema"] == 1
    assert decode_content(encode_content(content)) == content


def test_what_is_nested_as_deep_as_the_format_allows_is_read() -> None:
    fields = {"a": _nested(30)}
    assert decode_content(msgspec.msgpack.encode({**GOOD, "fields": fields})).fields == fields


def test_the_schema_and_both_parts_of_the_clock_are_the_writers() -> None:
    content = decode_content(msgspec.msgpack.encode({**GOOD, "schema": 2, "clock": [7, 3]}))
    assert (content.schema, content.clock) == (2, (7, 3))


@each(
    [
        b"",
        b"\xc1",
        b"\x91" * 5_000,
        b"\x81\xa1\xff\x01",
        encode_content(decode_content(msgspec.msgpack.encode(GOOD)))[:-1],
    ]
)
def test_bytes_that_are_no_content_are_refused(untrusted: bytes) -> None:
    refuses(MalformedError, "no MessagePack", decode_content, untrusted)


# What is too long for a bundle is refused with what fits, where one text is to blame, and never cut.
MANY = {str(number): "x" * 60 for number in range(VERSION_CONTENT_LIMIT // 60)}


def content(fields: dict[str, object]) -> Content:
    return Content("note", (), (1, 0), fields)


@each({
    "one long text": ({"text": "x" * VERSION_CONTENT_LIMIT}, r"[0-9,]+ of the [0-9,]+ characters of its text fit"),
    "many short ones": ({**MANY}, r"it has [0-9,]+ bytes too many"),
    "no text at all": ({"names": ["x"] * VERSION_CONTENT_LIMIT}, r"it has [0-9,]+ bytes too many"),
})  # fmt: skip
def test_what_does_not_fit_is_refused_in_words_that_help(fields: dict[str, object], words: str) -> None:
    with pytest.raises(UsageError, match=f"the note is too long: {words}"):
        encode_to_travel(content(fields))


def test_what_fits_to_the_byte_is_sealed_as_it_is() -> None:
    over = len(encode_content(content({"text": "x" * VERSION_CONTENT_LIMIT}))) - VERSION_CONTENT_LIMIT
    whole = content({"text": "x" * (VERSION_CONTENT_LIMIT - over)})
    assert encode_to_travel(whole) == encode_content(whole)
    with pytest.raises(UsageError, match="too long"):
        encode_to_travel(content({"text": "x" * (VERSION_CONTENT_LIMIT - over + 1)}))


# A paper is in the vault whole, or it was never added: a write that the medium lost is noticed before it counts.
ORDER = {"kind": DocumentKind.DETENTION_ORDER, "title": "Order on detention"}


@pytest.mark.parametrize("step", ["add_tails", "add_attachments"])
def test_a_paper_whose_rows_were_not_kept_is_not_added_and_the_next_one_is(
    step: str, filled: Filled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "letter.txt"
    source.write_text("She was heard on Monday.")

    def lost(*_: Any) -> None:
        return None

    with filled.open() as session:
        size = session.log.size
        with monkeypatch.context() as medium:
            medium.setattr(Rows, step, lost)
            with pytest.raises(VerificationError, match="after it was written"):
                case_papers.add_paper(session, filled.cases[0], source, ORDER)
        with session.database.reading() as rows:
            assert (session.log.size, rows.attachments(), rows.tail_names()) == (size, [], [])
        case_papers.add_paper(session, filled.cases[0], source, ORDER)
        assert log_checking.verify(session).verified
        assert session.log.size > size


# What no `repr` shows: it goes into tracebacks, logs and debuggers of whoever embeds this.
SECRET = b"never shown, these 32 letters on"


def test_no_repr_shows_a_secret() -> None:
    place = SealedPlace(VAULT, SeatId(bytes(16)), SECRET)
    new = make_epoch(place, ORIGIN, CASE, CompartmentKind.CASE, [], random=lambda size: SECRET[:size])
    for value in (
        Content("note", (), (1, 0), {"text": SECRET}),
        new,
        place,
        Ratchet(CASE, EpochId(EPOCH), SECRET, 0, 0, 0),
        SessionKeys(1, SECRET, SECRET),
    ):
        assert "never shown" not in repr(value)
    private = KemPrivate.from_seed(SECRET * 3)
    assert repr(private) not in repr(GrantReader(None, None, VAULT, private))  # type: ignore[arg-type]  # rows unread
