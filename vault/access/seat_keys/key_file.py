"""The `keys` file of a folder or backup, as it is read."""

from __future__ import annotations

from pathlib import Path

from vault.seal.entrance.keyfile import KEY_FILE_SIZE, KeyFile
from vault.store.files import read_limited


def read_key_file(path: Path) -> KeyFile:
    """Return what the file says.

    Raises:
        MalformedError: it has another form, or size.
        NotFoundError, TryAgainError, VerificationError: it cannot be read.
    """
    return KeyFile.decode(read_limited(path, KEY_FILE_SIZE))
