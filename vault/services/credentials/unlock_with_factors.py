"""Come in with all that the slot was made with: passphrase, and a keyfile and a security key where there are."""

from __future__ import annotations

from pathlib import Path
from time import sleep

from vault.access.pins.delays import Wait
from vault.access.seat_keys.slots import salt_of_vault
from vault.access.session import Session
from vault.access.unlock import unlock
from vault.errors import WrongPassphraseError
from vault.seal.entrance.device_secret import PrfProvider, fido2_salt
from vault.services.credentials import factors
from vault.services.members import lists_apart, members
from vault.services.projection import dates
from vault.words.message import Message


def unlock_with_factors(
    path: Path,
    member: str,
    passphrase: bytearray,
    keyfile: str = "",
    pin: str = "",
    *,
    state: Path | None = None,
    wait: Wait = sleep,
    key: PrfProvider | None = None,
) -> Session:
    """Open a vault, as `access.unlock` does.

    The passphrase is wiped before this returns. `keyfile` is a path, `pin` that of the security key that is plugged in;
    each empty where none is needed. `wait` gets the seconds that earlier wrong attempts have earned.

    Raises:
        WrongPassphraseError: nothing opened; where the file is no keyfile, the advice says so, afterwards.
        NotFoundError: no such file, or no security key.
        TryAgainError: what the security key says.
    """
    try:
        device = factors.device_secret_of(Path(keyfile).expanduser()) if keyfile else None
        asked = (key or factors.security_key(lambda: pin)) if pin else None
        fido2_secret = b"" if asked is None else asked.secret(fido2_salt(salt_of_vault(path)))
        session = unlock(
            path,
            member=member,
            passphrase=passphrase,
            state=state,
            device_secret=b"" if device is None else device.secret,
            fido2_secret=fido2_secret,
            wait=wait,
        )
    except WrongPassphraseError as refusal:
        if device is not None and not device.is_sound:
            next_step = Message("The file that you named is not a keyfile, or is damaged.")
            raise WrongPassphraseError(refusal.message, next_step=next_step) from None
        raise
    finally:
        passphrase[:] = bytes(len(passphrase))
    dates.note_opened(session)
    members.note_end(session)
    lists_apart.note_lists_apart(session)
    return session
