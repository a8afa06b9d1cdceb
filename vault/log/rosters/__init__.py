"""Rosters: who is in and with which keys, and the rules by which one follows from another.

May import the entries' own forms beside this room (`signatures`, `tree`).
Begin at `roster.py`.
"""
