"""What a recipient sends back: four words that say they opened a package, and a reply form that names nobody.

Both need the id in its manifest, which whoever cannot open the package does not have (FORMAT.md 8).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from vault.casework.story.referrals import Reply
from vault.errors import MalformedError, UsageError
from vault.export.data_json import canonical
from vault.ids import ID_SIZE
from vault.seal.named import is_reply_code, reply_code
from vault.seal.recovery import ENOUGH_LETTERS, words_of
from vault.seal.sizes import require_width
from vault.words.message import Message

FORMAT: Final = 1
MOST_BYTES: Final = 64 * 1024
_RECEIPT_WORDS = 4
_NUMBER = re.compile(r"R[1-9][0-9]{0,4}")
_CODE = re.compile(r"[0-9a-f]{64}")
_ANSWERS = frozenset({"", *(reply.value for reply in Reply)})


@dataclass(frozen=True, slots=True)
class ReplyForm:
    """What stands in a reply form: `answer` (a word of a referral, or empty) and the removals they ask about.

    Whose it is, nothing in it says: `is_of` tries a package.
    """

    answer: str
    numbers: tuple[str, ...]
    code: str

    def is_of(self, package: bytes) -> bool:
        """Say whether who made it had this package open, and nobody changed it since; in constant time."""
        return is_reply_code(package, _said(self.answer, self.numbers), self.code)


def receipt_words(package: bytes) -> tuple[str, ...]:
    """Return the four words that a recipient tells who sent them the package with this id."""
    named = b"casevault/receipt" + require_width("package", package, ID_SIZE)
    return words_of(hashlib.sha256(named).digest())[:_RECEIPT_WORDS]


def is_receipt(words: Sequence[str], package: bytes) -> bool:
    """Say whether these are the words of a package. Four letters of each are enough."""
    return _letters(words) == _letters(receipt_words(package))


def make_reply(package: bytes, *, answer: str = "", numbers: Sequence[str] = ()) -> bytes:
    """Return the reply form of a package.

    Raises:
        UsageError: no such answer, or no numbers of removals.
    """
    if answer not in _ANSWERS or not all(_NUMBER.fullmatch(number) for number in numbers):
        raise UsageError(Message("a reply has an answer of the form and numbers such as R12"))
    said = _said(answer, numbers)
    return _encoded(ReplyForm(answer, tuple(numbers), reply_code(package, said)))


def read_reply(untrusted: bytes) -> ReplyForm:
    """Return what a reply form says.

    Raises:
        MalformedError: it is none.
    """
    try:
        value = json.loads(untrusted[:MOST_BYTES])
        form = ReplyForm(value["answer"], tuple(value["numbers"]), value["code"])
        is_form = untrusted.strip() == _encoded(form)
    except (ValueError, TypeError, KeyError, RecursionError):
        is_form = False
    if not is_form or not _is_known(form):
        raise MalformedError(
            Message("this file is no reply form of a package"),
            next_step=Message("Ask the recipient to save the form again and to send that file."),
        )
    return form


def _is_known(form: ReplyForm) -> bool:
    texts = (form.answer, form.code, *form.numbers)
    if not all(isinstance(text, str) for text in texts):
        return False
    numbers = all(_NUMBER.fullmatch(number) for number in form.numbers)
    return form.answer in _ANSWERS and numbers and _CODE.fullmatch(form.code) is not None


def _said(answer: str, numbers: Sequence[str]) -> bytes:
    return canonical({"answer": answer, "numbers": list(numbers), "reply": FORMAT})


def _encoded(form: ReplyForm) -> bytes:
    value = {"answer": form.answer, "code": form.code, "numbers": list(form.numbers), "reply": FORMAT}
    return canonical(value)


def _letters(words: Sequence[str]) -> list[str]:
    return [word.casefold()[:ENOUGH_LETTERS] for word in words]
