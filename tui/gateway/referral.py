"""What leaves for somebody outside: recipients, and what stays here."""

from __future__ import annotations

from collections.abc import Iterable

from tui.gateway.subject import Subject, case_id
from vault.casework.person import Person
from vault.ids import short_id
from vault.policy.roles import Action
from vault.services.exports import export_people, exporting, partners
from vault.services.exports.export_material import WHY
from vault.services.exports.partners import KeptPartner
from vault.services.projection.stored_records import Stored
from vault.words.message import Message, Words


class Referral(Subject):
    """Knows to whom a package can go, and of whom it can be."""

    @property
    def may_add(self) -> bool:
        """Whether this member's roles let them keep a recipient."""
        return bool(self._may(Action.PARTNER_WRITE))

    def recipients(self) -> list[KeptPartner]:
        """Return to whom packages can be sealed."""
        return partners.list_all(self._session)

    def staying(self, case: str) -> tuple[Words, ...]:
        """Return what of a case stays here when it is exported."""
        return tuple(exporting.staying_lines(exporting.papers_staying(self._session, case_id(case))))

    def clients(self, case: str) -> tuple[tuple[str, Words], ...]:
        """Return of whom an export of one client can be: id and name."""
        return named_clients(export_people.clients(self._session, case_id(case), why=WHY))


def named_clients(found: Iterable[Stored[Person]]) -> tuple[tuple[str, Words], ...]:
    """Return clients to choose from: id and name, with the beginning of the id, as two may have one name."""
    return tuple(
        (
            client.record.hex(),
            Message(
                "{name}  {id}",
                name=client.value.display_name() or Message("no name"),
                id=short_id(client.record),
            ),
        )
        for client in found
    )
