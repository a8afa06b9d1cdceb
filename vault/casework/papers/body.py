"""What a record keeps of a body that is sealed apart from it: how it is found, and how it is opened."""

from __future__ import annotations

from dataclasses import dataclass, field

from vault.errors import MalformedError
from vault.ids import DIGEST_SIZE, ID_SIZE
from vault.words.message import Message

_KEY_SIZE = 32


@dataclass(frozen=True, slots=True)
class Body:
    """An attachment (FORMAT.md 8).

    Attributes:
        digest: by which a list names it.
        id: what its seal is bound to, with the vault.
        key: of this body alone.
        size: of the content, in bytes.
    """

    digest: bytes
    id: bytes
    key: bytes = field(repr=False)
    size: int

    def __post_init__(self) -> None:
        widths = len(self.digest), len(self.id), len(self.key)
        if widths != (DIGEST_SIZE, ID_SIZE, _KEY_SIZE) or self.size < 0:
            raise MalformedError(Message("an attachment has a part of the wrong size"))
