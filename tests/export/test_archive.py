from __future__ import annotations

import io
import tarfile
from collections.abc import Callable

import pytest

from vault.errors import MalformedError
from vault.export.archive import MEMBERS, pack, unpack
from vault.seal.padding import padme

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


def test_what_was_packed_comes_back() -> None:
    assert unpack(pack(CONTENTS)) == CONTENTS


def test_any_tar_program_opens_it_and_finds_nothing_but_constants() -> None:
    with tarfile.open(fileobj=io.BytesIO(pack(CONTENTS))) as archive:
        members = archive.getmembers()
    assert [member.name for member in members] == list(MEMBERS)
    assert {(m.mode, m.mtime, m.uid, m.gid, m.uname, m.gname) for m in members} == {(0o644, 0, 0, 0, "", "")}


def test_a_tar_by_another_hand_with_the_same_members_is_the_same() -> None:
    assert _tar(_set()) == pack(CONTENTS)


def test_the_size_is_padded() -> None:
    sizes = {len(pack(CONTENTS | {"data.json": bytes(length)})) for length in range(100_000, 102_000, 100)}
    assert sizes == {106_496, 108_544}


@pytest.mark.parametrize(
    "untrusted",
    [
        pytest.param(lambda: b"", id="nothing"),
        pytest.param(lambda: bytes(1024), id="zeros"),
        pytest.param(lambda: pack(CONTENTS)[:-512], id="cut"),
        pytest.param(lambda: pack(CONTENTS)[:512], id="cut after a header"),
        pytest.param(lambda: pack(CONTENTS) + bytes(512), id="extended"),
        pytest.param(lambda: pack(CONTENTS)[:-1] + b"x", id="a byte in the padding"),
        pytest.param(lambda: _tar(_set(name="../../.bashrc")), id="path traversal"),
        pytest.param(lambda: _tar(_set(name="/etc/passwd")), id="absolute path"),
        pytest.param(lambda: _tar(_set(name="REPORT.PDF")), id="another case of letters"),
        pytest.param(lambda: _tar(_set(type=tarfile.SYMTYPE, linkname="/etc/passwd")), id="symbolic link"),
        pytest.param(lambda: _tar(_set(type=tarfile.LNKTYPE, linkname="data.json")), id="hard link"),
        pytest.param(lambda: _tar(_set(mode=0o4755)), id="mode"),
        pytest.param(lambda: _tar(_set(mtime=1)), id="time"),
        pytest.param(lambda: _tar(_set(uname="mira")), id="owner"),
        pytest.param(lambda: _tar(_set(), names=(*MEMBERS, "extra.txt")), id="extra member"),
        pytest.param(lambda: _tar(_set(), names=(*MEMBERS, "report.pdf")), id="a member twice"),
        pytest.param(lambda: _tar(_set(), names=MEMBERS[::-1]), id="another order"),
        pytest.param(lambda: _tar(_set(), names=MEMBERS[:3]), id="a member missing"),
    ],
)
def test_an_archive_of_any_other_form_is_refused(untrusted: Callable[[], bytes]) -> None:
    with pytest.raises(MalformedError, match="the package"):
        unpack(untrusted())


@pytest.mark.parametrize("size", [b"77777777777", b"-0000000001", b"0000000001x", b"\x80" + bytes(10)])
def test_a_size_that_lies_is_refused(size: bytes) -> None:
    packed = pack(CONTENTS)
    with pytest.raises(MalformedError, match=r"the package|has no size"):
        unpack(packed[:124] + size + packed[135:])
