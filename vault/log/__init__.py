"""The log: headers, lists, Merkle tree, checkpoints, deciding items, their verification; hashing and encoding only.

The check of a whole log begins at `verify.py`; what an item says is read in `act_bytes.py`.
"""
