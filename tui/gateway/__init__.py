"""The one door from the screens to the services: a `Gateway`, and one small class for each subject.

Every method may block, so only workers call them. The package loads the whole library; the app imports it once the
unlock screen is painted. What a screen shows as a service returns it, it reads with `Gateway.read`; a subject is for
what several services say together, or what has to be kept between two looks. What somebody stops raises
`CancelledError`. Types of rooms that screens may not import are named here.
"""

from tui.gateway.gateway import Gateway
from vault.seal.entrance.wordlists import GeneratedPassphrase
from vault.seal.recovery import Sheet
from vault.services.approvals.pipe_process import NEXT_STEP, NOT_APPROVED, PipeAnswer, PipeQuestion, approved, serve
from vault.services.approvals.side_by_side import Beside, side_by_side
from vault.services.credentials.entering import Proof
