"""Members and devices on the screen: invited, admitted, changed, removed.

May import `frame`.
Begin at `members_screen.py`.
"""
