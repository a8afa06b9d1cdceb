"""What opens a slot of the `keys` file: passphrase, keyfile, security key; and the file itself.

May import the envelope and the keys beside this room.
Begin at `unlocking.py`.
"""
