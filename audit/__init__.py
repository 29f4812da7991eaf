"""Checks from the paper: re-scan comparison and risk-limiting audit."""
