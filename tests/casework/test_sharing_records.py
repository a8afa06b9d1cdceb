"""Access, sections, deputies, orders, slips and the register: what they refuse, and that no word of them leaves."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from tests.tables import each
from vault.casework.case import Access, AsylumStage, Case, CaseKind, GrantReason, Section, SectionKind
from vault.casework.intake import RegisterEntry, Slip, SlipState
from vault.casework.kinds import CaseworkRecord
from vault.casework.organisation_records import AttemptsKey, Deputy, DeviceName, Member, Order, Organisation, PackageKey
from vault.errors import MalformedError, UsageError
from vault.ids import MemberId, SeatId
from vault.records.versions import from_fields, to_fields
from vault.redaction.profile import PROFILES
from vault.redaction.source import source_record

AMINA, JOEL, CASE = bytes(range(16)), bytes(range(16, 32)), bytes(range(32, 48))
ACCESS = Access(JOEL, GrantReason.AWAY, AMINA, 1_790_000_000_000)
SECTION = Section(CASE, SectionKind.LOCATION, "Safe house", bytes(16))
DEPUTY = Deputy(AMINA, JOEL)
ORDER = Order(AMINA, JOEL, bytes(16), "leaves on Friday")
SLIP = Slip(1_790_000_000_000, "Ilham", "+49 30 5550 1234", "Uzbek", "calls from the station", call_back=True)
ENTRY = RegisterEntry(bytes(32), (bytes(32), bytes(range(32))), JOEL)
OWNED = Case(
    "A title", CaseKind.ASYLUM, AsylumStage.PRE_REG, "K7QM-3XPD", CASE, "2026-01-02", owner=AMINA, alone_reason="asked"
)
OF_THE_ORGANISATION = (
    Organisation("Ferry Legal Desk, asked"),
    Member(MemberId(JOEL), "Ilham", 1_790_000_000_000),
    DeviceName(SeatId(AMINA), "Laptop at the station"),
    AttemptsKey(b"asked" + bytes(91)),
    PackageKey(b"asked" + bytes(27)),
)
RECORDS: tuple[CaseworkRecord, ...] = (ACCESS, SECTION, DEPUTY, ORDER, SLIP, ENTRY, OWNED, *OF_THE_ORGANISATION)


def test_the_kind_words_are_sealed_with_each_record() -> None:
    assert [one.KIND for one in RECORDS] == [
        "access", "section", "deputy", "order", "slip", "register-entry", "case",
        "organisation", "member", "device", "attempts-key", "package-key",
    ]  # fmt: skip


@each(RECORDS)
def test_a_record_comes_back_from_its_sealed_form_and_keeps_what_it_does_not_know(record: CaseworkRecord) -> None:
    sealed = msgspec.msgpack.decode(msgspec.msgpack.encode({**to_fields(record), "weather": "grey"}))
    assert from_fields(type(record), sealed) == record
    assert to_fields(record, known=sealed)["weather"] == "grey"


@each(RECORDS)
def test_a_record_is_frozen_and_its_repr_holds_no_content(record: CaseworkRecord) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(record, dataclasses.fields(record)[0].name, "other")
    for content in ("Safe house", "Friday", "Ilham", "5550", "station", "A title", "asked"):
        assert content not in repr(record)


_OF_THEIR_OWN = ("stage_since", "closed")  # whose case it is may know since when


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda one: one.name)
@pytest.mark.parametrize("record", RECORDS, ids=lambda one: one.KIND)
def test_no_profile_lets_a_word_of_them_out(record: CaseworkRecord, profile: Any) -> None:  # a Profile
    source = source_record(bytes(16), bytes(32), record)
    rule = profile.rule(source.kind, source.variant)
    allowed = set() if rule is None else set(rule.labels)
    assert allowed <= {"kind", "stage", "opened", *(_OF_THEIR_OWN if profile.name == "subject" else ())}
    assert not allowed & {"owner", "deputy", "alone_reason"}


@each(
    [
        (AttemptsKey, {"kem": bytes(95)}),
        (PackageKey, {"seed": b""}),
        (Member, {"member": JOEL, "name": "J", "until": "x"}),
    ]
)
def test_what_is_no_key_and_no_last_day_is_no_record_of_its_kind(
    kind: type[CaseworkRecord], fields: dict[str, object]
) -> None:
    with pytest.raises(MalformedError, match=kind.KIND):
        from_fields(kind, fields)


def test_a_case_of_an_older_vault_has_no_owner_and_opens() -> None:
    fields = {key: part for key, part in to_fields(OWNED).items() if key not in {"owner", "deputy", "alone_reason"}}
    case = from_fields(Case, fields)
    assert (case.owner, case.deputy, case.alone_reason) == (None, None, None)


def test_a_slip_needs_no_word_at_all() -> None:
    assert Slip(0).state is SlipState.OPEN


def test_hashes_of_a_register_entry_have_no_order_and_no_doubles() -> None:
    first, second = bytes(32), bytes(range(32))
    assert RegisterEntry(first, (second, first, second), JOEL) == RegisterEntry(first, (first, second), JOEL)


def changed(record: Any, **values: object) -> object:  # any record, with values that no caller checked: as decoded
    return dataclasses.replace(record, **values)


REFUSALS: list[tuple[Callable[[], object], str]] = [
    (lambda: changed(ACCESS, member=b"x"), "member of an access must be 16 bytes"),
    (lambda: changed(ACCESS, why="SecretName"), "reason of an access must be one of: owner"),
    (lambda: changed(ACCESS, given_by=b""), "giver of an access must be 16 bytes"),
    (lambda: changed(ACCESS, until=-1), "end of an access must be a moment"),
    (lambda: changed(ACCESS, until=True), "end of an access must be a moment"),
    (lambda: changed(ACCESS, until=253_402_300_800_000), "end of an access must be a moment"),
    (lambda: changed(ACCESS, until="SecretName"), "end of an access must be a moment"),
    (lambda: changed(SECTION, case=b""), "case of a section must be 16 bytes"),
    (lambda: changed(SECTION, what="SecretName"), "kind of a section must be one of: location"),
    (lambda: changed(SECTION, title=" "), "title of a section is empty"),
    (lambda: changed(SECTION, audit=b""), "audit pseudonym of a section must be 16 bytes"),
    (lambda: changed(DEPUTY, member=b""), "member with a deputy must be 16 bytes"),
    (lambda: changed(DEPUTY, deputy=b""), "deputy of a member must be 16 bytes"),
    (lambda: changed(DEPUTY, deputy=AMINA), "members cannot be their own deputies"),
    (lambda: changed(ORDER, leaver=b""), "leaver of an order must be 16 bytes"),
    (lambda: changed(ORDER, successor=b""), "successor of an order must be 16 bytes"),
    (lambda: changed(ORDER, successor=AMINA), "cases must go to another member"),
    (lambda: changed(ORDER, made_by=b""), "giver of an order must be 16 bytes"),
    (lambda: changed(ORDER, reason=""), "reason is empty"),
    (lambda: changed(SLIP, received=None), "time of a slip must be a moment"),
    (lambda: changed(SLIP, name="a\nSecretName"), "name of a slip must be one line"),
    (lambda: changed(SLIP, text=7), "text of a slip must be text"),
    (lambda: changed(SLIP, state="SecretName"), "state of a slip must be one of: open"),
    (lambda: changed(SLIP, state="closed"), "a slip that is moved or closed holds no words"),
    (lambda: changed(SLIP, case=b""), "case of a slip must be 16 bytes"),
    (lambda: changed(ENTRY, key=b"short"), "key of a register entry must be 32 bytes"),
    (lambda: changed(ENTRY, hashes=()), "a register entry has 1 to 256 hashes"),
    (lambda: changed(ENTRY, hashes=(b"short",)), "hash of a register entry must be 32 bytes"),
    (lambda: changed(ENTRY, contact=b""), "contact seat of a register entry must be 16 bytes"),
    (lambda: changed(OWNED, owner=b""), "owner of a case must be 16 bytes"),
    (lambda: changed(OWNED, deputy=b""), "deputy of a case must be 16 bytes"),
    (lambda: changed(OWNED, alone_reason=" "), "reason why a case has no deputy is empty"),
]


@each(REFUSALS)
def test_a_refusal_names_the_field_and_never_the_value(make: Callable[[], object], message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        make()
    assert "SecretName" not in str(caught.value)
