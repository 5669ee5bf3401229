#!/bin/sh
# daemon.sh: escalated itself: a file in incoming wakes it, a broken configuration is refused and the last good one stays, a worker that
# dies is started again, SIGTERM ends it. It runs on the real clock; what it will do is waited for in short steps, up to a bound.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
command -v python3 >/dev/null || skip_all "no python3"
printf 'address,segment\nacme.test,gold\n' >"$WORK/customers.csv"
desk observe 'customers: {file: customers.csv}'

logged2() { [ "$(grep -Ec -e "$1" "$WORK/log")" -ge 2 ]; }
logged() { grep -Eq -e "$1" "$WORK/log"; }
mails_sent() { [ "$(outgoing | grep -vc notice)" -ge "$1" ]; }
notices_sent() { [ "$(outgoing | grep -c notice)" -ge "$1" ]; }
gone() { ! kill -0 "$1"; }

"$ESCALATED" -c "$CONF" -f 2>"$WORK/log" &
daemon=$!
cleanup() { kill -9 "$daemon" 2>/dev/null; wait 2>/dev/null; }
check 'it starts' eventually logged 'event=start'
make_mail 'Kim Lee <kim@acme.test>' support@desk.test 'Question' | deliver kim@acme.test support@desk.test
check 'a mail wakes it: the auto-ack goes out' eventually mails_sent 1
same 'and incoming is empty' 0 "$(count incoming)"


# a second one on the same spool, and one of cron
"$ESCALATED" -c "$CONF" -f 2>"$WORK/second" &
second=$!
exits 'one run beside it is refused' 75 "$ESCALATED" -c "$CONF" --once
match 'with the reason' 'another escalated works on it' "$(cat "$WORK/err")"
wait "$second"
same 'and so is a second daemon' 75 "$?"
match 'with the reason too' "event=error while=start reason=.*spool '$SPOOL': another escalated works on it" "$(cat "$WORK/second")"
check 'the first works on' kill -0 "$daemon"

cp "$CONF" "$WORK/good.yaml"
echo 'nonsense: yes' >>"$CONF"
kill -HUP "$daemon"
check 'a broken configuration is refused' eventually logged 'event=reload result=refused'
match 'with the error' 'event=configuration-error.*nonsense' "$(cat "$WORK/log")"
check 'and the leads hear of it by mail' eventually notices_sent 2
make_mail 'Joe <joe@acme.test>' support@desk.test 'Another' | deliver joe@acme.test support@desk.test
check 'the last good one goes on' eventually mails_sent 2
cp "$WORK/good.yaml" "$CONF"

cp "$WORK/holidays.ics" "$WORK/good.ics"
{ # it can be read, but not worked out, at whatever time it is asked for: no day is one of them
    printf '%s\r\n' BEGIN:VCALENDAR VERSION:2.0 PRODID:-//escalate//tests//EN
    for i in $(seq 4000); do
        printf '%s\r\n' BEGIN:VEVENT "UID:$i@tests" DTSTART:19000101T000000Z 'RRULE:FREQ=DAILY;COUNT=2000000000;BYMONTH=2;BYMONTHDAY=30' END:VEVENT
    done
    printf '%s\r\n' END:VCALENDAR
} >"$WORK/holidays.ics"
match 'check says that a calendar costs too much' 'too much recurrence to work out' "$(escalate check 2>&1)"
kill -HUP "$daemon"
check 'and so does the daemon' eventually logged 'event=configuration-error.*too much recurrence'
check 'which refuses it' eventually logged2 'event=reload result=refused'
no_match 'no worker that nobody wants dies of it' 'event=worker-died' "$(cat "$WORK/log")"
mv "$WORK/good.ics" "$WORK/holidays.ics"
kill -HUP "$daemon"
check 'a good one is taken' eventually logged 'event=reload result=done'

make_mail 'Ida <ida@acme.test>' support@desk.test 'A round of the good one' | deliver ida@acme.test support@desk.test
check 'and works' eventually mails_sent 3

# a new customer's mail is the first to wake it
printf 'address,segment\nacme.test,gold\nbeta.test,basic\nnonsense,\n' >"$WORK/customers.csv"
make_mail 'Bea <bea@beta.test>' support@desk.test 'From Beta' | deliver bea@beta.test support@desk.test
check 'a changed customer directory is read without being told' eventually logged 'event=customers count=2'
check 'its bad line is named' logged "event=customers problem=.*customers.csv:4: 'nonsense'"
check 'that mail is answered' eventually mails_sent 4
same 'and its sender is known' 1 "$(sqlite_value "select count(*) from decision where line like 'customer %segment basic'")"
printf 'no columns\n' >"$WORK/customers.csv"
make_mail 'Ben <ben@beta.test>' support@desk.test 'From Beta too' | deliver ben@beta.test support@desk.test
check 'a directory that cannot be read is told' eventually logged "event=error.*no column 'address'"
check 'and the last good one stays' eventually mails_sent 5
same 'for all' 2 "$(sqlite_value "select count(*) from decision where line like 'customer %segment basic'")"
printf 'address\nacme.test\n' >"$WORK/customers.csv"

core=$(pgrep -P "$daemon" -x core)
kill -9 "$core"
check 'core is started again when it dies' eventually logged 'event=worker-died worker=core'
make_mail 'Zoe <zoe@acme.test>' support@desk.test 'Third' | deliver zoe@acme.test support@desk.test
check 'and works' eventually mails_sent 6

core=$(pgrep -P "$daemon" -x core)
errors() { grep -c 'event=error' "$WORK/log"; }
before=$(errors)
for worker in $(pgrep -P "$core"); do kill -9 "$worker"; done # while they have nothing to do
make_mail 'Una <una@una.test>' support@desk.test 'Fourth' | deliver una@una.test support@desk.test
check 'workers that die cost no mail' eventually mails_sent 7
same 'nor a round' "$before" "$(errors)"
same 'nothing is on hold' '' "$(escalate hold)"

# a mail that was handed over, and a database that does not take that down
change() { python3 -c 'import sqlite3,sys
c=sqlite3.connect(sys.argv[1], 30, isolation_level=None); c.execute(sys.argv[2])' "$WORK/escalate.db" "$1"; }
handed() { find "$SPOOL/outgoing" -name '*.eml' -newer "$WORK/mark" -printf '%f %i %C@\n'; }
failed_rounds() { [ "$(grep -c 'event=error while=round.*not now' "$WORK/log")" -ge "$1" ]; }
change "create trigger refuse before update of state on outbox when new.state = 'sent' begin select raise(abort, 'not now'); end"
touch "$WORK/mark"
make_mail 'Amy <amy@acme.test>' support@desk.test 'Fifth' | deliver amy@acme.test support@desk.test
check 'what cannot be taken down is an error' eventually failed_rounds 1
handed >"$WORK/handed"
same 'one mail was handed over' 1 "$(wc -l <"$WORK/handed")"
for i in 2 3 4; do
    make_mail "Amy$i <amy$i@acme.test>" support@desk.test "Fifth $i" | deliver "amy$i@acme.test" support@desk.test
    check "again, $i" eventually failed_rounds "$i"
done
same 'it is not handed over again, and no other before it is known of this one' "$(cat "$WORK/handed")" "$(handed)"
change 'drop trigger refuse'
make_mail 'Amy <amy5@acme.test>' support@desk.test 'Sixth' | deliver amy5@acme.test support@desk.test
check 'then all go out' eventually mails_sent 12
same 'each once' 5 "$(grep -E 'event=mail .*template=auto-ack .*<amy' "$WORK/log" | grep -o 'outbox=[0-9]*' | sort -u | wc -l)"

# a new configuration while a mail is being handed over
cat >"$WORK/slow" <<END
#!/bin/sh
echo >>"$WORK/calls"
while [ ! -e "$WORK/go" ]; do sleep 0.05; done
END
chmod 755 "$WORK/slow"
: >"$WORK/calls"
: >"$WORK/log"
dones() { [ "$(grep -c 'event=reload result=done' "$WORK/log")" -ge "$1" ]; }
called() { [ -s "$WORK/calls" ]; }
sed "s,^delivery: .*,delivery: {method: sendmail\, sendmail: $WORK/slow}," "$WORK/good.yaml" >"$CONF"
kill -HUP "$daemon"
check 'delivery by a slow program' eventually dones 1
make_mail 'Una <una@una.test>' support@desk.test 'Seventh' | deliver una@una.test support@desk.test
check 'has a mail under way' eventually called
kill -HUP "$daemon"
check 'when a configuration is read' eventually dones 2
touch "$WORK/go"
check 'it is sent' eventually logged 'event=mail .*to=<una@una.test> result=sent'
same 'once' 1 "$(wc -l <"$WORK/calls" | tr -d ' ')"
no_match 'and nothing dies of it' 'event=worker-died' "$(cat "$WORK/log")"

# the same where the one of before cannot deliver: the one of now is not made to wait for that
rm "$WORK/go"
: >"$WORK/calls"
sed -i '$a exit 69' "$WORK/slow"
make_mail 'Uwe <uwe@una.test>' support@desk.test 'Eighth' | deliver uwe@una.test support@desk.test
check 'one that fails has a mail under way' eventually called
cp "$WORK/good.yaml" "$CONF"
kill -HUP "$daemon"
check 'when a better configuration is read' eventually dones 3
touch "$WORK/go"
check 'that failed' eventually logged 'event=mail .*to=<uwe@una.test> result=transport-down'
check 'it goes out at once by the new one' eventually logged 'event=mail .*to=<uwe@una.test> result=sent'

kill -TERM "$daemon"
check 'SIGTERM ends it' eventually gone "$daemon"
wait "$daemon"
same 'with exit 0' 0 "$?"
check 'core said goodbye' logged 'event=stop'
done_testing
