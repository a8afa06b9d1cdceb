"""Backups: made, proven by opening them again, and restored.

May import `credentials` and `projection`.
Begin at `backups.py`.
"""
