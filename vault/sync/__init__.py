"""Exchange between devices: sealed rows in bundles, checked without keys (FORMAT.md 6, C1 to C3); it reads no case."""
