from __future__ import annotations

from base64 import b64encode
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.log.writer import Key, Writer, verify_signature
from tests.tables import each, refused
from vault.errors import MalformedError
from vault.log.checkpoint import NOTE_LIMIT, encode_note, key_id, key_name, note_body, parse_note, split_note

WRITER = Writer().write(5)
ORIGIN = WRITER.origin
ROOT = WRITER.frontier.root()
KEY = WRITER.session_key(1)
NOTE = WRITER.seal_of(5, ROOT, 1).note
LINE = NOTE.decode().splitlines()[-1]
STRANGER = Key("stranger")

# c2sp.org/signed-note: the worked example, whose text holds an empty line.
SPEC_NOTE = (
    "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n"
    "\n— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQw"
    "aqP3ZekRwNtIc=\n"
)


def test_a_checkpoint_says_which_log_how_long_and_which_root_and_who_signed() -> None:
    checkpoint = parse_note(NOTE)
    assert checkpoint[:3] == (ORIGIN, 5, ROOT)
    assert checkpoint.signed_by(KEY.public, verify_signature)
    assert not checkpoint.signed_by(STRANGER.public, verify_signature)
    assert NOTE.decode() == f"casevault/{ORIGIN.hex()}\n5\n{b64encode(ROOT).decode()}\n\n{LINE}\n"


@pytest.mark.vectors
def test_the_worked_example_of_signed_note_is_split_where_the_text_ends() -> None:
    text, (line,) = split_note(SPEC_NOTE.encode())
    assert text.endswith("\n\ned è subito sera.\n")
    assert (line.name, line.key_id.hex(), len(line.signature)) == ("quasimodo.example/salvatore", "367ba04b", 64)


@pytest.mark.vectors
def test_a_key_id_is_the_c2sp_hash_over_name_newline_type_and_key() -> None:
    assert key_id("example.com/log", bytes(32)) == sha256(b"example.com/log\n\x01" + bytes(32)).digest()[:4]


def _note(body: str, *lines: str) -> bytes:
    return (body + "\n" + "".join(f"{line}\n" for line in lines)).encode()


BODY = note_body(ORIGIN, 5, ROOT).decode()


def _line(key: Key, name: str = key_name(ORIGIN), message: bytes = BODY.encode()) -> str:
    signed = key_id(name, key.public) + key.sign(message)
    return f"— {name} {b64encode(signed).decode()}"


def test_lines_of_unknown_keys_say_nothing() -> None:
    note = _note(BODY, _line(STRANGER), LINE, "— witness.example/a " + b64encode(bytes(80)).decode())
    assert parse_note(note).signed_by(KEY.public, verify_signature)


def test_sixteen_signatures_are_accepted() -> None:
    lines = [_line(Key(f"witness {i}"), f"witness.example/{i}") for i in range(15)]
    assert parse_note(_note(BODY, *lines, LINE)).signed_by(KEY.public, verify_signature)


@each(
    {
        "a bad line of the key beside a good one": [_line(KEY, message=b"other"), LINE],
        "over other text": [_line(KEY, message=b"other")],
        "under another name": [_line(KEY, "casevault/other")],
        "of a stranger": [_line(STRANGER)],
    }
)
def test_a_note_counts_as_signed_only_if_every_line_of_the_key_holds(lines: list[str]) -> None:
    assert not parse_note(_note(BODY, *lines)).signed_by(KEY.public, verify_signature)


@each(
    {
        "another size": ("\n5\n", "\n6\n"),
        "another root": (b64encode(ROOT).decode(), b64encode(bytes(32)).decode()),
        "another log": (ORIGIN.hex(), bytes(32).hex()),
    }
)
def test_a_signature_covers_all_three_lines(old: str, new: str) -> None:
    assert not parse_note(NOTE.replace(old.encode(), new.encode())).signed_by(KEY.public, verify_signature)


ROOT64 = b64encode(ROOT).decode()
_MALFORMED = {
    "empty": b"",
    "no signature": BODY.encode(),
    "no signature line": BODY.encode() + b"\n",
    "no blank line": (BODY + LINE + "\n").encode(),
    "no newline at the end": NOTE[:-1],
    "a letter for the newline at the end": NOTE[:-1] + b"x",
    "a blank line at the end": NOTE + b"\n",
    "CRLF": NOTE.replace(b"\n", b"\r\n"),
    "tab": NOTE.replace(b"casevault/", b"casevault\t"),
    "zero byte": NOTE.replace(b"casevault/", b"casevault\0", 1),
    "not UTF-8": NOTE.replace(b"casevault/", b"\xffcasevault/", 1),
    "trailing space": NOTE.replace(b"\n5\n", b"\n5 \n"),
    "leading zero": NOTE.replace(b"\n5\n", b"\n05\n"),
    "plus": NOTE.replace(b"\n5\n", b"\n+5\n"),
    "minus": NOTE.replace(b"\n5\n", b"\n-5\n"),
    "underscore": NOTE.replace(b"\n5\n", b"\n1_0\n"),
    "another script's digit": NOTE.replace(b"\n5\n", "\n٥\n".encode()),
    "size beyond u64": NOTE.replace(b"\n5\n", b"\n%d\n" % (1 << 64)),
    "no size": NOTE.replace(b"\n5\n", b"\n\n"),
    "extension line": _note(BODY + "more\n", LINE),
    "two lines": _note(f"{key_name(ORIGIN)}\n5\n", LINE),
    "another product's name": NOTE.replace(b"casevault/", b"example.com/", 1),
    "upper-case name": NOTE.replace(ORIGIN.hex().encode(), ORIGIN.hex().upper().encode(), 1),
    "short name": NOTE.replace(ORIGIN.hex().encode(), ORIGIN.hex()[2:].encode(), 1),
    "short root": NOTE.replace(ROOT64.encode(), b64encode(ROOT[:-1]), 1),
    "unpadded root": NOTE.replace(ROOT64.encode(), ROOT64.rstrip("=").encode(), 1),
    "root with spare bits": NOTE.replace(ROOT64.encode(), (ROOT64[:-2] + chr(ord(ROOT64[-2]) + 1) + "=").encode(), 1),
    "root in the other alphabet": NOTE.replace(ROOT64.encode(), b"_" + ROOT64[1:].encode(), 1),
    "hyphen for the dash": NOTE.replace("— ".encode(), b"- "),
    "two spaces": NOTE.replace("— ".encode(), "—  ".encode()),
    "no name": _note(BODY, "—  AAAAAAA="),
    "name with a plus": _note(BODY, LINE.replace("casevault/", "case+vault/")),
    "name with a wide space": _note(BODY, LINE.replace("casevault/", "case\u3000vault/")),
    "name alone": _note(BODY, LINE.rpartition(" ")[0]),
    "signature of four bytes": _note(BODY, LINE.rpartition(" ")[0] + " " + b64encode(bytes(4)).decode()),
    "signature no base64": _note(BODY, LINE.rpartition(" ")[0] + " !!!!"),
    "text after the signature": _note(BODY, LINE + " more"),
    "no text": f"\n\n{LINE}\n".encode(),
    "a signature line without its dash": _note(BODY, LINE[2:]),
    "spare bits in a signature": _note(BODY, "— name AAAAAAB="),
    "another letter in a signature": _note(BODY, "— name AAAA-AAA"),
    "a signature without padding": _note(BODY, "— name AAAAA"),
    "return": NOTE.replace(b"\n5\n", b"\n5\r\n"),
    "unit separator": NOTE.replace(b"\n5\n", b"\n5\x1f\n"),
    "17 signatures": _note(BODY, *[LINE] * 17),
    "1 MB": NOTE + b"x" * 1_000_000,
}


@each(_MALFORMED)
def test_every_other_spelling_is_refused(untrusted: bytes) -> None:
    with pytest.raises(MalformedError, match=r"a (note|checkpoint) "):
        parse_note(untrusted)


def test_a_note_has_128_kib_at_most_and_the_limit_is_named() -> None:
    end = f"\n\n{LINE}\n"
    text, (line,) = split_note(("x" * (NOTE_LIMIT - len(end.encode())) + end).encode())
    assert len(text) + len(end.encode()) - 1 == NOTE_LIMIT == 131_072
    assert (len(line.key_id), len(line.signature)) == (4, 64)
    with pytest.raises(MalformedError, match=f"a note has 131073 bytes, more than {NOTE_LIMIT}"):
        split_note(b"x" * (NOTE_LIMIT + 1))
    with pytest.raises(MalformedError, match="no text, no blank line"):
        split_note(b"x" * NOTE_LIMIT)


def test_a_checkpoint_is_of_any_size_of_64_bits_and_of_no_other() -> None:
    for size in (0, 1, (1 << 64) - 1):
        assert parse_note(_note(note_body(ORIGIN, size, ROOT).decode(), LINE)).size == size
    others = [_note(note_body(ORIGIN, size, ROOT).decode(), LINE) for size in (-1, 1 << 64)]
    refused(MalformedError, "a checkpoint is not in its canonical form", parse_note, others)


@given(st.integers(0, len(NOTE) - 1), st.integers(1, 255))
def test_no_changed_byte_passes(place: int, flip: int) -> None:
    altered = bytearray(NOTE)
    altered[place] ^= flip
    try:
        checkpoint = parse_note(bytes(altered))
    except MalformedError:
        return
    assert not checkpoint.signed_by(KEY.public, verify_signature)


def test_encode_note_writes_what_the_writer_wrote() -> None:
    body = note_body(ORIGIN, 5, ROOT)
    assert encode_note(body, key_name(ORIGIN), KEY.public, KEY.sign(body)) == NOTE
