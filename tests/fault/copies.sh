#!/bin/sh
# copies.sh: calls fail in escalate backup and restore, and they are killed: a backup that failed says so and leaves nothing under its name; a restore that
# failed can be called again, and then all is as if it had not.
# shellcheck source=tests/fault/faults.sh
. "$(dirname "$0")/faults.sh"
scene busy
ON=busy
of backup calls_daemon.py 16
of backup calls_daemon.py 6 fsync
of backup-over calls_daemon.py 8 fsync rename
of restore calls_daemon.py 16
of restore calls_daemon.py 24 fsync rename
of restore calls_daemon.py 3 truncate
of restore calls_daemon.py 45 open read stat
if can_trace; then
    of backup power.py 10
    of backup-over power.py 10
    of restore power.py 20
    of backup crash.py 16
    of backup-over crash.py 16
    of restore crash.py 24
fi
done_testing
