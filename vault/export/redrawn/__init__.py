"""Papers drawn anew, as pixels, in a process of its own: `python -m vault.export.redrawn`.

Begin at `drawn_anew.py`, the side of the program; `layout.py` says what is left of a page, without any picture.
"""
