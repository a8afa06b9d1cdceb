"""From name and passphrase to the keys of the database (FORMAT.md 3)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from tests.vectors.independent.basis import Refused, expand, extract, message, require, sha256, u64, widths
from tests.vectors.independent.sealing import PURPOSES, local_aad, open_envelope, open_hpke, sent_info

SIZE, HEADER = 73_676, 92
_SECRETS = dict.fromkeys(("identity", "keyringkey", "indexkey", "draftkey", "pinkey", "anchor"), 32)
_LAYOUTS = str.maketrans("йцукенгшщзфывапролдячсмитьё`~qz,?;:ж", "awertyuiopasdfghjklwxcvbnmtttawmmmmm")
_WORD_COST = (65_536, 3, 4)


class Cost(NamedTuple):
    """What one run of Argon2id costs."""

    memory_kib: int
    passes: int
    lanes: int

    @classmethod
    def read(cls, nine: bytes) -> Cost:
        return cls(int.from_bytes(nine[:4], "big"), int.from_bytes(nine[4:8], "big"), nine[8])

    def encode(self) -> bytes:
        return self.memory_kib.to_bytes(4, "big") + self.passes.to_bytes(4, "big") + bytes((self.lanes,))

    def is_bearable(self) -> bool:
        """Say whether it lies between floor and ceiling."""
        within = 65_536 <= self.memory_kib <= 2_097_152 and 3 <= self.passes <= 10
        return within and 1 <= self.lanes <= 8


@dataclass(frozen=True, slots=True)
class KeysFile:
    data: bytes

    @classmethod
    def read(cls, data: bytes) -> KeysFile:
        """Return the file, if it is one of format 2."""
        require(len(data) == SIZE and data[:2] == b"\2\1", "not a keys file of format 2")
        return cls(data)

    @property
    def header(self) -> bytes:
        """The readable bytes before the slots."""
        return self.data[:HEADER]

    @property
    def vault(self) -> bytes:
        return self.data[2:18]

    @property
    def folder(self) -> bytes:
        return self.data[18:34]

    @property
    def generation(self) -> int:
        """How many changes it saw."""
        return int.from_bytes(self.data[34:42], "big")

    @property
    def salt(self) -> bytes:
        return self.data[42:74]

    @property
    def digest(self) -> bytes:
        """What a list names."""
        return sha256(self.data)

    def costs(self) -> list[Cost]:
        """Return the costs of the typed form: the present ones, then the previous ones."""
        costs = [Cost.read(self.data[74:83])]
        if any(self.data[83:92]):
            costs.append(Cost.read(self.data[83:92]))
        require(all(cost.is_bearable() for cost in costs), "costs beyond floor or ceiling")
        work = [cost.memory_kib * cost.passes for cost in costs]
        require(costs[-1].memory_kib <= costs[0].memory_kib and work[-1] <= work[0], "previous costs above the present")
        return costs

    def slot(self, number: int) -> bytes:
        return self.data[HEADER + 1024 * number :][:1024]

    def doors(self) -> list[bytes]:
        return [self.data[32_860 + 1200 * number :][:1200] for number in range(32)]


@dataclass(frozen=True, slots=True)
class Secrets:
    slot: int
    seat: bytes
    kem: bytes
    identity: bytes
    keyringkey: bytes
    indexkey: bytes
    draftkey: bytes
    pinkey: bytes
    anchor: bytes


def typed_form(passphrase: str) -> bytes:
    return unicodedata.normalize("NFKC", passphrase).encode()


def name_form(name: str) -> bytes:
    """Return a name as the salt takes it."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).encode()


def word_form(passphrase: str) -> bytes:
    """Return a passphrase as words, in whatever layout they were typed."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", passphrase).casefold())
    parts = unicodedata.normalize("NFD", folded.translate(_LAYOUTS))
    plain = " ".join("".join(one for one in parts if unicodedata.category(one) != "Mn").split())
    return unicodedata.normalize("NFKC", plain).encode() or typed_form(passphrase)


@lru_cache(maxsize=256)
def stretched(form: bytes, salt: bytes, cost: Cost) -> bytes:
    argon2 = Argon2id(salt=salt, length=32, memory_cost=cost.memory_kib, iterations=cost.passes, lanes=cost.lanes)
    return argon2.derive(form)


def slot_info(word: str, file: KeysFile, cost: Cost, number: int) -> bytes:
    """Return what binds a slot: `word` is "slot" for the typed form, "word" for the word form."""
    return b"casevault/" + word.encode() + b"\1\1" + file.vault + file.salt + cost.encode() + u64(number)


def unlock_key(k1: bytes, device_secret: bytes, fido2_secret: bytes, info: bytes) -> bytes:
    """Join the factors, each after its length."""
    factors = b"".join(len(one).to_bytes(2, "big") + one for one in (k1, device_secret, fido2_secret))
    return expand(extract(b"", factors), info, 32)


def slot_content(content: bytes, number: int) -> Secrets:
    """Read the content of a slot; another padding, member or width is as good as a wrong passphrase."""
    found = message(content)
    require(isinstance(found, dict) and found.keys() == {"seat", "kem", *_SECRETS}, "slot content")
    widths(found, seat=16, kem=96, **_SECRETS)
    return Secrets(number, **found)


def open_slot(file: KeysFile, name: str, passphrase: str, device_secret: bytes = b"") -> Secrets:
    """Try every slot with every run."""
    salt = sha256(file.salt, name_form(name))[:16]
    runs = [("slot", typed_form(passphrase), cost) for cost in file.costs()]
    runs.append(("word", word_form(passphrase), Cost(*_WORD_COST)))
    for word, form, cost in runs:
        k1 = stretched(form, salt, cost)
        for number in range(32):
            key = unlock_key(k1, device_secret, b"", slot_info(word, file, cost, number))
            aad = local_aad(PURPOSES["slot"], file.vault, bytes(16), number)
            try:
                return slot_content(open_envelope(key, PURPOSES["slot"], file.slot(number), aad), number)
            except Refused:
                continue
    raise Refused("no slot opens")


def open_door(file: KeysFile, secrets: Secrets) -> tuple[bytes, bytes]:
    """Return the new and the old key of the database."""
    info = sent_info(PURPOSES["door"], file.vault, secrets.seat)
    for door in file.doors():
        try:
            content = open_hpke(secrets.kem, door, info)
        except Refused:
            continue
        require(len(content) == 64 and any(content[:32]), "content of a door")
        return content[:32], content[32:]
    raise Refused("no door opens")
