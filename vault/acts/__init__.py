"""Acts: what a member can do, each told once, for the command line and for the app."""
