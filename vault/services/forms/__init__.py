"""Forms of the organisation's own: admins keep them, and who works on a case fills them in."""
