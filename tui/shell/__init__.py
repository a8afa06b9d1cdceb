"""The processes of the app: the parent that owns the terminal, the child that holds the keys, and the app itself.

May import every other room of the app.
Begin at `launcher.py`, then `app.py`.
"""
