from __future__ import annotations

import io
import tarfile
from collections.abc import Callable

import pytest

from tests.tables import each
from vault.errors import MalformedError
from vault.export.archive import MEMBERS, pack, unpack
from vault.seal.sizes import padme

CONTENTS = {
    "manifest.json": b'{"a":1}',
    "manifest.sig": b"ab\ncd\n",
    "report.pdf": b"%PDF" * 500,
    "data.json": b"{}" * 256,
}


def _tar(change: Callable[[tarfile.TarInfo], None], at: int = 2, names: tuple[str, ...] = MEMBERS) -> bytes:
    """Return a well-formed archive by another hand, with one member changed."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for place, name in enumerate(names):
            member = tarfile.TarInfo(name)
            content = CONTENTS.get(name, b"x")
            member.size = len(content)
            if place == at:
                change(member)
            archive.addfile(member, io.BytesIO(content))
    data = stream.getvalue().rstrip(b"\0")
    data = data.ljust(-(-len(data) // 512) * 512 + 1024, b"\0")
    return data.ljust(padme(len(data)), b"\0")


def _set(**values: object) -> Callable[[tarfile.TarInfo], None]:
    def change(member: tarfile.TarInfo) -> None:
        for name, value in values.items():
            setattr(member, name, value)

    return change


def test_what_was_packed_comes_back_and_any_tar_program_opens_it_and_finds_nothing_but_constants() -> None:
    assert unpack(pack(CONTENTS)) == CONTENTS
    assert _tar(_set()) == pack(CONTENTS)
    with tarfile.open(fileobj=io.BytesIO(pack(CONTENTS))) as archive:
        members = archive.getmembers()
    assert [member.name for member in members] == list(MEMBERS)
    assert {(m.mode, m.mtime, m.uid, m.gid, m.uname, m.gname) for m in members} == {(0o644, 0, 0, 0, "", "")}


def test_the_size_is_padded() -> None:
    sizes = {len(pack(CONTENTS | {"data.json": bytes(length)})) for length in range(100_000, 102_000, 100)}
    assert sizes == {106_496, 108_544}


@each(
    {
        "nothing": lambda: b"",
        "zeros": lambda: bytes(1024),
        "cut": lambda: pack(CONTENTS)[:-512],
        "cut after a header": lambda: pack(CONTENTS)[:512],
        "extended": lambda: pack(CONTENTS) + bytes(512),
        "a byte in the padding": lambda: pack(CONTENTS)[:-1] + b"x",
        "path traversal": lambda: _tar(_set(name="../../.bashrc")),
        "absolute path": lambda: _tar(_set(name="/etc/passwd")),
        "another case of letters": lambda: _tar(_set(name="REPORT.PDF")),
        "symbolic link": lambda: _tar(_set(type=tarfile.SYMTYPE, linkname="/etc/passwd")),
        "hard link": lambda: _tar(_set(type=tarfile.LNKTYPE, linkname="data.json")),
        "mode": lambda: _tar(_set(mode=0o4755)),
        "time": lambda: _tar(_set(mtime=1)),
        "owner": lambda: _tar(_set(uname="mira")),
        "extra member": lambda: _tar(_set(), names=(*MEMBERS, "extra.txt")),
        "a member twice": lambda: _tar(_set(), names=(*MEMBERS, "report.pdf")),
        "another order": lambda: _tar(_set(), names=MEMBERS[::-1]),
        "a member missing": lambda: _tar(_set(), names=MEMBERS[:3]),
    }
)
def test_an_archive_of_any_other_form_is_refused(untrusted: Callable[[], bytes]) -> None:
    with pytest.raises(MalformedError, match="the package"):
        unpack(untrusted())


@each([b"77777777777", b"-0000000001", b"0000000001x", b"\x80" + bytes(10)])
def test_a_size_that_lies_is_refused(size: bytes) -> None:
    packed = pack(CONTENTS)
    with pytest.raises(MalformedError, match=r"the package|has no size"):
        unpack(packed[:124] + size + packed[135:])
