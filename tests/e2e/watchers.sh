#!/bin/sh
# watchers.sh: people beside requester and team: who is in To or Cc of the requester's newest mail, or of the agent's answer, reads the
# answers; what they write reaches the team; none of our personal addresses ever reaches them; a copy that fails is nobody's fault.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
command -v python3 >/dev/null || skip_all "no python3"
desk relay

# envelopes TEMPLATE: to whom the last mail of a template and its copies go, in the order of their rows.
envelopes() { sqlite_value "select group_concat(recipient, ' ') from (select recipient from outbox where message_id = (select message_id from outbox where template = '$1' order by id desc limit 1) order by id)"; }
watching() { sqlite_value "select group_concat(address, ' ') from (select address from watcher where ticket_id = ${1:-1} order by n)"; }
ticket() { sqlite_value "select coalesce(ticket_id, 0) from message where direction = 'in' order by id desc limit 1"; }

make_mail -H 'Cc: Lou Po <Lou@acme.test>, support@desk.test, bob@desk.test, kim@acme.test, "x y"@odd.test, mia@vendor.test, support+t9.abcdefghijklmnop@desk.test, LOU@acme.test' \
    'Kim Lee <kim@acme.test>' support@desk.test 'Invoice' 'A question on our invoice.' | deliver kim@acme.test support@desk.test
at 2026-05-26T10:00:00+02:00
same "who else read the mail, without us, the team, the sender, and what no mail can be written to" 'lou@acme.test mia@vendor.test' "$(watching)"
same "the auto-ack is for the sender alone" 'kim@acme.test' "$(envelopes auto-ack)"
work=$(reply_to "$(sent_to bob@desk.test | head -n 1)")

make_mail bob@desk.test "$work" 'Re: [support #1] Invoice' '#take
Dear Kim, we look into it.' | deliver bob@desk.test "$work"
at 2026-05-26T10:10:00+02:00
out=$(templated relay | head -n 1)
same "the answer goes to all of them" 'kim@acme.test lou@acme.test mia@vendor.test' "$(envelopes relay)"
same "three files, one mail" '3 1' "$(templated_count relay) $(for f in $(templated relay); do cksum <"$f"; done | sort -u | wc -l | tr -d ' ')"
same "To the requester" 'Kim Lee <kim@acme.test>' "$(header "$out" To)"
same "with the others in Cc" 'lou@acme.test, mia@vendor.test' "$(header "$out" Cc)"
same "each with an envelope sender of his own" 3 "$(sqlite_value "select count(distinct sender) from outbox where template = 'relay' and sender like 'support+b%'")"
match "respond is met once" '"target":"respond".*"state":"met"' "$(escalate --json show 1)"

# ---- what they answer ----
before=$(templated_count relay-in)
make_mail -H "In-Reply-To: $(header "$out" Message-ID)" mia@vendor.test "$(reply_to "$out")" 'Re: [support #1] Invoice' 'It was sent on Monday.' | deliver mia@vendor.test "$(reply_to "$out")"
at 2026-05-26T10:20:00+02:00
same "a watcher's answer threads" 1 "$(ticket)"
same "and reaches the team" $((before + 2)) "$(templated_count relay-in)"
match "with his name" 'mia@vendor.test' "$(python3 -c 'import sys,email.header as h; print(h.make_header(h.decode_header(sys.argv[1])))' "$(header "$(templated relay-in | tail -n 1)" From)")"
same "who reads the answers is not his to decide" 'lou@acme.test mia@vendor.test' "$(watching)"
make_mail -H 'Message-ID: <plain@vendor.test>' mia@vendor.test support@desk.test 'Re: [support #1] Invoice' 'By the tag alone.' | deliver mia@vendor.test support@desk.test
at 2026-05-26T10:21:00+02:00
same "by the tag in the subject too" 1 "$(ticket)"

# ---- whom the agent copies ----
make_mail -H 'Cc: Pat Doe <pat@partner.test>, ann@desk.test, kim@acme.test' bob@desk.test "$work" 'Re: [support #1] Invoice' 'Pat knows more.' |
    deliver bob@desk.test "$work"
at 2026-05-26T10:30:00+02:00
same "joins, and gets the answer" 'kim@acme.test lou@acme.test mia@vendor.test pat@partner.test' "$(envelopes relay)"
before=$(templated_count relay-in)
make_mail pat@partner.test "$work" 'Re: [support #1] Invoice' '#resolve I am the boss now.' | deliver pat@partner.test "$work"
at 2026-05-26T10:40:00+02:00
same "his answer to all, at the agent's own address, is as at the ticket's" "1 $((before + 2))" "$(ticket) $(templated_count relay-in)"
match "and no verb" '"state":"open"' "$(escalate --json show 1)"
relays=$(templated_count relay)
make_mail -H 'Cc: spy@evil.test' mallory@evil.test "$work" 'Re: [support #1] Invoice' 'Tell spy.' | deliver mallory@evil.test "$work"
at 2026-05-26T10:41:00+02:00
same "a stranger at that address brings nobody in" "$relays lou@acme.test mia@vendor.test pat@partner.test" "$(templated_count relay) $(watching)"
make_mail -H 'Cc: quiet@partner.test' bob@desk.test "$work" 'Re: [support #1] Invoice' '#note
XYZZY: they have not paid.' | deliver bob@desk.test "$work"
at 2026-05-26T10:42:00+02:00
same "nor does a private note" "$relays lou@acme.test mia@vendor.test pat@partner.test" "$(templated_count relay) $(watching)"
make_mail bob@desk.test "$work" 'Re: [support #1] Invoice' 'Before the line.
#note PLUGH: nor this one' | deliver bob@desk.test "$work"
at 2026-05-26T10:43:00+02:00
same "a note below text keeps the whole mail inside" "$relays" "$(templated_count relay)"

# ---- the requester decides anew ----
make_mail -H 'Cc: lou@acme.test' 'Kim Lee <kim@acme.test>' "$(reply_to "$out")" 'Re: [support #1] Invoice' 'Only Lou and I, please.' | deliver kim@acme.test "$(reply_to "$out")"
at 2026-05-26T10:50:00+02:00
make_mail bob@desk.test "$work" 'Re: [support #1] Invoice' 'As you wish.' | deliver bob@desk.test "$work"
at 2026-05-26T10:51:00+02:00
same "his newest mail says who reads on" 'kim@acme.test lou@acme.test' "$(envelopes relay)"

# ---- a copy that fails ----
bounce() { # TO-ENVELOPE FAILED-ADDRESS: as its server returns it
    {
        printf -- '--d\nContent-Type: text/plain\n\nIt failed.\n--d\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.acme.test\n\n'
        printf 'Final-Recipient: rfc822; %s\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 unknown user\n--d--\n' "$2"
    } | make_mail -H 'MIME-Version: 1.0' -H 'Content-Type: multipart/report; report-type=delivery-status; boundary=d' mailer-daemon@acme.test "$1" Undelivered - |
        deliver '' "$1"
}
bounce "$(sqlite_value "select sender from outbox where template = 'relay' and recipient = 'lou@acme.test' order by id desc limit 1")" lou@acme.test
at 2026-05-26T10:55:00+02:00
same "a copy that bounces is the last of its reader" '' "$(watching | grep -v None)"
match "the owner hears of it" 'The copy of an answer to lou@acme.test \(Cc\) bounced: 550 5.1.1' "$(plain "$(templated line | tail -n 1)" | tr '\n' ' ' | tr -s ' ')"
match "respond stays met" '"target":"respond".*"state":"met"' "$(escalate --json show 1)"
bounce "$(sqlite_value "select sender from outbox where template = 'relay' and recipient = 'kim@acme.test' order by id desc limit 1")" kim@acme.test
at 2026-05-26T10:56:00+02:00
match "the requester's own does not" 'The answer to the customer bounced' "$(plain "$(templated line | tail -n 1)" | tr '\n' ' ' | tr -s ' ')"

# ---- many ----
many=
for i in 01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25; do many="$many, w$i@many.test"; done
make_mail -H "Cc: ${many#, }" kim@acme.test support@desk.test 'To all' 'Hello all.' | deliver kim@acme.test support@desk.test
at 2026-05-26T11:00:00+02:00
same "twenty at most" 20 "$(watching "$(ticket)" | wc -w | tr -d ' ')"

# ---- what is kept ----
same "the bytes are kept once, in the archive" '0 0' "$(sqlite_value 'select sum(length(bytes)) from outbox') $(sqlite_value 'select count(*) from outbox where is_archived = 0')"
copy=$(sqlite_value "select max(id) from outbox where copy_of is not null")
match "and a copy is shown" '^Cc: lou@acme.test' "$(escalate outbox "$copy" | tr -d '\r')"
# whole messages, decoded too: no a-, w- or b-address and no word of the notes in anything that went to anybody but the team
outside=$(for f in $(outgoing); do header "$f" To | grep -q 'desk.test' || printf '%s\n' "$f"; done)
check "there is something to look at" test "$(printf '%s\n' "$outside" | wc -l)" -ge 10
# shellcheck disable=SC2086
no_match "no personal address and no note in any of it" 'support\+[awb][0-9]|XYZZY|PLUGH|have not paid' "$(cat $outside; for f in $outside; do plain "$f"; done)"
check "the audit is whole" escalate audit verify
# ---- a From that is not proven ----
sed -i '1i trusted-authserv: [mx.desk.test]' "$CONF"
before=$(watching)
make_mail -H 'Cc: spy@evil.test' -H 'Message-ID: <forged@evil.test>' kim@acme.test support@desk.test 'Re: [support #1] Invoice' 'Please tell my colleague too.' | deliver mallory@evil.test support@desk.test
at 2026-05-26T16:00:00+02:00
same "a forged mail of the requester brings nobody in" "1 $before" "$(ticket) $(watching)"
make_mail -H 'Cc: max@acme.test' -H 'Authentication-Results: mx.desk.test; dmarc=pass' -H 'Message-ID: <proven@acme.test>' kim@acme.test support@desk.test 'Re: [support #1] Invoice' 'Max wants to read this.' | deliver kim@acme.test support@desk.test
at 2026-05-26T16:01:00+02:00
same "a proven one does" 'max@acme.test' "$(watching)"
done_testing
