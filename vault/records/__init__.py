"""Where plaintext meets its key, and nowhere else: content and its bytes, opening, and the unit of work."""
