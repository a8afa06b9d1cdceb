"""Papers of a case: added, read, saved, removed.

Begin at `paper.py`.
"""
