"""The text of a picture by tesseract, where it is installed: picture in by pipe, text out by pipe, no file between."""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass

_LONGEST_PICTURE_SECONDS = 90


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

    def read(self, picture: bytes) -> str | None:
        """Return the text of a picture file; None where it is none that can be read, or takes too long."""
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


def grey_picture(width: int, height: int, stride: int, rows: bytes) -> bytes:
    """Return a picture of one byte a point as a PGM file."""
    lines = (rows[at * stride : at * stride + width] for at in range(height))
    return f"P5 {width} {height} 255\n".encode() + b"".join(lines)
