"""Screens for the worst hour: a computer was taken, or somebody is gone.

Begin at `emergency.py`.
"""
