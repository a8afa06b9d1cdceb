"""A second person at the same keyboard: their own process, the question, and the rows lent to it.

May import `pins`, `trust`, `session` and `seat_keys`.
Begin at `local_client.py`; the other process is `local_approver.py`.
"""
