#!/bin/sh
# supervisor.sh: what escalated does about its own processes: one that keeps dying, one that is stuck, a configuration that is wrong at the start and
# later; and what the service manager hears of it. A small program plays the manager: it writes down each datagram of sd_notify(3).
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
command -v python3 >/dev/null || skip_all "no python3"
desk observe

logged() { grep -Eq -e "$1" "$WORK/log"; }
logged_times() { [ "$(grep -Ec -e "$2" "$WORK/log")" -ge "$1" ]; }
heard() { grep -Eq -e "$1" "$WORK/notified"; }
gone() { ! kill -0 "$1"; }
core_is_new() { core=$(pgrep -P "$daemon" -x core); [ -n "$core" ] && [ "$core" != "$1" ]; }

python3 - "$WORK/notify" "$WORK/notified" <<'END' &
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
with open(sys.argv[2], "a", buffering=1) as out:
    while True:
        out.write(s.recv(65536).decode() + "\n")
END
manager=$!
daemon=$manager
cleanup() { kill -9 "$daemon" "$manager" 2>/dev/null; wait 2>/dev/null; }
eventually test -S "$WORK/notify"
: >"$WORK/notified"

# run [VARIABLE=value…]: the daemon, with this manager
run() {
    : >"$WORK/log"
    env NOTIFY_SOCKET="$WORK/notify" "$@" "$ESCALATED" -c "$CONF" -f 2>>"$WORK/log" &
    daemon=$!
}
stop() {
    kill -TERM "$daemon"
    eventually gone "$daemon"
    wait "$daemon"
}

cp "$CONF" "$WORK/good.yaml"
echo 'nonsense: yes' >>"$CONF"
run A=b
wait "$daemon"
same 'a wrong configuration at the start ends it with 78' 78 "$?"
same 'and is no death' 0 "$(grep -c 'worker-died worker=core' "$WORK/log")" # the others may find it wrong before core does
cp "$WORK/good.yaml" "$CONF"

run WATCHDOG_USEC=16000000
check 'it is ready when core works' eventually heard '^READY=1$'
check 'and says so' eventually heard '^STATUS=working$'
check 'the watchdog is fed' eventually heard '^WATCHDOG=1$'

# a configuration that is wrong when core starts again, in the middle of its life
echo 'nonsense: yes' >>"$CONF"
core=$(pgrep -P "$daemon" -x core)
kill -9 "$core"
check 'a core that was killed is a death' eventually logged 'event=worker-died worker=core status="signal 9" deaths=1'
check 'one that finds a wrong configuration then another, not the end' eventually logged 'event=worker-died worker=core status="exit 78" deaths=2 again-in=2s'
check 'the manager hears of it' eventually heard '^STATUS=core died \(exit 78\), for the 2. time; again in 2 s$'
cp "$WORK/good.yaml" "$CONF"
kill -HUP "$daemon"
check 'it works again with the next good one' eventually logged_times 2 'event=start'

# stuck: it does not go on, so it is killed, and started again
core=$(pgrep -P "$daemon" -x core)
kill -STOP "$core"
check 'a core that does not go on is noticed' eventually logged 'event=worker-stalled worker=core'
check 'and killed' eventually gone "$core"
check 'and started again' eventually core_is_new "$core"
make_mail 'Kim Lee <kim@acme.test>' support@desk.test 'Question' | deliver kim@acme.test support@desk.test
mails_sent() { [ "$(outgoing | wc -l)" -ge "$1" ]; }
check 'and works' eventually mails_sent 1
stop
same 'SIGTERM ends it with 0' 0 "$?"
check 'the manager hears that too' heard '^STOPPING=1$'

# core cannot work: the daemon stays, and does not try in a tight loop
mv "$WORK/escalate.db" "$WORK/kept.db"
rm -f "$WORK"/escalate.db-*
mkdir "$WORK/escalate.db"
: >"$WORK/notified"
run A=b
check 'without a database core dies' eventually logged 'event=worker-died worker=core status="exit 75" deaths=2 again-in=2s'
check 'the manager is not kept waiting' heard '^READY=1$'
check 'the daemon is there' kill -0 "$daemon"
check 'and tries less often' eventually logged 'deaths=3 again-in=4s'
kill -TERM "$daemon"
check 'it does not sleep over SIGTERM' eventually gone "$daemon"
wait "$daemon"
same 'and exits 0' 0 "$?"
rmdir "$WORK/escalate.db"
mv "$WORK/kept.db" "$WORK/escalate.db"

# another process cannot work: it is reported, and core goes on
cp "$CONF" "$WORK/good.yaml"
echo "lmtp: {listen: $WORK/no-such-directory/socket}" >>"$CONF"
run A=b
unwell() { escalate health >"$WORK/health"; grep -Eq -e "$1" "$WORK/health"; }
check 'one that keeps dying is in the log' eventually logged 'event=worker-died worker=lmtp status="exit [0-9]+" deaths=3 again-in=4s'
check 'and in health' eventually unwell '^CRITICAL workers: lmtp died 3 times since the start, 3 of the last within an hour'
before=$(outgoing | wc -l)
make_mail 'Joe <joe@acme.test>' support@desk.test 'Question' | deliver joe@acme.test support@desk.test
check 'core works all the same' eventually mails_sent $((before + 1))
same 'and did not die' 0 "$(grep -c 'worker-died worker=core' "$WORK/log")"
mkdir "$WORK/no-such-directory"
check 'it works when it can' eventually logged 'event=lmtp-start'

# one that has nothing to do ends while the reload is on its way to it: whether it saw the new file is not known, so it is asked again. The
# supervisor stands still meanwhile, and finds the signal and the end of the process together.
lmtp=$(pgrep -P "$daemon" -x lmtp)
kill -STOP "$daemon"
kill -TERM "$lmtp"
ended() { [ "$(ps -o stat= -p "$1" | cut -c 1)" = Z ]; }
check 'it ends by itself' eventually ended "$lmtp"
kill -HUP "$daemon"
kill -CONT "$daemon"
check 'a reload that it can no more have heard starts it again' eventually logged_times 2 'event=lmtp-start'
same 'and is no death' 0 "$(grep -c 'event=worker-died worker=lmtp status="exit 0"' "$WORK/log")"
stop
cp "$WORK/good.yaml" "$CONF"

# nobody works on alone when the supervisor is killed
run A=b
check 'it starts again' eventually logged 'event=start'
core=$(pgrep -P "$daemon" -x core)
kill -9 "$daemon"
wait "$daemon" 2>/dev/null
check 'core leaves with its supervisor' eventually gone "$core"
done_testing
