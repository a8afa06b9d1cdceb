"""What tests/vectors/golden-1 holds: a whole vault of format 1, schema 0001, that every later program has to open.

The program of that time made it, and none makes it again: a new format gets a new folder.
"""

from __future__ import annotations

from pathlib import Path

GOLDEN = Path(__file__).parent / "golden-1"
MEMBER, PASSPHRASE = "Alba Verrin", b"golden lantern of the first format"
TITLE, NAME, NOTE = "Golden case", "Тихон Омутков", "A note that must open for ever. 27 ноября."
