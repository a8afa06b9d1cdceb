"""The log, backups, exchange and what colleagues erased on the screen.

May import `frame`.
Begin at `log_view.py`.
"""
