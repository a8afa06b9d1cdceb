"""What every service reads first: the member's index, records, names of people and places.

May import `access` and below, and no other room of the services.
Begin at `projection.py`: how the index keeps level with the logs.
"""
