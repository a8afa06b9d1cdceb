"""Erasing for good, for the screens.

Begin at `erasing.py`.
"""
