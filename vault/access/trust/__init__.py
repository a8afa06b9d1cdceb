"""Whom to believe: who is in, how much of each log is proven, and which keys are ours.

May import `pins` and `vault.validity`.
Begin at `directory_reading.py`.
"""
