# shellcheck shell=sh
# faults.sh: what the scripts of faults share, sourced first in place of lib.sh and desk.sh. What is on disk does not matter to them: a memory file
# system makes their many runs short. FAULTS=all: every point, not a sample (make faults).
if [ -z "${TMPDIR:-}" ] && [ -d /dev/shm ] && [ -w /dev/shm ]; then
    TMPDIR=/dev/shm
    export TMPDIR
fi
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
# shellcheck source=tests/signed.sh
. "$(dirname "$0")/../signed.sh"
# shellcheck source=tests/fault/scene.sh
. "$(dirname "$0")/scene.sh"
FAULT_DIR=$(cd "$(dirname "$0")" && pwd)
export WORK
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE
command -v python3 >/dev/null || skip_all "no python3"
need "$BUILDDIR/tests/fault/shim.so" "$BUILDDIR/tests/fault/filter" "$BUILDDIR/tests/fault/killat"

# scene NAME: makes $WORK/NAME/before, at, when it goes on, and after, when a transport that failed is tried again.
scene() {
    mkdir "$WORK/$1" || exit 99
    (
        WORK=$WORK/$1
        SPOOL=$WORK/spool
        CONF=$WORK/escalate.yaml
        "scene_$1"
        echo "$SCENE_AT" >"$WORK/at"
        date -u -d "$SCENE_AT + 2 minutes" +%FT%TZ >"$WORK/after"
    ) || exit 99
}

# faults SCRIPT ARGUMENT...: runs it and takes its points over.
faults() {
    faults_script=$1
    shift
    python3 "$FAULT_DIR/$faults_script" "$@" >"$WORK/points" 2>"$WORK/trouble"
    faults_status=$?
    faults_failed=$TESTS_FAILED
    while IFS= read -r point; do
        case $point in
        'ok '*) pass "${point#ok * - }" ;;
        'not ok '*) fail "${point#not ok * - }" ;;
        '#'*) printf '%s\n' "$point" ;;
        esac
    done <"$WORK/points"
    if [ $faults_status -ne 0 ] && [ "$faults_failed" -eq "$TESTS_FAILED" ]; then
        fail "$faults_script"
        diag "$(tail -n 20 "$WORK/trouble")"
    fi
}

can_trace() { "$BUILDDIR/tests/fault/killat" -d / -c "$WORK/counts" -- /bin/true; }

# of NAME SCRIPT BUDGET [FAMILY[:ROLE]…]: it, on the scene $ON that was made (where there is none, the one of that name). With families: what must be in every
# sample, since a fault was there, or all of it; FAULTS=all has them anyhow. Without, and a budget of 0: that alone.
of() {
    of_scene=${ON:-$1}
    of_name=$1
    of_script=$2
    of_budget=$3
    shift 3
    if [ "${FAULTS:-}" = all ]; then
        [ $# -eq 0 ] || return 0
    elif [ "$of_budget" -eq 0 ]; then
        return 0
    fi
    faults "$of_script" "$of_name" "$WORK/$of_scene/before" "$(cat "$WORK/$of_scene/at")" "$(cat "$WORK/$of_scene/after")" "$of_budget" "$@"
}
