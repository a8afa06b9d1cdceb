"""The screens of CaseVault.

Importing this package takes the switches of Textual out of the environment, before anything can import Textual.
"""

import os

# Textual reads these once, at its first import: a log of every key, screenshots, a driver from any module, a debug
# console. Every module of this package is imported after these lines, so no screen can forget them.
# The last of the harmless ones belongs to the snapshot plugin of the tests; Textual does not know it.
_HARMLESS = frozenset({"TEXTUAL_FPS", "TEXTUAL_ANIMATIONS", "TEXTUAL_COLOR_SYSTEM", "TEXTUAL_SNAPSHOT_TEMPDIR"})
for _name in [name for name in os.environ if name == "TEXTUAL" or name.startswith("TEXTUAL_")]:
    if _name not in _HARMLESS:
        del os.environ[_name]
# Nothing moves by itself: an idle screen sends no byte, which matters on a slow line and to an observer of the line.
os.environ["TEXTUAL_ANIMATIONS"] = "none"
os.environ["TEXTUAL_SMOOTH_SCROLL"] = "0"
