"""The member's own encrypted index: full text, lists, due dates. A projection of what counts, rebuilt at will."""
