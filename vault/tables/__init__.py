"""Tables as other programs have them: CSV and XLSX, read by a process with limits, and written without live cells.

Nothing here knows a case. Begin at `reading.py`; `parsing.py` runs in the process alone.
"""
