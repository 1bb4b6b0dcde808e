"""What a reader of a feature says when it cannot go on."""

from __future__ import annotations

from sixfold.errors import UserError


class FeatureError(UserError):
    """The feature cannot be read; `where` is a path."""
