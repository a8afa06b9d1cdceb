"""Mutation testing: a module is changed in one place, and its tests must notice (`make mutants`)."""
