"""Who proposes to end a device says how much of its work counts: whoever is asked to sign hears how much would not."""

from __future__ import annotations

from tests.attacks.test_shared_keys import SECOND, SECOND_PASSPHRASE
from tests.english import in_english
from tests.services.colleague import admit
from tests.services.founded import Filled
from vault.access.membership.next_roster import Change, next_roster, propose
from vault.access.membership.roster_proposals import Proposal, seal_proposal
from vault.ids import Origin
from vault.log.roster import ROSTER_PURPOSE
from vault.policy.roles import Role
from vault.services.cases import cases
from vault.services.members import rostering


def test_a_proposal_that_sets_work_aside_says_so(short: Filled) -> None:
    with short.open() as owner:
        admin = admit(owner, roles=frozenset({Role.ADMIN}))
        leaver = admit(owner, name=SECOND, passphrase=SECOND_PASSPHRASE, roles=frozenset({Role.CASEWORKER}))
    with leaver.open(short.place) as session:
        made = cases.create(session, title="On her way", kind="asylum")
    with admin.open(short.place) as session:
        effective, change = session.directory.effective, Change(ended=frozenset({leaver.seat}))
        nothing = {Origin(effective.certificates[leaver.seat].genesis): 0}
        false = next_roster(effective, change, lambda _: nothing)
        false = false.signed(*session.sign(ROSTER_PURPOSE, false.root))
        files = [seal_proposal(session, Proposal(one)) for one in (false, propose(session, change))]
    with short.open() as owner:
        shown = [rostering.show(owner, file).changes for file in files]
    line = f"what device {leaver.seat.hex()[:8]} of {SECOND} wrote after the cut-off becomes invalid: "
    assert [[said for said in in_english(lines) if said.startswith(line)] for lines in shown][1] == []
    assert len([said for said in in_english(shown[0]) if said.startswith(line)]) == 1, made.ref
