"""The table of many runs: how often each fault fired and failed, and how long the recovery took."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import median

from tests.faults.run import POSTGRES_S_MAX, PROCESS_S_MAX, Outcome

_HEAD = f"{'fault':45} {'runs':>5} {'fired':>5} {'failed':>6}   {'recovery s: median':>18} {'max':>6}   seeds"


def table(outcomes: Iterable[Outcome]) -> str:
    """A line for each fault, then the limits, then what failed."""
    by_fault: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        by_fault.setdefault(outcome.fault.name, []).append(outcome)
    every = [outcome for runs in by_fault.values() for outcome in runs]
    lines = [_HEAD, *[_line(name, runs) for name, runs in by_fault.items()], "", *_summary(every)]
    return "\n".join([*lines, *_failures(every)])


def progress(outcome: Outcome) -> str:
    """One run in one line, while others go on."""
    said = "skipped" if outcome.skipped else "diff=0" if not outcome.failure else outcome.failure.splitlines()[0]
    recovery = "" if outcome.recovery_s is None else f", recovered in {outcome.recovery_s:.1f} s"
    notes = f" ({outcome.notes})" if outcome.notes else ""
    return f"{outcome.fault.name}, seed {outcome.seed}: {said}{recovery}{notes}, {outcome.seconds:.1f} s"


def _line(name: str, runs: list[Outcome]) -> str:
    times = [run.recovery_s for run in runs if run.recovery_s is not None]
    middle, longest = (f"{median(times):.2f}", f"{max(times):.2f}") if times else ("-", "-")
    fired, failed = sum(run.fired for run in runs), sum(run.failed for run in runs)
    seeds = f"{min(run.seed for run in runs)}-{max(run.seed for run in runs)}"
    return f"{name:45} {len(runs):5} {fired:5} {failed:6}   {middle:>18} {longest:>6}   {seeds}"


def _summary(every: list[Outcome]) -> list[str]:
    counted = sum(run.fired for run in every)
    void = sum(not run.fired and not run.skipped for run in every)
    skipped = sum(run.skipped for run in every)
    failed = sum(run.failed for run in every)
    lines = [
        f"{counted} runs counted; {failed} failed, {void} of them because the fault did not fire; {skipped} skipped"
    ]
    for what, limit_s in (("a process is killed", PROCESS_S_MAX), ("the database is lost", POSTGRES_S_MAX)):
        times = [r.recovery_s for r in every if r.fault.recovery_s_max == limit_s and r.recovery_s is not None]
        if times:
            verdict = "kept" if max(times) <= limit_s else "BROKEN"  # by a run that has failed for it
            lines.append(
                f"counting again after {what}: median {median(times):.2f} s, max {max(times):.2f} s; "
                f"limit {limit_s:.0f} s {verdict}"
            )
    return lines


def _failures(every: list[Outcome]) -> list[str]:
    return [f"\n{run.fault.name}, seed {run.seed}: {run.failure}" for run in every if run.failed]
