"""The keys of one seat and of its folder: changed, renewed after others' acts, destroyed.

May import `pins`, `trust` and `session`.
Begin at `keychange.py`.
"""
