from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

import msgspec
import pytest

from vault.access.questions import Wanted, decode_wanted
from vault.errors import MalformedError, VerificationError

REPORT = {"sections": [{"heading": "note", "blocks": [{"label": "text", "text": "First line\nsecond line"}]}]}
DATA = json.dumps(REPORT).encode()
WANTED = Wanted(
    act="export.begin",
    of={"files": [["data.json", sha256(DATA).digest()]], "profile": "lawyer"},
    contents={"data.json": DATA},
    about=("it leaves for somebody",),
    reasons=("casework",),
    expires_ms=1,
)


def test_a_question_comes_back_from_its_bytes_with_the_same_digest() -> None:
    again = decode_wanted(msgspec.msgpack.encode(WANTED))
    assert again == WANTED
    assert again.digest == WANTED.digest
    again.require_whole()


def test_the_text_that_leaves_is_read_from_the_files_and_the_askers_words_stand_apart() -> None:
    lines = WANTED.lines()
    assert lines[:3] == ["| note", "|   text: First line", "|     second line"]
    assert lines.index("As the one who asks says:") < lines.index("  it leaves for somebody")
    assert "  profile: lawyer" in lines


def test_the_end_of_a_right_is_told_as_a_day() -> None:
    lines = Wanted(act="break.glass", of={"until": 0, "case": b"\x01"}, expires_ms=1).lines()
    assert "  until: 1970-01-01 00:00 UTC" in lines
    assert "  case: 01" in lines


@pytest.mark.parametrize(
    "contents", [{}, {"data.json": b"{}"}, {"data.json": DATA, "report.pdf": b""}, {"report.pdf": DATA}]
)
def test_other_files_than_those_named_are_refused(contents: dict[str, bytes]) -> None:
    with pytest.raises(VerificationError, match="not what the approval would be for"):
        msgspec.structs.replace(WANTED, contents=contents).require_whole()


@pytest.mark.parametrize("files", [1, [1], [["data.json"]], "xyz"])
def test_files_that_are_no_list_of_digests_are_refused(files: Any) -> None:
    with pytest.raises(MalformedError, match="cannot be read"):
        msgspec.structs.replace(WANTED, of={"files": files}).require_whole()


@pytest.mark.parametrize("data", [b"{", b"[]", b'{"sections": 1}', b'{"sections": [{}]}', b"[" * 5000])
def test_a_report_that_cannot_be_read_is_not_shown_as_an_empty_one(data: bytes) -> None:
    with pytest.raises(MalformedError, match="report that is to be approved"):
        msgspec.structs.replace(WANTED, contents={"data.json": data}).lines()


@pytest.mark.parametrize("untrusted", [b"", b"\xc1", msgspec.msgpack.encode({"act": "x"}), b"\x91" * 5000])
def test_what_is_no_question_is_refused(untrusted: bytes) -> None:
    with pytest.raises(MalformedError, match="question to a second person"):
        decode_wanted(untrusted)
