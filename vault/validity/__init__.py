"""Which entries, versions, epochs, grants and rosters are valid: FORMAT.md 6, in one pure room.

May import `records` and the foundations; it reads rows and knows no session, file or clock.
Begin at `version_validity.py`; who wrote an entry is `authority.py`.
"""
