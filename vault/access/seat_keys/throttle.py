"""One attempt at the passphrases of a folder, wherever they are asked for: it waits, and a wrong one counts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vault import clock
from vault.access.pins.delays import AttemptFile, Wait
from vault.access.seat_keys.destroying import destroy_all_slots
from vault.access.trust.attempts import note_attempt
from vault.errors import WrongPassphraseError
from vault.seal.entrance.keyfile import KeyFile
from vault.store.folder import VaultFolder


@contextmanager
def one_attempt(folder: VaultFolder, file: KeyFile, state: Path | None, wait: Wait) -> Iterator[None]:
    """Let the block try a passphrase once.

    Before it the delay passes that earlier attempts have earned (FORMAT.md 7). A wrong one is counted and kept as a
    hint, and destroys the slots of the folder where somebody has set that; a right one begins the count anew; what else
    ends the block leaves it as it was.
    """
    attempts = AttemptFile.of(file.header, state)
    attempts.wait(wait, clock.now_ms())
    try:
        yield
    except WrongPassphraseError:
        note_attempt(folder, file)
        if attempts.note_wrong(clock.now_ms()).destroys_now:
            destroy_all_slots(folder)
        raise
    attempts.note_right()
