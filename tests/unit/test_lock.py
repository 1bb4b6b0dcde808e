"""The lock files: whole, pinned, hashed, and naming no machine."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
ASKED = {
    "app": PROJECT["dependencies"],
    "dev": PROJECT["dependencies"] + EXTRAS["dev"],
    "go": EXTRAS["go"],
    "cc": EXTRAS["cc"],
}


def locked(name: str) -> dict[str, str]:
    """The part of a lock file that speaks of each package, by its name."""
    text = (CHECKOUT / f"lock/{name}.txt").read_text(encoding="utf-8")
    parts = re.split(r"^(?=\w)", text, flags=re.MULTILINE)
    return {part.split("==")[0]: part for part in parts if part.strip()}


@pytest.mark.parametrize("name", ASKED)
def test_all_that_is_asked_for_is_locked_with_version_and_hashes(name: str) -> None:
    packages = locked(name)
    asked = {re.split(r"[^\w.-]", one)[0].lower().replace("_", "-") for one in ASKED[name]}
    assert asked <= packages.keys()
    for part in packages.values():
        assert re.match(r"[\w.-]+==[\w.]+ \\\n    --hash=sha256:", part)


@pytest.mark.parametrize("name", ASKED)
def test_no_registry_and_no_path_is_named(name: str) -> None:
    text = "".join(locked(name).values())
    assert "/" not in text
    assert "--index" not in text


def test_the_program_is_tested_with_the_versions_it_is_shipped_with() -> None:
    everything = locked("dev")
    assert all(everything[name] == part for name, part in locked("app").items())
