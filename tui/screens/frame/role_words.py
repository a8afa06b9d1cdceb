"""What the roles mean, in a few words."""

from __future__ import annotations

from typing import Final

ROLES: Final = (
    ("intake", "intake: takes calls, opens no case"),
    ("caseworker", "caseworker: makes and keeps cases"),
    ("field", "field: reads the cases granted to them"),
    ("legal-reviewer", "legal reviewer: reads, approves exports"),
    ("supervisor", "supervisor: makes and keeps cases too, and admits"),
    ("auditor", "auditor: reads the log, no case"),
    ("admin", "admin: members and keys, no case"),
)
"""(code, words), as often as they are needed."""
INVITED_AS: Final = (*ROLES, ("admin,caseworker", "admin and caseworker: in an office of two"))
"""As what somebody can be invited in one step."""
