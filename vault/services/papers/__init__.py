"""The papers of a case: added, listed, read, saved and removed.

May import `cases` and `projection`.
Begin at `papers.py`.
"""
