"""Where the plaintext of records meets its key: content and its bytes, opening, and the unit of work."""
