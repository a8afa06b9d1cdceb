"""A second reader of everything that CaseVault stores, written from vault/seal/FORMAT.md alone, section by section.

It imports nothing of CaseVault, only libraries. `vault.open_vault` opens a folder with a name and a passphrase, checks
every hash, signature and root, judges who may what, and names what is wrong; `bundles`, `backups` and `packages` do so
for what travels. Where it and the program differ, one of them does not do what the page says.
"""
