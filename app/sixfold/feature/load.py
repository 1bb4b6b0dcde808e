"""A Spec Kit feature, found and checked: all that is known before `tasks.md` is parsed."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from sixfold.feature import checklists, hooks, prerequisites, spec_info
from sixfold.feature.error import FeatureError
from sixfold.feature.spec_info import SpecInfo
from sixfold.model import Checklist


class Feature(Struct, frozen=True, kw_only=True):
    """A feature whose prerequisites are met."""

    root: Path
    """The repository's root, absolute."""
    directory: Path
    """The feature's directory, absolute, inside `root`."""
    branch: str
    """As `spec_info` names it, else the directory's name."""
    spec_info: SpecInfo | None
    tasks_path: Path
    docs: tuple[str, ...]
    """What the script found: `research.md`, `contracts/`, `tasks.md`, ..."""
    checklists: tuple[Checklist, ...]
    notes: tuple[str, ...]
    """What a person should know before the start, a line each."""


def load(root: Path, *, feature: Path | None = None, spec_info: Path | None = None) -> Feature:
    """Find the feature of the repository at `root` and check that it can be run.

    `feature` and `spec_info` are what the person named, relative to `root` or absolute. Raises
    `FeatureError` for all that a person can mend.
    """
    root = root.resolve()
    info = _spec_info(root, spec_info)
    named = None if info is None else _named(root, info)
    notes: list[str] = []
    if feature is not None:
        wanted = inside(root, str(feature), "--feature")
        if named not in (None, wanted):
            notes.append(_contradiction(root, wanted, named, info, asked=spec_info is not None))
            info = None
        named = wanted
    answer = prerequisites.check(root, named)
    directory = (root / answer.feature_dir).resolve()
    return Feature(
        root=root,
        directory=directory,
        branch=(info.branch_name if info else "") or directory.name,
        spec_info=info,
        tasks_path=_tasks(root, directory),
        docs=answer.docs,
        checklists=_checklists(root, directory),
        notes=(*notes, *answer.notes, *hooks.notes(root)),
    )


def at_home(root: Path, path: Path) -> bool:
    """Is a file of the repository in it, links followed."""
    return path.resolve().is_relative_to(root)


def inside(root: Path, path: str, where: str) -> Path:
    """`path` resolved, symlinks and all. Raises `FeatureError` where it leaves `root`."""
    try:
        found = (root / path).resolve()
    except (OSError, ValueError, RuntimeError):
        found = Path()
    if found == root or not found.is_relative_to(root):
        what = f"{path!r} is no path inside the repository"
        raise FeatureError(where, what, f"write it relative to {root}")
    return found


def _spec_info(root: Path, asked: Path | None) -> SpecInfo | None:
    """The report at the place asked for, else at the first of the usual ones."""
    if asked is not None:
        return _read_spec_info(root / asked, str(asked))
    for place in spec_info.PLACES:
        if (root / place).is_file():
            return _read_spec_info(inside(root, place, place), place)
    return None


def _read_spec_info(path: Path, name: str) -> SpecInfo:
    return spec_info.parse(_text(path, name, "give the file that the specify step wrote"), name)


def _named(root: Path, info: SpecInfo) -> Path | None:
    """The feature that the report names: by directory, by its spec, or by its branch."""
    directory = inside(root, info.feature_dir, info.path) if info.feature_dir else None
    spec = inside(root, info.spec_file, info.path) if info.spec_file else None
    if directory and spec and not spec.is_relative_to(directory):
        what = f"spec_file {info.spec_file} is not in feature_dir {info.feature_dir}"
        raise FeatureError(info.path, what, "mend it, or name the feature with --feature DIR")
    if directory or spec:
        return directory or (spec and spec.parent)
    by_branch = root / "specs" / Path(info.branch_name).name
    return by_branch.resolve() if info.branch_name and by_branch.is_dir() else None


def _contradiction(
    root: Path, wanted: Path, named: Path | None, info: SpecInfo | None, *, asked: bool
) -> str:
    """What to note where `--feature` overrules the report. Raises where both were asked for."""
    where = info.path if info else ""
    other = named.relative_to(root) if named else ""
    if asked:
        what = f"it names {other}, --feature names {wanted.relative_to(root)}"
        raise FeatureError(where, what, "give only one of --feature and --spec-info")
    return f"{where} names {other}; it is left aside for --feature {wanted.relative_to(root)}"


def _tasks(root: Path, directory: Path) -> Path:
    path = directory / "tasks.md"
    name = path.relative_to(root).as_posix()
    inside(root, name, name)
    text = _text(path, name, "run /speckit.tasks to create the task list")
    if not checklists.has_box(text):
        what = "there is no task in it" if text.strip() else "it is empty"
        raise FeatureError(name, what, "run /speckit.tasks to create the task list")
    return path


def _checklists(root: Path, directory: Path) -> tuple[Checklist, ...]:
    folder = directory / "checklists"
    files = sorted(path for path in folder.rglob("*.md") if path.is_file() and at_home(root, path))
    return tuple(
        checklists.count(path.relative_to(folder).as_posix(), _text(path, str(path), "mend it"))
        for path in files
    )


def _text(path: Path, name: str, hint: str) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig", errors="replace")
    except OSError as error:
        raise FeatureError(name, error.strerror or str(error), hint) from error
