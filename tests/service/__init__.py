"""Faults of a running service: everything that the units of systemd run, struck while readers ask it all along.

    unit_file  what a unit says                      unit      a command, kept as its unit says
    stage      one service, from its start to the recount
    readers    who asks the hot endpoints            lag       how far the watermark is behind
    processes, surroundings, clock    what is struck   rows      all of it, and what a strike came to
    table      the rows for people

`./run test --service-faults` performs every row once; `test_service_faults` one, so that this can not rot.
"""
