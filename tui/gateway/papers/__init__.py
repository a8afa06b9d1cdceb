"""Papers of a case, for the screens.

Begin at `papers.py`.
"""
