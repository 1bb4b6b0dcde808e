"""Start the dashboard without a terminal, from whatever installation runs this, and look at it."""

from __future__ import annotations

import asyncio

import sixfold
from sixfold.dashboard.app import Dashboard
from sixfold.link import Recording


async def main() -> None:
    """Raises `AssertionError` where the styles did not come along."""
    app = Dashboard(Recording([]))
    async with app.run_test(size=(160, 48)) as pilot:
        await pilot.pause()
        widgets = list(app.screen.query("*"))
        assert len(widgets) > 10, widgets
        assert "<svg" in app.export_screenshot()
    print(f"{len(widgets)} widgets on the screen, from {sixfold.__path__[0]}")


asyncio.run(main())
