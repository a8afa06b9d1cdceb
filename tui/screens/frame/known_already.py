"""Before a person or a case is made: who may be known already, and whether this is somebody else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from tui.screens.frame.base import VaultScreen
from tui.text.in_words import together
from tui.values.values_people import Made
from vault.errors import VaultError
from vault.words.message import Message

if TYPE_CHECKING:
    from tui.gateway import Gateway


def make_unless_known(
    screen: VaultScreen,
    make: Callable[[Gateway, bool], Made],
    then: Callable[[str], None],
    *,
    failed: Callable[[VaultError], None] | None = None,
    here: Callable[[Sequence[tuple[str, str]]], None] | None = None,
) -> None:
    """Have something made; where somebody may be known already, ask first, and go back to what was typed on no.

    Args:
        screen: where it was typed.
        make: gets the gateway and whether to make it anyway.
        then: gets the id of what was made.
        failed: gets an error, as in `VaultScreen.ask`.
        here: gets who of the case may be meant: nothing was made.
    """

    def go_on(made: Made) -> None:
        if made.here and here is not None:
            here(made.here)
            return
        if not made.known:
            then(made.made)
            return
        screen.say(Message("Nothing is written yet."))
        screen.confirm(
            Message("Known already?"),
            together(made.known),
            lambda: ask(anyway=True),
            yes=Message("Save it anyway"),
            no=Message("Back to the form"),
        )

    def ask(*, anyway: bool) -> None:
        screen.ask(partial(_make, make, anyway), go_on, failed=failed)

    ask(anyway=False)


def _make(make: Callable[[Gateway, bool], Made], anyway: bool, vault: Gateway) -> Made:
    return make(vault, anyway)
