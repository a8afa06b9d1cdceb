"""A passphrase without anything beside it, and one made of four words."""

from __future__ import annotations

from pathlib import Path

from typing_extensions import override

from tests.tui.stills.door import StillDoor
from tui.gateway.credentials import OwnAccess, Waiting
from tui.values.values_own import MadePassphrase, Proof
from vault.errors import RefusedError, WrongPassphraseError
from vault.words.message import Message

MADE = ("amber", "kettle", "orchard", "violin")
RIGHT = b"seven paper lanterns"


class StillOwnAccess(OwnAccess):
    """Changes nothing; `done` has what each act was given, but no secret that is wrong."""

    _unlocked: StillDoor

    @override
    def check(self, proof: Proof, pending: Waiting) -> None:
        self._prove(proof)

    @override
    def propose(self, language: str) -> MadePassphrase:
        self._unlocked.done.append(("propose", language))
        return MadePassphrase(language, MADE, 78)

    @override
    def is_same(self, made: MadePassphrase, typed: bytearray) -> bool:
        return typed.decode().split() == list(made.words)

    @override
    def refuse_weak(self, passphrase: bytearray) -> None:
        if len(passphrase) < 12:
            raise RefusedError(Message("this passphrase is too easy to guess"))

    @override
    def change_passphrase(self, proof: Proof, new: bytearray, pending: Waiting) -> None:
        self._prove(proof)
        self._unlocked.done.append(("passphrase", new.decode()))

    @override
    def add_keyfile(self, proof: Proof, path: Path, pending: Waiting) -> None:
        self._prove(proof)
        self._unlocked.done.append(("keyfile", path))
        self.came_in_with("x", "")

    @override
    def add_security_key(self, proof: Proof, pin: str, pending: Waiting) -> None:
        self._prove(proof)
        self._unlocked.done.append(("security key", pin))
        self.came_in_with("", "x")

    @override
    def remove(self, proof: Proof, kind: str, pending: Waiting) -> None:
        self._prove(proof)
        self._unlocked.done.append(("remove", kind, proof.keyfile))
        self.came_in_with("", "")

    def _prove(self, proof: Proof) -> None:
        if proof.passphrase != RIGHT:
            raise WrongPassphraseError(Message("no key slot opens with this name and passphrase"))
