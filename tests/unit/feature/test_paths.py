from pathlib import Path

import pytest

from sixfold.feature.paths import Mention, directories, files_in, mentions
from sixfold.feature.structure import structure, text_of
from sixfold.feature.tasks import read

CORPUS = Path(__file__).parents[3] / "../shared/corpus/tasks"
LABELS = Path(__file__).with_name("paths_labels.tsv")


def named(text: str, *known: str) -> list[str]:
    return list(files_in(mentions(text), known))


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("Create `internal/store/store.go`", ["internal/store/store.go"]),
        ("Create internal/store/store.go, then go on.", ["internal/store/store.go"]),
        ("(see cmd/main.go)", ["cmd/main.go"]),
        ("**File**: internal/a.go", ["internal/a.go"]),
        ("File:internal/a.go", ["internal/a.go"]),
        ("更新src/app.ts文件，及 src/b.ts（可选）", ["src/app.ts", "src/b.ts"]),
        ("Create a.go and b_test.go", ["a.go", "b_test.go"]),
        ("`a.go`, `b.go` → `c.go`", ["a.go", "b.go", "c.go"]),
        ("`a.go, b.go`", ["a.go", "b.go"]),
        (
            "at `internal/a.go:12`, b.go:3-9, c.go:4:5 and d.go#L10",
            ["internal/a.go", "b.go", "c.go", "d.go"],
        ),
        ("tests/a_test.py::test_x", ["tests/a_test.py"]),
        ("`src/{a,b}.go`", ["src/a.go", "src/b.go"]),
        ("src/x.{hpp, cpp}", ["src/x.hpp", "src/x.cpp"]),
        ("src/**/*.go and dist/hooks/*.js", ["src/**/*.go", "dist/hooks/*.js"]),
        ("in docs/guides/ and `registry/`", ["docs/guides/", "registry/"]),
        ("package `internal/store`", ["internal/store"]),
        ("package internal/store", ["internal/store"]),
        ("internal/store/...", ["internal/store/"]),
        ("./cmd/app/main.go", ["cmd/app/main.go"]),
        ("/Makefile and /src/a.ts", ["Makefile", "src/a.ts"]),
        ("app/(forum)/[id]/page.tsx (new)", ["app/(forum)/[id]/page.tsx"]),
        (
            "Update Makefile, go.mod and .github/workflows/ci.yml",
            ["Makefile", "go.mod", ".github/workflows/ci.yml"],
        ),
        (
            "`.gitignore`, .env.example, .golangci.yml",
            [".gitignore", ".env.example", ".golangci.yml"],
        ),
        ("spec.md/plan.md", ["spec.md", "plan.md"]),
        ("[docs/a.md](../../docs/a.md)", ["docs/a.md"]),
        ("[the guide](../docs/a.md)", ["docs/a.md"]),
        ("[a.md](./docs/a.md), [b.md](https://example.com/x/b.md)", ["docs/a.md", "b.md"]),
        (
            "models __init__.py in _b.go_ and `a/r.go:254-255,301`",
            ["__init__.py", "b.go", "a/r.go"],
        ),
        ("`GET /users/{id}` in api/users.go", ["api/users.go"]),
        ("（POST/PATCH）in `api/users.go`", ["api/users.go"]),
        ("`test/sql/a.test` with `go.sum`", ["test/sql/a.test", "go.sum"]),
        ("src/a.go then src/a.go", ["src/a.go"]),
        ("README.md's table", ["README.md"]),
    ],
)
def test_what_is_a_path_is_found(text: str, paths: list[str]) -> None:
    assert named(text) == paths


@pytest.mark.parametrize(
    "text",
    [
        "Run `go test ./internal/...` and `make build`",
        "`uv run pytest tests/unit/test_a.py`",
        "`git diff --check`",
        "see https://example.com/a/b.go and www.example.com/x.md",
        "import `github.com/acme/lib/v2` and golang.org/x/term",
        "`encoding/json`, `net/http`, application/json",
        "`@codemirror/lang-sql`",
        "GET /openapi.json",
        "`POST /api/v1/users` and /auth/register",
        "and/or, read/write, CI/CD, TCP/IP, US1/US2, client/server, frontend/backend",
        "Create/Update the Node.js and Next.js parts of D3.js",
        "v1.2.3, 1.24, e.g. this, i.e. that, 10/10",
        "config.Load(), fmt.Println, `ctx.log`, `this.db`, `req.json`",
        "all .go files and `_test.go` suffixes, `.mv2.lock`",
        "reject /dev/, /proc/ and /etc/passwd",
        "~/.config/app.toml",
        "keys (h/? opens, j/k move)",
        "branch feature/login from origin/main",
        "--config=a.yml",
        '`cwd.join(".hidden")`',
        "`func (s *Store) Add(a/b)`",
        "",
    ],
)
def test_what_only_looks_like_a_path_is_left_alone(text: str) -> None:
    assert named(text) == []


def test_a_directory_is_believed_where_other_paths_lie_in_it() -> None:
    assert named("the webui/dist folder and webui/api") == []
    known = directories(mentions("webui/src/main.ts"))
    assert known == {"webui", "webui/src"}
    assert named("the webui/dist folder", *known) == ["webui/dist"]


def test_braces_that_make_too_many_paths_are_not_spelt_out() -> None:
    text = "src/" + "{a,b}" * 30 + ".go"
    assert len(named(text)) <= 1


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real files is not here")
def test_precision_and_recall_on_labelled_lines_of_real_files() -> None:
    """Each label: file, 1-based line of a task, and the paths a reader finds on that line."""
    labels = [line.split("\t") for line in LABELS.read_text().splitlines()]
    assert len(labels) >= 300
    right = wrong = missed = 0
    for name in sorted({name for name, _, _ in labels}):
        data = (CORPUS / name).read_bytes()
        lines, tasks = (
            structure(text_of(data)).lines,
            {task.line: task for task in read(data).tasks},
        )
        known = directories(
            Mention(path, certain=True) for task in tasks.values() for path in task.files
        )
        for _, line, paths in (label for label in labels if label[0] == name):
            number = int(line)
            title = tasks[number].title if number in tasks else lines[number - 1]
            found = {path.rstrip("/") for path in named(title, *known)}
            expected = {path.rstrip("/") for path in paths.split()}
            right += len(found & expected)
            wrong += len(found - expected)
            missed += len(expected - found)
    precision, recall = right / (right + wrong), right / (right + missed)
    print(f"precision {precision:.3f}, recall {recall:.3f} over {len(labels)} lines")
    assert precision >= 0.97
    assert recall >= 0.97
