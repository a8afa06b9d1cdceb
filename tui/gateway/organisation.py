"""The members of the organisation: who is in, and how somebody joins."""

from __future__ import annotations

from tui.gateway.unlocked_vault import Subject
from tui.text.in_words import in_two_rows, together
from tui.values.access_shown import MembersShown
from tui.values.exchange_shown import ResultText
from vault.policy.roles import Action
from vault.services.grants import successors, timed_grants
from vault.services.members import admitting, members
from vault.services.projection import last_done
from vault.services.projection.authors import name_in, names_of_members
from vault.words.message import Message

_ACTS = (
    Action.MEMBER_ADMIT,
    Action.MEMBER_END,
    Action.ROLE_CHANGE,
    Action.DEPUTY_SET,
    Action.AWAY_SET,
    Action.HANDOVER_ORDER,
    Action.APPROVE,
    Action.CASE_SHARE,
)


class Members(Subject):
    """Lists who is in, and says how somebody joins."""

    def list_all(self, *, also_left: bool = False) -> MembersShown:
        """Return who is in; those who left after them, if asked for."""
        session = self._session
        names = names_of_members(session)
        lent = {
            member: together(
                (
                    Message("{name} until {day}", name=name_in(names, deputy), day=timed_grants.last_day(until))
                    for deputy, until in to.items()
                ),
                ", ",
            )
            for member, to in timed_grants.lent(session).items()
        }
        return MembersShown(
            members.list_all(session, also_left=also_left),
            last_done.duties_are_separated(session),
            self._may(*_ACTS),
            {member: name_in(names, deputy) for member, deputy in successors.deputies(session).items()},
            lent,
            session.member,
        )

    # ---- joining ------------------------------------------------------------------------------------------------

    def how_to_join(self) -> ResultText:
        """Return how somebody new joins, with the words to type there."""
        return ResultText(
            (
                Message("On the new device: `casevault --vault NEW member join --out REQUEST`."),
                Message("It asks for the 13 words of this vault:"),
                *in_two_rows(admitting.vault_words(self._session)),
                Message("The file REQUEST comes back to this device; then `a` admits them."),
            )
        )
