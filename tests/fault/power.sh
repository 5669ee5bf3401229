#!/bin/sh
# power.sh: the power goes at any moment of the filter and of the daemon, and what was not synced is lost in part: what was taken or committed is there.
# shellcheck source=tests/fault/faults.sh
. "$(dirname "$0")/faults.sh"
can_trace() { "$BUILDDIR/tests/fault/killat" -d / -c "$WORK/counts" -- /bin/true; }
can_trace || skip_all "processes cannot be traced here"
scene first
scene busy
faults power.py filter "$WORK/first/before" "$(cat "$WORK/first/at")" - 30
faults power.py first "$WORK/first/before" "$(cat "$WORK/first/at")" 2026-05-26T09:02:00+02:00 40
faults power.py busy "$WORK/busy/before" "$(cat "$WORK/busy/at")" 2026-05-26T09:35:00+02:00 40
done_testing
