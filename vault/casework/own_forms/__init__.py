"""Forms of an organisation's own: which questions they ask is data that an admin keeps, not a part of the program.

A definition stands in the directory, what was answered in the case.
"""
