from __future__ import annotations

import json
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tables import each
from vault.errors import MalformedError
from vault.log.operation import Header, decode_wire


def _header(**changes: object) -> Header:
    parts: dict[str, object] = {name: sha256(name.encode()).digest() for name in _DIGESTS}
    parts |= {"session_key": None, "position": 7}
    return Header(**(parts | changes))  # type: ignore[arg-type]  # the tests name the parts


_DIGESTS = ("commitment", "roster", "origin", "list_digest", "payload_digest")
PLAIN = _header()
KEYED = _header(session_key=sha256(b"k").digest())
BYTES = PLAIN.encode()
HEX = PLAIN.commitment.hex()


@each([PLAIN, KEYED, _header(position=0), _header(position=(1 << 53) - 1)])
def test_a_header_survives_and_is_what_any_json_library_writes_sorted(header: Header) -> None:
    encoded = header.encode()
    assert Header.decode(encoded) == header
    assert json.dumps(json.loads(encoded), sort_keys=True, separators=(",", ":")).encode() == encoded


def test_only_the_first_entry_of_a_session_has_k() -> None:
    assert sorted(json.loads(BYTES)) == list("cglrsvx")
    assert sorted(json.loads(KEYED.encode())) == list("cgklrsvx")


_REFUSED = {
    "empty": b"",
    "no object": b"[]",
    "duplicate key": BYTES.replace(b'"s":7', b'"s":6,"s":7'),
    "keys reordered": BYTES.replace(b'"s":7,"v":1', b'"v":1,"s":7'),
    "space": BYTES.replace(b'"s":7', b'"s": 7'),
    "newline at the end": BYTES + b"\n",
    "float": BYTES.replace(b'"s":7', b'"s":7.0'),
    "exponent": BYTES.replace(b'"s":7', b'"s":7e0'),
    "leading zero": BYTES.replace(b'"s":7', b'"s":07'),
    "minus": BYTES.replace(b'"s":7', b'"s":-7'),
    "minus zero": BYTES.replace(b'"s":7', b'"s":-0'),
    "2^53": BYTES.replace(b'"s":7', b'"s":%d' % (1 << 53)),
    "true for 1": BYTES.replace(b'"v":1', b'"v":true'),
    "version 2": BYTES.replace(b'"v":1', b'"v":2'),
    "number as text": BYTES.replace(b'"s":7', b'"s":"7"'),
    "escaped letter": BYTES.replace(b'"v"', b'"\\u0076"'),
    "escaped digit": BYTES.replace(HEX.encode()[:1], b"\\u00%02x" % HEX.encode()[0], 1),
    "space in the digits": BYTES.replace(HEX.encode(), b" " + HEX.encode()[1:]),
    "moved digits": BYTES.replace(HEX.encode(), HEX.encode()[2:]).replace(b'","g":"', b'","g":"00'),
    "not ASCII": BYTES.replace(HEX.encode(), "é".encode() + HEX.encode()[2:]),
    "unknown member": BYTES.replace(b'"v":1', b'"v":1,"w":1'),
    "member missing": BYTES.replace(b'"v":1,', b""),
    "null for absent": BYTES.replace(b'"l":', b'"k":null,"l":'),
    "empty k": BYTES.replace(b'"l":', b'"k":"","l":'),
    "short k": BYTES.replace(b'"l":', b'"k":"00","l":'),
    "null digest": BYTES.replace(b'"' + HEX.encode() + b'"', b"null"),
    "byte order mark": b"\xef\xbb\xbf" + BYTES,
}


@each(_REFUSED)
def test_every_other_spelling_is_refused(untrusted: bytes) -> None:
    assert untrusted != BYTES
    with pytest.raises(MalformedError, match="header is not"):
        Header.decode(untrusted)


@given(st.integers(0, len(KEYED.encode()) - 1), st.integers(1, 255))
def test_a_changed_byte_is_refused_or_gives_another_header(place: int, flip: int) -> None:
    encoded = bytearray(KEYED.encode())
    encoded[place] ^= flip
    try:
        other = Header.decode(bytes(encoded))
    except MalformedError:
        return
    assert other != KEYED
    assert other.encode() == bytes(encoded)


@given(st.binary(max_size=400))
def test_no_bytes_lead_to_any_other_error(untrusted: bytes) -> None:
    with pytest.raises(MalformedError, match="header is not"):
        decode_wire(untrusted)


def test_a_header_that_no_reader_would_take_is_not_written() -> None:
    for name in (*_DIGESTS, "session_key"):
        for digest in (b"", bytes(31)):
            with pytest.raises(MalformedError, match="a digest has not 32 bytes"):
                _header(**{name: digest}).encode()
    for position in (-1, 1 << 53):
        with pytest.raises(MalformedError, match="out of range"):
            _header(position=position).encode()


def test_each_digest_of_a_header_has_32_bytes_in_small_hex() -> None:
    members = json.loads(KEYED.encode())
    for letter in "cgklrx":
        for wrong in (members[letter].upper(), members[letter][2:], members[letter] + "00", "g" * 64):
            with pytest.raises(MalformedError, match="a header is not"):
                Header.decode(json.dumps(members | {letter: wrong}, separators=(",", ":")).encode())
