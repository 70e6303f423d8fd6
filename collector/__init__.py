"""The collector: socket frame -> lane -> batch -> queue -> event -> rows + tallies -> one transaction | fold.

The reader owns the socket and never touches the database; each worker owns its lanes and never touches the socket;
the roller folds tallies into rollups; the supervisor starts, watches and stops them and touches no data.
It meets the web half in the database only.
"""
