"""The state of a run: a fold of its events, and of nothing else.

The dashboard, `sixfold status` and the runner itself all use this fold, so what is on the
screen is what the journal says.
"""

from sixfold.state.parts import (
    VALIDATION,
    Asked,
    Attempt,
    GateRun,
    RerunRun,
    TaskProgress,
    Validation,
    Work,
)
from sixfold.state.plan import renumbered
from sixfold.state.run import RunState, fold

__all__ = [
    "VALIDATION",
    "Asked",
    "Attempt",
    "GateRun",
    "RerunRun",
    "RunState",
    "TaskProgress",
    "Validation",
    "Work",
    "fold",
    "renumbered",
]
