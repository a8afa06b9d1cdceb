"""What is too long for a bundle is refused with what fits, where one text is to blame, and never cut."""

from __future__ import annotations

import pytest

from tests.tables import each
from vault.errors import UsageError
from vault.records.versions import Content, encode_content, encode_to_travel
from vault.seal.sizes import VERSION_CONTENT_LIMIT

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
