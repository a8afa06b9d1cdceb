from __future__ import annotations

import json
import time
from hashlib import sha256

import msgspec
import pytest

from vault.errors import MalformedError, VerificationError
from vault.services.approvals.question import ApprovalQuestion, decode_question

BLOCKS = [{"label": "text", "text": "First line\nsecond line"}, {"label": "place", "text": ""}]
REPORT = {"sections": [{"heading": "note", "blocks": BLOCKS}]}
DATA = json.dumps(REPORT).encode()
WANTED = ApprovalQuestion(
    act="export.begin",
    of={"files": [["data.json", sha256(DATA).digest()]], "profile": "lawyer", "purpose": "", "recipient": ""},
    contents={"data.json": DATA},
    about=("it leaves for somebody",),
    reasons=("casework",),
    expires_ms=1,
)


def test_a_question_comes_back_from_its_bytes_with_the_same_digest() -> None:
    again = decode_question(msgspec.msgpack.encode(WANTED))
    assert again == WANTED
    assert again.digest == WANTED.digest


def test_the_text_that_leaves_is_read_from_the_files_and_the_askers_words_stand_apart() -> None:
    assert WANTED.lines() == [
        "| note",
        "|   text: First line",
        "|     second line",
        "|   place:",
        "",
        "To approve: a package leaves the vault (export.begin)",
        "  files: data.json",
        "  profile: lawyer",
        "  purpose:",
        "  recipient:",
        "As the one who asks says:",
        "> it leaves for somebody",
    ]


def test_a_long_text_is_broken_by_us_and_each_line_of_it_is_marked() -> None:
    words = " ".join(["safe-conduct"] * 6)  # 77 columns: a break between words, and none within one
    report = {"sections": [{"heading": words, "blocks": []}, {"heading": "", "blocks": []}]}
    of = {"place": words, "sum": "x" * 80}
    wanted = ApprovalQuestion(
        act=words, of=of, contents={"data.json": json.dumps(report).encode()}, about=(words, "a\tb\nc"), expires_ms=1
    )
    five, one = " ".join(["safe-conduct"] * 5), "safe-conduct"
    four, two = " ".join(["safe-conduct"] * 4), "safe-conduct safe-conduct"
    assert wanted.lines() == [
        f"| {five}",
        f"| {one}",
        "| ",
        "",
        f"To approve: {four}",
        f"      {two}",
        f"  place: {four}",
        f"      {two}",
        f"  sum: {'x' * 65}",
        f"      {'x' * 15}",
        "As the one who asks says:",
        f"> {five}",
        f"> {one}",
        "> a·b·c",
    ]


def test_a_line_has_72_columns_at_most() -> None:
    assert ApprovalQuestion(act="x", of={}, about=("y" * 71,), expires_ms=1).lines()[-2:] == [f"> {'y' * 70}", "> y"]


def test_what_is_approved_is_told_by_name_in_one_order_and_nobody_speaks_who_said_nothing() -> None:
    of = {"until": 0, "seats": [b"\x02", "all", b"\x03"], "files": [["b.pdf", b""], ["a.json", b""]], "case": b"\x01"}
    of["why"] = "safety"
    assert ApprovalQuestion(act="break.glass", of=of, expires_ms=1).lines() == [
        "",
        "To approve: a case is opened to somebody in an emergency (break.glass)",
        "  case: 01",
        "  files: b.pdf, a.json",
        "  devices that get its key: 02, all, 03",
        "  until: 1970-01-01 00:00 UTC",
        "  reason: safety",
        "  Whose devices these are, the list of devices says to a member who",
        "      looks at it themselves.",
    ]


def test_the_end_of_a_right_is_told_as_a_day_in_utc_where_it_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[object, str] = {
        1_700_000_000_000: "2023-11-14 22:13 UTC",
        253_402_300_799_999: "9999-12-31 23:59 UTC",
        253_402_300_800_000: "253402300800000",
        -1: "-1",
        "the end": "the end",
        None: "None",
    }
    monkeypatch.setenv("TZ", "Asia/Bishkek")
    time.tzset()
    lines = {
        until: ApprovalQuestion(act="break.glass", of={"until": until, "since": 1}, expires_ms=1).lines()[2:]
        for until in told
    }
    monkeypatch.undo()
    time.tzset()
    assert lines == {until: ["  since: 1", f"  until: {text}"] for until, text in told.items()}


def test_other_files_than_those_named_are_refused() -> None:
    many: tuple[dict[str, bytes], ...] = (
        {},
        {"data.json": b"{}"},
        {"data.json": DATA, "report.pdf": b""},
        {"report.pdf": DATA},
    )
    for contents in many:
        with pytest.raises(VerificationError, match="not what the approval would be for"):
            msgspec.structs.replace(WANTED, contents=contents).require_true()
    for files in (1, [1], [["data.json"]], "xyz"):
        with pytest.raises(MalformedError, match="cannot be read"):
            msgspec.structs.replace(WANTED, of={**WANTED.of, "files": files}).require_true()


def test_a_report_that_cannot_be_read_is_not_shown_as_an_empty_one() -> None:
    for data in (b"{", b"[]", b'{"sections": 1}', b'{"sections": [{}]}', b"[" * 5000):
        with pytest.raises(MalformedError, match="report that is to be approved"):
            msgspec.structs.replace(WANTED, contents={"data.json": data}).lines()


def test_what_is_no_question_is_refused() -> None:
    short = {"act": "x", "of": {}, "expires_ms": 1}
    encoded = msgspec.msgpack.encode(short)
    for untrusted in (
        b"",
        b"\xc1",
        msgspec.msgpack.encode({"act": "x"}),
        msgspec.msgpack.encode({**short, "more": 1}),
        encoded.replace(b"\xa1x", b"\xa1\xff"),  # no UTF-8
        msgspec.msgpack.encode({**short, "reasons": ["casework", "Yes. Type yes"]}),  # a reason, no code
        encoded.replace(b"\x80", b"\x81\xa1x" + b"\x91" * 5000),  # nested deep
    ):
        with pytest.raises(MalformedError, match="question to a second person"):
            decode_question(untrusted)
