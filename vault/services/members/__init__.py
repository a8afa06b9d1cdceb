"""Who is in the organisation, with which roles and devices, and every change of that.

May import `projection`, `grants` and `cases`.
Begin at `members.py`; each change goes through `changes.py`.
"""
