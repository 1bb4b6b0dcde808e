"""What a feature has to read beside `tasks.md`: which documents, what each holds, the contracts."""

from __future__ import annotations

from pathlib import Path

from sixfold.feature.load import Feature, at_home

CONSTITUTION = ".specify/memory/constitution.md"
LONGEST_CONTRACTS = 8_000
"""Characters of all contracts together; longer ones are only named."""
MOST_FILES = 20
"""Files of one folder that are named."""
_HOLDS = {
    "spec.md": "what is wanted: stories, requirements, success criteria",
    "plan.md": "technology, architecture, file structure",
    "data-model.md": "entities and their relationships",
    "contracts": "interfaces, and what tests must hold them to",
    "research.md": "decisions and constraints",
    "quickstart.md": "scenarios of integration",
}


def listed(feature: Feature) -> list[str]:
    """The documents that are there, from the repository's root, each with what it holds."""
    above = ("spec.md", "plan.md")
    names = dict.fromkeys(
        name.rstrip("/") for name in (*above, *feature.docs) if name != "tasks.md"
    )
    lines = [
        _told(feature, path, _HOLDS.get(name, ""))
        for name in names
        for path in _files(feature.root, feature.directory / name)
    ]
    constitution = feature.root / CONSTITUTION
    if constitution.is_file() and at_home(feature.root, constitution):
        lines.append(_told(feature, constitution, "the project's principles, which come first"))
    return lines


def contracts(feature: Feature) -> str:
    """What stands in `contracts/`, file after file; empty where it is too long to be told whole."""
    parts = []
    for path in _files(feature.root, feature.directory / "contracts"):
        text = _text(path).strip()
        if text:
            name = path.relative_to(feature.directory).as_posix()
            parts.append(f"### {name}\n\n````\n{text}\n````")
    whole = "\n\n".join(parts)
    return whole if len(whole) <= LONGEST_CONTRACTS else ""


def text_of(feature: Feature, name: str) -> str:
    """A document of the feature's directory; empty where there is none."""
    path = feature.directory / name
    return _text(path) if at_home(feature.root, path) else ""


def _files(root: Path, path: Path) -> list[Path]:
    if path.is_dir():
        found = sorted(one for one in path.rglob("*") if one.is_file())
    else:
        found = [path] if path.is_file() else []
    return [one for one in found if at_home(root, one)][:MOST_FILES]


def _told(feature: Feature, path: Path, holds: str) -> str:
    name = path.relative_to(feature.root).as_posix()
    return f"{name}: {holds}" if holds else name


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
