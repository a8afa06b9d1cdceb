"""Sentences for people: English templates with named values, and the next step that a person may take.

Libraries build a `Message` and never a text. A face renders it: in its language, with its own name for each next step.
"""
