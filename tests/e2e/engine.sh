#!/bin/sh
# engine.sh: what random sequences (model.sh) found in the engine, each as short as it could be made, on the same desk: timers that got lost, runs
# that nobody ended or stopped, deadlines that nobody watched.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
command -v python3 >/dev/null || skip_all "no python3"

fresh() {
    rm -rf "$WORK"/escalate.db* "$SPOOL" "$WORK"/key "$WORK"/audit.key
    cp "$TOP_SRCDIR"/tests/model/*.yaml "$TOP_SRCDIR"/tests/model/*.ics "$WORK" || exit 99
    make_spool "$SPOOL"
}
from_kim() { # TO SUBJECT
    make_mail 'Kim Lee <kim@acme.test>' "$1" "$2" 'Please help. Nobody here can work.' | deliver kim@acme.test "$1"
}
verb() { # TIME VERB ID [ARGUMENT…]
    verb_time=$1
    shift
    escalate --now "$verb_time" "$@" >/dev/null
    at "$verb_time"
}
clocks() { sqlite_value "select group_concat(target || ' ' || state, ', ') from (select target, state from clock where ticket_id = $1 and state in (0, 1) order by target)"; }
state() { escalate --json show 1 | python3 -c 'import json,sys; r=json.load(sys.stdin)["runs"]; r.sort(key=lambda r: r["state"] == "ended"); print(r[0]["state"], r[0]["level"])'; }
bounce() { # ADDRESS
    printf '%s\n' --x 'Content-Type: text/plain' '' 'It could not be delivered.' '' --x 'Content-Type: message/delivery-status' '' 'Reporting-MTA: dns; mx.test' '' \
        'Final-Recipient: rfc822; kim@acme.test' 'Action: failed' 'Status: 5.1.1' 'Diagnostic-Code: smtp; 550 5.1.1 user unknown' '' --x-- |
        make_mail -H 'MIME-Version: 1.0' -H 'Content-Type: multipart/report; report-type=delivery-status; boundary=x' mailer-daemon@mx.test "$1" 'Undelivered Mail Returned to Sender' - |
        deliver '' "$1"
}
waiting() { sqlite_value "select count(*) from due where what = '$1'"; }

# ---- a timer of a batch that takes the number of another ----
fresh
sed -i 's/notify: \[owner, noc\]/notify: [owner]/' "$CONF" # nobody: its next level waits for its time
make_mail 'Kim Lee <kim@acme.test>' 'support@model.test, billing@model.test' 'Shop is down' 'Please help.' | deliver kim@acme.test support@model.test
at 2026-05-26T06:02:00Z
at 2026-05-26T06:25:00Z
same "level 1 is asked, until 06:35" 1 "$(waiting run)"
at 2026-05-26T14:30:00Z # a downtime: all of it is due in one batch
same "the other queue's ladder waits for its second level" 'plain 1' "$(sqlite_value "select policy || ' ' || level from run where ended_at is null and next_level_at is not null")"
same "and has a timer" 1 "$(sqlite_value "select count(*) from run r join due d on d.run_id = r.id and d.next_at = r.next_level_at")"

# ---- escalate, of what somebody has, and nobody is above ----
fresh
sed -i -e 's/^  watch:/  other:/' -e 's/policy: watch/policy: plain/' "$CONF"
from_kim support@model.test 'Shop is down'
at 2026-05-26T06:01:00Z
at 2026-05-26T06:40:00Z
verb 2026-05-26T06:41:00Z escalate 1
same "the last level is asked" 'climbing 3' "$(state)"
reply "$(templated escalation | tail -n 1)" gil@model.test 'ack'
at 2026-05-26T06:42:00Z
same "who took it has it" 'held 3' "$(state)"
match "nobody is above: it is refused" 'Not done: nobody is above' "$(escalate --now 2026-05-26T06:43:00Z escalate 1)"
same "and he keeps it" 'held 3' "$(state)"
verb 2026-05-26T06:44:00Z severity 1 S1
same "to the end of what he promised" 1 "$(waiting run)"

# ---- only paused clocks are left ----
fresh
from_kim support@model.test 'Shop is down'
at 2026-05-26T06:01:00Z
at 2026-05-27T02:00:00Z
verb 2026-05-27T02:01:00Z wait 1 for customer
same "respond is not paused: the ladder goes on" 0 "$(sqlite_value 'select suspended_for from run where ended_at is null')"
verb 2026-05-27T02:02:00Z contained 1 by a restart
same "contained, and resolve is paused: it stands still" 1 "$(sqlite_value 'select suspended_for from run where ended_at is null')"
same "and nothing of it is due" 0 "$(waiting run)"

# ---- a clock that begins while its ticket waits for the customer ----
fresh
from_kim support@model.test 'Invoice'
at 2026-05-26T06:01:00Z
verb 2026-05-26T06:02:00Z answered 1 by phone
verb 2026-05-26T06:03:00Z wait 1 for customer
verb 2026-05-26T06:04:00Z severity 1 S1
match "S1 has an update clock: paused, as resolve is" 'resolve 1, update 1' "$(clocks 1)"

# ---- what was to come of a ticket that is over ----
fresh
from_kim billing@model.test 'Invoice'
at 2026-05-26T06:01:00Z
verb 2026-05-26T06:02:00Z wait 1 until 2026-05-28
verb 2026-05-26T06:03:00Z resolve 1 'done'
same "resolved: it waits no more" 0 "$(waiting wait)"
same "but for its end" 1 "$(waiting close)"
verb 2026-05-26T06:04:00Z spam 1
same "spam: nor for that" 0 "$(waiting close)"
from_kim billing@model.test 'Invoice again'
at 2026-05-26T06:05:00Z
verb 2026-05-26T06:06:00Z wait 2 until 2026-05-28
verb 2026-05-26T06:07:00Z spam 2
same "spam of what waits" 0 "$(waiting wait)"

# ---- resolved too late, and open again ----
fresh
sed -i 's/S3: {respond: 4bh, resolve: 3bd}/S3: {respond: 1bd, resolve: 4bh}/' "$CONF"
from_kim support@model.test 'Invoice'
at 2026-05-26T06:01:00Z
at 2026-05-26T12:00:00Z
same "resolve is late: its ladder climbs" 'climbing 2' "$(state)"
verb 2026-05-26T12:05:00Z resolve 1 'done'
verb 2026-05-26T12:10:00Z reopen 1
at 2026-05-26T12:11:00Z
same "it is still late, and somebody is asked anew" 'climbing 2' "$(state)"
same "in a ladder of its own" 2 "$(sqlite_value 'select count(*) from run')"
match "the breach is found again" 'breach .*target=resolve' "$(escalate audit 1 | tail -n 12)"

# ---- an answer that came too late and did not arrive ----
fresh
from_kim support@model.test 'Invoice'
at 2026-05-26T06:01:00Z
at 2026-05-26T12:00:00Z
same "respond is late: its ladder climbs" 'climbing 2' "$(state)"
make_mail ann@model.test "$(reply_to "$(templated new-ticket | head -n 1)")" 'Re: Invoice' 'It was our mistake.' | deliver ann@model.test "$(reply_to "$(templated new-ticket | head -n 1)")"
at 2026-05-26T12:05:00Z
same "answered: it is over" ended "$(state | cut -d' ' -f1)"
match "who was asked is not told that all is" 'You need do nothing now; the ticket is still open\.' "$(plain "$(templated line | tail -n 1)" | tr '\n' ' ')"
bounce "$(envelope_sender relay)"
at 2026-05-26T12:10:00Z
same "it did not arrive: somebody is asked again" 'climbing 2' "$(state)"
match "and reads that it did not" 'Done +.* \(it did not arrive\)' "$(plain "$(templated escalation | tail -n 1)")"
# the same when the ticket is over by then
make_mail ann@model.test "$(reply_to "$(templated new-ticket | head -n 1)")" 'Re: Invoice' 'Once more.' | deliver ann@model.test "$(reply_to "$(templated new-ticket | head -n 1)")"
at 2026-05-26T12:16:00Z
verb 2026-05-26T12:17:00Z resolve 1 'done'
bounce "$(envelope_sender relay)"
at 2026-05-26T12:18:00Z
same "of what is resolved nothing runs again" '' "$(clocks 1 | grep -v None)"

# ---- merged: a ladder does not outlive its reasons ----
fresh
from_kim support@model.test 'Shop is down'
at 2026-05-26T06:01:00Z
at 2026-05-26T06:24:00Z
from_kim support@model.test 'Shop is slow'
at 2026-05-26T06:25:00Z
reply "$(templated escalation | head -n 1)" ann@model.test 'ack'
at 2026-05-26T06:26:00Z
at 2026-05-29T06:25:00Z # the second is exhausted, the first is somebody's
at 2026-05-29T06:36:00Z
verb 2026-05-29T06:37:00Z merge 1 2
same "every cause of it runs still" 0 "$(sqlite_value "select count(*) from run_cause u join run r on r.id = u.run_id join clock c on c.id = u.clock_id
    where r.ended_at is null and u.ended_at is null and c.state in (2, 3)")"

# ---- merged: an answer that did not arrive, of the ticket that went ----
fresh
from_kim support@model.test 'Invoice'
at 2026-05-26T06:01:00Z
from_kim support@model.test 'Shop is down'
at 2026-05-26T06:02:00Z
work=$(templated new-ticket | while read -r f; do header "$f" Subject | grep -q 'is down' && echo "$f"; done | head -n 1)
make_mail ann@model.test "$(reply_to "$work")" 'Re: it' 'We restart it.' | deliver ann@model.test "$(reply_to "$work")"
at 2026-05-26T06:03:00Z
verb 2026-05-26T06:04:00Z merge 2 1
bounce "$(envelope_sender relay)"
at 2026-05-26T06:05:00Z
same "of two promises to answer the older one's runs" '30m' "$(sqlite_value "select duration from clock where ticket_id = 1 and target = 'respond' and state = 0")"
done_testing
