"""What this account remembers of a vault outside its folder, and what it says when the vault differs.

May import what lies below `access`.
Begin at `pins.py`.
"""
