"""Acts that need a second person: the question, the answer, and whether an approval counts.

May import `projection`, `grants` and `members`.
Begin at `approving.py`; from elsewhere it goes by `approval_by_file.py`.
"""
