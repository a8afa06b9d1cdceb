"""Who may do what: pure decisions over roles, numbered rights tables and cases. Reads nothing, knows no key."""
