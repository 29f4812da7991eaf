"""Measurements: campaigns and timings that are too long, or too noisy, for the tests."""
