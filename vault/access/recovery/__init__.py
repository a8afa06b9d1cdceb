"""Access from recovery sheets: what they open, and the new seat that they admit.

May import `membership` and everything below it.
Begin at `recovering.py`.
"""
