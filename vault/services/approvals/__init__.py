"""Acts that need a second person: the question, the answer, the two ways between them, and whether it is valid.

May import `projection`, `grants` and `members`.
Begin at `second_person.py`. At the same keyboard a question goes by `pipe.py`, elsewhere by `by_file.py`.
"""
