#!/bin/sh
# crash.sh: SIGKILL at system calls of the filter and of each worker; then they run again, and nothing is lost, nothing doubled.
# shellcheck source=tests/fault/faults.sh
. "$(dirname "$0")/faults.sh"
can_trace || skip_all "processes cannot be traced here"
scene first
scene busy
faults crash.py filter - - - 0
of first crash.py 20
of busy crash.py 64
ON=busy
of smtp crash.py 12
done_testing
