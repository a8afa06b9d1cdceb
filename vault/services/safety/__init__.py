"""Risk and safety: check-ins that somebody looks for, and what is done when a person or a device is taken."""
