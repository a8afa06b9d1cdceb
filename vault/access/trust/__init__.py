"""Whom to believe: the roster in effect, how much of each log is proven, and which keys are ours.

May import `pins` and `vault.validity`.
Begin at `directory.py`.
"""
