"""Versions of a record that were written without seeing each other: a pure rule of what differs and what stands."""
