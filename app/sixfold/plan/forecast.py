"""How a plan would run if every open task took one unit of time."""

from __future__ import annotations

from collections import Counter

from msgspec import Struct
from msgspec.structs import replace

from sixfold.model import Plan, Roles
from sixfold.plan.network import Network
from sixfold.plan.schedule import Schedule


class Forecast(Struct, frozen=True):
    """A plan's schedule on its slots, in steps of one task each."""

    waves: list[list[str]]
    """The tasks that run in each step. What never can run (ambiguous, or needs such) is absent."""
    width: int
    """Most tasks that could run side by side if slots were without number."""
    critical_path: list[str]
    """Tasks that run, on one longest way through edges and barriers, in order."""

    @property
    def speedup(self) -> float:
        """Tasks that run / steps; 1.0 where nothing is open."""
        return sum(map(len, self.waves)) / len(self.waves) if self.waves else 1.0


def forecast(plan: Plan, roles: Roles = "prefer") -> Forecast:
    """The schedule of the plan's open tasks on `plan.slots` slots, gates taking no time."""
    network = Network(plan)
    schedule = Schedule(plan, slots=plan.slots, roles=roles)
    units = [int(schedule.state(name) in {"ready", "pending"}) for name in network.ids]
    levels = network.levels(units)
    busy = Counter(level for level, unit in zip(levels, units, strict=True) if unit)
    path = [network.ids[node] for node in network.longest_path(units)]
    return Forecast(_waves(schedule, plan.slots), max(busy.values(), default=0), path)


def _waves(schedule: Schedule, count: int) -> list[list[str]]:
    slots = range(1, count + 1)
    waves = []
    while not schedule.over:
        wave = [assignment.task for assignment in schedule.start(slots)]
        for task in wave:
            schedule.finish(task)
        for phase in schedule.due():
            schedule.pass_gate(phase)
        if wave:
            waves.append(wave)
    return waves


def with_forecast(plan: Plan, roles: Roles = "prefer") -> Plan:
    """The plan with its figures filled in: waves, width, critical path and speed-up."""
    seen = forecast(plan, roles)
    return replace(
        plan,
        critical_path=seen.critical_path,
        speedup=round(seen.speedup, 2),
        waves=seen.waves,
        width=seen.width,
    )
