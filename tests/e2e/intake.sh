#!/bin/sh
# intake.sh: which mail does what: kinds, duplicates, two queues, threading and its attacks, rules, floods, shadow, verification.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
command -v python3 >/dev/null || skip_all "no python3"
T=2026-05-26T10:00:00+02:00
desk observe
tickets() { escalate list --all | wc -l | tr -d ' '; }
send() { deliver "${FROM:-kim@acme.test}" "${TO:-support@desk.test}"; } # a mail on standard input

# ---- kinds ----
make_mail kim@acme.test support@desk.test 'Question' | send
at $T
same "a person opens a ticket" 1 "$(tickets)"
make_mail -H 'Auto-Submitted: auto-replied' joe@acme.test support@desk.test 'Out of office' 'Away.' | FROM='' send
make_mail -H 'List-Id: <news.shop.test>' -H 'List-Unsubscribe: <mailto:u@shop.test>' -H 'Precedence: bulk' news@shop.test support@desk.test 'Sale' 'Down 50 %! Outage!' | send
make_mail -H 'X-Spam-Flag: YES' spam@evil.test support@desk.test 'Pills' | send
at $T
same "auto-reply, newsletter and spam open none" 1 "$(tickets)"
same "they are filed under other" 3 "$(escalate --now $T hold --other | wc -l | tr -d ' ')"
same "and nobody is mailed" 1 "$(sent)"
name=$(escalate --now $T hold --other | grep Sale | cut -f1)
exits "one can be turned into a ticket" 0 escalate requeue --as human "$name"
exits "once" 1 escalate requeue --as human "$name"
match "the second time says why" "is not there any more: it was requeued before, or taken away" "$(cat "$WORK/err")"
at $T
same "as a person's" 2 "$(tickets)"
same "incoming is empty" 0 "$(count incoming)"

# ---- duplicates ----
make_mail kim@acme.test support@desk.test 'Twice' 'Same text.' >"$WORK/twice.eml"
send <"$WORK/twice.eml"
{ echo 'Received: by other.test'; cat "$WORK/twice.eml"; } | send
at $T
same "a second copy opens none" 3 "$(tickets)"
match "and the log says so" 'a second copy of message' "$(for f in $(spool_files archive | grep -v /out-); do escalate log "$(basename "$f")"; done)"

# ---- an MTA that died in mid-pipe: the longer copy replaces the shorter ----
printf 'From: kim@acme.test\nTo: support@desk.test\nSubject: Part\nMessage-ID: <part@acme.test>\nDate: Tue, 26 May 2026 08:00:00 +0000\n\nThe first half' >"$WORK/part.eml"
send <"$WORK/part.eml"
at $T
due=$(escalate explain 4 | grep '= 4 h')
printf ' and the second.\n' >>"$WORK/part.eml"
{ echo 'Received: by other.test'; cat "$WORK/part.eml"; } | send
at 2026-05-26T11:00:00+02:00
same "no second ticket" 4 "$(tickets)"
match "the whole text stands there" 'The first half and the second' "$(escalate show 4)"
same "its clocks stay" "$due" "$(escalate explain 4 | grep '= 4 h')"

# ---- two queues ----
make_mail -H 'Cc: sales@desk.test' kim@acme.test support@desk.test 'Both' 'For both.' >"$WORK/both.eml"
send <"$WORK/both.eml"
TO=sales@desk.test send <"$WORK/both.eml"
at $T
same "one mail to two queues is one ticket" 5 "$(tickets)"
same "with a respond clock each" 2 "$(escalate --json show 5 | grep -o '"target":"respond"' | sort | wc -l | tr -d ' ' | awk '{print $1 / 2}')"
make_mail kim@acme.test support@desk.test 'Hidden' 'Bcc.' >"$WORK/bcc.eml"
send <"$WORK/bcc.eml"
at $T
TO=sales@desk.test send <"$WORK/bcc.eml"
at $T
same "also where the second was a Bcc" 6 "$(tickets)"
match "it brings its queue" 'sales' "$(escalate show 6 | sed -n '/clocks/,/^$/p')"

# ---- threading ----
ack=$(templated auto-ack | head -n 1)
id=$(header "$ack" Message-ID)
make_mail -H "In-Reply-To: $id" kim@acme.test support@desk.test 'Re: something' 'More.' | send
at $T
same "our Message-ID threads, whatever the subject" 6 "$(tickets)"
make_mail kim@acme.test support@desk.test 'Re: [support #1] Question' 'More.' | send
at $T
same "the tag threads for a participant" 6 "$(tickets)"
make_mail mallory@evil.test support@desk.test 'Re: [support #1] Question' 'Let me in.' | FROM=mallory@evil.test send
at $T
same "but not for a stranger: his own ticket" 7 "$(tickets)"
match "that names the claimed one" 'claims ticket 1, not joined: not a participant' "$(escalate log 7)"
make_mail -H 'In-Reply-To: <mail.1@intake.test>' mallory@evil.test support@desk.test 'Re: Question' 'Let me in.' | FROM=mallory@evil.test send
at $T
same "nor does a copied Message-ID of the customer" 8 "$(tickets)"
make_mail -H 'In-Reply-To: <m.1.aaaaaaaaaaaaaaaa@desk.test>' mallory@evil.test support@desk.test 'x' 'Guessed.' | FROM=mallory@evil.test send
at $T
same "nor a guessed one of ours" 9 "$(tickets)"
make_mail kim@acme.test "support+t1.aaaaaaaaaaaaaaaa@desk.test" 'y' 'Bad MAC.' | TO=support+t1.aaaaaaaaaaaaaaaa@desk.test send
at $T
same "a token that does not verify is as none" 10 "$(tickets)"
make_mail kim@acme.test "$(reply_to "$ack")" 'anything' 'Via the address.' | TO=$(reply_to "$ack") send
at $T
same "the ticket's address threads" 10 "$(tickets)"

# ---- guard and flood ----
make_mail noreply@shop.test support@desk.test 'Order' 'Your order.' | FROM=noreply@shop.test send
at $T
same "no auto-ack to a no-reply address" '' "$(sent_to noreply@shop.test)"
i=0
while [ $i -lt 14 ]; do
    make_mail flood@acme2.test support@desk.test "Mail $i" "Number $i." | FROM=flood@acme2.test send
    i=$((i + 1))
done
at $T
same "a flood: ten tickets, the rest appended" 21 "$(tickets)"
match "the log says so" 'flood: more than 10' "$(escalate log 21)"
same "and three auto-acks" 3 "$(sent_to flood@acme2.test | wc -l | tr -d ' ')"

# ---- no queue: hold ----
make_mail kim@acme.test nobody@desk.test 'Lost' | TO=nobody@desk.test send
at $T
match "mail for no queue goes to hold, with its reason" 'no queue has any address that this mail is for: [^ ]+@[^ ]+ \(from <[^>]+@[^>]+>: .+\)$' "$(escalate hold)"
sed -i 's/help@desk.test/nobody@desk.test/' "$CONF"
held=$(escalate hold | cut -f1)
match "its log is why" "^$held  is held: no queue has any address" "$(escalate log "$held")"
escalate requeue "$held" >/dev/null
exits "requeued a second time" 1 escalate requeue "$held"
match "there is none of that name any more" "message '$held': there is none of that number" "$(cat "$WORK/err")"
match "its log says under which it was taken in again" "^$held  was requeued: as=[0-9]+.*requeue$" "$(escalate log "$held")"
match "both are on record" "held +file=$held .*requeued +file=$held as=" "$(escalate audit desk | paste -sd ' ' -)"
match "its new one waits" 'waits to be taken in$' "$(escalate log "$(ls "$SPOOL/incoming")")"
at $T
same "requeue takes it in when the configuration is mended" 22 "$(tickets)"
same "hold is empty" '' "$(escalate hold)"

# ---- verified senders ----
rm -rf "$WORK"/escalate.db* "$SPOOL"
desk observe 'trusted-authserv: [mx.desk.test]'
make_mail kim@acme.test support@desk.test 'Question' | send
at $T
answer() { make_mail "$@" -H 'Cc: support@desk.test' bob@desk.test kim@acme.test 'Re: [support #1] Question' 'Answer.' | FROM=bob@desk.test send; at $T; }
state() { escalate --json show 1 | python3 -c 'import json,sys; print([c["state"] for c in json.load(sys.stdin)["ticket"]["clocks"] if c["target"]=="respond"][0])'; }
answer
same "an unauthenticated From of the team does not meet respond" running "$(state)"
answer -H 'Authentication-Results: evil.test; dmarc=pass header.from=desk.test'
same "nor with results of a server that is not trusted" running "$(state)"
answer -H 'Authentication-Results: mx.desk.test; dmarc=fail header.from=desk.test' -H 'Authentication-Results: mx.desk.test; dmarc=pass header.from=desk.test'
same "only the topmost of the trusted one counts" running "$(state)"
answer -H 'Authentication-Results: mx.desk.test; dkim=pass header.d=desk.test'
same "aligned DKIM does" met "$(state)"

# ---- lists of our own, words of our own ----
rm -rf "$WORK"/escalate.db* "$SPOOL"
mkdir "$WORK/words"
printf '== auto-begin tlh\nnaDev jIHbe\n' >"$WORK/words/site.words"
desk observe 'words: words'
sed -i '/^  support:/s/mode:/own-lists: yes, mode:/' "$CONF"
listed() { make_mail -H 'List-Id: <support.desk.test>' -H 'Precedence: list' "$@"; }
listed kim@acme.test support@desk.test 'Question' | send
at $T
same "a person's mail through a list of ours is a person's" '1 1' "$(tickets) $(sent_to kim@acme.test | wc -l | tr -d ' ')"
listed joe@acme.test support@desk.test 'Abwesenheitsnotiz' 'Bin im Urlaub.' | FROM=joe@acme.test send
at $T
same "an absence note through it, known by words alone, is kept" 2 "$(tickets)"
same "and not answered" 0 "$(sent_to joe@acme.test | wc -l | tr -d ' ')"
match "and the log says why" 'without the list auto-reply: subject: abwesenheitsnotiz' "$(for f in $(spool_files archive | grep -v /out-); do escalate log "$(basename "$f")"; done)"
make_mail worf@acme.test support@desk.test 'naDev jIHbe' 'x' | FROM=worf@acme.test send
at $T
same "the parser knows the words of the site" 0 "$(sent_to worf@acme.test | wc -l | tr -d ' ')"
match "as inspect does" '"kind":"auto-reply"' "$(make_mail worf@acme.test support@desk.test 'naDev jIHbe' 'x' | escalate inspect)"
printf 'lost\n' >"$WORK/words/bad.words"
match "a bad line is named" 'bad.words:1: a phrase before the first heading' "$(escalate check 2>&1)"
exits "and refused" 78 escalate check
rm -r "$WORK/words"

# ---- shadow ----
rm -rf "$WORK"/escalate.db* "$SPOOL"
desk shadow
make_mail kim@acme.test support@desk.test 'The shop is down' | send
at $T
at 2026-05-26T12:00:00+02:00
same "shadow: nothing leaves" 0 "$(sent)"
at 2026-05-27T10:00:00+02:00
match "and told in a daily report, which does not leave either" 'daily .*shadow mode: not sent' "$(escalate outbox | tr -s ' ')"
match "that says what would have been sent" 'Would send escalation to carol@desk.test' "$(escalate outbox "$(escalate outbox | awk '/ daily / && /carol/ {print $1}' | head -n 1)" | tr -d '\r' | tr '\n' ' ' | tr -s ' ')"
match "but all is decided" 'escalation.*shadow mode: not sent' "$(escalate outbox)"
# ---- a person asks about what a calendar wrote ----
calendar_mail() { # DISPOSITION
    before=$(tickets)
    make_mail -H 'MIME-Version: 1.0' -H 'Content-Type: multipart/mixed; boundary=c' kim@acme.test support@desk.test "Invitation $1" - <<END | send
--c
Content-Type: text/plain

I cannot open this invitation, please help.
--c
Content-Type: text/calendar; method=REQUEST
$1

BEGIN:VCALENDAR
METHOD:REQUEST
BEGIN:VEVENT
UID:1
DTSTART:20260526T100000Z
END:VEVENT
END:VCALENDAR
--c--
END
    at $T
    echo $(($(tickets) - before))
}
same "a calendar's own mail opens no ticket" 0 "$(calendar_mail 'Content-Language: en')"
same "with the calendar as a file beside a text it does" 1 "$(calendar_mail 'Content-Disposition: attachment; filename=invite.ics')"
# ---- who wrote what a form or a list sends in its own name ----
rm -rf "$WORK"/escalate.db* "$SPOOL" "$WORK"/key "$WORK"/audit.key
desk observe
sed -i '/^  support:/s/mode:/own-lists: yes, mode:/' "$CONF"
requester() { sqlite_value 'select p.address from ticket t join person p on p.id = t.requester_id order by t.id desc limit 1'; }
make_mail -H 'Reply-To: Ada <ada@cust.test>' 'Our shop <no-reply@shop.test>' support@desk.test 'Contact form' 'My order has not come.' | deliver www@shop.test support@desk.test
at $T
same "a form's mail is of whom its Reply-To names" ada@cust.test "$(requester)"
same "whom no machine answers" 0 "$(sent_to ada@cust.test | wc -l | tr -d ' ')"
make_mail -H 'Reply-To: bob@desk.test' 'no-reply@shop.test' support@desk.test 'Contact form' 'ACK' | deliver www@shop.test support@desk.test
at $T
match "one of us it is not, for all that it says" 'from <bob@desk.test>: no contact' "$(sqlite_value 'select group_concat(line) from decision where message_id = (select max(id) from message where direction = "in")')"
list() { # NAME ADDRESS: by a list that writes itself into From
    make_mail -H 'List-Id: <support-l.desk.test>' -H 'List-Post: <mailto:support-l@desk.test>' -H "Reply-To: $2" "$1 via Support <support-l@desk.test>" support@desk.test \
        "${3:-It burns}" "Of $1." | deliver support-l-bounces@desk.test support@desk.test
    at $T
    requester
}
same "a list's mail is of who wrote to it" lee@one.test "$(list 'Lee Ray' lee@one.test)"
same "each one's own" mia@two.test "$(list 'Mia Fox' mia@two.test)"
same "by his name" 'Mia Fox' "$(sqlite_value "select name from person where address = 'mia@two.test'")"
same "and the answer goes to him" 1 "$(sent_to mia@two.test | wc -l | tr -d ' ')"
same "not to the list" 0 "$(sent_to support-l@desk.test | wc -l | tr -d ' ')"
make_mail -H 'List-Post: <mailto:x@evil.test>' -H 'X-Original-From: kim@acme.test' x@evil.test support@desk.test 'Hello' 'I am Kim.' | deliver x@evil.test support@desk.test
at $T
same "a list of somebody else's domain is none of ours" x@evil.test "$(requester)"
last=$(sqlite_value "select max(id) from ticket where subject = 'It burns'")
list 'Ray Lee' ray@three.test "Re: [support #$last] It burns" >/dev/null
same "nobody joins another's ticket by the list's address" 1 "$(sqlite_value "select count(*) from message where ticket_id = $last and direction = 'in'")"
done_testing
