"""The plan in figures. Pure."""

from __future__ import annotations

from sixfold.dashboard import words
from sixfold.dashboard.widgets.row import BLANK, Part
from sixfold.model import Plan
from sixfold.state import RunState


def _speedups(plan: Plan) -> list[Part]:
    """The speed-up under either order of the stories, this plan's told apart."""
    known = plan.speedups or {plan.stories: plan.speedup}
    lines: list[Part] = []
    for order, factor in known.items():
        mine = order == plan.stories
        line = f"speed-up {factor:.2f}, stories {order}{', as this plan has it' if mine else ''}"
        lines.append((line, "plain" if mine else "quiet"))
    return lines


def figures(state: RunState) -> list[Part]:
    """Size, speed-up, critical path and warnings of the plan, and how much of it is open now."""
    plan = state.plan
    if plan is None:
        return []
    open_ = sum(task.state not in {"done", "parked"} for task in state.tasks.values())
    size = f"{words.count(len(plan.tasks), 'task')}, {open_} open"
    lines: list[Part] = [
        (f"{size}, in {words.count(len(plan.phases), 'phase')}, stories {plan.stories}", "plain"),
        (f"width {plan.width}, {words.count(len(plan.waves), 'wave')}", "plain"),
        *_speedups(plan),
        BLANK,
        (f"critical path ({words.count(len(plan.critical_path), 'task')})", "title"),
        ("  " + " → ".join(plan.critical_path), "plain"),
        BLANK,
        (f"waves on {words.count(plan.slots, 'slot')}", "title"),
        *(
            (f"  {number:>3}  {'  '.join(wave)}", "plain")
            for number, wave in enumerate(plan.waves, 1)
        ),
        BLANK,
        (f"warnings ({len(plan.warnings)})", "title"),
    ]
    lines += [(f"  line {w.line}  {w.code}: {w.message}", "warn") for w in plan.warnings]
    return lines if plan.warnings else [*lines, ("  none", "quiet")]
