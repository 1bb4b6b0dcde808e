"""Helpers of tests under a new name are the helpers that they were. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import structs

from sixfold.gate.source import Block, Statement
from sixfold.gate.testfile import Function, TestFile


def renamed(old: Sequence[TestFile], new: Sequence[TestFile]) -> list[TestFile]:
    """`old`, in the words of `new`: each helper that has a new name there bears it."""
    names: dict[str, str] = {}
    for _ in range(5):  # helpers call helpers
        files = [_in_words(file, names) for file in old]
        more = _new_names(files, new)
        if not more:
            return files
        names |= more
    return [_in_words(file, names) for file in old]


def _new_names(old: Sequence[TestFile], new: Sequence[TestFile]) -> dict[str, str]:
    """Helper -> its name now, where that is new and the body the same."""
    were, are = _helpers(old), _helpers(new)
    fresh = {function.body: name for name, function in are.items() if name not in were}
    return {
        name: fresh[function.body]
        for name, function in were.items()
        if name not in are and function.body.statements and function.body in fresh
    }


def _helpers(files: Sequence[TestFile]) -> dict[str, Function]:
    return {
        function.name: function
        for file in files
        for function in file.functions
        if not function.kind and "." not in function.name and function.name != "TestMain"
    }


def _in_words(file: TestFile, names: Mapping[str, str]) -> TestFile:
    if not names:
        return file
    functions = [
        structs.replace(
            function,
            name=names.get(function.name, function.name),
            body=_block(function.body, names),
        )
        for function in file.functions
    ]
    return structs.replace(file, functions=functions)


def _block(block: Block, names: Mapping[str, str]) -> Block:
    return Block(block.kind, tuple(_statement(one, names) for one in block.statements))


def _statement(statement: Statement, names: Mapping[str, str]) -> Statement:
    parts: list[str | Block] = []
    for part in statement.parts:
        if isinstance(part, Block):
            parts.append(_block(part, names))
        else:
            parts.append(part if parts[-1:] == ["."] else names.get(part, part))
    return Statement(tuple(parts), statement.text)
