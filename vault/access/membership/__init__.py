"""How a member or a device comes in: invited, waiting, admitted by a roster that is signed.

May import `pins`, `trust`, `session` and `seat_keys`.
Begin at `joining.py`, then `roster_commit.py`.
"""
