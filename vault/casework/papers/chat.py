"""How a chat is written down once it was read: each message says when and by whom it was written, and what.

2023-06-05 17:40  Ilham: They took him.
    He has no lawyer.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

_INDENT: Final = "    "
_LONGEST_SENDER: Final = 80
_SENT = re.compile(rf"(?! )(?:[^\n]{{8,24}}?)  ([^\s:][^:\n]{{0,{_LONGEST_SENDER - 1}}}): ")


def message_lines(when: str, sender: str, text: str) -> Iterator[str]:
    """Yield a message as it is written down; without a sender it is one of the program, such as who joined.

    No line of a text can pass for the head of another message: what follows the first is indented.
    """
    first, *more = text.splitlines() or [""]
    named = " ".join(sender.replace(":", " ").split())[:_LONGEST_SENDER]
    yield f"{when}  {named}: {first}" if named else f"{when}  {first.replace(': ', ' ')}"
    yield from (f"{_INDENT}{line}" for line in more)


def senders_in(text: str) -> Counter[str]:
    """Return who wrote how many messages of a chat that was written down so."""
    found = (_SENT.match(line) for line in text.splitlines())
    return Counter(sent.group(1) for sent in found if sent is not None)
