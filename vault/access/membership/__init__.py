"""How a member or a device comes in: it asks, waits, and is admitted by a line of a log.

May import `pins`, `trust`, `session` and `seat_keys`.
Begin at `joining.py`, then `act_listing.py`.
"""
