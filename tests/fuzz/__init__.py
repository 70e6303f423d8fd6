"""Input that nobody means well with: every decoder of what comes from a socket, for as long as asked.

`./run test --fuzz` runs it; the tests run it for a moment.
"""
