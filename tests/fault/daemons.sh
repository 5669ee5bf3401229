#!/bin/sh
# daemons.sh: the daemon with its supervisor: calls fail in it and in its children, and each is killed; mail comes in by LMTP meanwhile; a new configuration
# is read under faults, and the power goes meanwhile; an alarm is told. It heals by itself, leaves when it is told to, and nothing is lost, doubled or half there.
# shellcheck source=tests/fault/faults.sh
. "$(dirname "$0")/faults.sh"
scene first
ON=first
of daemon calls_daemon.py 30
of lmtp calls_daemon.py 0
of lmtp calls_daemon.py 10 open:lmtp write:lmtp fsync close:lmtp rename accept receive:lmtp poll:lmtp
of lmtp calls_daemon.py 40 send:lmtp
of lmtp calls_daemon.py 12 epoll:lmtp
of reload calls_daemon.py 16
of reload calls_daemon.py 10 script:core
of alarm calls_daemon.py 13
if can_trace; then
    of daemon crash.py 8
    of reload crash.py 8
    of lmtp crash.py 16
    of alarm crash.py 8
    of lmtp power.py 20
    of reload power.py 24
fi
done_testing
