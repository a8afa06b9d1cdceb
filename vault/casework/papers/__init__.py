"""Papers of a case: what a document is, and how its content is kept."""
