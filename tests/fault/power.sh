#!/bin/sh
# power.sh: the power goes at any moment of the filter and of the daemon, and what was not synced is lost in part: what was taken or committed is there.
# shellcheck source=tests/fault/faults.sh
. "$(dirname "$0")/faults.sh"
can_trace || skip_all "processes cannot be traced here"
scene first
scene busy
of first power.py 40
of busy power.py 40
ON=busy
of smtp power.py 12
ON=first
of filter power.py 30
done_testing
