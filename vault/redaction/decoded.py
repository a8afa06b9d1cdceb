"""What a text says in another writing: entities, percent, quoted-printable, escapes, base64, letters apart."""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

_MOST_LAYERS = 3  # an entity of a percent of a letter
_FEWEST_LETTERS = 4  # of a decoded run of base64: fewer are chance
_SHOWS_NOTHING = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


class Decoded(NamedTuple):
    """A run in places of the source, with what it says."""

    start: int
    end: int
    text: str


def decoded(text: str) -> Iterator[Decoded]:
    """Yield the runs that say something in another writing, whole with the letters that touch them."""
    for mark, run, read in _WRITINGS:
        if mark.search(text) is None:
            continue
        for match in run.finditer(text):
            said = read(match.group())
            if said is not None and said != match.group() and not _SHOWS_NOTHING.search(said):
                yield Decoded(match.start(), match.end(), _in_letters(said))


def written_apart(text: str) -> Iterator[Decoded]:
    """Yield what `decoded` does, and words in letters or syllables that stand apart, or torn by the end of a line."""
    yield from decoded(text)
    for match in _APART.finditer(text):
        joined = "".join(filter(str.isalpha, match.group()))
        # A word of one letter may stand before or behind: `à a d r i e n`.
        said = (joined, joined[1:], joined[:-1]) if match["gap"] else (joined,)
        yield Decoded(match.start(), match.end(), " ".join(said))


def _in_letters(said: str) -> str:
    """Return a decoded text with what it says in yet another writing."""
    for _ in range(_MOST_LAYERS):
        inner = next((read(said) for mark, run, read in _WRITINGS[:-1] if mark.search(said)), None)
        if inner is None or inner == said:
            break
        said = inner
    return said


def _entities(run: str) -> str:
    return html.unescape(run)


def _percent(run: str) -> str | None:
    written = run.encode(errors="replace")
    return _text_of(_HEX.sub(lambda match: bytes.fromhex(match[1].decode()), written))


def _quoted_printable(run: str) -> str | None:
    return _text_of(binascii.a2b_qp(run.encode(errors="replace")))


def _escapes(run: str) -> str:
    run = run.replace(" U+", "U+")  # `U+004B U+0061`
    return _ESCAPE.sub(lambda match: chr(int(next(filter(None, match.groups())), 16)), run)


def _base64(run: str) -> str | None:
    filled = run.rstrip("=")
    if len(filled) % 4 == 1:
        return None
    try:
        said = base64.b64decode(filled + "=" * (-len(filled) % 4), altchars=b"-_" if {"-", "_"} & set(run) else None)
        text = said.decode()
    except ValueError:
        return None
    letters = sum(letter.isalpha() for letter in text)
    return text if text.isprintable() and letters >= max(_FEWEST_LETTERS, len(text) / 2) else None


def _text_of(said: bytes) -> str | None:
    try:
        return said.decode()
    except UnicodeDecodeError:
        is_chance = sum(byte > 0x7F for byte in said) < _FEWEST_LETTERS  # `100%de`
        return None if is_chance else said.decode("cp1251", "replace")


_APART = re.compile(
    r"(?<![^\W\d_])[^\W\d_](?P<gap>[ .\-_*]{1,2})[^\W\d_](?:(?P=gap)[^\W\d_]){2,}(?![^\W\d_])"
    r"|(?<![\w\-])[^\W\d_]{1,5}(?:-[^\W\d_]{1,5}){1,7}-[^\W\d_]{1,12}(?![\w\-])"
    r"|(?<!\w)[^\W\d_]{2,20}-?[ ]{0,8}\n[ ]{0,8}[^\W\d_]{2,20}(?!\w)"
)
_HEX = re.compile(rb"%([0-9a-fA-F]{2})")
_ESCAPE = re.compile(
    r"\\u([0-9a-fA-F]{4})|\\u\{([0-9a-fA-F]{1,5})\}|\\x([0-9a-fA-F]{2})|U\+([0-9a-fA-F]{4})",
)
_A_SIGN = _ESCAPE.pattern.replace("(", "(?:")
_ENTITY = r"&(?:amp;){0,3}(?:\#\d{2,6}|\#[xX][0-9a-fA-F]{2,5}|[a-zA-Z]{2,8}\d{0,2});?"
_WRITINGS: tuple[tuple[re.Pattern[str], re.Pattern[str], Callable[[str], str | None]], ...] = (
    (re.compile("&[#a-zA-Z]"), re.compile(rf"(?:\b\w{{1,64}})?(?:{_ENTITY}\w{{0,64}})+"), _entities),
    (
        re.compile("%[0-9a-fA-F]{2}"),
        re.compile(r"(?:(?<![\w.+\-])[\w.+\-]{1,64})?(?:(?:%[0-9a-fA-F]{2})+[\w.+\-]{0,64})+"),
        _percent,
    ),
    (
        re.compile("=[0-9A-F]{2}"),
        re.compile(r"(?:\b\w{1,64})?(?:(?:=[0-9A-F]{2}|=\r?\n)+\w{0,64})+"),
        _quoted_printable,
    ),
    (_ESCAPE, re.compile(rf"(?:\b\w{{1,64}}?)?(?:{_A_SIGN})(?:[ ]?(?:{_A_SIGN})|\w(?!\+[0-9a-fA-F]{{4}}))*"), _escapes),
    (
        re.compile(r"[a-z][A-Z0-9]|\d[A-Za-z]|[A-Z]{2}[a-z]"),
        re.compile(
            r"(?<![\w+/=\-])(?=[a-zA-Z+/]*(?:[a-z][A-Z0-9]|[A-Z]{2}[a-z])|[A-Z+/]*\d)[\w+/\-]{6,4096}={0,2}(?![\w+/=\-])",
            re.ASCII,
        ),
        _base64,
    ),
)
