"""The check of a whole log from its rows, without keys: C1 to C3 of FORMAT.md 6.

May import the forms beside this room.
Begin at `verify.py`.
"""
