"""Cases and what is in them: people, notes, restricted sections, intake, lists and search.

May import `projection` and `grants`.
Begin at `cases.py`.
"""
