"""Text that is safe to show, and keys as they are named on the screen.

May import nothing else of the app.
Begin at `safe_text.py`.
"""
