"""Custom feeds: what the operator's file says of them, which posts each takes, and how they are ranked.

All of it is done beside what is counted: no number of an account or a post depends on a feed.
"""
