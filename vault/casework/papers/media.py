"""What a file is, by its first bytes; its name is believed only where these leave it open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

FIRST_BYTES: Final = 4096
PLAIN: Final = "text/plain"
PDF: Final = "application/pdf"
DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
UNKNOWN: Final = "application/octet-stream"
_ZIP = "application/zip"
_AT_START: Sequence[tuple[bytes, str]] = (
    (b"%PDF-", PDF),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"PK\x03\x04", _ZIP),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/msword"),
    (b"{\\rtf", "application/rtf"),
)
_BOXES = {b"heic": "image/heic", b"heix": "image/heic", b"mif1": "image/heic", b"avif": "image/avif"}


def media_of(first: bytes, name: str) -> str:
    """Return the media type of a file that begins with these bytes (at most 4,096 are looked at)."""
    first = first[:FIRST_BYTES]
    for start, media in _AT_START:
        if first.startswith(start):
            return DOCX if media == _ZIP and name.casefold().endswith(".docx") else media
    if first[4:8] == b"ftyp":
        return _BOXES.get(first[8:12], "video/mp4")
    if first[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(first[8:12], UNKNOWN)
    return PLAIN if first and _is_text(first) else UNKNOWN


def _is_text(first: bytes) -> bool:
    if b"\0" in first:
        return False
    try:
        first.decode()
    except UnicodeDecodeError as fault:
        return fault.start >= len(first) - 3  # a letter that the first bytes cut in two
    return True
