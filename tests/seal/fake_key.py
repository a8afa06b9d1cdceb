"""A security key in software: enough of CTAP 2.1 for a discoverable credential with hmac-secret and a PIN."""

# mypy: allow-untyped-calls, no-warn-return-any
# The PIN protocols of fido2 carry no types.

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Callable, Iterator
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256
from fido2.ctap import CtapDevice, CtapError
from fido2.ctap2.pin import ClientPin, PinProtocolV2
from fido2.hid import CAPABILITY
from fido2.webauthn import AttestedCredentialData, AuthenticatorData
from typing_extensions import override

ERR = CtapError.ERR
FLAG = AuthenticatorData.FLAG


class FakeKey(CtapDevice):
    """Answers what `seal/fido.py` asks; `pin` is its PIN, `credentials` what it keeps: (relying party, seed).

    As strict as a real one: a request with a part missing, or under another name, gets no answer of use. `failing`
    names for a command what comes instead of its answer, `withholding` the commands that leave the secret out.
    """

    def __init__(
        self,
        pin: str | None = "1234",
        *,
        extensions: tuple[str, ...] = ("hmac-secret",),
        keeps_credentials: bool = True,
    ) -> None:
        self.pin, self.extensions, self.keeps_credentials = pin, list(extensions), keeps_credentials
        self.credentials: list[tuple[str, bytes]] = []
        self.wrong_pins = self.closed = 0
        self.is_mute = False
        self.failing: dict[int, Exception | bytes] = {}
        self.withholding: set[int] = set()
        self._protocol = PinProtocolV2()
        self._agreed = ec.generate_private_key(ec.SECP256R1())
        self._token = b""

    @property
    @override
    def capabilities(self) -> int:
        return int(CAPABILITY.CBOR)

    @classmethod
    @override
    def list_devices(cls) -> Iterator[CtapDevice]:
        yield cls()

    @override
    def close(self) -> None:
        self.closed += 1

    @override
    def call(self, cmd: int, data: bytes = b"", event: object = None, on_keepalive: object = None) -> bytes:
        acts: dict[int, Callable[[Any], dict[int, Any]]] = {
            1: self._make_credential,
            2: self._get_assertion,
            4: lambda _: self._info(),
            6: self._client_pin,
        }
        if self.is_mute:
            return bytes([ERR.USER_ACTION_TIMEOUT])
        if isinstance(failure := self.failing.get(data[0]), Exception):
            raise failure
        if failure is not None:
            return failure
        try:
            answer = acts[data[0]](cbor.decode(data[1:]) if data[1:] else {})
        except CtapError as fault:
            return bytes([int(fault.code)])
        return b"\0" + cbor.encode(answer)

    def _info(self) -> dict[int, Any]:
        options = {"rk": self.keeps_credentials, "up": True, "clientPin": self.pin is not None, "pinUvAuthToken": True}
        return {1: ["FIDO_2_1"], 2: self.extensions, 3: bytes(16), 4: options, 5: 1200, 6: [2]}

    def _client_pin(self, asked: dict[int, Any]) -> dict[int, Any]:
        _require(asked[1] == self._protocol.VERSION)
        if asked[2] == ClientPin.CMD.GET_KEY_AGREEMENT:
            return {1: ES256.from_cryptography_key(self._agreed.public_key()) | {3: -25}}
        shared = self._shared(asked[3])
        typed = self._protocol.decrypt(shared, asked[6])
        if self.pin is None or typed != hashlib.sha256(self.pin.encode()).digest()[:16]:
            self.wrong_pins += 1
            raise CtapError(ERR.PIN_INVALID if self.wrong_pins < 3 else ERR.PIN_AUTH_BLOCKED)
        _require((asked[9], asked[10]) == (3, "casevault"))  # what the token may do: make a credential, and ask it
        self._token = os.urandom(32)
        return {2: self._protocol.encrypt(shared, self._token)}

    def _make_credential(self, asked: dict[int, Any]) -> dict[int, Any]:
        self._verify_user(asked[1], asked[8], asked.get(9))
        _require(asked[2] == {"id": "casevault", "name": "casevault"})
        _require(asked[3] == {"id": b"casevault", "name": "casevault", "displayName": "casevault"})
        _require(asked[4] == [{"type": "public-key", "alg": -7}])
        _require(asked[7] == {"rk": True})
        seed = os.urandom(32)
        # As the standard has it: a second one of the same party and user takes the place of the first.
        self.credentials = [*(kept for kept in self.credentials if kept[0] != asked[2]["id"]), (asked[2]["id"], seed)]
        public = ES256.from_cryptography_key(ec.generate_private_key(ec.SECP256R1()).public_key())
        made = AttestedCredentialData.create(bytes(16), os.urandom(16), public)
        enabled = {"hmac-secret": True} if asked.get(6) == {"hmac-secret": True} and 1 not in self.withholding else {}
        party = hashlib.sha256(asked[2]["id"].encode()).digest()
        return {1: "none", 2: bytes(AuthenticatorData.create(party, FLAG(0xC5), 1, bytes(made), enabled)), 3: {}}

    def _get_assertion(self, asked: dict[int, Any]) -> dict[int, Any]:
        self._verify_user(asked[2], asked[6], asked.get(7))
        _require(asked.get(5) == {"up": True})
        found = [seed for party, seed in self.credentials if party == asked[1]]
        if not found:
            raise CtapError(ERR.NO_CREDENTIALS)
        wanted = asked[4]["hmac-secret"]
        shared = self._shared(wanted[1])
        _require(wanted[4] == self._protocol.VERSION)
        _require(hmac.compare_digest(wanted[3], self._protocol.authenticate(shared, wanted[2])))
        secret = hmac.digest(found[0], self._protocol.decrypt(shared, wanted[2]), "sha256")
        answer = {} if 2 in self.withholding else {"hmac-secret": self._protocol.encrypt(shared, secret)}
        party = hashlib.sha256(asked[1].encode()).digest()
        credential = {"type": "public-key", "id": bytes(16)}
        return {1: credential, 2: bytes(AuthenticatorData.create(party, FLAG(0x85), 1, b"", answer)), 3: b"signature"}

    def _verify_user(self, signed: bytes, proof: bytes, version: int | None) -> None:
        _require(version == self._protocol.VERSION)
        _require(signed == hashlib.sha256(b"casevault/fido2/client-data").digest())
        token, self._token = self._token, b""  # used once
        if not token or not hmac.compare_digest(proof, self._protocol.authenticate(token, signed)):
            raise CtapError(ERR.PIN_AUTH_INVALID)

    def _shared(self, agreement: dict[int, Any]) -> bytes:
        numbers = ec.EllipticCurvePublicNumbers(
            int.from_bytes(agreement[-2], "big"), int.from_bytes(agreement[-3], "big"), ec.SECP256R1()
        )
        return self._protocol.kdf(self._agreed.exchange(ec.ECDH(), numbers.public_key()))


def _require(holds: bool) -> None:
    if not holds:
        raise CtapError(ERR.INVALID_PARAMETER)
