from __future__ import annotations

import base64
import json
from collections.abc import Callable

import pytest

from tests.export.leakcheck.planting import ARABIC, CYRILLIC, LATIN, checks_failed, clean_data, clean_pdf, examined
from tests.export.leakcheck.surgery import take_apart
from tests.export.samples import FORBIDDEN
from tests.tables import each
from vault.export.leakcheck.examine import examine_words
from vault.export.leakcheck.verdict import Check


@pytest.mark.long_after(9)
@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (CYRILLIC, "utf-8"),
        (CYRILLIC, "utf-16-le"),
        (CYRILLIC, "utf-16-be"),
        (CYRILLIC, "koi8-r"),
        (CYRILLIC.upper(), "cp1251"),
        (ARABIC, "utf-8"),
        (ARABIC, "cp1256"),
        (LATIN.lower(), "ascii"),
        (LATIN, "utf-16-be"),
    ],
)
@pytest.mark.parametrize(
    "dress", ["as it is", "hex", "HEX", "base64, first phase", "base64, third phase", "spaced hex"]
)
def test_a_form_is_found_in_a_packed_stream_in_each_encoding(text: str, encoding: str, dress: str) -> None:
    encoded = text.encode(encoding)
    planted = {
        "as it is": encoded,
        "hex": encoded.hex().encode(),
        "HEX": encoded.hex().upper().encode(),
        "base64, first phase": base64.b64encode(b"..." + encoded + b"..."),
        "base64, third phase": base64.b64encode(b"....." + encoded + b"..."),
        "spaced hex": encoded.hex(" ", 2).encode(),
    }[dress]
    pieces = take_apart(clean_pdf())
    pieces.add_stream(b"x" * 50 + planted + b"y" * 50)
    assert Check.BYTES in checks_failed(examined(pieces.build()))


def _data(change: Callable[[dict[str, object]], None]) -> bytes:
    value = json.loads(clean_data())
    change(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


@each(
    [
        LATIN,
        f"for {CYRILLIC}.",
        f"من {ARABIC}",
        "T o v i e l",
        "Tovi\u200bel",
        "Tovi-\nel",
        "ＴＯＶＩＥＬ",
        "Тоviеl",
        base64.b64encode(b"name: Toviel Varnelis.").decode(),
        CYRILLIC.encode().hex(),
        "%D0%A1%D0%B0%D0%B2%D0%B5%D0%BB%D0%BE%D0%B2",
        "call +999-700-112-233",
        "٠٠٩٩٩ / +٩٩٩٧٠٠١١٢٢٣٣",
    ]
)
def test_a_form_in_the_data_file_is_found_in_each_disguise(purpose: str) -> None:
    failed = checks_failed(examined(data=_data(lambda value: value.update(purpose=purpose))))
    assert {Check.FORMS, Check.DATA} <= failed


@each(
    {
        "a space after it": lambda: clean_data() + b" ",
        "a space within": lambda: clean_data().replace(b",", b", ", 1),
        "another key": lambda: _data(lambda value: value.update(case_id="none")),
        "another value": lambda: _data(lambda value: value.update(title="Another title")),
        "a number": lambda: _data(lambda value: value.update(lines=[7])),
        "a deep nest": lambda: b"[" * 100_000,
        "not text": lambda: b"\xff",
    }
)
def test_a_data_file_of_another_form_is_refused(data: Callable[[], bytes]) -> None:
    assert Check.DATA in checks_failed(examined(data=data()))


def test_a_form_in_the_manifest_is_found() -> None:
    assert Check.FORMS in checks_failed(examine_words(b'{"purpose":"for Toviel"}', (), FORBIDDEN))
