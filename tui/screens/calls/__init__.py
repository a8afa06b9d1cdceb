"""Calls: a slip by one key over any screen, and the open slips.

Its rooms stand on those of cases: a slip becomes one.
"""
