from __future__ import annotations

from dataclasses import astuple
from hashlib import sha256

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.log.writer import KEM, VAULT, Key, Writer, verify_signature
from tests.tables import each
from vault.errors import MalformedError
from vault.ids import ZERO_ID, CompartmentId, Digest, MemberId, Origin, SeatId
from vault.log.act_bytes import (
    MOST_HEADS,
    MOST_KEEPERS,
    MOST_KEPT,
    SHEETS_PURPOSE,
    ActKind,
    MadeAct,
    admission_in,
    admit,
    begin,
    by_sheets,
    case_in,
    certificate_in,
    end,
    found,
    let_back,
    let_in,
    lift,
    lower,
    put_out,
    read_act,
    recover,
    replace_sheets,
    sheets_message,
)
from vault.log.genesis import signed_message
from vault.policy.roles import Role
from vault.trust.trust_items import (
    HELPERS,
    MEMBER,
    Act,
    Admit,
    Begin,
    BySheets,
    Certificate,
    End,
    Found,
    Head,
    LetBack,
    LetIn,
    Lift,
    Lower,
    OfCase,
    PutOut,
    Rank,
    Recover,
    Replace,
)

FIRST = Writer()
CERT = FIRST.genesis
SUCCESSOR = Writer("b", (FIRST.origin, 1, b"r" * 32), seat=FIRST.seat)
SHEETS = Key("sheets")
SOME = Digest(sha256(b"some").digest())
CERTIFICATE = Certificate(Origin(FIRST.origin), MemberId(ZERO_ID), FIRST.key("identity").public, KEM, VAULT)
LIFT = lift(SOME)
ADMIT = admit(CERT, {Role.FIELD}, None, b"n" * 16)


def read(made: MadeAct) -> Act:
    return read_act(made.kind, made.content, VAULT, verify_signature)


def _over(made: MadeAct, vault: bytes = VAULT) -> bytes:
    return SHEETS.sign(signed_message(SHEETS_PURPOSE, sheets_message(vault, made.kind, made.content)))


def signed(made: MadeAct) -> MadeAct:
    return by_sheets(made, SHEETS.public, _over(made))


def _bytes(size: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=size, max_size=size)


_ids, _digests, _kems, _times = _bytes(16), _bytes(32), _bytes(1_216), st.integers(1, (1 << 53) - 1)
_seats, _members = _ids.map(SeatId), _ids.map(MemberId)
_heads = st.frozensets(st.builds(Head, _seats, _times, _digests), max_size=4)
_taken = st.sampled_from([HELPERS, MEMBER, *(role.value for role in Role)])
_until = st.none() | _times
_cases, _ranks = _ids.map(CompartmentId), st.sampled_from([Rank.MEMBER, Rank.LEAD, Rank.KEEPER])
_keepers = st.frozensets(_members, max_size=4)
_roles, _kept = st.frozensets(st.sampled_from(Role)), st.frozensets(_digests.map(Digest), max_size=4)
_said = st.one_of(
    st.builds(lambda r, k, h: (begin(r, k, helpers=h), Begin(SOME, r, k, h)), _digests, _kems, st.booleans()),
    st.builds(
        lambda r, u, n: (admit(CERT, r, u, n), Admit(SOME, CERTIFICATE, r, u)),
        _roles,
        st.none() | _times,
        _ids,
    ),
    st.builds(lambda s, h, n: (end(s, h, n), End(SOME, s, h)), _seats, _heads, _ids),
    st.builds(lambda m, r, h, n: (lower(m, r, h, n), Lower(SOME, m, r, h)), _members, _taken, _heads, _ids),
    st.builds(lambda t: (lift(t), Lift(SOME, Digest(t))), _digests),
    st.builds(lambda m, n: (recover(m, n), Recover(SOME, m)), _members, _ids),
    st.builds(
        lambda c, w, k, r, n: (found(c, w, k, with_recovery=r, nonce=n), Found(SOME, c, k, r, w)),
        _cases,
        st.none() | _cases,
        _keepers,
        st.booleans(),
        _ids,
    ),
    st.builds(
        lambda c, m, r, u, n: (let_in(c, m, r, u, n), LetIn(SOME, c, m, r, u)), _cases, _members, _ranks, _until, _ids
    ),
    st.builds(
        lambda c, m, h, n, a: (put_out(c, m, h, n, as_admin=a), PutOut(SOME, c, m, h, a)),
        _cases,
        _members,
        _heads,
        _ids,
        st.booleans(),
    ),
    st.builds(lambda c, t, n: (let_back(c, t, n), LetBack(SOME, c, Digest(t))), _cases, _digests, _ids),
    st.builds(lambda r, k, kept: (replace_sheets(r, k, kept), Replace(SOME, r, k, kept)), _digests, _kems, _kept),
)


@given(_said)
def test_what_an_item_is_made_of_is_what_it_says_and_its_hash_is_its_name(said: tuple[MadeAct, Act]) -> None:
    made, expected = said
    act = read(made)
    assert (type(act), astuple(act)[1:]) == (type(expected), astuple(expected)[1:])
    assert act.digest == made.act.digest == sha256(bytes([made.kind]) + made.content).digest()
    assert case_in(made.kind, made.content) == (act.case if isinstance(act, OfCase) else None)
    if not isinstance(act, Begin | OfCase):
        by_them = read(signed(made))
        assert isinstance(by_them, BySheets)
        assert (by_them.root, by_them.act, by_them.digest != act.digest) == (SHEETS.public, act, True)


@given(st.integers(0, 255), st.binary(max_size=200))
def test_no_bytes_lead_to_any_other_error(kind: int, untrusted: bytes) -> None:
    with pytest.raises(MalformedError, match="an item"):
        read_act(kind, untrusted, VAULT, verify_signature)


SIGNED = signed(ADMIT)


@given(st.integers(0, len(SIGNED.content) - 1), st.integers(1, 255))
def test_no_changed_byte_of_what_the_sheets_signed_passes(place: int, flip: int) -> None:
    altered = bytearray(SIGNED.content)
    altered[place] ^= flip
    with pytest.raises(MalformedError):
        read_act(SIGNED.kind, bytes(altered), VAULT, verify_signature)


def wire(*parts: object) -> bytes:
    return msgspec.msgpack.encode(parts)


def heads(*sizes: int) -> list[tuple[bytes, int, bytes]]:
    return [(b"s" * 16, size, bytes(32)) for size in sizes]


def by_them(made: MadeAct, root: bytes = SHEETS.public, signature: bytes = bytes(64)) -> tuple[int, bytes]:
    return ActKind.SHEETS, wire(made.kind, made.content, root, signature)


ID, DIGEST = bytes(16), bytes(32)
BEGIN = begin(DIGEST, KEM, helpers=False)
LET_IN = let_in(ID, ID, Rank.MEMBER, None, ID)


@each(
    {
        "nothing": (ActKind.LIFT, b""),
        "no array": (ActKind.LIFT, msgspec.msgpack.encode({"taking": DIGEST})),
        "cut": (ActKind.LIFT, LIFT.content[:-1]),
        "a byte more": (ActKind.LIFT, LIFT.content + b"\0"),
        "a part more": (ActKind.LIFT, wire(DIGEST, 1)),
        "a part less": (ActKind.RECOVER, wire(ID)),
        "another encoding of the same": (ActKind.LIFT, b"\xdc\0\1" + LIFT.content[1:]),
        "text for bytes": (ActKind.LIFT, wire("a" * 32)),
        "text that is none": (ActKind.LOWER, wire(ID, "admin", [], ID).replace(b"admin", b"adm\xff\xff")),
        "a kind that names a row": (1, LIFT.content),
        "a kind of a newer program": (28, LIFT.content),
        "an act as another kind": (ActKind.RECOVER, LIFT.content),
        "a short key of the sheets": (ActKind.BEGIN, wire(bytes(31), KEM, True)),
        "a short recovery key": (ActKind.BEGIN, wire(DIGEST, KEM[1:], True)),
        "helpers by a number": (ActKind.BEGIN, wire(DIGEST, KEM, 1)),
        "an admission of a log that goes on": (ActKind.ADMIT, wire(SUCCESSOR.genesis, [], None, ID)),
        "an admission of no certificate": (ActKind.ADMIT, wire(CERT[:-1], [], None, ID)),
        "an admission with a short nonce": (ActKind.ADMIT, wire(CERT, [], None, ID[1:])),
        "roles out of order": (ActKind.ADMIT, wire(CERT, ["field", "admin"], None, ID)),
        "a role twice": (ActKind.ADMIT, wire(CERT, ["admin", "admin"], None, ID)),
        "until the beginning of time": (ActKind.ADMIT, wire(CERT, [], 0, ID)),
        "until what no reader knows": (ActKind.ADMIT, wire(CERT, [], 1 << 53, ID)),
        "an end of no seat": (ActKind.END, wire(ID[1:], [], ID)),
        "an end with a short nonce": (ActKind.END, wire(ID, [], ID[1:])),
        "heads out of order": (ActKind.END, wire(ID, heads(2, 1), ID)),
        "a head twice": (ActKind.END, wire(ID, heads(1, 1), ID)),
        "a head of nothing": (ActKind.END, wire(ID, heads(0), ID)),
        "a head too large": (ActKind.END, wire(ID, heads(1 << 53), ID)),
        "a head of no seat": (ActKind.END, wire(ID, [(ID[1:], 1, DIGEST)], ID)),
        "a head without its root": (ActKind.END, wire(ID, [(ID, 1, DIGEST[1:])], ID)),
        "heads without end": (ActKind.END, wire(ID, heads(*range(1, MOST_HEADS + 2)), ID)),
        "a lowering of nobody": (ActKind.LOWER, wire(ID[1:], "admin", [], ID)),
        "a lowering of no role": (ActKind.LOWER, wire(ID, "captain", [], ID)),
        "a lowering with a head of nothing": (ActKind.LOWER, wire(ID, "admin", heads(0), ID)),
        "a lifting of no digest": (ActKind.LIFT, wire(DIGEST[1:])),
        "a recovery of nobody": (ActKind.RECOVER, wire(ID[1:], ID)),
        "other sheets without a key": (ActKind.REPLACE, wire(b"", KEM, [])),
        "other sheets that keep what has no name": (ActKind.REPLACE, wire(DIGEST, KEM, [ID])),
        "other sheets that keep out of order": (ActKind.REPLACE, wire(DIGEST, KEM, [SOME, DIGEST])),
        "other sheets that keep one twice": (ActKind.REPLACE, wire(DIGEST, KEM, [SOME, SOME])),
        "other sheets that keep without end": (
            ActKind.REPLACE,
            wire(DIGEST, KEM, [n.to_bytes(32) for n in range(MOST_KEPT + 1)]),
        ),
        "a case without its id": (ActKind.FOUND, wire(ID[1:], None, [], False, ID)),
        "a section of no case": (ActKind.FOUND, wire(ID, b"", [], False, ID)),
        "keepers out of order": (ActKind.FOUND, wire(ID, None, [b"b" * 16, b"a" * 16], False, ID)),
        "a keeper twice": (ActKind.FOUND, wire(ID, None, [ID, ID], False, ID)),
        "a keeper who is nobody": (ActKind.FOUND, wire(ID, None, [ID[1:]], False, ID)),
        "keepers without end": (
            ActKind.FOUND,
            wire(ID, None, [n.to_bytes(16) for n in range(MOST_KEEPERS + 1)], False, ID),
        ),
        "a rank that only put-outs have": (ActKind.LET_IN, wire(ID, ID, 3, None, ID)),
        "in until the beginning of time": (ActKind.LET_IN, wire(ID, ID, 0, 0, ID)),
        "in until what no reader knows": (ActKind.LET_IN, wire(ID, ID, 0, 1 << 53, ID)),
        "nobody let in": (ActKind.LET_IN, wire(ID, ID[1:], 0, None, ID)),
        "nobody put out": (ActKind.PUT_OUT, wire(ID, ID[1:], False, [], ID)),
        "a put-out with a head of nothing": (ActKind.PUT_OUT, wire(ID, ID, False, heads(0), ID)),
        "as admin by a number": (ActKind.PUT_OUT, wire(ID, ID, 1, [], ID)),
        "a let-back of no digest": (ActKind.LET_BACK, wire(ID, DIGEST[1:], ID)),
        "a let-back with a short nonce": (ActKind.LET_BACK, wire(ID, DIGEST, ID[1:])),
        "the sheets let somebody into a case": by_them(LET_IN, signature=_over(LET_IN)),
        "the sheets did not sign": by_them(LIFT),
        "the sheets signed something else": by_them(LIFT, signature=_over(ADMIT)),
        "signed with a short key": by_them(LIFT, root=DIGEST[1:]),
        "signed with a short signature": by_them(LIFT, signature=bytes(63)),
        "signed for another vault": by_them(LIFT, signature=_over(LIFT, ID)),
        "the sheets begin a vault": by_them(BEGIN, signature=_over(BEGIN)),
        "the sheets sign for the sheets": by_them(SIGNED, signature=_over(SIGNED)),
    }
)
def test_every_other_form_is_refused(kind: int, untrusted: bytes) -> None:
    with pytest.raises(MalformedError):
        read_act(kind, untrusted, VAULT, verify_signature)


def test_acts_of_the_sheets_in_acts_of_the_sheets_are_refused_however_deep() -> None:
    kind, content = LIFT.kind, LIFT.content
    while len(content) < 60_000:
        kind, content = ActKind.SHEETS, wire(kind, content, SHEETS.public, bytes(64))
    with pytest.raises(MalformedError):
        read_act(kind, content, VAULT, verify_signature)


def test_who_is_admitted_must_be_of_this_vault_also_by_the_sheets() -> None:
    for made in (ADMIT, by_sheets(ADMIT, SHEETS.public, _over(ADMIT, ID))):
        with pytest.raises(MalformedError, match="an admission is of another vault"):
            read_act(made.kind, made.content, ID, verify_signature)


def test_roles_of_a_newer_program_give_nothing_here() -> None:
    act = read_act(ActKind.ADMIT, wire(CERT, ["admin", "zealot"], None, ID), VAULT, verify_signature)
    assert isinstance(act, Admit)
    assert act.roles == {Role.ADMIN}


def test_as_many_heads_and_kept_acts_as_there_may_be_are_read() -> None:
    taking = read_act(ActKind.END, wire(ID, heads(*range(1, MOST_HEADS + 1)), ID), VAULT, verify_signature)
    kept = read(replace_sheets(DIGEST, KEM, [n.to_bytes(32) for n in range(MOST_KEPT)]))
    assert isinstance(taking, End)
    assert isinstance(kept, Replace)
    assert (len(taking.heads), len(kept.keeps)) == (MOST_HEADS, MOST_KEPT) == (256, 1_024)


def test_the_certificate_of_an_admission_is_found_in_its_bytes_whoever_signed_it() -> None:
    for made in (ADMIT, SIGNED):
        admission = admission_in(made.kind, made.content)
        assert admission == ADMIT.content
        assert certificate_in(admission) == CERT
    for other in (LIFT, signed(LIFT)):
        assert admission_in(other.kind, other.content) is None
