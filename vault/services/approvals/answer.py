"""The answer to a question: an approval of exactly this, signed and listed in the approver's own log.

Either carrier gives it by these functions; nothing here touches a terminal, a pipe or a file.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from collections.abc import Set as AbstractSet

from vault.access.trust.directory import Directory
from vault.errors import RefusedError, UsageError
from vault.ids import ID_SIZE, MemberId, SeatId, VaultId
from vault.log.approvals import APPROVAL_PURPOSE, APPROVE_ACT, Approval
from vault.policy.roles import ALLOWED, Action, Role
from vault.records.work import Entry, Work
from vault.services.approvals.question import Question
from vault.words.message import Message


def require_another(directory: Directory, requester: bytes, approver: MemberId) -> MemberId:
    """Return the member who asks.

    Raises:
        RefusedError: their seat is not in the newest roster, or it is the approver's own question.
    """
    certificate = directory.effective.certificates.get(requester)
    if certificate is None:
        raise RefusedError(
            Message("the member who asks is not in the newest list of members"),
            next_step=Message("Import the newest bundle first."),
        )
    if MemberId(certificate.member) == approver:
        raise RefusedError(Message("nobody can approve their own question"), next_step=Message("Ask another member."))
    return MemberId(certificate.member)


def approve(
    question: Question,
    begin_work: Callable[[], Work],
    *,
    vault: VaultId,
    requester: bytes,
    approver: SeatId,
    roles: AbstractSet[Role],
    why: str,
    sign: Callable[[str, bytes], bytes],
    rule: str = "",
) -> Approval:
    """Approve exactly what is asked; durable in the approver's own log on return.

    `sign` gets a purpose and a message, and signs by the approver's identity key. Of the approver's roles the first by
    name that may approve is named. `rule` is by which policy allowed it; the role, where none was asked.

    Raises:
        UsageError: no reason of the question.
        RefusedError: no role that may approve.
    """
    if why not in question.reasons:
        raise UsageError(Message("the reason must be one of: {names}", names=", ".join(question.reasons)))
    role = min((role.value for role in roles & ALLOWED[Action.APPROVE]), default=None)
    if role is None:
        raise RefusedError(
            Message("the second person's role does not allow approvals"), next_step=Message("Ask another member.")
        )
    unsigned = Approval(
        vault=vault,
        act=question.act,
        digest=question.digest,
        requester=requester,
        approver=approver,
        role=role,
        why=why,
        expires_ms=question.expires_ms,
        nonce=secrets.token_bytes(ID_SIZE),
    )
    approval = unsigned.signed(sign(APPROVAL_PURPOSE, unsigned.unsigned()))
    with begin_work() as work:
        work.list_approval(approval.encode())
        work.commit(
            Entry(
                act=APPROVE_ACT,
                why=why,
                obj=question.subject,
                dig=approval.digest,
                deleg=requester,
                pol=rule or f"approve:{role}",
            )
        )
    return approval
