"""Legal deadlines as data, and the engine that counts them: (rule, facts, now, place) -> a date with its explanation.

Pure: no file, no clock, no store. Sentences are messages, a face renders them. `docs/deadlines.md` says it for people.
"""
