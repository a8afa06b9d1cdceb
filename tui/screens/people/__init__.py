"""People on the screen: all that is known of somebody, the form that changes it, who is the same in another case.

May import `frame`.
Begin at `person.py`.
"""
