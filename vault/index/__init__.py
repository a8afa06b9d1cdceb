"""The member's own encrypted index: full text, lists, due dates. A projection of what is valid, rebuilt at will."""
