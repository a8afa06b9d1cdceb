"""The log: headers, lists, Merkle tree, checkpoints, rosters and their verification; hashing and encoding only.

The check of a whole log begins at `verify.py`, that of rosters at `roster.py`.
"""
