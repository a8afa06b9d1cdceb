"""Runs the real launcher with `marker_app.py` as its child: `python launch_marker.py FOLDER`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tui.shell import launcher

launcher._GRACE_SECONDS = 1.0  # type: ignore[misc]  # a child that hangs must not make the test wait longer

app = Path(__file__).with_name("marker_app.py")
folder = Path(sys.argv[1])
(folder / "launcher").write_text(str(os.getpid()))
code = launcher.launch(folder, "Noor", command=(sys.executable, "-I", str(app)), state=folder)
(folder / "code").write_text("the launcher loaded Textual" if "textual" in sys.modules else str(code))
sys.exit(code)
