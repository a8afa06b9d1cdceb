"""The one door from the screens to the services: a `Gateway`, and one small class for each subject.

Every method may block, so only workers call them. The package loads the whole library; the app imports it once the
unlock screen is painted. A new subject: a class in a file of its own, made with the `UnlockedVault`; one line there.
"""

from tui.gateway.gateway import Gateway
from vault.services.approvals.approving import Approver

__all__ = ["Approver", "Gateway"]
