"""Text that is safe to show, sentences in the language of the app, and days in words.

May import nothing else of the app.
Begin at `safe_text.py`.
"""
