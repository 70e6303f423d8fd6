"""Metrics for Prometheus: every one declared once, what it is read from, and the listener that shows them.

Each half has its table (`collector`, `web`), read from vitals that its processes keep in shared memory, so a scrape
costs them nothing. `stored` is what only the database knows, `processes` what the system does. Their owner is the
process that started them: so counters go on when one of them dies and is started again.
"""
