"""Screens that come in front of the dashboard, each imported when it is first asked for.

`screens.TaskScreen` is the class; the first paint does not wait for what most people open later.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sixfold.dashboard.screens.diff import DiffScreen
    from sixfold.dashboard.screens.help import HelpScreen
    from sixfold.dashboard.screens.inbox import InboxScreen
    from sixfold.dashboard.screens.line import Line
    from sixfold.dashboard.screens.palette import Palette
    from sixfold.dashboard.screens.plan import PlanScreen
    from sixfold.dashboard.screens.question import Question
    from sixfold.dashboard.screens.request import RequestScreen
    from sixfold.dashboard.screens.task import TaskScreen
    from sixfold.dashboard.screens.text import TextScreen
    from sixfold.dashboard.screens.timeline import TimelineScreen
    from sixfold.dashboard.screens.validation import ValidationScreen

__all__ = [
    "DiffScreen",
    "HelpScreen",
    "InboxScreen",
    "Line",
    "Palette",
    "PlanScreen",
    "Question",
    "RequestScreen",
    "TaskScreen",
    "TextScreen",
    "TimelineScreen",
    "ValidationScreen",
]


def __getattr__(name: str) -> Any:
    """A screen's class, from the file that is called after it."""
    if name not in __all__:
        raise AttributeError(name)
    file = name.removesuffix("Screen").lower()
    return getattr(import_module(f"{__name__}.{file}"), name)
