"""What is erased: what goes with it, what holds it back, what is removed of it here, and who was told.

May import `cases`, `grants` and `projection`.
Begin at `reach` in `reach.py`: what an erasure takes, what stays, and why. The act itself, which may need a second
person, is `approvals/erasing.py`.
"""
