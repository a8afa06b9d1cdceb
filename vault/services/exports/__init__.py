"""From a case to a sealed package for one recipient, and what the recipient does with it.

May import `approvals`, `cases`, `members` and `projection`.
Begin at `exporting.py`: nothing is at the destination before all of it has passed.
"""
