#!/bin/sh
# helpers.sh: calls fail in the helper that verifies signatures and in what runs the programs of channels, and they are killed: an acknowledgment counts or is
# refused with the reason, and counts when it is sent again; a page is run, or that it could not be is an event.
# shellcheck source=tests/fault/faults.sh
. "$(dirname "$0")/faults.sh"
for program in gpg openssl; do command -v $program >/dev/null || skip_all "no $program"; done
scene signed
scene paged
of signed calls_daemon.py 0
of signed calls_daemon.py 11 read:sign write:sign close:sign fork:sign descriptor:sign poll:sign send:sign receive:core socket:core mkdir:core
of signed calls_daemon.py 10 open:sign
of paged calls_daemon.py 0
of paged calls_daemon.py 12 open:deliver write:deliver close:deliver truncate:deliver fork:deliver descriptor:deliver poll:deliver wait:deliver receive:core
if can_trace; then
    of signed crash.py 20
    of paged crash.py 20
fi
done_testing
