"""CaseVault: an encrypted casework vault for asylum-support organisations."""

# A literal: importlib.metadata costs 40 ms at start.
__version__ = "0.1.0"
