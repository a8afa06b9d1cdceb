"""The rule of trust: who is in, whose acts count, and to whom a device writes. Values in, states out.

Begin at `who_is_in.py`; a case is the same rule once more, in `case.py`.
"""
