"""Who is in by the lines of logs, and which entries, versions, epochs and grants are valid: FORMAT.md 2 and 6, pure.

May import `records` and the foundations; it reads rows and knows no session, file or clock.
Begin at `version_validity.py`; who wrote an entry is `authority.py`, who is in `directory.py`.
"""
