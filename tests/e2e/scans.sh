#!/bin/sh
# scans.sh: what is asked while a desk works, and for one ticket, must not cost more with each ticket that there is: no statement goes through a whole
# table. (A million tickets by the clock: make bench-large.)
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
command -v python3 >/dev/null || skip_all "no python3"
need_shim scan-shim
TICKETS=200
SCANS=$WORK/scans
SCANS_MOST=$((TICKETS / 2))
export SCANS SCANS_MOST
desk observe 'limits: {per-person: 20/1h}'

# scanned NAME COMMAND…: it reads no table from its beginning to its end
scanned() {
    scanned_name=$1
    shift
    : >"$SCANS"
    LD_PRELOAD=$SHIM "$@" >/dev/null 2>>"$WORK/log"
    scanned_status=$?
    same "$scanned_name" "${STATUS:-0}: " "$scanned_status: $(cat "$SCANS")"
}
daemon() { "$ESCALATED" -c "$CONF" --now "$1" --once; }
command() { "$ESCALATE" -c "$CONF" --now 2026-05-26T12:15:00+02:00 "$@"; }

for i in $(seq $TICKETS); do
    make_mail "Customer $i <c$i@acme$i.test>" support@desk.test "Report $i" "Our figures $i are wrong." | deliver "c$i@acme$i.test" support@desk.test
done
scanned 'mails are taken in' daemon 2026-05-26T09:00:00+02:00
same 'all of them' $TICKETS "$(sqlite_value 'select count(*) from ticket')"
scanned 'pages go out' daemon 2026-05-26T12:00:00+02:00
same 'most of them folded' $((TICKETS - 20)) "$(sqlite_value 'select count(*) from folded')"
scanned 'a digest' daemon 2026-05-26T12:10:00+02:00
reply "$(templated escalation | tail -n 1)" bob@desk.test ACK
reply "$(templated digest | tail -n 1)" bob@desk.test 'ACK ALL'
make_mail 'Customer 7 <c7@acme7.test>' support@desk.test 'Re: [support #7] Report 7' 'And these too.' | deliver c7@acme7.test support@desk.test
make_mail 'Bob <bob@desk.test>' c9@acme9.test 'Re: [support #9] Report 9' 'They are right now.' | deliver bob@desk.test support@desk.test
scanned 'replies of all kinds' daemon 2026-05-26T12:11:00+02:00
check 'which acknowledge' [ "$(sqlite_value "select count(*) from run where acker = 'bob'")" -gt 150 ]
scanned 'a round in which nothing is due' daemon 2026-05-26T12:12:00+02:00
scanned 'the next level' daemon 2026-05-26T13:30:00+02:00
scanned 'the mails of the morning' daemon 2026-05-27T09:30:00+02:00

for what in 'show 7' 'explain 7' 'log 7' 'audit 7' 'audit head' 'next -n 10' 'list -n 10' 'list -n 10 figures requester:acme7.test' hold 'note 7 seen' \
    'ack --as bob 8' 'severity 7 S1' 'resolve --as bob 9' 'maintenance support until 14:00' 'list -n 10' 'maintenance support off'; do
    # shellcheck disable=SC2086 # the words of a command
    scanned "escalate $what" command $what
done
python3 -c 'import sqlite3,sys
c = sqlite3.connect(sys.argv[1]); c.execute("update ticket set state = ? where id > 60", ("closed",)); c.commit()' "$WORK/escalate.db"
for what in queue:support unowned:yes unowned:no severity:S3 'owner:bob figures' late:no 'opened:>2026-01-01'; do
    # shellcheck disable=SC2086
    scanned "of what is open $what" command list $what
done
STATUS=1
scanned 'escalate health' command health
done_testing
