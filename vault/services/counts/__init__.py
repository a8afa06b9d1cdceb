"""Counts of people, cases and acts for those who ask for numbers: no small group can be worked out of them.

May import `cases`, `grants` and `projection`. Begin at `counting.py`; `vault.tables.small_cells` decides what is shown.
"""
