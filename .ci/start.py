"""Start the dashboard without a terminal, from whatever installation runs this, and look at it."""

from __future__ import annotations

import asyncio
import sys

import sixfold
from sixfold.dashboard.app import Dashboard
from sixfold.link import Recording


async def seen() -> str:
    """What stands on the first screen, as an SVG picture; a wrong style sheet raises."""
    app = Dashboard(Recording([]))
    async with app.run_test(size=(160, 48)) as pilot:
        await pilot.pause()
        return app.export_screenshot()


if not Dashboard.CSS.strip():
    sys.exit("the styles did not come along")
if "Sixfold" not in (picture := asyncio.run(seen())) and "sixfold" not in picture:
    sys.exit("the first screen does not show")
print(f"the dashboard starts from {sixfold.__path__[0]}")
