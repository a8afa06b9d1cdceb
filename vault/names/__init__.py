"""Written names: how one person's name may be spelled, in which scripts and forms, and how to compare spellings."""
