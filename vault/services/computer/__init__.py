"""This computer: its disk, its clock, what a killed command left, and `status` without a passphrase.

May import `projection`.
Begin at `health.py`.
"""
