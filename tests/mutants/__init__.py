"""The test of the tests: the collector is broken on purpose, one small edit at a time, and each must be caught.

`./run test --mutants` edits copies of the checkout, never the checkout itself.
"""
