"""Cases on the screen: the list, one case, its notes, its papers, its sections, and who opens it.

May import `frame`, `people` and `referral`.
Begin at `case_list.py`.
"""
