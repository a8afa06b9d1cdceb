"""One's own way in on the screen: unlock, passphrase, factors, recovery sheets.

May import `frame`.
Begin at `own_access.py`.
"""
