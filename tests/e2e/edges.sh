#!/bin/sh
# edges.sh: faults that a reader found once: waits that follow each other, another severity's calendar, answers of the second queue's
# team, copies in one batch, a bounce of the second answer, what spam silences, pages that wait for a level to open, a solution that
# was none, a level that was asked for.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
command -v python3 >/dev/null || skip_all "no python3"

fresh() { # MODE
    rm -rf "$WORK"/escalate.db* "$SPOOL" "$WORK"/key "$WORK"/audit.key
    desk "$1"
}
ask() { make_mail "$1" support@desk.test "$2" 'A question.' | deliver "$1" support@desk.test; }
clock() { sqlite_value "select state from clock where target = '$1' and queue = '${2:-support}' order by id desc limit 1"; }

fresh observe
ask kim@acme.test Hello
at 2026-05-26T10:00:00+02:00
escalate --now 2026-05-26T10:10:00+02:00 wait 1 for customer >/dev/null
same "waiting for the customer: resolve pauses" 1 "$(clock resolve)"
escalate --now 2026-05-26T10:20:00+02:00 wait 1 for vendor >/dev/null
same "then for the vendor: it runs again" 0 "$(clock resolve)"
escalate --now 2026-05-26T10:30:00+02:00 wait 1 until 2026-05-27T10:00:00+02:00 >/dev/null
escalate --now 2026-05-26T10:40:00+02:00 wait 1 for customer >/dev/null
at 2026-05-27T10:30:00+02:00
same "a time that it waited for before does not end the wait for the customer" waiting "$(sqlite_value 'select state from ticket')"

fresh observe
sed -i 's/{S1: {respond: 30bm/{S1: {calendar: always, respond: 30bm/' "$CONF"
ask kim@acme.test Hello
at 2026-05-26T16:50:00+02:00
escalate --now 2026-05-26T18:00:00+02:00 severity 1 S1 >/dev/null
same "a worse severity counts on its own calendar" "$(date -d 2026-05-26T18:30:00+02:00 +%s) always" \
    "$(sqlite_value "select due_at || ' ' || calendar from clock where target = 'respond'")"
fresh observe
ask kim@acme.test Hello
at 2026-05-26T10:00:00+02:00
escalate --now 2026-05-26T10:05:00+02:00 answered 1 'by phone' >/dev/null
same "S3 has no update target" '' "$(clock update)"
escalate --now 2026-05-26T10:06:00+02:00 severity 1 S1 >/dev/null
same "a target that only the new severity gives starts" 0 "$(clock update)"

fresh observe
sed -i 's/^  xeno:/  sam: {email: [sam@desk.test]}\n  xeno:/; s/team: \[ann\]/team: [sam]/' "$CONF"
make_mail -H 'Cc: sales@desk.test' kim@acme.test support@desk.test Hello 'A question.' | deliver kim@acme.test support@desk.test
at 2026-05-26T10:00:00+02:00
make_mail -H 'Cc: support@desk.test' sam@desk.test kim@acme.test 'Re: [support #1] Hello' 'An answer.' | deliver sam@desk.test support@desk.test
at 2026-05-26T10:30:00+02:00
same "an answer of the second queue's team joins" 1 "$(sqlite_value 'select count(*) from ticket')"
same "and makes its writer no owner: that is the home queue's" 0 "$(sqlite_value 'select count(*) from ticket where owner is not null')"
same "meets its own respond clock" 2 "$(clock respond sales)"
same "and not the home queue's" 0 "$(clock respond)"

fresh relay
ask kim@acme.test Hello
at 2026-05-26T10:00:00+02:00
w=$(reply_to "$(sent_to bob@desk.test)")
for hour in 10 11; do
    make_mail bob@desk.test "$w" 'Re: [support #1] Hello' "Answer of $hour." | deliver bob@desk.test "$w"
    at "2026-05-26T$hour:30:00+02:00"
done
b=$(envelope_sender relay)
printf -- '--d\nContent-Type: text/plain\n\nfailed\n--d\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.acme.test\n\nFinal-Recipient: rfc822; kim@acme.test\nAction: failed\nStatus: 5.3.4\n\n--d--\n' |
    make_mail -H 'Content-Type: multipart/report; report-type=delivery-status; boundary=d' -H 'MIME-Version: 1.0' mailer-daemon@acme.test "$b" Undelivered - | deliver '' "$b"
at 2026-05-26T11:31:00+02:00
same "the second answer bounces: the first still meets respond" 2 "$(clock respond)"

fresh observe
make_mail kim@acme.test support@desk.test Hello 'first line
second line, all is fine
third line' >"$WORK/whole"
head -c $(($(wc -c <"$WORK/whole") - 25)) "$WORK/whole" | deliver kim@acme.test support@desk.test
deliver kim@acme.test support@desk.test <"$WORK/whole"
at 2026-05-26T10:00:00+02:00
same "a cut copy and the whole one in one batch are one ticket" 1 "$(sqlite_value 'select count(*) from ticket')"

fresh observe
ask kim@acme.test Hello
at 2026-05-26T10:00:00+02:00
escalate --now 2026-05-26T10:05:00+02:00 spam 1 >/dev/null
ask kim@acme.test 'Hello again'
at 2026-05-26T10:10:00+02:00
same "spam silences auto-acks to that sender" 1 "$(templated_count auto-ack)"
printf 'Subject: nobody\n\nNo sender at all.\n' | deliver '' support@desk.test
at 2026-05-26T10:20:00+02:00
escalate --now 2026-05-26T10:30:00+02:00 resolve 3 finished >/dev/null
at 2026-05-26T10:31:00+02:00
same "a mail without a sender is answered to nobody" 0 "$(outgoing | xargs grep -l 'unknown@invalid' 2>/dev/null | wc -l | tr -d ' ')"
exits "the audit verifies" 0 escalate audit verify

# ---- a mail that broke off, and whole ----
part() { # TEXT [HEADER]: a copy of one mail
    {
        [ $# -lt 2 ] || echo "$2"
        printf 'From: kim@acme.test\nTo: support@desk.test\nSubject: Part\nMessage-ID: <part@acme.test>\nDate: Tue, 26 May 2026 08:00:00 +0000\n\n%s' "$1"
    } | deliver kim@acme.test support@desk.test
    at 2026-05-26T10:30:00+02:00
}
texts() { sqlite_value "select count(*) || ' ' || group_concat(new_text) from (select new_text from message where ticket_id = 1 order by id)"; }
fresh relay
part 'Pay to account 1'
part 'Pay to account 1, not to 2.'
same "the whole of a mail that broke off takes its place" '1 Pay to account 1, not to 2.' "$(texts)"
same "and the team, who read the beginning, is shown it" 2 "$(templated_count relay-in)"
match "all of it" 'not to 2' "$(plain "$(templated relay-in | tail -n 1)")"
fresh relay
sed -i 's/^domain:/trusted-authserv: [mx.desk.test]\ndomain:/' "$CONF"
part 'Pay to account 1' 'Authentication-Results: mx.desk.test; dmarc=pass header.from=acme.test'
part 'Pay to account 1, not to 2.'
same "who has seen an authenticated mail cannot lengthen it" '1 Pay to account 1' "$(texts)"
same "what he sends so is a mail of its own" 2 "$(sqlite_value 'select count(*) from ticket')"
# ---- a level that sends in open hours only: its mail is of the hour at which it leaves ----
LEVELS="      - {notify: [owner], send: open, calendar: office, ack-within: 10m}
      - {notify: [carol], ack-within: 10m}"
fresh observe
ask kim@acme.test Hello
at 2026-05-26T08:00:00+02:00
escalate --now 2026-05-26T08:00:00+02:00 assign 1 bob >/dev/null
escalate --now 2026-05-26T08:00:00+02:00 escalate 1 >/dev/null
ask till@acme.test Till
at 2026-05-26T08:02:00+02:00
escalate --now 2026-05-26T08:02:00+02:00 assign 2 ann >/dev/null
escalate --now 2026-05-26T08:02:00+02:00 escalate 2 >/dev/null
match "explain says when he is" '09:00 CEST +Bob is mailed' "$(escalate --now 2026-05-26T08:03:00+02:00 explain 1)"
escalate --now 2026-05-26T08:10:00+02:00 assign 1 ann >/dev/null
at 2026-05-26T08:59:00+02:00
same "nobody is mailed before" 0 "$(templated_count escalation)"
at 2026-05-26T09:00:00+02:00
same "then who is asked by then, by a mail for each ticket" 'Ann <ann@desk.test> Ann <ann@desk.test>' \
    "$(for f in $(templated escalation); do header "$f" To; done | paste -sd' ')"
match "which says until when" 'No answer by 09:10: it goes to Carol' "$(plain "$(templated escalation | head -n 1)")"
LEVELS=
# ---- what did not solve it is not told a second time ----
fresh observe
ask kim@acme.test Hello
at 2026-05-26T10:00:00+02:00
escalate --now 2026-05-26T10:10:00+02:00 resolve 1 'A new cable.' >/dev/null
at 2026-05-26T10:11:00+02:00
match "the customer reads what was done" 'A new cable' "$(plain "$(templated resolved | tail -n 1)")"
make_mail -H "In-Reply-To: $(header "$(templated resolved | tail -n 1)" Message-ID)" kim@acme.test support@desk.test 'Re: Hello' 'It is as before.' |
    deliver kim@acme.test support@desk.test
at 2026-05-26T10:20:00+02:00
escalate --now 2026-05-26T10:30:00+02:00 resolve 1 >/dev/null
at 2026-05-26T10:31:00+02:00
same "it is solved a second time" 2 "$(templated_count resolved)"
no_match "and not by what was no help" 'A new cable' "$(plain "$(templated resolved | tail -n 1)")"
# ---- who asked for the next level wants it whatever becomes of the clock that began it ----
LEVELS='      - {notify: [bob], at: [75% respond], ack-within: 10m}
      - {notify: [carol], ack-within: 30m}'
fresh observe
make_mail kim@acme.test support@desk.test 'Shop is down' 'It is down.' | deliver kim@acme.test support@desk.test
at 2026-05-26T10:00:00+02:00
at 2026-05-26T10:23:00+02:00
exits "the next level is asked for" 0 escalate --now 2026-05-26T10:24:00+02:00 escalate --as bob 1
at 2026-05-26T10:24:00+02:00
escalate --now 2026-05-26T10:25:00+02:00 answered --as bob 1 'we look at it' >/dev/null
at 2026-05-26T10:26:00+02:00
same "an answer to the customer does not take that back" '0 2' "$(sqlite_value "select state || ' ' || level from run order by id desc limit 1")"
match "and explain says who wants it" 'somebody of the team escalated it' "$(escalate explain 1)"
escalate --now 2026-05-26T10:27:00+02:00 contained --as carol 1 'restarted' >/dev/null
same "contained does" 3 "$(sqlite_value 'select state from run order by id desc limit 1')"
LEVELS=
# ---- a ticket without an owner ----
LEVELS='      - {notify: [bob], at: [50% assign], ack-within: 10m}'
fresh observe
sed -i 's/S3: {respond: 4bh,/S3: {assign: 1bh, respond: 4bh,/' "$CONF"
ask kim@acme.test Hello
at 2026-05-26T10:00:00+02:00
at 2026-05-26T10:30:00+02:00
match "is due one" '^An owner is due 11:00, in 30 min' "$(plain "$(templated escalation | tail -n 1)")"
LEVELS=
done_testing
