"""A `keys` file with other costs of its passphrases, as a later program may write it."""

from __future__ import annotations

from dataclasses import replace

from vault.seal.entrance.keyfile import KeyFile
from vault.seal.entrance.passphrase import KdfParameters


def with_costs(file: KeyFile, parameters: KdfParameters, previous: KdfParameters | None) -> KeyFile:
    """Return the next generation; slots made with `previous` go on opening."""
    header = replace(file.header, generation=file.header.generation + 1, parameters=parameters, previous=previous)
    return replace(file, header=header)
