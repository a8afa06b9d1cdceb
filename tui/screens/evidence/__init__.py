"""The log, backups and exchange on the screen.

May import `frame`.
Begin at `log_view.py`.
"""
