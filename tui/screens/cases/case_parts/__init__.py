"""The parts of the screen of a case: what stands on top, its timeline, its notes by day, its dates."""
