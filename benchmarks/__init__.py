"""Measurements of single parts, run by hand: `python -m benchmarks.x12`."""
