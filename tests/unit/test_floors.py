"""What the floors load when they are imported, seen in a fresh interpreter."""

from __future__ import annotations

import subprocess
import sys

import pytest

PURE = ["config", "events", "feature.load", "feature.tasks", "model", "plan.graph", "state"]


def loaded_by(module: str) -> set[str]:
    code = f"import sys, sixfold.{module}; print(*sys.modules)"
    return set(subprocess.check_output([sys.executable, "-c", code], encoding="utf-8").split())


@pytest.mark.parametrize("module", PURE)
def test_a_pure_floor_loads_neither_screen_nor_loop(module: str) -> None:
    assert loaded_by(module).isdisjoint({"textual", "rich", "asyncio"})


def test_the_dashboard_loads_nothing_of_the_runner() -> None:
    rooms = {"agents", "feature", "gate", "plan", "process", "runner", "workspace"}
    assert loaded_by("dashboard.app").isdisjoint({f"sixfold.{room}" for room in rooms})


def test_the_command_line_answers_without_loading_a_screen() -> None:
    assert loaded_by("cli").isdisjoint({"textual", "rich", "asyncio", "sixfold.runner"})


@pytest.mark.parametrize("command", ["status", "attach", "control"])
def test_a_command_that_looks_at_a_run_loads_nothing_to_make_one(command: str) -> None:
    heavy = {"acp", "jinja2", "junitparser", "markdown_it", "pydantic", "textual", "yaml"}
    rooms = {f"sixfold.{room}" for room in ("agents", "config", "feature", "gate", "plan")}
    assert loaded_by(f"commands.{command}").isdisjoint(heavy | rooms)
