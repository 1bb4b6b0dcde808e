"""The test command for other packages."""

from __future__ import annotations

import pytest

from sixfold.gate.words import instead


@pytest.mark.parametrize(
    ("command", "same"),
    [
        ("go test ./...", "go test -json P"),
        ("go test -race -count 1 -run TestA ./a ./b", "go test -json -race -count 1 -run TestA P"),
        ("go test -json -cover ./... -args -x ./y", "go test -json -cover P -args -x ./y"),
        ("env A=1 go -C dir test -timeout=9s ./...", "env A=1 go -C dir test -json -timeout=9s P"),
        ("go test -tags ./odd ./...", "go test -json -tags ./odd P"),
        ("make test", ""),
    ],
)
def test_all_but_the_packages_stays(command: str, same: str) -> None:
    assert instead(command.split(), ["P"]) == same.split()
