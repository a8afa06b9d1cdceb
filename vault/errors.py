"""Every error that a person may meet: what happened, what to do next, and the exit code of the command line.

An error names what happened and to which id, never contents. `code` is the stable word of `--json`; `exit_code`
follows the table of the command line's help. Third-party errors are translated once, where they arise, with
`raise ... from None`, because a chained library error may carry plaintext.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from vault.words.message import Message
from vault.words.next_step import NextStep


class VaultError(Exception):
    """Something that the program refuses or could not do. Never raised itself."""

    code: ClassVar[str] = "failure"
    exit_code: ClassVar[int] = 1
    usual_step: ClassVar[Message] = Message("Run {step} and try again.", step=NextStep.CHECK_COMPUTER)

    def __init__(self, message: Message, *, next_step: Message | None = None) -> None:
        super().__init__(str(message))
        self.message = message
        self.next_step = self.usual_step if next_step is None else next_step

    def data(self) -> dict[str, object]:
        """Return what `--json` tells beside the words, for whoever gave the command."""
        return {}


class UsageError(VaultError):
    """The command or its input cannot be understood."""

    code = "usage"
    exit_code = 2
    usual_step = Message("See {step}.", step=NextStep.READ_HELP)


class WaitingForDecisionError(VaultError):
    """Nothing was done because a person has to decide first."""

    code = "waiting-for-decision"
    exit_code = 3
    usual_step = Message("Decide the open questions, then repeat the command.")


class NotFoundError(VaultError):
    """No such record, or it is not for this member: the two cannot be told apart, by design."""

    code = "not-found"
    exit_code = 4
    usual_step = Message("Check the id or reference; {step} shows what you can open.", step=NextStep.LIST_CASES)


class RefusedError(VaultError):
    """A role, a grant or a consent does not allow this."""

    code = "refused"
    exit_code = 5
    usual_step = Message("Ask a member who has the right.")


class SheetsNeededError(RefusedError):
    """Only the recovery sheets do this, and their secret is not on this device."""


class NotAsShownError(RefusedError):
    """What an act would do now is not what a person read before they said yes."""

    usual_step = Message("Read the new list. Then go on, or leave.")


class VerificationError(VaultError):
    """What is stored contradicts what was signed."""

    code = "verification-failed"
    exit_code = 6
    usual_step = Message("Run {step}; restore from a backup if it names a loss.", step=NextStep.VERIFY_LOG)


class BrokenSealError(VerificationError):
    """Sealed bytes are corrupt, altered, or opened for another place.

    Which of the three cannot be told apart, by design.
    """

    code = "broken-seal"
    usual_step = Message("Restore this record from a backup, and run {step}.", step=NextStep.VERIFY_LOG)


class MalformedError(VerificationError):
    """Stored or received bytes do not have the form that FORMAT.md gives."""

    code = "malformed"


class LeakError(VerificationError):
    """The finished package still holds something that must not leave, or cannot be checked. Nothing was written."""

    code = "leak"
    usual_step = Message("Nothing was written. Decide about the named forms, or report the fault.")

    def __init__(self, message: Message, *, next_step: Message | None = None, forms: Iterable[int] = ()) -> None:
        super().__init__(message, next_step=next_step)
        self.forms = frozenset(forms)
        """What was found, by its places in the list of forms that was given; empty where that is not known."""


class NewerVaultError(VaultError):
    """The vault was written by a newer program than this one."""

    code = "newer-vault"
    usual_step = Message("Install the version that the message names; nothing was changed.")


class NoVaultError(VaultError):
    """There is no vault at the given place."""

    code = "no-vault"
    exit_code = 10
    usual_step = Message(
        "Name the folder with {option}, or make one with {step}.", option="--vault", step=NextStep.MAKE_VAULT
    )


class OpenElsewhereError(VaultError):
    """Another process has this vault open."""

    code = "open-elsewhere"
    exit_code = 11
    usual_step = Message("Close the other window, or stop it with {step}.", step=NextStep.LOCK)


class WrongPassphraseError(VaultError):
    """Wrong passphrase, unknown member or damaged slot: one error and one cost, by design."""

    code = "wrong-passphrase"
    exit_code = 12
    usual_step = Message("Check member name, passphrase and keyboard layout, then try again.")


class DependencyMissingError(VaultError):
    """A part that this act needs is not installed."""

    code = "dependency-missing"
    exit_code = 69
    usual_step = Message("Install CaseVault again; a part of it is missing.")


class InternalError(VaultError):
    """A fault of the program. Its text is never that of the underlying exception."""

    code = "internal"
    exit_code = 70
    usual_step = Message("Unsaved work is lost. Please report the place named here.")


class TryAgainError(VaultError):
    """The system could not do it now: a full disk, a busy file."""

    code = "try-again"
    exit_code = 75
    usual_step = Message("Free some space or wait, then repeat. What was acknowledged is safe.")
