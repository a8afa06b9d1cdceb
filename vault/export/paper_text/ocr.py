"""The text of a picture by tesseract, where it is installed: picture in by pipe, text out by pipe, no file between."""

from __future__ import annotations

import re
import subprocess
import time
from dataclasses import dataclass

_LONGEST_PICTURE_SECONDS = 90
_SMALLEST_PICTURE = 26
# What tesseract does not know as a picture it takes for a list of names of files, and reads those. All of the first
# bytes are asked for: a part of them can stand before a name.
_PICTURE = re.compile(
    rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff|II\*\0|MM\0\*|GIF8[79]a|RIFF.{4}WEBP|BM.{4}\0{4}.{4}[\x0c\x28\x34\x38\x40\x6c\x7c]\0{3}",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Ocr:
    """How pictures are read: the program, its languages joined by `+`, and until when (`time.monotonic`)."""

    program: str
    languages: str
    until: float

    @property
    def is_over(self) -> bool:
        """Whether there is no time left."""
        return time.monotonic() >= self.until

    def read(self, content: bytes) -> str | None:
        """Return the text of a picture file; None where it is none that can be read, or takes too long."""
        return self._read(content) if is_picture(content) else None

    def read_drawn(self, width: int, height: int, stride: int, rows: bytes) -> str | None:
        """Return the text of a picture of one byte a point; None as above."""
        lines = (rows[at * stride : at * stride + width] for at in range(height))
        return self._read(f"P5 {width} {height} 255\n".encode() + b"".join(lines))

    def _read(self, picture: bytes) -> str | None:
        left = min(_LONGEST_PICTURE_SECONDS, self.until - time.monotonic())
        if left <= 0:
            return None
        try:
            done = subprocess.run(  # noqa: S603 - a program at a fixed place, without a shell
                (self.program, "stdin", "stdout", "-l", self.languages),
                input=picture,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={"OMP_THREAD_LIMIT": "1"},
                timeout=left,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        return done.stdout.decode(errors="replace") if done.returncode == 0 else None


def is_picture(content: bytes) -> bool:
    """Say whether this is a PNG, JPEG, TIFF, GIF, WEBP or BMP file, by all of its first bytes."""
    return len(content) >= _SMALLEST_PICTURE and _PICTURE.match(content) is not None
