#!/bin/sh
# calls.sh: each call of the filter, core, parse and deliver fails: 75 and nothing half, or 0 and one whole mail; and for the daemon, once the fault is
# gone, the same tickets, mails and audit as without it.
# shellcheck source=tests/fault/faults.sh
. "$(dirname "$0")/faults.sh"
scene first
scene busy
faults calls_filter.py
of first calls_daemon.py 24
of busy calls_daemon.py 70
ON=busy
of smtp calls_daemon.py 16
done_testing
