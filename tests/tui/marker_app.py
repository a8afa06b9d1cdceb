"""A tiny app on the safe base whose screen holds a marker text: run as the launcher's child in a real terminal."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import ClassVar

sys.path.insert(0, str(Path(__file__).parents[2]))

from tui.shell import quiet_process  # isort: split

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static
from typing_extensions import override

from tui.shell.safe import EXIT_SWITCHED, SafeApp
from tui.shell.start import Start, read_start
from tui.shell.terminal_reset import Orphanage
from tui.text.safe_content import safe_content
from tui.widgets.fields import SafeInput
from vault.platform import harden_process

MARKER = "SAMIRA-VELDT-0417"
ATTACK = "\x1b]52;c;QUJD\x07\x1b]2;evil\x07\x1bPq\x1b\\"


class MarkerApp(SafeApp):
    """F7 crashes, F8 hangs, F9 changes the member; what happened is written into the vault folder."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("f7", "fail"), Binding("f8", "hang"), Binding("f9", "switch")]

    def __init__(self, start: Start, descriptor: int) -> None:
        say = quiet_process.words_to(descriptor)
        quiet_process.say_only_where(say)
        super().__init__(last_words=say)
        self.folder = start.vault_path
        self.member = start.member

    @override
    def compose(self) -> ComposeResult:
        yield SafeInput(placeholder="name")
        yield Static(safe_content("\n".join(f"{MARKER} line {number} {ATTACK}" for number in range(60))))

    def on_ready(self) -> None:
        new = self.folder / "pid.new"
        new.write_text(f"{os.getpid()} {self.member}")
        new.rename(self.folder / "pid")

    @override
    def before_end(self) -> None:
        (self.folder / "ended").write_text("draft saved")

    def action_fail(self) -> None:
        passphrase = "PASSPHRASE-OF-NOOR"
        raise ValueError(f"{MARKER} {passphrase}")

    def action_switch(self) -> None:
        self.end(EXIT_SWITCHED)

    def action_hang(self) -> None:
        (self.folder / "hanging").touch()
        time.sleep(60)


def main() -> None:
    harden_process()
    app = MarkerApp(read_start(int(sys.argv[1])), int(sys.argv[2]))
    orphanage = Orphanage(int(sys.argv[2]), terminal=0)
    orphanage.watch()
    quiet_process.keep_terminal_for_driver()
    app.run()
    orphanage.leave()
    os._exit(app.return_code or 0)


main()
