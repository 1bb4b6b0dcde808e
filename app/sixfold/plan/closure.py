"""The barrier between phases, written out as edges between tasks for readers of the JSON."""

from __future__ import annotations

from msgspec.structs import replace

from sixfold.model import Need, Plan
from sixfold.plan.network import Network


def expand_phase_needs(plan: Plan) -> Plan:
    """The same plan with `phase` edges: for `plan --json`, where tasks tell all they need.

    Only the first tasks of a phase get them, from the last tasks of the phases it needs; the
    transitive closure has the rest. What a phase merely follows is no edge. Where both phases
    are wide this is their product, which a run never computes.
    """
    network = Network(plan)
    ends = _ends(network)
    needs: dict[str, list[Need]] = {}
    for phase, members in enumerate(network.members):
        before = [end for needed in network.phase_needs[phase] for end in ends[needed]]
        barrier = [Need(network.ids[end], "phase") for end in dict.fromkeys(before)]
        for node in members:
            if not any(network.phase[need] == phase for need in network.needs[node]):
                needs[network.ids[node]] = barrier
    placed: set[str] = set()
    tasks = []
    for task in plan.tasks:
        known = {need.task for need in task.needs}
        added = [] if task.id in placed else needs.get(task.id, [])
        placed.add(task.id)
        extra = [need for need in added if need.task not in known]
        tasks.append(replace(task, needs=[*extra, *task.needs]))
    return replace(plan, tasks=tasks)


def _ends(network: Network) -> list[list[int]]:
    """For each phase the tasks that nothing in it needs; of an empty one, what it needs."""
    ends: list[list[int]] = []
    for phase, members in enumerate(network.members):
        last = [
            node
            for node in members
            if not any(network.phase[later] == phase for later in network.dependents[node])
        ]
        passed = [end for needed in network.phase_needs[phase] for end in ends[needed]]
        ends.append(last or list(dict.fromkeys(passed)))
    return ends
