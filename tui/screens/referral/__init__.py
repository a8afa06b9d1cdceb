"""What leaves the vault for one recipient, and the approval that it needs.

May import `frame`.
Begin at `export.py`.
"""
