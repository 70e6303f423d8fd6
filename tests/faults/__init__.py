"""Faults on purpose: the real collector on a real database is struck in mid-stream, recovers, and is recounted.

A run counts only if its fault fired. `test_faults` runs each once with a fixed seed; `python -m tests.faults N` runs
each N times and prints a table. What the collector is to survive is listed in `faults`; how one run goes is `stage`.
"""
