"""What a run tells the next step of a pipeline."""

import json
from pathlib import Path

from repository import Repository
from sixfold.runner import job
from sixfold.runner.info import leave_info
from sixfold.state import RunState


def test_every_branch_with_work_that_is_not_part_of_the_result_is_named(tmp_path: Path) -> None:
    repository = Repository(tmp_path, "- [ ] T001 Write\n")
    for name in ("R/run", "R/T001.1", "R/fix-1.2", "Q/T001.1"):
        repository.git("branch", f"sixfold/{name}")
    leave_info(job.read(job.Options(directory=tmp_path)), RunState(run="R"))
    info = json.loads((tmp_path / "artifacts/implement_info").read_text())
    assert info["branches"] == ["sixfold/R/T001.1", "sixfold/R/fix-1.2"]
