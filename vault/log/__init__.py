"""The log: headers, lists, Merkle tree, checkpoints, rosters and their verification; hashing and encoding only."""
