"""Looks for markers: in files, in what processes wrote, in every encoding that a leak may wear."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

# One marker for each field that a person can fill. Invented, and found nowhere else.
MARKERS: Mapping[str, str] = {
    "org": "Quillmarch Haven",
    "member": "Oddvaria",
    "title": "Zephyrtitle Umber",
    "name": "Vexilda Morrowquay",
    "cyrillic name": "Вексильда Морокуй",
    "born": "1931-07-19",
    "phone": "+996 555 918 273",
    "email": "vexilda@example.org",
    "document": "ZQ7719403",
    "note": "Thistledown behind the granary",
    "amendment": "Thornbush behind the granary",
    "excluded": "the brickyard at Ostwinkel",
    "interpreter": "Vaselina Grubenmann",
    "recipient": "Maitre Quorndale",
    "search": "thornbu",
}

_PAYLOAD = re.compile(rb'"((?:\\x[0-9a-f]{2})*)"')
_CALL = re.compile(rb"^\d+\s+(\w+)\((\d+)<(.*?)>, ")
_SHORTEST = 6  # bytes; shorter encodings stand in ciphertext by chance


def forms(marker: str) -> tuple[bytes, ...]:
    """Return the bytes under which a marker could stand somewhere."""
    utf8 = marker.encode()
    texts = {utf8, marker.upper().encode(), marker.lower().encode(), marker.encode("utf-16-le"), utf8.hex().encode()}
    texts |= {base64.b64encode(utf8[cut:])[: 4 * ((len(utf8) - cut) // 3)] for cut in range(3)}
    return tuple(text for text in texts if len(text) >= _SHORTEST)


def found_in(data: bytes) -> list[str]:
    """Return the fields whose marker stands in these bytes."""
    return [field for field, marker in MARKERS.items() if any(form in data for form in forms(marker))]


def found_in_files(folder: Path, *, besides: frozenset[Path] = frozenset()) -> dict[str, list[str]]:
    """Return file -> fields for every file below a folder, names of files included."""
    found: dict[str, list[str]] = {}
    for path in sorted(folder.rglob("*")):
        if any(path == one or one in path.parents for one in besides):
            continue
        data = path.name.encode() + (path.read_bytes() if path.is_file() else b"")
        if fields := found_in(data):
            found[str(path.relative_to(folder))] = fields
    return found


@dataclass(frozen=True, slots=True)
class Written:
    """One write of a traced process: to what, and the bytes."""

    call: str
    descriptor: int
    target: str
    data: bytes


def writes_in(trace: Path) -> Iterator[Written]:
    """Yield what `strace -f -y -xx -s BIG -e trace=write,...` recorded."""
    for line in trace.read_bytes().splitlines():
        head = _CALL.match(line)
        if head is None:
            continue
        call, descriptor, target = head.groups()
        data = b"".join(bytes.fromhex(part.replace(b"\\x", b"").decode()) for part in _PAYLOAD.findall(line))
        target_name = target.replace(b"\\x", b"")
        yield Written(call.decode(), int(descriptor), _plain(target_name), data)


def _plain(target: bytes) -> str:
    """With -xx strace spells paths in hex too."""
    try:
        return bytes.fromhex(target.decode()).decode(errors="replace")
    except ValueError:
        return target.decode(errors="replace")
