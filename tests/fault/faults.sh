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
# shellcheck source=tests/fault/scene.sh
. "$(dirname "$0")/scene.sh"
FAULT_DIR=$(cd "$(dirname "$0")" && pwd)
export WORK
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE
command -v python3 >/dev/null || skip_all "no python3"
need "$BUILDDIR/tests/fault/shim.so" "$BUILDDIR/tests/fault/filter" "$BUILDDIR/tests/fault/killat"

# scene NAME: makes $WORK/NAME/before and $WORK/NAME/at.
scene() {
    mkdir "$WORK/$1" || exit 99
    (
        WORK=$WORK/$1
        SPOOL=$WORK/spool
        CONF=$WORK/escalate.yaml
        "scene_$1"
        echo "$SCENE_AT" >"$WORK/at"
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
