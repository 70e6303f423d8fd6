"""Side by side: our collector, what people use instead, and the limit, on the same events in one run (README.md).

    contest     all of them, by turns     contenders  who takes part, and what each is given
    material    one recording on every wire, and the rows that it makes
    peer        one program as a process  ratios      how much faster than whom; table shows them
    programs/   the peers: each a small program that says how long it took for how many events
"""
