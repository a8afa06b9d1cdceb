"""Runs the real launcher with `marker_app.py` as its child: `python launch_marker.py FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))

from tui.launcher import launch  # noqa: E402 - after the path is set

folder = Path(sys.argv[1])
code = launch(folder, "Noor", command=(sys.executable, "-I", str(HERE / "marker_app.py")), state=folder / "state")
(folder / "code").write_text(str(code))
if "textual" in sys.modules:
    (folder / "code").write_text("the launcher loaded Textual")
sys.exit(code)
