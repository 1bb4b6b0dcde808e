#!/usr/bin/env bash
# Tells where the current feature is and which of its documents exist.
#
#   check-prerequisites.sh [--json] [--require-spec] [--require-tasks] [--include-tasks] [--paths-only]
#
# The feature is SPECIFY_FEATURE_DIRECTORY, else what .specify/feature.json names.
# Exit code 0 and the answer on stdout, or 1 and the reason on stderr.

set -eu

fail() {
    printf 'ERROR: %s\n' "$1" >&2
    shift
    [ $# -eq 0 ] || printf '%s\n' "$@" >&2
    exit 1
}

escaped() {
    local text=${1//\\/\\\\}
    printf '"%s"' "${text//\"/\\\"}"
}

json=no require_spec=no require_tasks=no include_tasks=no paths_only=no
for option in "$@"; do
    case $option in
        --json) json=yes ;;
        --require-spec) require_spec=yes ;;
        --require-tasks) require_tasks=yes ;;
        --include-tasks) include_tasks=yes ;;
        --paths-only) paths_only=yes ;;
        --help | -h) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;;
        *) fail "Unknown option '$option'. Use --help for usage information." ;;
    esac
done

root=${SPECIFY_INIT_DIR:-$(cd "$(dirname "$0")/../../.." && pwd)}
[ -d "$root" ] || fail "SPECIFY_INIT_DIR does not point to an existing directory: $root"
[ -d "$root/.specify" ] || fail "SPECIFY_INIT_DIR is not a Spec Kit project (no .specify/ directory): $root"

pinned=$root/.specify/feature.json
feature=${SPECIFY_FEATURE_DIRECTORY:-}
if [ -z "$feature" ] && [ -f "$pinned" ]; then
    feature=$(sed -n 's/.*"feature_directory"[[:space:]]*:[[:space:]]*"\([^"]*\)".*/\1/p' "$pinned" | head -n 1)
fi
[ -n "$feature" ] || fail "Feature directory not found. Set SPECIFY_FEATURE_DIRECTORY or let .specify/feature.json name it."
case $feature in
    /*) ;;
    *) feature=$root/$feature ;;
esac
name=${SPECIFY_FEATURE:-$(basename "$feature")}

if [ $paths_only = yes ]; then
    if [ $json = yes ]; then
        printf '{"REPO_ROOT":%s,"BRANCH":%s,"FEATURE_DIR":%s,"FEATURE_SPEC":%s,"IMPL_PLAN":%s,"TASKS":%s}\n' \
            "$(escaped "$root")" "$(escaped "$name")" "$(escaped "$feature")" \
            "$(escaped "$feature/spec.md")" "$(escaped "$feature/plan.md")" "$(escaped "$feature/tasks.md")"
    else
        printf '%s: %s\n' REPO_ROOT "$root" BRANCH "$name" FEATURE_DIR "$feature" \
            FEATURE_SPEC "$feature/spec.md" IMPL_PLAN "$feature/plan.md" TASKS "$feature/tasks.md"
    fi
    exit 0
fi

[ -d "$feature" ] || fail "Feature directory not found: $feature" "Run /speckit.specify first to create the feature structure."
[ -f "$feature/plan.md" ] || fail "plan.md not found in $feature" "Run /speckit.plan first to create the implementation plan."
[ -s "$feature/plan.md" ] || fail "plan.md is empty in $feature" "Run /speckit.plan again to fill it."
[ $require_spec = no ] || [ -f "$feature/spec.md" ] ||
    fail "spec.md not found in $feature" "Run /speckit.specify first to create the feature specification."
[ $require_tasks = no ] || [ -f "$feature/tasks.md" ] ||
    fail "tasks.md not found in $feature" "Run /speckit.tasks first to create the task list."

wanted="research.md data-model.md contracts/ quickstart.md"
[ $include_tasks = no ] || wanted="$wanted tasks.md"
[ $json = yes ] || printf 'FEATURE_DIR:%s\nAVAILABLE_DOCS:\n' "$feature"
docs=
for document in $wanted; do
    found=no
    case $document in
        */) [ -z "$(ls -A "$feature/$document" 2>/dev/null)" ] || found=yes ;;
        *) [ ! -f "$feature/$document" ] || found=yes ;;
    esac
    if [ $json = no ]; then
        [ $found = yes ] && printf '  ✓ %s\n' "$document" || printf '  ✗ %s\n' "$document"
    elif [ $found = yes ]; then
        docs=$docs${docs:+,}$(escaped "$document")
    fi
done
[ $json = no ] || printf '{"FEATURE_DIR":%s,"AVAILABLE_DOCS":[%s]}\n' "$(escaped "$feature")" "$docs"
