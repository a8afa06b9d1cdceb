"""One's own way in: the passphrase, a keyfile and a security key beside it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tui.gateway.subject import Subject, UnlockedVault
from tui.values.values_own import OwnFactors, Proof
from vault.access.pins.delays import counting_down
from vault.access.seat_keys.slots import Factors, check_factors, salt_of_vault
from vault.seal.entrance.device_secret import PrfProvider, fido2_salt
from vault.seal.entrance.wordlists import GeneratedPassphrase
from vault.services.credentials import entering
from vault.services.credentials.entering import FactorName

Waiting = Callable[[int], None]


class OwnAccess(Subject):
    """Changes what opens this member's seat. Each act wants to see again what opens it now.

    `waiting` is told the seconds that earlier wrong attempts cost.
    """

    old_copies = entering.OLD_COPIES

    def __init__(self, door: UnlockedVault) -> None:
        super().__init__(door)
        self._used = OwnFactors()
        self.security_key: Callable[[Callable[[], str]], PrfProvider] = entering.security_key

    def came_in_with(self, keyfile: str, pin: str) -> None:
        """Remember what beside the passphrase opened this session."""
        self._used = OwnFactors(bool(keyfile), bool(pin))

    def factors(self) -> OwnFactors:
        """Return what opens the seat beside the passphrase."""
        return self._used

    def check(self, proof: Proof, waiting: Waiting) -> None:
        """Raise where this does not open the seat now, and wipe it then; the act that follows needs it otherwise."""
        try:
            check_factors(self._session, self._unlocked.name, self._given(proof), counting_down(waiting))
        except BaseException:
            _wipe(proof.passphrase)
            raise

    def propose(self, language: str) -> GeneratedPassphrase:
        """Make a passphrase of words of `en`, `fr` or `ru`."""
        return entering.propose_passphrase(language)

    def is_same(self, made: GeneratedPassphrase, typed: bytearray) -> bool:
        """Say whether what was typed from the paper is what was made; it is wiped."""
        try:
            return entering.is_same(made, typed)
        finally:
            typed[:] = bytes(len(typed))

    def refuse_weak(self, passphrase: bytearray) -> None:
        """Raise where a chosen passphrase is too easy to guess."""
        entering.refuse_weak(passphrase, (self._unlocked.name,))

    def change_passphrase(self, proof: Proof, new: bytearray, waiting: Waiting) -> None:
        """Have another passphrase open the seat; both are wiped."""
        try:
            given = self._given(proof)
            entering.change_passphrase(
                self._session, member=self._unlocked.name, old=given, new=new, wait=counting_down(waiting)
            )
        finally:
            _wipe(new, proof.passphrase)

    def add_keyfile(self, proof: Proof, path: Path, waiting: Waiting) -> None:
        """Write a new keyfile and need it from now on."""
        try:
            given = self._given(proof)
            entering.add_keyfile(
                self._session, member=self._unlocked.name, factors=given, path=path, wait=counting_down(waiting)
            )
        finally:
            _wipe(proof.passphrase)
        self._used = OwnFactors(True, self._used.security_key)

    def add_security_key(self, proof: Proof, pin: str, waiting: Waiting) -> None:
        """Need the security key that is plugged in from now on."""
        try:
            given = self._given(proof)
            provider = self.security_key(lambda: pin)
            entering.add_security_key(
                self._session, member=self._unlocked.name, factors=given, provider=provider, wait=counting_down(waiting)
            )
        finally:
            _wipe(proof.passphrase)
        self._used = OwnFactors(self._used.keyfile, True)

    def remove(self, proof: Proof, kind: str, waiting: Waiting) -> None:
        """Need a keyfile or a security key no more."""
        name = FactorName(kind)
        try:
            given = self._given(proof)
            entering.remove_factor(
                self._session, member=self._unlocked.name, factors=given, name=name, wait=counting_down(waiting)
            )
        finally:
            _wipe(proof.passphrase)
        is_file = name is FactorName.KEYFILE
        self._used = OwnFactors(self._used.keyfile and not is_file, self._used.security_key and is_file)

    def _given(self, proof: Proof) -> Factors:
        device = entering.device_secret_of(Path(proof.keyfile).expanduser()) if proof.keyfile else None
        fido2 = b""
        if proof.pin:
            fido2 = self.security_key(lambda: proof.pin).secret(fido2_salt(salt_of_vault(self._unlocked.path)))
        return Factors(proof.passphrase, b"" if device is None else device.secret, fido2)


def _wipe(*secrets: bytearray) -> None:
    for secret in secrets:
        secret[:] = bytes(len(secret))
