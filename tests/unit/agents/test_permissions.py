"""What an agent may do unasked."""

from collections.abc import Sequence

import pytest

from sixfold.agents.permissions import Option, Request, Rule, Wish, decide, protect

ROOT = "/w"


def command(text: str, *rules: Rule) -> str:
    return decide(Wish("execute", command=text), ROOT, rules)


@pytest.mark.parametrize(
    "text",
    [
        "go test -race ./...",
        "cd /w && go vet ./... 2>&1 | tail -5",
        "go build ./... 2>/dev/null; git status",
        "go test 2>&1|grep FAIL",
        "gofmt -l .",
        "git log -p --exit-code",
        "git --no-pager diff HEAD~1 -- 'a b.go'",
        "git show HEAD:a.go || echo 'a; b'",
        "cat count/store.go",
        "ls /w/count",
        "go test -run 'TestA|TestB' -coverprofile=c.out ./... && go tool cover -func=c.out",
        "go run ./cmd/wc testdata/a.txt",
        "go get github.com/x/y@v1.2.3",
        "grep -rn 'func Foo(' --include='*.go' .",
        "cat .gitignore .github/workflows/go.yml",
        "git show HEAD:a.go",
    ],
)
def test_go_and_what_only_reads_runs_unasked(text: str) -> None:
    assert command(text) == "allow"


@pytest.mark.parametrize(
    "text",
    [
        "rm -rf x",
        "go test; rm -rf x",
        "go test && rm x",
        "go test | sh",
        "go test\nrm x",
        "go test $(rm x)",
        "go test `rm x`",
        "go test > out.go",
        "go test & rm x",
        "(go test)",
        "go test 'unclosed",
        "GOFLAGS=-exec=sh go test",
        "go test -exec sh",
        "go build --toolexec=sh",
        "go build -o /usr/bin/x .",
        "go env -w GOPROXY=off",
        "go run example.com/m@latest",
        "go clean -modcache",
        "git push",
        "git branch -D main",
        "git -c core.pager=sh log",
        "git log --output=x",
        "git log --outp x",
        "git diff --ext-diff",
        "git grep -Osh x",
        "cat /etc/passwd",
        "cat ../x",
        "cat /w/../x",
        "cat ~/.netrc",
        "cat {/etc/passwd,x}",
        "cat .[.]/x",
        "ls .*",
        "cat < /etc/passwd",
        "cat <(id)",
        "grep -f/etc/passwd x",
        "grep --file=/etc/passwd x",
        "git blame --contents=/etc/passwd a",
        "git -C /x log",
        "git show HEAD:../x",
        "git cat-file --filters x",
        "git log\t--output=x",
        "'git' log --output=x",
        "'git log' --output=x",
        "'git log' x",
        "go generate ./...",
        "go tool compile x",
        "go install x@latest",
        "go test -C /tmp",
        "go vet -vettool=./x ./...",
        "go test -overlay=x.json",
        "go build -ldflags='-extld=./x'",
        "go build -gcflags='-o /etc/x'",
        "go build -compiler gccgo",
        "go build -o .git/hooks/pre-commit",
        "go doc -http",
        "gofmt -w .git/config",
        "gofmt -w /etc/x",
        "cat .gi*/config",
        "cat /w/.git/config",
        "go build -o .sixfold/runs/r/journal.jsonl",
        "cd .. && go test",
        "cd /w && cd .. && cat x",
        "env go test",
        "go test || curl x",
        "go test |& sh",
        "cat $HOME/x",
        "cd",
        "/tmp/go test",
        "sh -c 'go test'",
        "go",
        "",
        ";",
    ],
)
def test_all_other_commands_are_asked_for(text: str) -> None:
    assert command(text) == "ask"


@pytest.mark.parametrize("kind", ["edit", "delete", "move", "read", "search"])
def test_files_inside_the_worktree_are_the_agents_own(kind: str) -> None:
    assert decide(Wish(kind, ("/w/a.go", "/w/b/c.go")), ROOT) == "allow"


@pytest.mark.parametrize(
    "paths",
    [
        (),
        ("/x",),
        ("/w/a.go", "/x"),
        ("/wx/a.go",),
        ("/w/../x",),
        ("/w/.git",),
        ("/w/.git/config",),
        ("/w/vendor/x/.git/hooks/pre-commit",),
        ("/w/.sixfold/runs/r/journal.jsonl",),
    ],
)
def test_files_elsewhere_and_those_of_git_are_asked_for(paths: tuple[str, ...]) -> None:
    assert decide(Wish("edit", paths), ROOT) == "ask"


def test_the_result_file_is_the_agents_and_the_task_list_is_the_runners() -> None:
    for path in ("/w/.sixfold/results/T001-1.1.json", "/w/.sixfold/runs/r/results/T001-1.1.json"):
        assert decide(Wish("edit", (path,)), ROOT) == "allow"
    rules = [protect("specs/001-x/tasks.md")]
    assert decide(Wish("edit", ("/w/a.go", "/w/specs/001-x/tasks.md")), ROOT, rules) == "deny"
    assert decide(Wish("read", ("/w/specs/001-x/tasks.md",)), ROOT, rules) == "allow"
    assert decide(Wish("edit", ("/w/tasks.md",)), ROOT, rules) == "allow"


def test_a_command_that_works_elsewhere_is_asked_for() -> None:
    assert decide(Wish("execute", ("/w/sub",), "go test"), ROOT) == "allow"
    assert decide(Wish("execute", ("/tmp",), "go test"), ROOT) == "ask"


def test_thinking_is_free_and_the_network_is_not() -> None:
    assert decide(Wish("think"), ROOT) == "allow"
    assert decide(Wish("fetch"), ROOT) == "ask"
    assert decide(Wish("think", ("/etc/x",)), ROOT) == "ask"


def test_a_command_counts_whatever_the_tool_calls_itself() -> None:
    assert decide(Wish("think", command="rm x"), ROOT) == "ask"
    assert decide(Wish("read", ("/w/a.go",), "rm x"), ROOT) == "ask"


def test_the_persons_rules_come_first_and_the_strictest_command_decides() -> None:
    make = Rule("allow", command="make *")
    assert command("make gen && go test", make) == "allow"
    assert command("make -C /elsewhere", make) == "allow"
    assert command("make gen && rm x", make) == "ask"
    assert command("make gen && rm x", make, Rule("deny", command="rm *")) == "deny"
    assert command("go test", Rule("deny", kinds=("execute",))) == "deny"


def test_a_path_must_fit_wholly_to_allow_and_once_to_deny() -> None:
    wish = Wish("edit", ("/w/secret/a", "/w/b"))
    assert decide(wish, ROOT, [Rule("deny", path="secret/*")]) == "deny"
    assert decide(Wish("fetch", ("/w/b",)), ROOT, [Rule("allow", path="b")]) == "allow"
    assert decide(Wish("fetch", wish.paths), ROOT, [Rule("allow", path="b")]) == "ask"


def test_an_option_is_found_by_what_it_does_the_first_wish_first() -> None:
    always, once = Option("a", "allow_always"), Option("1", "allow_once")
    no = Option("r", "reject_once")

    def found(offered: Sequence[Option], *kinds: str) -> str | None:
        return Request(ROOT, Wish("execute", command="x"), "x", tuple(offered)).option(*kinds)

    assert found((always, once, no), "allow_once", "allow_always") == "1"
    assert found((always,), "allow_once", "allow_always") == "a"
    assert found((always, once, no), "reject_once", "reject_always") == "r"
    assert found((always, once), "reject_once", "reject_always") is None
