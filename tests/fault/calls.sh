#!/bin/sh
# calls.sh: each call of the filter, core, parse and deliver fails: 75 and nothing half, or 0 and one whole mail; and for the daemon, once the fault is
# gone, the same tickets, mails and audit as without it.
# shellcheck source=tests/fault/faults.sh
. "$(dirname "$0")/faults.sh"
scene first
scene busy
faults calls_filter.py
faults calls_daemon.py first "$WORK/first/before" "$(cat "$WORK/first/at")" 2026-05-26T09:02:00+02:00 24
faults calls_daemon.py busy "$WORK/busy/before" "$(cat "$WORK/busy/at")" 2026-05-26T09:35:00+02:00 70
faults calls_daemon.py smtp "$WORK/busy/before" "$(cat "$WORK/busy/at")" 2026-05-26T09:35:00+02:00 16
done_testing
