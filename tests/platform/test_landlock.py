from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from vault.platform import landlock_version

_CODE = """
import sys
from vault.platform import confinement
confinement.landlock_version = lambda: int(sys.argv[1])
print(confinement.open_only(read=[sys.argv[2], "/no/such/place"]))
print(open(sys.argv[2]).read())
for mode in ("r", "r+", "w"):
    try:
        open(sys.argv[3], mode)
    except PermissionError:
        print("refused")
"""


@pytest.mark.skipif(not landlock_version(), reason="not run: this kernel has no Landlock")
def test_each_version_of_the_kernel_refuses_what_is_not_given(tmp_path: Path) -> None:
    given, other = tmp_path / "given", tmp_path / "other"
    for path in (given, other):
        path.write_text("words")
    for version in range(1, landlock_version() + 1):
        done = subprocess.run(
            [sys.executable, "-c", _CODE, str(version), str(given), str(other)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (done.stdout.split(), done.stderr) == (["True", "words", *["refused"] * 3], ""), version
        assert other.read_text() == "words"
