"""What every screen is made of: its commands, its lines, its forms, its lists and small questions.

May import `widgets`, `text`, `values` and the gateway; no other room of screens.
Begin at `base.py`.
"""
