"""The formats by the names that `sixfold.yaml` has for them."""

from __future__ import annotations

from collections.abc import Mapping

from sixfold.agents.formats.claude import Claude
from sixfold.agents.formats.codex import Codex
from sixfold.agents.formats.format import Format
from sixfold.agents.formats.gemini import Gemini
from sixfold.agents.formats.opencode import Opencode

FORMATS: Mapping[str, type[Format]] = {
    "claude": Claude,
    "codex": Codex,
    "gemini": Gemini,
    "opencode": Opencode,
}
