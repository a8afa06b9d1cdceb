"""Lists of cases from a spreadsheet: what a file would make, making it as a whole, and taking it back as a whole.

May import `approvals`, `cases`, `erasures`, `grants` and `projection`. Begin at `case_import.py`.
"""
