"""One HTML file that opens in a browser with words, and the text that goes beside it (FORMAT.md 8).

All of it but what is sealed is the same for every page in a language: the file tells nothing of case or recipient.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256

import msgspec

from vault.data_files import read_table, read_text
from vault.errors import MalformedError, RefusedError
from vault.export.dossier_report import DAYS
from vault.export.report_wording import LANGUAGES, wording, words_of_keys
from vault.export.shown_text import CALENDARS
from vault.seal.entrance.wordlists import KEYS
from vault.seal.page_seal import HEAD_SIZE, TAG_SIZE, require_page_form
from vault.seal.recovery import word_list
from vault.words.message import Message

MOST_BYTES = 20 * 2**20

_ROOM, _FOLDER = "vault.export", "browser"
_SEALED = re.compile(rb'<script type="text/plain" id="sealed">([A-Za-z0-9+/]+={0,2})</script>')
# Scripts and styles of this file alone, by their hashes; no connection, no form, no picture, no frame, no HTML of text.
_POLICY = (
    "default-src 'none'; script-src 'sha256-{script}'; style-src 'sha256-{style}'; base-uri 'none'; "
    "form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
_FIXED = (
    "day", "reference", "organisation", "recipient", "profile", "release", "unread", "about", "key", "key_others",
    "client", "relation", "removals", "removal",
)  # fmt: skip


class _Told(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the file of a language has: the words of the page, and the lines of the text beside it."""

    page: Mapping[str, str]
    mail: Mapping[str, tuple[str, ...]]


@cache
def _told() -> Mapping[str, _Told]:
    return {language: read_table(_ROOM, f"words/page.{language}.toml", _Told) for language in LANGUAGES}


def page_words(language: str) -> Mapping[str, str]:
    """Return what a page says of itself in a language, by key: the same keys in each."""
    return _told()[language].page


def render_mail(language: str) -> bytes:
    """Return the text that goes beside a page: it names nobody, and is the same for every page."""
    return ("\r\n".join(_told()[language].mail["lines"]) + "\r\n").encode("utf-8")


def render_page(sealed: bytes, language: str) -> bytes:
    """Return the file that opens with the words under which its content is sealed.

    Raises:
        RefusedError: it is larger than a page may be.
        MalformedError: nothing is sealed in these bytes.
    """
    require_page_form(sealed)
    before, after = _around(language)
    page = before + b64encode(sealed) + after
    _require_size(len(page))
    return page


def empty_page(language: str) -> bytes:
    """Return the file with nothing sealed in it, beside which a verifier lays another."""
    before, after = _around(language)
    return before + after


def require_room(archive_size: int, language: str) -> None:
    """Return if an archive of so many bytes fits into a page.

    Raises:
        RefusedError: it does not; the text says how large the page would be.
    """
    before, after = _around(language)
    _require_size(len(before) + len(after) + 4 * -(-(HEAD_SIZE + archive_size + TAG_SIZE) // 3))


def looks_like_page(untrusted: bytes) -> bool:
    """Say whether a file is a page rather than a package for a key; `sealed_in` says whether it is a whole one."""
    return b'id="sealed"' in untrusted


def sealed_in(untrusted: bytes) -> bytes:
    """Return what is sealed in a page.

    Raises:
        MalformedError: it is no page, or too large for one.
    """
    found = _SEALED.findall(untrusted) if len(untrusted) <= MOST_BYTES else []
    try:
        (encoded,) = found
        sealed = b64decode(encoded + b"=" * (-len(encoded) % 4))
    except ValueError:  # none, several, or cut within a letter
        raise MalformedError(
            Message("the file is not a page that CaseVault made"), next_step=Message("Check the path.")
        ) from None
    require_page_form(sealed)
    return sealed


def _require_size(size: int) -> None:
    if size > MOST_BYTES:
        raise RefusedError(
            Message(
                "the page would have {size} MiB; a page has {most} MiB at most",
                size=f"{size / 2**20:.1f}",
                most=MOST_BYTES // 2**20,
            ),
            next_step=Message("Make the package for a key instead, or export less."),
        )


@cache
def _around(language: str) -> tuple[bytes, bytes]:
    """Return what stands before and after the sealed bytes."""
    script, style = _part("page.js"), _part("page.css")
    parts = {
        "@LANGUAGE@": language,
        "@POLICY@": _POLICY.format(script=_hash(script), style=_hash(style)),
        "@STYLE@": style,
        "@WORDS@": _said(language),
        "@SCRIPT@": script,
    }
    page = re.sub("|".join(parts), lambda found: parts[found[0]], _part("page.html"))
    before, after = page.split("@SEALED@")
    return before.encode("utf-8"), after.encode("utf-8")


def _part(name: str) -> str:
    return read_text(_ROOM, f"{_FOLDER}/{name}")


def _hash(text: str) -> str:
    return b64encode(sha256(text.encode("utf-8")).digest()).decode("ascii")


def _said(language: str) -> str:
    """Return all words that the script needs, as JSON that ends no element of HTML."""
    report, keys, days = wording(language), words_of_keys()[language], CALENDARS[language]
    said = {
        "page": {each: dict(told.page) for each, told in _told().items()},
        "report": {
            "language": language,
            "calendar": {
                "months": list(days.months),
                "of_months": list(days.of_months),
                "about": days.about,
                "first": days.first,
            },
            "days": sorted(DAYS),
            "fixed": {name: getattr(report, name) for name in _FIXED},
            "headings": dict(report.headings),
            "labels": dict(report.labels),
            "profiles": dict(report.profiles),
            "reasons": dict(report.reasons),
            "releases": dict(report.releases),
            "types": dict(report.types),
            "codes": {
                heading: {label: dict(of) for label, of in codes.items()} for heading, codes in keys.codes.items()
            },
        },
        "keys": {chr(key): str(plain) for key, plain in KEYS.items()},
        "list": list(word_list()),
    }
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).replace("<", "\\u003c")
