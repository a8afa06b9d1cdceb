"""All cryptography of CaseVault, without I/O and without logging. FORMAT.md beside this file owns the formats."""
