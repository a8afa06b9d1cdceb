"""Who is here: from a passphrase to an open session, and what this device remembers of the vault between two."""
