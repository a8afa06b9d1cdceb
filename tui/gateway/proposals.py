"""Changes of members that several have to sign, one after the other, in a file."""

from __future__ import annotations

from pathlib import Path

from tui.gateway.changes import changed
from tui.gateway.subject import Subject
from tui.values.values_members import Changed
from vault.progress import Progress
from vault.services.members import rostering
from vault.services.members.rostering import ProposalShown
from vault.store.files import require_new, write_new
from vault.words.message import Message


class Proposals(Subject):
    """Reads, signs and carries out proposals."""

    def keep(self, proposal: bytes, out: Path) -> None:
        """Write a proposal into a new file: it opens for members alone."""
        write_new(out, proposal)

    def show(self, file: Path) -> ProposalShown:
        """Return what a proposal says, without signing it."""
        return rostering.show(self._session, rostering.read_proposal(file))

    def sign(self, file: Path, out: Path) -> ProposalShown:
        """Sign a proposal and write it, signed, into a new file."""
        require_new(out)
        shown, signed = rostering.sign(self._session, rostering.read_proposal(file))
        write_new(out, signed)
        return shown

    def commit(self, file: Path, progress: Progress, *, accepts_loss: bool) -> Changed:
        """Make a proposal count that all who must have signed. Nothing stops it half way."""
        session = self._session
        proposal = rostering.read_proposal(file)
        outcome = rostering.commit(session, proposal, accepts_loss=accepts_loss, progress=progress)
        done = Message("The proposal is in effect. A member whom it admits needs a bundle of yours to begin.")
        return changed(session, outcome, done)
