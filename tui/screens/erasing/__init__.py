"""Erasing for good on the screen: what goes is read first; what colleagues erased is looked at.

May import `frame`.
Begin at `erase.py`.
"""
