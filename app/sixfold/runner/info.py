"""`implement_info`: what a run came to, for a pipeline's next step."""

from __future__ import annotations

import asyncio
import errno
from pathlib import Path

import msgspec

from sixfold.runner.job import Reading
from sixfold.state import RunState, TaskProgress
from sixfold.verdicts import requirements, validation
from sixfold.workspace.git import run


def leave_info(reading: Reading, state: RunState) -> None:
    """Write how a run ended beside the `spec_info` that was read. Raises `OSError`."""
    read = reading.feature.spec_info
    folder = (reading.root / read.path).parent if read else reading.root / "artifacts"
    if not read and not folder.resolve().is_relative_to(reading.root.resolve()):
        raise PermissionError(errno.EPERM, "it leads out of the repository", str(folder))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "implement_info"
    gate = state.gate.ended if state.gate else None
    counts: dict[str, int] = {}
    for task in state.tasks.values():
        counts[task.state] = counts.get(task.state, 0) + 1
    info = {
        "run": state.run,
        "outcome": state.status,
        "reason": state.reason,
        "feature_dir": state.plan.feature_dir if state.plan else "",
        "branch": state.branch,
        "counts": {**counts, "total": state.total},
        "commits": sorted({task.commit for task in state.tasks.values() if task.commit}),
        "kept": {name: task.branch for name, task in state.tasks.items() if _kept(task)},
        "branches": asyncio.run(_branches(reading.root, state.run)),
        "command": state.command,
        "usage": msgspec.to_builtins(state.usage),
        "gate": msgspec.to_builtins(gate) if gate else None,
        "validation": validation(state),
        "requirements": requirements(state),
    }
    _replace(path, msgspec.json.format(msgspec.json.encode(info), indent=2) + b"\n")


def _kept(task: TaskProgress) -> bool:
    """Does a branch hold work of a task that is not part of the result."""
    return bool(task.branch) and not task.commit


async def _branches(root: Path, run_id: str) -> list[str]:
    """All that hold work which is not part of the result, of earlier attempts and fixes too."""
    prefix = f"refs/heads/sixfold/{run_id}/"
    listed = await run(root, "for-each-ref", "--format=%(refname)", prefix)
    names = [name.removeprefix("refs/heads/") for name in listed.out.splitlines()]
    return [name for name in names if not name.endswith("/run")]


def _replace(path: Path, data: bytes) -> None:
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)  # a link would be written through
    fresh.write_bytes(data)
    fresh.replace(path)
