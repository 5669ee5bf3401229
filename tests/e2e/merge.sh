#!/bin/sh
# merge.sh: one ticket goes into another: nothing of it is lost, the older promise is kept, the escalation goes on.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
command -v python3 >/dev/null || skip_all "no python3"

two() { # two tickets of Kim, at 10:00 and at 11:00
    rm -rf "$WORK"/escalate.db* "$SPOOL" "$WORK"/key "$WORK"/audit.key
    desk relay
    make_mail -H 'Message-ID: <one@acme.test>' 'Kim Lee <kim@acme.test>' support@desk.test 'Invoice' 'A question on our invoice.' | deliver kim@acme.test support@desk.test
    at 2026-05-26T10:00:00+02:00
    make_mail -H 'Message-ID: <two@acme.test>' 'Kim Lee <kim@acme.test>' support@desk.test 'Invoice again' 'The same once more.' | deliver kim@acme.test support@desk.test
    at 2026-05-26T11:00:00+02:00
}
merge() { escalate --now "$1" merge "$2" "$3" 2>&1; }
field() { sqlite_value "select $2 from ticket where id = $1"; }
open_clocks() { sqlite_value "select group_concat(target || ' ' || strftime('%H:%M', due_at, 'unixepoch'), ', ') from (select * from clock where ticket_id = $1 and state = 0 order by target)"; }
ticket() { sqlite_value "select coalesce(ticket_id, 0) from message where direction = 'in' order by id desc limit 1"; }

# ---- what goes over ----
two
same "the two promises to answer" 'respond 12:00' "$(open_clocks 1 | grep -o 'respond [0-9:]*')"
same "the younger one" 'respond 13:00' "$(open_clocks 2 | grep -o 'respond [0-9:]*')"
match "the command says what it did" 'Merged into ticket 2' "$(merge 2026-05-26T11:05:00+02:00 1 2)"
same "the state" merged "$(field 1 state)"
same "and where it went" 2 "$(field 1 merged_into_id)"
same "of two promises the older is kept" 'respond 12:00' "$(open_clocks 2 | grep -o 'respond [0-9:]*')"
same "and only it" 1 "$(sqlite_value "select count(*) from clock where ticket_id = 2 and target = 'respond' and state = 0")"
same "nothing runs on the other" 0 "$(sqlite_value 'select count(*) from clock where ticket_id = 1')"
same "both mails are there" 2 "$(sqlite_value "select count(*) from message where ticket_id = 2 and direction = 'in'")"
same "open since the first" 2026-05-26T08:00:00Z "$(sqlite_value "select strftime('%Y-%m-%dT%H:%M:%SZ', opened_at, 'unixepoch') from ticket where id = 2")"
match "explain counts from the first mail" 'start *Tue 26 May 10:00 CEST, by message 1' "$(escalate --now 2026-05-26T11:06:00+02:00 explain 2)"
match "audited" 'merged .*into=2 by=operator' "$(escalate audit 1)"
check "the chain is whole" escalate audit verify
match "no verb on what is gone" 'was merged into 2' "$(escalate --now 2026-05-26T11:06:00+02:00 take --as ann 1 2>&1; escalate --now 2026-05-26T11:06:00+02:00 severity 1 S1 2>&1)"

# ---- who answers to it ----
ack=$(templated auto-ack | head -n 1)
make_mail -H "In-Reply-To: $(header "$ack" Message-ID)" kim@acme.test "$(reply_to "$ack")" 'Re: Invoice' 'More on the first.' | deliver kim@acme.test "$(reply_to "$ack")"
at 2026-05-26T11:10:00+02:00
same "his answer to the first one's mail reaches the second" 2 "$(ticket)"
work=$(templated new-ticket | head -n 1)
make_mail bob@desk.test "$(reply_to "$work")" 'Re: Invoice' 'Dear Kim, it was our mistake.' | deliver bob@desk.test "$(reply_to "$work")"
at 2026-05-26T11:15:00+02:00
same "so does the team's, to the address that it has" 2 "$(ticket)"
same "which answers him" 1 "$(sqlite_value "select count(*) from clock where ticket_id = 2 and target = 'respond' and state = 2 and met_at is not null")"

# ---- an escalation goes on ----
two
at 2026-05-26T13:00:00+02:00
page=$(templated escalation | tail -n 1)
same "the first is escalated" 1 "$(sqlite_value 'select ticket_id from run where ended_at is null')"
match "then merged" 'Merged' "$(merge 2026-05-26T13:01:00+02:00 1 2)"
same "its run is the second one's" 2 "$(sqlite_value 'select ticket_id from run where ended_at is null')"
at 2026-05-26T13:10:00+02:00
same "who was asked is asked again" 2 "$(templated_count escalation)"
reply "$page" bob@desk.test 'ack'
at 2026-05-26T13:12:00+02:00
same "and his answer to the first mail takes it" 'held' "$(escalate --json show 2 | python3 -c 'import json,sys; print(json.load(sys.stdin)["runs"][0]["state"])')"
at 2026-05-26T13:59:00+02:00
same "nobody else is asked meanwhile" 2 "$(templated_count escalation)"

two
at 2026-05-26T14:00:00+02:00
same "both are escalated" 2 "$(sqlite_value 'select count(*) from run where ended_at is null')"
pages=$(templated_count escalation)
match "the second goes into the first" 'Merged' "$(merge 2026-05-26T14:00:30+02:00 2 1)"
same "one run goes on" 1 "$(sqlite_value 'select count(*) from run where ended_at is null')"
same "of the first" 1 "$(sqlite_value 'select ticket_id from run where ended_at is null')"
at 2026-05-26T14:20:00+02:00
match "who was asked for the other hears that it is over" 'It is over: this deadline counts no more' "$(for f in $(templated line); do plain "$f"; done | tr '\n' ' ')"
at 2026-05-26T14:55:00+02:00
check "the ladder is climbed on" test "$(templated_count escalation)" -gt "$pages"

# ---- an answer to the mail of the one that ended ----
ended_one() { # FROM INTO PAGE: both are escalated; bob answers the first or the second mail after they are merged
    two
    at 2026-05-26T14:00:00+02:00
    merge 2026-05-26T14:01:00+02:00 "$1" "$2" >/dev/null
    reply "$(templated escalation | sed -n "$3p")" bob@desk.test 'ack'
    at 2026-05-26T14:02:00+02:00
    same "one run goes on" 1 "$(sqlite_value 'select count(*) from run where ended_at is null')"
    same "$1 into $2: an ack to mail $3 takes it" bob "$(sqlite_value 'select acker from run where ended_at is null')"
}
for page in 1 2; do
    ended_one 2 1 $page
    ended_one 1 2 $page
done

# ---- into one whose ladder is at its end ----
run_states() { sqlite_value "select group_concat(case state when 0 then 'climbing' when 1 then 'held' when 2 then 'exhausted' end) from run where ended_at is null and ticket_id = $1"; }
rm -rf "$WORK"/escalate.db* "$SPOOL"
desk observe
make_mail 'Kim Lee <kim@acme.test>' support@desk.test 'Invoice' 'Where is it?' | deliver kim@acme.test support@desk.test
at 2026-05-26T09:00:00+02:00
for hour in 13 14 15 16; do
    for minute in 00 10 20 30 40 50; do at "2026-05-26T$hour:$minute:00+02:00"; done
done
same "nobody took it" exhausted "$(run_states 1)"
make_mail 'Kim Lee <kim@acme.test>' support@desk.test 'The whole site' 'The site is down!' | deliver kim@acme.test support@desk.test
at 2026-05-27T09:00:00+02:00
at 2026-05-27T09:24:00+02:00
young=$(sqlite_value "select max(ticket_id) from run")
same "an outage is escalated" climbing "$(run_states "$young")"
match "it goes into the old one" 'Merged' "$(merge 2026-05-27T09:25:00+02:00 "$young" 1)"
same "the climbing run goes on there" climbing "$(run_states 1)"
pages=$(templated_count escalation)
at 2026-05-27T09:40:00+02:00
check "and asks on" test "$(templated_count escalation)" -gt "$pages"

# ---- two ladders become one ticket's ----
ladders() { sqlite_value "select group_concat(policy || ' ' || state, ', ') from (select * from run where ticket_id = $1 and ended_at is null order by policy)"; }
to_bob() { sent_to bob@desk.test | grep -c -e '-escalation\.eml$'; }
several() { # SUBJECT SUBJECT: two tickets of Kim, escalated by hand
    rm -rf "$WORK"/escalate.db* "$SPOOL"
    desk observe
    sed -i -e "s/^rules:\$/&\\n  - {name: fast, text: urgent, policy: quick}\\n  - {name: law, text: lawyer, policy: counsel}/" \
        -e "s/^policies:\$/&\\n  quick: {levels: [{notify: [bob], ack-within: 20m}, {notify: [carol]}], exhausted: 'queue:operations'}\\n  counsel: {levels: [{notify: [bob], ack-within: 20m}, {notify: [dana]}], exhausted: 'queue:operations'}/" "$CONF"
    make_mail 'Kim Lee <kim@acme.test>' support@desk.test "$1" 'Where is it?' | deliver kim@acme.test support@desk.test
    make_mail 'Kim Lee <kim@acme.test>' support@desk.test "$2" 'Where is that?' | deliver kim@acme.test support@desk.test
    at 2026-05-26T10:00:00+02:00
    for t in 1 2; do escalate --now 2026-05-26T10:01:00+02:00 escalate $t >/dev/null; done
}
for pair in '1 2' '2 1'; do
    several 'Invoice' 'Invoice, urgent'
    at 2026-05-26T10:01:00+02:00
    same "each by its own" 'standard 0 quick 0' "$(ladders 1) $(ladders 2)"
    page=$(sent_to bob@desk.test | xargs grep -l 'support #1' | grep -e '-escalation\.eml$')
    match "$pair: merged" 'Merged' "$(merge 2026-05-26T10:03:00+02:00 ${pair})"
    at 2026-05-26T10:04:00+02:00
    same "$pair: what a rule named stands in the place of the queue's" 'quick 0' "$(ladders "${pair#* }")"
    same "$pair: with both reasons" 1 "$(sqlite_value "select count(*) from run_cause c join run r on r.id = c.run_id where r.ended_at is null and c.ended_at is null and r.policy = 'quick'")"
    same "$pair: nobody is asked twice" 2 "$(to_bob)"
    match "$pair: the audit says why" 'superseded .*policy=standard by="quick"' "$(escalate audit "${pair#* }")"
    reply "$page" bob@desk.test 'ack'
    at 2026-05-26T10:05:00+02:00
    same "$pair: an ack to the mail of the one that ended takes what goes on" 'quick 1' "$(ladders "${pair#* }")"
done
# what asked first was superseded before; then what superseded it is joined with the other ticket's of that policy
for pair in '1 2' '2 1'; do
    several 'Invoice' 'Invoice, urgent'
    at 2026-05-26T10:01:00+02:00
    page=$(sent_to bob@desk.test | xargs grep -l 'support #1' | grep -e '-escalation\.eml$')
    make_mail -H 'Authentication-Results: mx.desk.test; dmarc=pass' kim@acme.test support@desk.test 'Re: [support #1] Invoice' 'It is urgent now.' \
        | deliver kim@acme.test support@desk.test
    at 2026-05-26T10:02:00+02:00
    same "$pair: both by the same, the first in the place of another" 'quick 0 quick 0' "$(ladders 1) $(ladders 2)"
    match "$pair: merged" 'Merged' "$(merge 2026-05-26T10:03:00+02:00 ${pair})"
    same "$pair: one goes on" 'quick 0' "$(ladders "${pair#* }")"
    reply "$page" bob@desk.test 'ack'
    at 2026-05-26T10:04:00+02:00
    same "$pair: an ack to the mail of the very first takes it" 'quick 1' "$(ladders "${pair#* }")"
    match "$pair: and he is told so" 'You have it, until' "$(plain "$(templated transcript | tail -n 1)" | tr -s '\n ' ' ')"
done
several 'Invoice' 'Invoice, urgent'
match "before any mail has left" 'Merged' "$(merge 2026-05-26T10:01:30+02:00 1 2)"
at 2026-05-26T10:02:00+02:00
same "he gets one" 1 "$(to_bob)"
several 'Invoice, a lawyer' 'Invoice, urgent'
match "two that rules named" 'Merged' "$(merge 2026-05-26T10:01:30+02:00 1 2)"
same "go on both" 'counsel 0, quick 0' "$(ladders 2)"
at 2026-05-26T10:02:00+02:00
same "and ask by one mail" 1 "$(to_bob)"
match "that says both" 'also by policy' "$(plain "$(sent_to bob@desk.test | grep -e '-escalation\.eml$')" | tr -s '\n ' ' ')"
reply "$(sent_to bob@desk.test | grep -e '-escalation\.eml$')" bob@desk.test 'ack'
at 2026-05-26T10:03:00+02:00
same "which one ack answers" 'counsel 1, quick 1' "$(ladders 2)"
several 'Invoice' 'Invoice, urgent'
at 2026-05-26T10:01:00+02:00
escalate --now 2026-05-26T10:02:00+02:00 escalate 2 >/dev/null
escalate --now 2026-05-26T10:03:00+02:00 escalate 2 >/dev/null
same "one that asked everybody" 'quick 2' "$(ladders 2)"
match "takes nobody's place" 'Merged' "$(merge 2026-05-26T10:04:00+02:00 2 1)"
same "what climbs goes on" 'quick 2, standard 0' "$(ladders 1)"

# ---- one that waits for its customer ----
waiting() { # THEN…: ticket 1, of S1, waits since 11:07; what is done before it is merged at 11:08
    two
    escalate --now 2026-05-26T11:05:00+02:00 severity 1 S1 >/dev/null
    escalate --now 2026-05-26T11:06:00+02:00 answered --as bob 1 'by phone' >/dev/null
    escalate --now 2026-05-26T11:07:00+02:00 wait 1 for customer >/dev/null
    [ $# -eq 0 ] || escalate --now 2026-05-26T11:07:30+02:00 "$@" >/dev/null
}
paused() { sqlite_value 'select count(*) from clock where state = 1'; }
waiting
same "its clocks stand" 2 "$(paused)"
match "into one that does not wait" 'Merged' "$(merge 2026-05-26T11:08:00+02:00 1 2)"
same "they go on: no promise is forgotten" 0 "$(paused)"
match "the longest silence among them" 'update 11:07' "$(open_clocks 2)"
waiting wait 2 for customer
match "into one that waits too" 'Merged' "$(merge 2026-05-26T11:08:00+02:00 1 2)"
same "what pauses goes on to" 0 "$(sqlite_value "select count(*) from clock where state = 0 and target <> 'respond'")"

# ---- by mail ----
two
at 2026-05-26T13:00:00+02:00
reply "$(templated escalation | tail -n 1)" bob@desk.test 'merge #2'
at 2026-05-26T13:02:00+02:00
same "by a reply" merged "$(field 1 state)"
match "with an answer" 'Merged into ticket 2' "$(plain "$(templated transcript | tail -n 1)")"

# ---- what is refused, and changes nothing ----
refused() { # LABEL REASON FROM INTO
    match "$1" "Not done: .*$2" "$(merge 2026-05-26T11:05:00+02:00 "$3" "$4")"
    same "… and nothing changes" "$1 new" "$1 $(field 1 state)"
}
two
make_mail 'Ada <ada@other.test>' support@desk.test 'Else' 'Another matter.' | deliver ada@other.test support@desk.test
make_mail 'Kim Lee <kim@acme.test>' sales@desk.test 'Offer' 'Please make an offer.' | deliver kim@acme.test sales@desk.test
at 2026-05-26T11:01:00+02:00
refused "into itself" 'this ticket' 1 1
refused "into none" '99' 1 99
refused "another requester" 'another requester' 1 3
refused "another queue" 'another queue' 1 4
escalate --now 2026-05-26T11:02:00+02:00 resolve 2 done >/dev/null
refused "into a resolved one" 'is resolved' 1 2
match "but the other way" 'Merged into ticket 1' "$(merge 2026-05-26T11:05:00+02:00 2 1)"
match "back again" 'was merged into 1' "$(merge 2026-05-26T11:05:00+02:00 1 2)"

# ---- replies to what was merged, is merged on, or is closed ----
two
make_mail -H 'Cc: lou@acme.test' kim@acme.test "$(reply_to "$(templated auto-ack | head -n 1)")" 'Re: Invoice' 'With Lou.' | deliver kim@acme.test "$(reply_to "$(templated auto-ack | head -n 1)")"
at 2026-05-26T11:02:00+02:00
make_mail 'Kim Lee <kim@acme.test>' support@desk.test 'Invoice a third time' 'And again.' | deliver kim@acme.test support@desk.test
at 2026-05-26T11:03:00+02:00
merge 2026-05-26T11:04:00+02:00 1 2 >/dev/null
merge 2026-05-26T11:05:00+02:00 2 3 >/dev/null
first=$(reply_to "$(templated auto-ack | head -n 1)")
work=$(reply_to "$(templated new-ticket | head -n 1)")
make_mail lou@acme.test "$first" 'Re: Invoice' 'Lou here.' | deliver lou@acme.test "$first"
at 2026-05-26T11:06:00+02:00
same "a reader in Cc of the first reaches the last of two mergers" 3 "$(ticket)"
make_mail bob@desk.test "$work" 'Re: Invoice' '#take
Dear both, it was our mistake.' | deliver bob@desk.test "$work"
at 2026-05-26T11:07:00+02:00
same "so does the team, at the address of the first" '3 bob' "$(ticket) $(field 3 owner)"
same "whose answer those read who read the first" 'kim@acme.test lou@acme.test' "$(sqlite_value "select group_concat(recipient, ' ') from (select recipient from outbox where template = 'relay' order by id)")"
match "under the tag that goes on" '^\[support #3\]' "$(header "$(templated relay | tail -n 1)" Subject)"
escalate --now 2026-05-26T11:08:00+02:00 resolve 3 'paid back' >/dev/null
at 2026-06-20T12:00:00+02:00
same "it is closed" closed "$(field 3 state)"
make_mail kim@acme.test "$first" 'Re: Invoice' 'It is wrong again.' | deliver kim@acme.test "$first"
at 2026-06-22T10:00:00+02:00
same "an answer to the first of them opens a new one that links the last" '4 new 3' "$(ticket) $(field 4 state) $(field 4 linked_id)"
same "with a work address of its own for the team" 2 "$(sqlite_value "select count(*) from outbox where ticket_id = 4 and template = 'new-ticket'")"
make_mail bob@desk.test "$work" 'Re: Invoice' 'Dear Kim, one more word.' | deliver bob@desk.test "$work"
at 2026-06-22T10:10:00+02:00
same "the team's word to the closed one reaches the customer, and opens nothing" '3 closed 4' "$(ticket) $(field 3 state) $(sqlite_value 'select max(id) from ticket')"
match "as it was written" 'one more word' "$(plain "$(templated relay | tail -n 1)")"

done_testing
