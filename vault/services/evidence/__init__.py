"""Is what is stored what was signed, and who did what: verification and the log as auditors read it.

May import `approvals`, `exports`, `exchange` and `projection`.
Begin at `log_checking.py`.
"""
