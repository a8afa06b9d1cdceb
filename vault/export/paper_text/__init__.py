"""The text of a paper, read in a process of its own: `python -m vault.export.paper_text`.

Begin at `__main__.py`; `asking.py` is the side of the program.
"""
