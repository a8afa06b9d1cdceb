"""The office of four at the real command line: one folder, each member with a passphrase file of their own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.cli.desk import Answer, Desk
from tests.services.colleague import Colleague
from tests.services.founded import MEMBER, PASSPHRASE
from tests.services.office import Office


@dataclass(frozen=True, slots=True)
class OfficeDesk:
    """Runs commands as one of the members."""

    desk: Desk
    office: Office
    folder: Path

    @classmethod
    def of(cls, office: Office, folder: Path) -> OfficeDesk:
        return cls(Desk.of(office.place, folder), office, folder)

    def run(self, who: Colleague | None, *arguments: str, stdin: str = "") -> Answer:
        """Run as a member, or as the founder for None."""
        name, passphrase = (MEMBER, PASSPHRASE) if who is None else (who.name, who.passphrase)
        file = self.folder / f"passphrase of {name}"
        file.write_bytes(passphrase)
        file.chmod(0o600)
        given = ("--vault", str(self.office.place.path), "--member", name, "--passphrase-file", str(file))
        return self.desk.run_bare(*given, *arguments, stdin=stdin)

    def done(self, who: Colleague | None, *arguments: str, stdin: str = "") -> Answer:
        """Run as a member what has to succeed."""
        answer = self.run(who, *arguments, stdin=stdin)
        assert answer.code == 0, answer.err
        return answer
