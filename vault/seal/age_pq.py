"""age files to `age1pq1...`: the one stanza `mlkem768x25519`, which also holds against a later quantum computer."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Iterable, Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PUBLIC_PREFIX, SECRET_PREFIX = "age1pq1", "AGE-SECRET-KEY-PQ-1"

_SUITE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)
_INFO = b"age-encryption.org/mlkem768x25519"
_MLKEM, _X25519, _SEED, _FILE_KEY = 1184, 32, 32, 16
_ENC, _BODY = 1120, _FILE_KEY + 16
_CHUNK, _TAG, _NONCE = 64 * 1024, 16, 16
_VERSION = b"age-encryption.org/v1\n"
_STANZA = re.compile(rb"-> ([!-~]+(?: [!-~]+)*)\n((?:[A-Za-z0-9+/]{64}\n)*[A-Za-z0-9+/]{0,63}\n)")
_MAC = re.compile(rb"---( [A-Za-z0-9+/]{43}\n)")
_LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def seal(recipient: str, pieces: Iterable[bytes], write: Callable[[bytes], object]) -> None:
    """Write an age file for `age1pq1...` piece by piece, in little memory. What `pieces` or `write` raise, this raises.

    Raises:
        ValueError: not such a recipient.
    """
    file_key = secrets.token_bytes(_FILE_KEY)
    sealed = _SUITE.encrypt(file_key, _public_of(recipient), _INFO)
    head = b"%s-> mlkem768x25519 %s\n%s\n---" % (_VERSION, _encoded(sealed[:_ENC]), _encoded(sealed[_ENC:]))
    nonce = secrets.token_bytes(_NONCE)
    write(b"%s %s\n" % (head, _encoded(_mac(file_key, head))) + nonce)
    cipher = ChaCha20Poly1305(_derived(file_key, nonce, b"payload"))
    for number, (chunk, is_last) in enumerate(_chunks(pieces)):
        write(cipher.encrypt(_counter(number, is_last=is_last), chunk, None))


def unseal(identity: str, untrusted: bytes) -> bytes:
    """Return the content of an age file with the identity `AGE-SECRET-KEY-PQ-1...`.

    Raises:
        ValueError: not such an identity, or the file is altered, cut, or for another recipient.
    """
    key = hpke.MLKEM768X25519PrivateKey(*_keys_of(identity))
    stanzas, end, mac = _header(untrusted)
    file_key = _file_key(key, stanzas)
    start = end + len(mac)
    due = b" %s\n" % _encoded(_mac(file_key, untrusted[:end]))
    if not hmac.compare_digest(mac, due) or len(untrusted) < start + _NONCE + _TAG:
        raise ValueError("header")
    cipher = ChaCha20Poly1305(_derived(file_key, untrusted[start : start + _NONCE], b"payload"))
    places = range(start + _NONCE, len(untrusted), _CHUNK + _TAG)
    content = bytearray()
    try:
        for number, place in enumerate(places):
            chunk = untrusted[place : place + _CHUNK + _TAG]
            content += cipher.decrypt(_counter(number, is_last=number == len(places) - 1), chunk, None)
    except InvalidTag:
        raise ValueError("payload") from None
    if len(places) > 1 and len(content) == (len(places) - 1) * _CHUNK:
        raise ValueError("an empty last chunk")
    return bytes(content)


def check_recipient(text: str) -> None:
    """Return if this is a recipient `age1pq1...` to which HPKE seals.

    Raises:
        ValueError: it is not, or it is not spelled as age spells it.
    """
    _SUITE.encrypt(b"", _public_of(text), _INFO)


def make_identity() -> str:
    """Return a fresh identity `AGE-SECRET-KEY-PQ-1...`."""
    return _bech32("age-secret-key-pq-", secrets.token_bytes(_SEED)).upper()


def recipient_of(identity: str) -> str:
    """Return the recipient of an identity.

    Raises:
        ValueError: not such an identity.
    """
    mlkem, x25519 = _keys_of(identity)
    return _bech32("age1pq", mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw())


def _public_of(recipient: str) -> hpke.MLKEM768X25519PublicKey:
    key = _from_bech32("age1pq", recipient)
    if len(key) != _MLKEM + _X25519:
        raise ValueError("length of a recipient")
    return hpke.MLKEM768X25519PublicKey(
        MLKEM768PublicKey.from_public_bytes(key[:_MLKEM]), X25519PublicKey.from_public_bytes(key[_MLKEM:])
    )


def _keys_of(identity: str) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
    if identity != identity.upper():
        raise ValueError("letters of an identity")
    seed = _from_bech32("age-secret-key-pq-", identity.lower())
    if len(seed) != _SEED:
        raise ValueError("length of an identity")
    expanded = hashlib.shake_256(seed).digest(96)
    return MLKEM768PrivateKey.from_seed_bytes(expanded[:64]), X25519PrivateKey.from_private_bytes(expanded[64:])


def _header(untrusted: bytes) -> tuple[list[tuple[list[bytes], bytes]], int, bytes]:
    """Return the stanzas (arguments, body), where the bytes under the MAC end, and the MAC as it is written."""
    if not untrusted.startswith(_VERSION):
        raise ValueError("version")
    place, stanzas = len(_VERSION), []
    while found := _STANZA.match(untrusted, place):
        stanzas.append((found[1].split(b" "), _decoded(found[2].replace(b"\n", b""))))
        place = found.end()
    mac = _MAC.match(untrusted, place)
    if not stanzas or mac is None:
        raise ValueError("header")
    return stanzas, place + 3, mac[1]


def _file_key(key: hpke.MLKEM768X25519PrivateKey, stanzas: Iterable[tuple[list[bytes], bytes]]) -> bytes:
    for (kind, *arguments), body in stanzas:
        if kind != b"mlkem768x25519":
            continue
        enc = _decoded(arguments[0]) if len(arguments) == 1 else b""
        if len(enc) != _ENC or len(body) != _BODY:
            raise ValueError("stanza")
        try:
            return _SUITE.decrypt(enc + body, key, _INFO)
        except InvalidTag:
            continue  # for another recipient
    raise ValueError("for another recipient")


def _chunks(pieces: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Yield chunks of 64 KiB, each with whether it is the last; that one is empty only where there is no content."""
    kept = bytearray()
    for piece in pieces:
        kept += piece
        start = 0
        while len(kept) - start > _CHUNK:
            yield bytes(kept[start : start + _CHUNK]), False
            start += _CHUNK
        del kept[:start]
    yield bytes(kept), True


def _counter(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])


def _derived(file_key: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt, info).derive(file_key)


def _mac(file_key: bytes, head: bytes) -> bytes:
    return hmac.digest(_derived(file_key, b"", b"header"), head, "sha256")


def _encoded(content: bytes) -> bytes:
    return base64.b64encode(content).rstrip(b"=")


def _decoded(text: bytes) -> bytes:
    try:
        content = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error:
        raise ValueError("base64") from None
    if _encoded(content) != text:
        raise ValueError("base64")
    return content


# Bech32 (BIP 173) without its limit of 90 letters, which age does not have either.
_GENERATORS = [0]  # for each value of the top five bits
for _generator in (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3):
    _GENERATORS += [_generator ^ known for known in _GENERATORS]


def _polymod(values: Iterable[int]) -> int:
    check = 1
    for value in values:
        check = (check & 0x1FFFFFF) << 5 ^ value ^ _GENERATORS[check >> 25]
    return check


def _expanded(prefix: str) -> list[int]:
    return [*(ord(letter) >> 5 for letter in prefix), 0, *(ord(letter) & 31 for letter in prefix)]


def _bech32(prefix: str, content: bytes) -> str:
    n_letters = -(-len(content) * 8 // 5)
    number = int.from_bytes(content, "big") << (n_letters * 5 - len(content) * 8)
    values = [number >> 5 * place & 31 for place in reversed(range(n_letters))]
    check = _polymod([*_expanded(prefix), *values, 0, 0, 0, 0, 0, 0]) ^ 1
    values += [check >> 5 * place & 31 for place in reversed(range(6))]
    return f"{prefix}1{''.join(_LETTERS[value] for value in values)}"


def _from_bech32(prefix: str, text: str) -> bytes:
    """Return the content; what it encodes to is exactly `text`, so that a key has one spelling."""
    values = [_LETTERS.find(letter) for letter in text.removeprefix(f"{prefix}1")]
    content = b""
    if text.startswith(f"{prefix}1") and 6 < len(values) < 4096 and min(values) >= 0:
        number = 0
        for value in values[:-6]:
            number = number << 5 | value
        n_bits = 5 * (len(values) - 6)
        content = (number >> n_bits % 8).to_bytes(n_bits // 8, "big")
    if not content or _bech32(prefix, content) != text:
        raise ValueError("bech32")
    return content
