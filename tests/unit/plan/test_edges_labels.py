"""The extractor against lines of real files that were labelled by reading them.

`edges_labels.tsv` names a corpus file, a line, and the edges the line states, as `T003<T001,T002`
for T003 needs T001 and T002, or `-`. A line on phases or stories states none between tasks.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from sixfold.feature import tasks
from sixfold.plan import stated

CORPUS = Path(__file__).parents[3] / "../shared/corpus/tasks"
LABELS = Path(__file__).with_name("edges_labels.tsv")

Edges = set[tuple[str, str]]


def labelled() -> dict[str, dict[int, Edges]]:
    """For each file, the edges by line."""
    found: dict[str, dict[int, Edges]] = defaultdict(dict)
    for row in LABELS.read_text().splitlines()[1:]:
        name, line, edges = row.split("\t")
        pairs = [edge.split("<") for edge in edges.split(" ") if edge != "-"]
        found[name][int(line)] = {(task, n) for task, needs in pairs for n in needs.split(",")}
    return found


def stated_edges(path: Path) -> dict[int, Edges]:
    found: dict[int, Edges] = defaultdict(set)
    for claim in stated.read(tasks.read(path.read_bytes())).tasks:
        found[claim.line].add((claim.task, claim.needs))
    return found


def test_the_sample_is_large_and_varied() -> None:
    sample = labelled()
    bearing = [edges for lines in sample.values() for edges in lines.values() if edges]
    bare = [edges for lines in sample.values() for edges in lines.values() if not edges]

    assert len(bearing) >= 150
    assert len(bare) >= 100
    assert len(sample) >= 50


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real tasks.md files is not here")
def test_stated_edges_are_found_and_nothing_else() -> None:
    right = wrong = missed = 0
    whole = bearing = 0
    for name, lines in labelled().items():
        found = stated_edges(CORPUS / name)
        for line, edges in lines.items():
            right += len(edges & found[line])
            wrong += len(found[line] - edges)
            missed += len(edges - found[line])
            bearing += bool(edges)
            whole += bool(edges) and edges == found[line]

    assert right / (right + wrong) >= 0.97
    assert right / (right + missed) >= 0.9
    assert whole / bearing >= 0.9
