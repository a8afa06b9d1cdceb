"""What is put before a second person: things, not claims about them.

The digest is computed where the approver sits, from the files and members that are shown there; what the asker says of
them stands apart. So nobody approves one thing and reads another.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from textwrap import wrap
from typing import Any

import msgspec

from vault.display import MINUTE_UTC, one_line, time_data
from vault.errors import MalformedError, VerificationError
from vault.log.approvals import approved_digest
from vault.words.message import Message

REPORT_AS_DATA = "data.json"
# What the first page says beside the case; purpose and profile stand among what is approved.
_HEAD = ("day", "language", "reference", "organisation", "contact", "recipient", "pages")
_CODE = re.compile("[a-z-]{1,40}")
_COLUMNS = 72  # narrower than any terminal that is used for reading, so that no other break is made
_FURTHER = "      "
# This program's own words; the ids stay whole, for they are what is approved.
_ACTS = {
    "break.glass": "a case is opened to somebody in an emergency",
    "export.begin": "a package leaves the vault",
}
_NAMES = {"seats": "devices that get its key", "why": "reason"}


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One question: may this act be done, with this?

    Attributes:
        act: the act of the log.
        of: what it is done with (FORMAT.md 5).
        contents: the files that `of` names by digest.
        about: how the asker words it: a claim.
        reasons: codes of which the approver gives one.
        expires_ms: until when the approval shall allow it.
        subject: audit pseudonym of the case, or None.
    """

    act: str
    of: dict[str, Any]
    contents: dict[str, bytes] = {}
    about: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    expires_ms: int
    subject: bytes | None = None

    @property
    def digest(self) -> bytes:
        """What the approval has to name."""
        return approved_digest(self.act, self.of)

    def require_whole(self) -> None:
        """Return if the files at hand are exactly those that `of` names.

        Raises:
            VerificationError: the asker shows other files than the approval would be for.
            MalformedError: it does not name files by digest.
        """
        try:
            named = dict(self.of.get("files", ()))
        except (TypeError, ValueError):
            raise MalformedError(Message("a question to a second person cannot be read")) from None
        if named != {name: sha256(content).digest() for name, content in self.contents.items()}:
            raise VerificationError(
                Message("what is shown is not what the approval would be for; nothing was approved")
            )

    def lines(self) -> list[str]:
        """Return the question for a person to read: first the things, then what the asker says of them.

        Every line of a text that others wrote begins with a mark, where it is broken too: none passes for ours.
        """
        act = f"{_ACTS[self.act]} ({self.act})" if self.act in _ACTS else self.act
        things = (f"{_NAMES.get(name, name)}: {text}" for name, text in _members(self.of))
        lines = _marked("| ", _report(self.contents.get(REPORT_AS_DATA, b"")))
        lines += ["", *_marked("To approve: ", [act], then=_FURTHER), *_marked("  ", things, then=_FURTHER)]
        if "seats" in self.of:
            lines.append("  Whose devices these are, the list of devices says to a member who looks at it themselves.")
        if self.about:
            lines += ["As the one who asks says:", *_marked("> ", self.about)]
        return lines


def decode_wanted(untrusted: bytes) -> Wanted:
    """Return the question in these bytes.

    Raises:
        MalformedError: there is none, or its reasons are no codes.
    """
    try:
        wanted = msgspec.msgpack.decode(untrusted, type=Wanted)
    except (RecursionError, ValueError):  # nested too deep, no UTF-8, and all that msgspec refuses
        raise MalformedError(Message("a question to a second person cannot be read")) from None
    if not all(map(_CODE.fullmatch, wanted.reasons)):
        raise MalformedError(Message("a question to a second person gives reasons that are no codes"))
    return wanted


def _marked(mark: str, texts: Iterable[str], *, then: str | None = None) -> list[str]:
    """Return each text as lines that fit a terminal; all begin with the mark, or its further ones with `then`."""
    return [
        line
        for text in texts
        for line in wrap(
            one_line(text),
            _COLUMNS,
            initial_indent=mark,
            subsequent_indent=mark if then is None else then,
            break_on_hyphens=False,
        )
        or [mark]
    ]


def _report(data: bytes) -> Iterator[str]:
    """Yield the text of the report from its data file, which holds all that the pages show."""
    try:
        report = json.loads(data) if data else {}
        yield from (f"{name}: {report[name]}" for name in _HEAD if report.get(name))
        for section in report.get("sections", ()):
            yield str(section["heading"])
            for block in section["blocks"]:
                first, *more = str(block["text"]).splitlines() or [""]
                yield f"  {block['label']}: {first}"
                yield from (f"    {line}" for line in more)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise MalformedError(Message("the report that is to be approved cannot be read")) from None


def _members(of: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in sorted(of.items()):
        if name == "until" and isinstance(value, int):
            yield name, time_data(value, MINUTE_UTC) or str(value)
        elif name == "files":
            yield name, ", ".join(str(field) for field in dict(value))
        elif isinstance(value, bytes):
            yield name, value.hex()
        elif isinstance(value, list):
            yield name, ", ".join(part.hex() if isinstance(part, bytes) else str(part) for part in value)
        else:
            yield name, str(value)
