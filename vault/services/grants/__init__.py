"""Who can open a case: give it, take it back, until a day, to a deputy, to a successor.

May import `projection`.
Begin at `sharing.py`: each is done by a key, none by a flag.
"""
