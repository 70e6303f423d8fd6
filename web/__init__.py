"""The web half: query -> cache -> JSON / HTML, from rollups only, as a role that may do nothing but read.

It meets the collector in the database only, and imports nothing of it.
"""
