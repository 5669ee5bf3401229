#!/bin/sh
# crash.sh: SIGKILL at system calls of the filter and of each worker; then they run again, and nothing is lost, nothing doubled.
# shellcheck source=tests/fault/faults.sh
. "$(dirname "$0")/faults.sh"
can_trace() { "$BUILDDIR/tests/fault/killat" -d / -c "$WORK/counts" -- /bin/true; }
can_trace || skip_all "processes cannot be traced here"
scene first
scene busy
faults crash.py filter - - - 0
faults crash.py first "$WORK/first/before" "$(cat "$WORK/first/at")" 2026-05-26T09:02:00+02:00 20
faults crash.py busy "$WORK/busy/before" "$(cat "$WORK/busy/at")" 2026-05-26T09:35:00+02:00 64
faults crash.py smtp "$WORK/busy/before" "$(cat "$WORK/busy/at")" 2026-05-26T09:35:00+02:00 12
done_testing
