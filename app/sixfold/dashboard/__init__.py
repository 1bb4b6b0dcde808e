"""The Textual app: a view of events and state, and a source of commands."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sixfold.dashboard.app import Dashboard


def load() -> type[Dashboard]:
    """The app's class, imported for a quick first paint.

    Importing Textual makes some 100,000 objects that live as long as the program; collecting
    garbage meanwhile only slows it down. The app turns collection on again once it is painted.
    """
    gc.disable()
    from sixfold.dashboard.app import Dashboard  # noqa: PLC0415 - the import is what is timed

    return Dashboard
