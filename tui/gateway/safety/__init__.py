"""What is done when a computer or a person is taken, for the screens.

Begin at `safety.py`.
"""
