"""The wheel: everything is in it, and the dashboard starts from it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, so that nothing old in the checkout can slip in."""
    copy = tmp_path_factory.mktemp("wheel") / "source"
    for folder in ("app", "styles"):
        ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
        shutil.copytree(CHECKOUT / folder, copy / folder, ignore=ignored)
    for file in ("pyproject.toml", "README.md"):
        shutil.copy(CHECKOUT / file, copy)
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", "dist", "."]
    done = subprocess.run(build, cwd=copy, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return next((copy / "dist").glob("sixfold-*.whl"))


def packed_as(file: str) -> str:
    """The name in the wheel of a file of the checkout."""
    return f"sixfold/{file}" if file.startswith("styles/") else file.removeprefix("app/")


def test_it_carries_every_file_of_the_checkout(wheel: Path) -> None:
    listed = subprocess.check_output(
        ["git", "ls-files", "app/sixfold", "styles"], cwd=CHECKOUT, encoding="utf-8"
    )
    expected = {packed_as(line) for line in listed.splitlines() if (CHECKOUT / line).exists()}
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert expected - packed == set()


def test_the_dashboard_starts_from_it(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(tmp_path / "site")
    done = subprocess.run(
        [sys.executable, str(CHECKOUT / ".ci/start.py")],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert str(tmp_path / "site") in done.stdout
