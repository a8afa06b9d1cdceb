"""Exchange with another member by one file: made, looked into, imported.

May import `backups`, `grants` and `projection`.
Begin at `syncing.py`; what comes in passes `bundle_import.py`.
"""
