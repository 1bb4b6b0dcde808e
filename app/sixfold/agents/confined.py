"""Files that the config names: inside of the repository, wherever links lead."""

from __future__ import annotations

from pathlib import Path

from sixfold.config import ConfigError


def confined(folder: Path, name: str, where: str) -> Path:
    """What `name` means from `folder`, the config's. Raises `ConfigError` where it leads out.

    A config outside of any repository is at home in its own folder.
    """
    home = folder.resolve()
    root = next((one for one in (home, *home.parents) if (one / ".git").exists()), home)
    try:
        found = (folder / name).resolve()
    except (OSError, ValueError, RuntimeError):
        found = Path("/")
    if not found.is_relative_to(root):
        raise ConfigError(where, f"{name} leaves the repository", f"name a path below {root}")
    return found
