"""The doctor: is everything here as it should be, and what to do where it is not?

    machine    settings, versions, disk        upstream   reachability and the clock
    database   settings of Postgres, schema, days ahead, boards

It changes nothing and says every trouble at once rather than the first. All but boards takes seconds, whoever is away.
"""

from ops.doctor.finding import Finding, Level

__all__ = ["Finding", "Level"]
