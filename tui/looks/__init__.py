"""How the app looks: one table of colours for each look, the signs and what stands for them in ASCII.

May import nothing else of the app.
Begin at `tokens.py`.
"""
