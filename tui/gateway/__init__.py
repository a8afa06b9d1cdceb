"""The one door from the screens to the services: a `Gateway`, and one small class for each subject.

Every method may block, so only workers call them. The package loads the whole library; the app imports it once the
unlock screen is painted. A new subject: a class in the file of its kind, made with the `UnlockedVault`; a line there.
What somebody stops raises `CancelledError`. Subjects hand out the services' values: what screens have to name of them,
for type checks, is named here.
"""

from tui.gateway.gateway import Gateway
from vault.seal.entrance.wordlists import GeneratedPassphrase
from vault.seal.recovery import Sheet
from vault.services.approvals.pipe_process import NEXT_STEP, NOT_APPROVED, PipeAnswer, PipeQuestion, approved, serve
from vault.services.approvals.side_by_side import Beside, side_by_side
