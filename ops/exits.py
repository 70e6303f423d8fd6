"""Exit codes: what a script can tell from how a command ended."""

OK = 0
FAILED = 1  # it did not work, or the audit found differences
USAGE = 2  # a flag, a file or a setting is wrong
DATABASE = 3  # the database can not be used as it is
TAKEN = 4  # the port, or the database by another collector
