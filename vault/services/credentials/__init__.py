"""One's own way in: founding, passphrase and factors, recovery sheets, and destroying all of it.

May import `projection` and `members`.
Begin at `vault_founding.py`, then `entering.py`.
"""
