"""What the roles mean, in a few words."""

from __future__ import annotations

from typing import Final

from vault.words.message import Message

ROLES: Final = (
    ("intake", Message("intake: takes calls, opens no case")),
    ("caseworker", Message("caseworker: makes and keeps cases")),
    ("field", Message("field: reads the cases granted to them")),
    ("legal-reviewer", Message("legal reviewer: reads, approves exports")),
    ("supervisor", Message("supervisor: makes and keeps cases too, and admits")),
    ("auditor", Message("auditor: reads the log, no case")),
    ("admin", Message("admin: members and keys, no case")),
)
"""(code, words), as often as they are needed."""
INVITED_AS: Final = (*ROLES, ("admin,caseworker", Message("admin and caseworker: in an office of two")))
"""As what somebody can be invited in one step."""
