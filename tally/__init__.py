"""Readings, decisions and a rule set become validity, counts and outcomes."""
