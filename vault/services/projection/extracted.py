"""The text that was read in a paper, as the search and who opens the paper see it."""

from __future__ import annotations

from vault.access.session import Session
from vault.casework.document import Body
from vault.errors import VaultError
from vault.records.attachments import read_body
from vault.store.blobs import Blobs

_MOST_BYTES = 8 << 20


def extracted_text(session: Session, extracted: Body | None) -> str:
    """Return the text; empty where there is none, or it is not here, or not whole: the search goes on without it."""
    if extracted is None or extracted.size > _MOST_BYTES:
        return ""
    try:
        pieces = read_body(session.database, Blobs(session.folder.blobs_dir), session.vault, extracted)
        return b"".join(pieces).decode(errors="replace")
    except VaultError:
        return ""
