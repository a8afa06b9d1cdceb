from __future__ import annotations

import dataclasses
from dataclasses import replace
from hashlib import sha256
from types import MappingProxyType
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tables import each, refused
from vault.errors import MalformedError, VerificationError
from vault.log.act_bytes import OF_CASES, ActKind
from vault.log.approval import (
    APPROVAL_PURPOSE,
    Approval,
    Giver,
    Listing,
    Refusal,
    approval_id,
    approved_digest,
    flaw_of_use,
    judge,
)
from vault.log.items import ACTS, Item, ItemKind, check_act
from vault.log.payload import Payload, commitment, covered_digest, decode_plaintext, encode_plaintext
from vault.seal.signing import is_signed_raw, make_signing_seed, public_key, sign

ID, DIGEST, SALT = b"i" * 16, b"d" * 32, b"s" * 32
FULL = Payload(
    act="export.done",
    t=1_790_000_000_000,
    out="error:disk-full",
    why="legal-referral",
    obj=ID,
    objs=(ID, b"j" * 16),
    covers={"note": 3, "person": 1},
    dig=DIGEST,
    tz0=-210,
    boot=ID,
    mono=5,
    cause=(DIGEST, 4),
    app="1.0.0",
    deleg=ID,
    pol="rights-1",
)
READ = Payload(act="case.view", t=0)


@each(
    [FULL, READ]
    + [replace(FULL, **change) for change in (
        {"t": (1 << 63) - 1}, {"mono": 0}, {"why": "x" * 32}, {"app": "a"}, {"app": "a" * 64}, {"tz0": -1_439},
        {"tz0": 1_439}, {"cause": 0}, {"cause": 9}, {"cause": (DIGEST, 0)}, {"objs": (ID,) * 64},
    )]
)  # fmt: skip
def test_a_payload_survives_to_the_last_that_it_can_say(payload: Payload) -> None:
    assert Payload.decode(payload.encode()) == payload


def test_absent_members_are_left_out_and_keys_are_in_order() -> None:
    assert msgspec.msgpack.decode(READ.encode()) == {"act": "case.view", "out": "ok", "t": 0}
    assert list(msgspec.msgpack.decode(FULL.encode())) == sorted(msgspec.msgpack.decode(FULL.encode()))


def test_members_of_a_newer_program_survive() -> None:
    newer = msgspec.msgpack.encode({"act": "case.view", "newer": [1, {"x": b"y"}], "out": "ok", "t": 1})
    payload = Payload.decode(newer)
    assert payload.unknown == {"newer": [1, {"x": b"y"}]}
    assert payload.encode() == newer


def test_an_act_of_a_newer_program_is_read_but_neither_judged_nor_written() -> None:
    payload = Payload.decode(msgspec.msgpack.encode({"act": "case.teleport", "t": 1}))
    with pytest.raises(MalformedError, match="not in the table"):
        payload.encode()
    with pytest.raises(VerificationError, match="an act that this program does not know"):
        check_act(payload.act, [])


# Member -> values that it cannot have: as MessagePack gives them, and the first behind each border.
_REFUSED: dict[str, list[Any]] = {
    "act": ["Case.View"],
    "app": ["", "a" * 65, "é", b"a", "a\nb"],
    "boot": [b"short"],
    "cause": [[DIGEST], [ID, 1], [DIGEST, -1], -1],
    "covers": [{"note": -1}, {"the note": 1}, []],
    "deleg": [ID + b"x"],
    "dig": [ID, "d" * 32],
    "mono": [1.5, 1 << 63],
    "obj": ["text", "i" * 16],
    "objs": [[ID] * 65, [ID, DIGEST], {}, 5],
    "out": ["fine", b"ok"],
    "pol": ["a\nb"],
    "t": [True, -1, 1 << 63],
    "tz0": [2_000, -1_440, 1_440, 1.5, True],
    "why": ["she is afraid of her brother", "x" * 33, b"intake"],
}
_MEMBERS = msgspec.msgpack.decode(FULL.encode())


@each({f"{name} {value}": (name, value) for name, values in _REFUSED.items() for value in values})
def test_a_member_of_another_form_is_neither_read_nor_made(name: str, value: Any) -> None:
    with pytest.raises(MalformedError, match=f"the member {name} of an audit payload is not of the form"):
        Payload.decode(msgspec.msgpack.encode(_MEMBERS | {name: value}))
    with pytest.raises(MalformedError, match=f"the member {name} of an audit payload is not of the form"):
        replace(FULL, **{name: tuple(value) if value and isinstance(value, list) else value})  # type: ignore[arg-type]


def test_a_member_that_is_nothing_is_refused() -> None:
    others = [msgspec.msgpack.encode(_MEMBERS | {name: None}) for name in _REFUSED]
    refused(MalformedError, "lacks a member, or gives it as nothing", Payload.decode, others)


def test_what_a_view_covers_may_be_any_mapping() -> None:
    assert replace(FULL, covers=MappingProxyType({"note": 3, "person": 1})).encode() == FULL.encode()


@each(
    {
        "empty": (b"", "no"),
        "list": (msgspec.msgpack.encode([1]), "not a MessagePack map"),
        "number as key": (msgspec.msgpack.encode({1: 2}), "not a MessagePack map"),
        "a byte more": (READ.encode() + b"\0", "not a MessagePack map"),
        "a deep nest": (b"\x81\xa1x" + b"\x91" * 5000, "not a MessagePack map"),
        "no UTF-8": (b"\x81\xa1\xffx", "not a MessagePack map"),
        "no MessagePack": (b"\xc1", "not a MessagePack map"),
        "a number": (b"\x05", "not a MessagePack map"),
        "no act": (msgspec.msgpack.encode({"t": 1}), "lacks a member"),
        "no time": (msgspec.msgpack.encode({"act": "lock"}), "lacks a member"),
    }
)
def test_other_forms_are_refused(untrusted: bytes, reason: str) -> None:
    with pytest.raises(MalformedError, match=reason):
        Payload.decode(untrusted)


def test_a_known_member_cannot_hide_among_the_unknown() -> None:
    with pytest.raises(MalformedError, match="known member among the unknown"):
        replace(READ, unknown={"obj": ID})


def test_a_commitment_fixes_the_payload() -> None:
    encoded = FULL.encode()
    expected = sha256(b"casevault/audit/v1\0" + SALT + encoded).digest()
    assert commitment(SALT, encoded) == expected
    assert decode_plaintext(encode_plaintext(SALT, encoded), expected) == (SALT, encoded)


def test_a_view_names_what_it_showed_in_whatever_order() -> None:
    first, second = b"a" * 32, b"b" * 32
    assert covered_digest([second, first]) == covered_digest([first, second]) == sha256(first + second).digest()
    assert covered_digest([first]) != covered_digest([first, first])
    assert covered_digest([]) == sha256(b"").digest()


@each(
    {
        "another payload": (encode_plaintext(SALT, b"other"), VerificationError, "commits to"),
        "another salt": (encode_plaintext(b"t" * 32, READ.encode()), VerificationError, "commits to"),
        "cut": (encode_plaintext(SALT, READ.encode())[:-1], MalformedError, "not a MessagePack map"),
        "no payload": (msgspec.msgpack.encode({"salt": SALT}), MalformedError, "not salt and payload"),
        "a salt of text": (msgspec.msgpack.encode({"salt": "s" * 32, "payload": b"p"}), MalformedError, "not salt and"),
        "a text": (msgspec.msgpack.encode({"salt": SALT, "payload": "p"}), MalformedError, "not salt and payload"),
        "a number": (msgspec.msgpack.encode({"salt": SALT, "payload": 5}), MalformedError, "not salt and payload"),
        "more": (msgspec.msgpack.encode({"salt": SALT, "payload": b"", "more": 1}), MalformedError, "not salt"),
        "no salt": (msgspec.msgpack.encode({"salt": b"", "payload": b""}), MalformedError, "salt of a commitment"),
    }
)
def test_an_opened_entry_is_refused(plaintext: bytes, error: type[Exception], reason: str) -> None:
    with pytest.raises(error, match=reason):
        decode_plaintext(plaintext, commitment(SALT, READ.encode()))


def test_a_plaintext_has_4095_bytes_at_most() -> None:
    room = 4_095 - len(encode_plaintext(SALT, b"p" * 256)) + 256
    assert len(encode_plaintext(SALT, b"p" * room)) == 4_095
    with pytest.raises(MalformedError, match="an audit payload has 4096 bytes, more than 4095"):
        encode_plaintext(SALT, b"p" * (room + 1))


def test_the_fullest_payload_fits_its_bucket() -> None:
    fullest = replace(FULL, objs=tuple(bytes([i]) * 16 for i in range(64)), covers={f"kind-{i}": 1 for i in range(20)})
    encode_plaintext(SALT, fullest.encode())


def test_hostile_bytes_are_malformed_and_nothing_worse() -> None:
    # How deep a stack bears differs between interpreters; which check refuses it may too, that it is refused may not.
    hostile = [b"\x81\xa1x" + b"\x91" * 4_000 + b"\x00", b"\x81\xa1x\xa1\x80"]
    refused(MalformedError, "an audit payload", Payload.decode, hostile)


@each({"arrays": (b"\x91", b"\x90"), "maps": (b"\x81\xa1k", b"\x80"), "beside something flat": (b"\x92\x01", b"\x90")})
def test_a_payload_may_be_nested_32_deep_and_no_deeper(around: bytes, inner: bytes) -> None:
    head = b"\x83\xa3act\xa8log.read\xa1t\x01\xa5newer"  # the map itself is the first level
    assert Payload.decode(head + around * 30 + inner).unknown
    with pytest.raises(MalformedError, match="nested deeper than 32"):
        Payload.decode(head + around * 31 + inner)


def test_arrays_in_the_key_of_a_map_count_as_depth() -> None:
    head = b"\x83\xa3act\xa8log.read\xa1t\x01\xa5newer\x81"
    assert Payload.decode(head + b"\x91" * 29 + b"\x90\x01").unknown
    with pytest.raises(MalformedError, match="nested deeper than 32"):
        Payload.decode(head + b"\x91" * 30 + b"\x90\x01")


@given(st.binary(max_size=200))
def test_no_bytes_lead_to_any_other_error(untrusted: bytes) -> None:
    try:
        Payload.decode(untrusted)
    except MalformedError:
        return


# What each act may list, word by word: a stranger's log is judged by this table, so it may only grow knowingly.
# version, grant, epoch, keys, approval, erased, seen, attachment; how a vault begins, what changes who is in; of cases:
# founding, who is in, letting in and putting out alone
_KINDS: dict[str, frozenset[int]] = {
    **{letter: frozenset({kind}) for letter, kind in zip("vgekaxsb", ItemKind, strict=True)},
    "f": frozenset({ActKind.BEGIN, ActKind.SHEETS}),
    "m": frozenset(ActKind) - {ActKind.BEGIN} - OF_CASES,
    "F": frozenset({ActKind.FOUND, ActKind.LET_IN}),
    "c": OF_CASES - {ActKind.FOUND},
    "i": frozenset({ActKind.LET_IN}),
    "o": frozenset({ActKind.PUT_OUT}),
}
_ALLOWED = {
    "": """log.read log.export unlock.fail clock.jump case.list case.view case.search file.view export.abort export.all
        print backup.make sync.out recovery.drill""",
    "s": "log.verify lock backup.restore sync.in",
    "v": """config.change case.edit note.create note.correct person.create person.edit deadline.create deadline.edit
        file.add partner.create partner.edit rule.edit export.done package.words package.reissue""",
    "k": "keys.change",
    "a": "approve",
    "eg": "audit.period",
    "egs": "log.restored unlock.ok",
    "vegac": "grant.add grant.remove",
    "vegF": "case.create case.import section.create",
    "veg": "key.rotate",
    "vegkf": "log.genesis",
    "va": "clock.repair export.begin",
    "vagi": "break.glass",
    "vb": "document.add",
    "vx": "intake.edit register.edit",
    "vegaxo": "case.delete erase",
    "vegkm": "role.change member.change access.recover",
}


def test_each_act_may_list_these_kinds_and_no_other() -> None:
    for kinds, acts in _ALLOWED.items():
        for act in acts.split():
            assert ACTS[act] == frozenset[int]().union(*(_KINDS[letter] for letter in kinds)), act
    assert ACTS.keys() == {act for acts in _ALLOWED.values() for act in acts.split()}


@each(sorted(ACTS))
def test_what_an_act_may_not_list_is_refused_by_its_number(act: str) -> None:
    items = {int(kind): Item(kind, bytes(32), bytes(16)) for kind in (*ItemKind, *ActKind)}
    check_act(act, [items[kind] for kind in ACTS[act]])
    for kind in items.keys() - ACTS[act]:
        with pytest.raises(VerificationError, match=f"an operation of act {act} lists an item of kind {kind}"):
            check_act(act, [items[kind]])


def test_an_act_without_a_name_here_may_not_even_list_nothing() -> None:
    with pytest.raises(VerificationError, match="names an act that this program does not know"):
        check_act("case.forget", [])


VAULT, ASKER, GIVER, THIRD = (bytes([n]) * 16 for n in (1, 2, 3, 4))
MIRA, OREN = b"m" * 16, b"o" * 16
SEED = make_signing_seed(lambda size: bytes(range(size)))
APPROVERS = frozenset({"supervisor", "caseworker"})
UNSIGNED = Approval(
    vault=VAULT,
    act="export.begin",
    digest=approved_digest("export.begin", {"profile": "lawyer"}),
    requester=ASKER,
    approver=GIVER,
    role="supervisor",
    why="legal-referral",
    expires_ms=2_000,
    nonce=b"n" * 16,
)


def signed(approval: Approval, seed: bytes = SEED) -> Approval:
    return approval.signed(sign(seed, APPROVAL_PURPOSE, approval.unsigned()))


APPROVAL = signed(UNSIGNED)
GIVEN = Listing(b"G" * 32, 4, GIVER, OREN, frozenset({"supervisor"}))
USED = Listing(b"A" * 32, 9, ASKER, MIRA, frozenset({"caseworker"}))
CARRIED_OUT = replace(USED, kinds=frozenset({ItemKind.APPROVAL, ItemKind.ERASED}), digest=b"d" * 32)


GIVEN_BY = Giver(OREN, public_key(SEED))


def outcome(
    *listings: Listing, approval: Approval = APPROVAL, vault: bytes = VAULT, giver: Giver | None = GIVEN_BY
) -> tuple[Listing | None, list[Refusal]]:
    def flaw(use: Listing) -> Refusal | None:
        return flaw_of_use(approval, use, giver, vault=vault, approvers=APPROVERS, verify_signature=is_signed_raw)

    judged = judge(listings, approvers=APPROVERS, flaw=flaw, approval=approval)
    return judged.use, [reason for _, reason in judged.refused]


def unread(*listings: Listing) -> list[tuple[Listing, Refusal]]:
    return list(judge(listings, approvers=APPROVERS).refused)


def test_an_approval_comes_back_from_its_bytes() -> None:
    assert Approval.decode(APPROVAL.encode()) == APPROVAL
    assert len(approval_id(APPROVAL.encode())) == 32


def test_nobody_can_list_an_approval_that_nobody_signed() -> None:
    with pytest.raises(MalformedError, match="without a signature"):
        UNSIGNED.encode()


@each([{"expires_ms": 0}, {"expires_ms": (1 << 63) - 1}, {"why": "x"}, {"why": "x" * 32}, {"why": "a-1.b"}])
def test_the_last_that_an_approval_can_say(change: dict[str, Any]) -> None:
    approval = signed(replace(UNSIGNED, **change))
    assert Approval.decode(approval.encode()) == approval


MEMBERS = msgspec.msgpack.decode(APPROVAL.encode())


_OTHER_MESSAGEPACK: list[object] = [5, [], {}, {"act": {"a": []}}, None]


def _with(name: str, value: object) -> bytes:
    return msgspec.msgpack.encode(dict(sorted({**MEMBERS, name: value}.items())))


def _without(name: str) -> bytes:
    return msgspec.msgpack.encode({key: value for key, value in MEMBERS.items() if key != name})


@each(
    {
        "nothing": b"",
        "no MessagePack": b"\xc1",
        "a deep nest": b"\x91" * 5000,
        "a deep nest inside": b"\x81\xa3act" + b"\x91" * 5000,
        "no UTF-8": b"\x81\xa3act\xa1\xff",
        **{f"{value}": msgspec.msgpack.encode(value) for value in _OTHER_MESSAGEPACK},
        "a byte after it": APPROVAL.encode() + b"\0",
        "another order": msgspec.msgpack.encode(dict(reversed(MEMBERS.items()))),
        "a newer format": _with("format", 2),
        "a further member": _with("more", 1),
        "a member less": _without("nonce"),
        "no signature": _without("sig"),
        "an empty signature": _with("sig", b""),
        "a short signature": _with("sig", b"s" * 63),
        "text for a signature": _with("sig", "s" * 64),
        "a short digest": _with("digest", b"d" * 31),
        "an empty seat": _with("requester", b""),
        "text for a seat": _with("approver", "x" * 16),
        "a role that is no word": _with("role", "The Director"),
        "a long act": _with("act", "x" * 33),
        "a time before all": _with("expires", -1),
        "a time behind all": _with("expires", 1 << 63),
        "text for a time": _with("expires", "soon"),
        "half a millisecond": _with("expires", 1.5),
        "a yes for a time": _with("expires", True),
        "a reason in bytes": _with("why", b"word"),
        **{f"the reason {why}": _with("why", why) for why in ("", "x" * 33, "wörd", "a!", "a b", "A")},
    }
)
def test_what_is_not_the_one_form_is_refused(untrusted: bytes) -> None:
    with pytest.raises(MalformedError, match="an approval"):
        Approval.decode(untrusted)


def test_what_has_not_the_form_cannot_be_made() -> None:
    changes: list[dict[str, Any]] = [{"expires_ms": 1 << 63}, {"why": "A"}, {"why": b"word"}]
    refused(MalformedError, "not of the form of FORMAT", lambda change: replace(UNSIGNED, **change), changes)


def test_the_members_of_an_approval_stand_in_the_order_of_their_names() -> None:
    fields = {field.name for field in dataclasses.fields(Approval)} - {"expires_ms", "signature"}
    assert list(MEMBERS) == sorted(fields | {"expires", "format", "sig"})


def test_the_digest_of_what_is_approved_is_that_of_the_format() -> None:
    of = msgspec.msgpack.encode({"act": "erase", "of": {"a": 1, "b": "x"}})
    others = [approved_digest("erase", {"a": 1, "b": "y"}), approved_digest("break.glass", {"a": 1, "b": "x"})]
    assert approved_digest("erase", {"b": "x", "a": 1}) not in others
    assert approved_digest("erase", {"b": "x", "a": 1}) == sha256(b"casevault/approved/v1\0" + of).digest()


def test_an_approval_counts_once_it_is_given_and_used() -> None:
    assert outcome(GIVEN, USED) == (USED, [])


def test_an_approval_that_was_given_and_not_used_is_no_fault() -> None:
    assert outcome(GIVEN) == (None, [])


@each(
    [
        (None, USED, APPROVAL, Refusal.NOT_GIVEN),
        (replace(GIVEN, seat=THIRD), USED, APPROVAL, Refusal.NOT_GIVEN),
        (replace(GIVEN, act="export.begin"), USED, APPROVAL, Refusal.NOT_GIVEN),
        (replace(GIVEN, member=None), USED, APPROVAL, Refusal.NOT_GIVEN),
        (GIVEN, USED, signed(UNSIGNED, bytes(32)), Refusal.FORGED),
        (GIVEN, USED, replace(APPROVAL, expires_ms=9_000), Refusal.FORGED),
        (replace(GIVEN, roles=frozenset({"caseworker"})), USED, APPROVAL, Refusal.ROLE),
        (replace(GIVEN, roles=frozenset({"auditor"})), USED, signed(replace(UNSIGNED, role="auditor")), Refusal.ROLE),
        (GIVEN, replace(USED, member=OREN), APPROVAL, Refusal.OWN),
        (GIVEN, replace(CARRIED_OUT, seat=THIRD), APPROVAL, Refusal.OTHER_SEAT),
        (GIVEN, replace(USED, act="break.glass"), APPROVAL, Refusal.OTHER_ACT),
        (GIVEN, replace(USED, at_ms=2_001), APPROVAL, Refusal.EXPIRED),
    ]
)
def test_what_does_not_count_is_refused_with_its_reason(
    given: Listing | None, used: Listing, approval: Approval, reason: Refusal
) -> None:
    listings = [used] if given is None else [given, used]
    use, reasons = outcome(*listings, approval=approval)
    assert (use, reason in reasons) == (None, True)


def test_an_approval_of_another_vault_allows_nothing() -> None:
    assert outcome(GIVEN, USED, vault=b"v" * 16) == (None, [Refusal.OTHER_VAULT])


def test_the_last_millisecond_still_counts() -> None:
    used = replace(USED, act="export.begin", at_ms=2_000)
    assert outcome(replace(GIVEN, act="approve"), used) == (used, [])


def test_a_second_use_does_not_count_and_the_first_still_does() -> None:
    for again in (replace(USED, seq=10), replace(USED, origin=b"B" * 32, seq=0)):
        assert outcome(again, GIVEN, USED) == (USED, [Refusal.USED_TWICE])


def test_who_lists_an_approval_that_was_given_to_another_uses_it_wrongly_or_not_at_all() -> None:
    later = replace(CARRIED_OUT, origin=b"B" * 32, seat=THIRD, member=b"t" * 16)
    assert outcome(GIVEN, USED, later) == (USED, [Refusal.OTHER_SEAT])
    assert outcome(GIVEN, USED, replace(USED, origin=b"0" * 32, seat=THIRD, member=b"t" * 16)) == (USED, [])


def test_an_approval_listed_twice_by_its_giver_counts_if_one_listing_is_sound() -> None:
    for other in (replace(GIVEN, seq=5, member=None), replace(GIVEN, seq=5, roles=frozenset())):
        assert outcome(GIVEN, other, USED) == (USED, [])


def test_what_is_used_twice_is_judged_in_the_order_of_the_logs_whoever_reads() -> None:
    first, second = replace(CARRIED_OUT, origin=b"A" * 32), replace(CARRIED_OUT, origin=b"B" * 32)
    late = replace(first, seq=first.seq + 1)
    assert unread(GIVEN, second, first) == [(second, Refusal.USED_TWICE)]
    assert unread(late, GIVEN, first) == [(late, Refusal.USED_TWICE)]
    assert unread(late, first) == [(first, Refusal.NOT_GIVEN), (late, Refusal.USED_TWICE)]


def test_what_nobody_signed_is_signed_under_no_key() -> None:
    assert APPROVAL.is_signed_by(public_key(SEED), is_signed_raw)
    assert not UNSIGNED.is_signed_by(public_key(SEED), is_signed_raw)


def test_a_seat_that_is_second_to_itself_is_refused_even_when_both_are_one_seat() -> None:
    own = signed(replace(UNSIGNED, requester=GIVER))
    use = replace(GIVEN, seq=5, act="export.begin")
    assert set(outcome(replace(GIVEN, act="approve"), use, approval=own)[1]) == {Refusal.OWN}


def test_who_lists_an_approval_and_nothing_else_is_no_finding_for_who_cannot_read_it() -> None:
    for listings in ([GIVEN], [USED], [GIVEN, replace(GIVEN, seq=5)], [replace(GIVEN, member=None), USED]):
        assert unread(*listings) == []


SAID = replace(GIVEN, act="approve", digest=b"d" * 32, other_seat=ASKER)


@each(
    [
        ([CARRIED_OUT], 1),
        ([replace(USED, act="export.begin")], 1),
        ([GIVEN, CARRIED_OUT], 0),
        ([SAID, CARRIED_OUT], 0),
        ([replace(SAID, other_seat=THIRD), CARRIED_OUT], 1),
        ([replace(SAID, digest=b"e" * 32), CARRIED_OUT], 1),
        ([SAID, replace(CARRIED_OUT, digest=None)], 0),
        ([replace(GIVEN, member=None), CARRIED_OUT], 1),
        ([replace(GIVEN, member=MIRA), CARRIED_OUT], 1),
        ([replace(GIVEN, roles=frozenset({"auditor"})), CARRIED_OUT], 1),
        ([replace(GIVEN, act="erase"), CARRIED_OUT], 2),
        ([replace(CARRIED_OUT, member=OREN), CARRIED_OUT], 2),
    ]
)
def test_a_use_needs_another_member_who_gave_the_approval(listings: list[Listing], count: int) -> None:
    found = [reason for _, reason in unread(*listings)]
    assert (len(found), set(found) <= {Refusal.NOT_GIVEN, Refusal.USED_TWICE}) == (count, True)
