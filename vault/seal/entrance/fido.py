"""A FIDO2 security key as a factor: the extension hmac-secret of a credential that the key itself keeps (FORMAT.md 3).

The key is asked with user verification always, because with and without it the answers differ.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from fido2.ctap import CtapDevice, CtapError
from fido2.ctap2.base import Ctap2
from fido2.ctap2.pin import ClientPin
from fido2.hid import CtapHidDevice

from vault.errors import NotFoundError, RefusedError, TryAgainError, VaultError
from vault.seal.sizes import KEY_SIZE, require_width
from vault.words.message import Message

RELYING_PARTY = "casevault"

_EXTENSION = "hmac-secret"
_ES256 = {"type": "public-key", "alg": -7}
_SIGNED = hashlib.sha256(b"casevault/fido2/client-data").digest()
_MAY = ClientPin.PERMISSION.MAKE_CREDENTIAL | ClientPin.PERMISSION.GET_ASSERTION

AskPin = Callable[[], str]


def connected() -> Sequence[CtapDevice]:
    """Return the security keys that are plugged in and that this account may use."""
    return list(CtapHidDevice.list_devices())


class SecurityKey:
    """The one security key that is plugged in. `ask_pin` is called once for each act that needs it.

    It implements `prf.PrfProvider`.
    """

    def __init__(self, ask_pin: AskPin, devices: Callable[[], Iterable[CtapDevice]] = connected) -> None:
        self._ask_pin = ask_pin
        self._devices = devices

    def secret(self, salt: bytes) -> bytes:
        """Return the 32 bytes that the key's credential gives for a salt of 32 bytes."""
        require_width("salt", salt, KEY_SIZE)
        with self._one() as device, _explained():
            ctap, pin = _opened(device)
            return _ask(ctap, pin, _token(pin, self._ask_pin()), salt)

    def enrol(self) -> None:
        """Have the key make a credential for CaseVault, unless it has one."""
        with self._one() as device, _explained():
            ctap, pin = _opened(device)
            code = self._ask_pin()
            try:
                _ask(ctap, pin, _token(pin, code), secrets.token_bytes(KEY_SIZE))
            except CtapError as fault:
                if fault.code != CtapError.ERR.NO_CREDENTIALS:
                    raise
                _make_credential(ctap, pin, _token(pin, code))

    def _one(self) -> CtapDevice:
        try:
            found = list(self._devices())
        except OSError:
            found = []
        if not found:
            raise NotFoundError(
                Message("no security key is plugged in"), next_step=Message("Plug it in, then try again.")
            )
        if len(found) > 1:
            raise RefusedError(
                Message("more than one security key is plugged in"),
                next_step=Message("Leave only one plugged in, then try again."),
            )
        return found[0]


def _opened(device: CtapDevice) -> tuple[Ctap2, ClientPin]:
    try:
        ctap = Ctap2(device)
        pin = ClientPin(ctap)
    except ValueError:
        raise RefusedError(
            Message("this security key does not speak FIDO2"), next_step=Message("Use another security key.")
        ) from None
    if _EXTENSION not in ctap.info.extensions or not ctap.info.options.get("rk"):
        raise RefusedError(
            Message("this security key does not support the secret that CaseVault needs"),
            next_step=Message("Use a security key with hmac-secret."),
        )
    if not ctap.info.options.get("clientPin"):
        raise RefusedError(
            Message("this security key has no PIN"), next_step=Message("Set a PIN with its maker's program first.")
        )
    return ctap, pin


def _token(pin: ClientPin, code: str) -> bytes:
    # One for each act: a key takes back what a token may do once it was used.
    return pin.get_pin_token(code, _MAY, RELYING_PARTY)


def _ask(ctap: Ctap2, pin: ClientPin, token: bytes, salt: bytes) -> bytes:
    answer = ctap.client_pin(pin.protocol.VERSION, ClientPin.CMD.GET_KEY_AGREEMENT)
    agreement, shared = pin.protocol.encapsulate(answer[ClientPin.RESULT.KEY_AGREEMENT])
    sealed = pin.protocol.encrypt(shared, salt)
    asked = {1: agreement, 2: sealed, 3: pin.protocol.authenticate(shared, sealed), 4: pin.protocol.VERSION}
    assertion = ctap.get_assertion(
        RELYING_PARTY,
        _SIGNED,
        extensions={_EXTENSION: asked},
        options={"up": True},
        pin_uv_param=pin.protocol.authenticate(token, _SIGNED),
        pin_uv_protocol=pin.protocol.VERSION,
    )
    sealed_secret = (assertion.auth_data.extensions or {}).get(_EXTENSION)
    if not isinstance(sealed_secret, bytes):
        raise RefusedError(Message("the security key gave no secret"), next_step=Message("Use another security key."))
    return require_width("FIDO2 secret", pin.protocol.decrypt(shared, sealed_secret), KEY_SIZE)


def _make_credential(ctap: Ctap2, pin: ClientPin, token: bytes) -> None:
    made = ctap.make_credential(
        _SIGNED,
        {"id": RELYING_PARTY, "name": RELYING_PARTY},
        # One name for every key and vault: what a key shows whoever holds it says no more than that it is used with us.
        {"id": RELYING_PARTY.encode(), "name": RELYING_PARTY, "displayName": RELYING_PARTY},
        [_ES256],
        extensions={_EXTENSION: True},
        options={"rk": True},
        pin_uv_param=pin.protocol.authenticate(token, _SIGNED),
        pin_uv_protocol=pin.protocol.VERSION,
    )
    if not (made.auth_data.extensions or {}).get(_EXTENSION):
        raise RefusedError(
            Message("this security key does not support the secret that CaseVault needs"),
            next_step=Message("Use a security key with hmac-secret."),
        )


@contextmanager
def _explained() -> Iterator[None]:
    """Say in our words what a security key answers with a number."""
    try:
        yield
    except CtapError as fault:
        kind, message, next_step = _ANSWERS.get(fault.code, _NO_ANSWER)
        raise kind(message, next_step=next_step) from None
    except (OSError, ValueError):
        kind, message, next_step = _NO_ANSWER
        raise kind(message, next_step=next_step) from None


_NO_ANSWER: tuple[type[VaultError], Message, Message] = (
    TryAgainError,
    Message("the security key did not answer"),
    Message("Touch it when it blinks, then try again."),
)
_ANSWERS: dict[int, tuple[type[VaultError], Message, Message]] = {
    CtapError.ERR.NO_CREDENTIALS: (
        NotFoundError,
        Message("this security key was never added here"),
        Message("Use the key that you added here before."),
    ),
    CtapError.ERR.PIN_INVALID: (
        TryAgainError,
        Message("the PIN of the security key is wrong"),
        Message("A few wrong PINs in a row block the key. Try again."),
    ),
    CtapError.ERR.PIN_BLOCKED: (
        RefusedError,
        Message("the security key is blocked after too many wrong PINs"),
        Message("Only a reset unblocks it, and a reset empties it."),
    ),
    CtapError.ERR.PIN_AUTH_BLOCKED: (
        TryAgainError,
        Message("the security key must be plugged in again"),
        Message("Take it out, plug it in, then try again."),
    ),
    CtapError.ERR.KEY_STORE_FULL: (
        RefusedError,
        Message("the security key has no room for another credential"),
        Message("Remove a credential with its maker's program."),
    ),
}
