#!/bin/sh
# customer.sh: what a requester hears, when, in which language, and what he never hears: the first mail, updates on a cadence, notes of delay, the
# resolution; and the same house in German.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
command -v python3 >/dev/null || skip_all "no python3"

# A fresh desk, its configuration changed by sed expressions: what stands for the policy, for the queue `support`, for the whole.
fresh() {
    rm -rf "$WORK"/escalate.db* "$SPOOL" "$WORK"/key "$WORK"/audit.key "$WORK"/site "$WORK"/customers.csv
    desk "${MODE:-relay}" ${TOP:+"$TOP"}
    [ -z "${POLICY:-}" ] || sed -i "s/^    exhausted:/    $POLICY\\n&/" "$CONF"
    [ -z "${QUEUE:-}" ] || sed -i "/^  support:/s/default-severity: S3}/default-severity: S3, $QUEUE}/" "$CONF"
    [ -z "${EDIT:-}" ] || sed -i "$EDIT" "$CONF"
}
write() { make_mail "${FROM:-Kim Lee <kim@acme.test>}" support@desk.test "$1" "$2" | deliver "${ADDRESS:-kim@acme.test}" support@desk.test; }
last() { plain "$(templated "$1" | tail -n 1)"; }
flat() { last "$1" | tr '\n' ' ' | tr -s ' '; }
dues() { sqlite_value "select count(*) from due where what = '$1'"; }
due_at() { sqlite_value "select strftime('%Y-%m-%dT%H:%M:%SZ', next_at, 'unixepoch') from due where what = '$1'"; }
clock() { sqlite_value "select state || ' ' || coalesce(strftime('%H:%M', due_at, 'unixepoch'), '-') from clock where ticket_id = 1 and target = '$1' order by id desc limit 1"; }
answer() { # FILE FROM TEXT: a team answer at the work address of a team mail
    make_mail "$2" "$(reply_to "$1")" "Re: $(header "$1" Subject)" "$3" | deliver "$2" "$(reply_to "$1")"
}
verb() { escalate --now "$1" "$2" 1 ${3:+"$3"} >/dev/null; }
day=2026-05-26

# ---- the first mail ----
QUEUE="hours-notice: 'For outages call +49 30 1234.'"
fresh
write 'Cannot print' 'The printer does not work since this morning.'
at ${day}T10:00:40+02:00
match "it says by when, in business hours, and never earlier than the clock" 'A person will answer you by Tuesday 26 May, 14:01 \(CEST\)\.' "$(flat auto-ack)"
same "which is the clock's own instant" '0 12:00' "$(clock respond)"
no_match "what is for closed hours is not said in open ones" 'closed|1234' "$(flat auto-ack)"
same "from the queue, in its name" 'support <support@desk.test>' "$(header "$(templated auto-ack)" From | tr -d '"')"

fresh
write 'Cannot print' 'The printer does not work since this morning.'
at 2026-05-22T18:00:00+02:00
match "closed, over a holiday: until when" 'We are closed until Tuesday 26 May, 09:00 \(CEST\)\. For outages call \+49 30 1234\.' "$(flat auto-ack)"
match "and by when" 'A person will answer you by Tuesday 26 May, 13:00' "$(flat auto-ack)"

EDIT='s/S1: {respond: 30bm/S1: {calendar: always, respond: 30m/'
fresh
write 'Shop is down' 'Our shop is down and we cannot sell.'
at 2026-05-22T18:00:00+02:00
match "who is answered by night" 'A person will answer you by Friday 22 May, 18:30' "$(flat auto-ack)"
no_match "is not told that nobody is there" 'closed|1234' "$(flat auto-ack)"

EDIT='s/S3: {respond: 4bh, /S3: {/'
fresh
write 'Cannot print' 'The printer does not work since this morning.'
at 2026-05-22T18:00:00+02:00
no_match "without a clock nothing is promised" 'answer you by' "$(flat auto-ack)"
EDIT=

# ---- its language ----
fresh
write 'Drucker' 'Guten Tag, unser Drucker geht seit heute nicht mehr und wir können nicht arbeiten.'
at ${day}T10:00:00+02:00
match "his own language, by what he writes" 'Sie bekommen bis Dienstag, 26. Mai, 14:00 Uhr \(CEST\) eine Antwort' "$(flat auto-ack)"
same "which the ticket keeps" de "$(sqlite_value 'select language from ticket')"
write 'Error 500' 'GET /x 500'
at ${day}T10:01:00+02:00
same "what says nothing of its language: the queue's" en "$(sqlite_value 'select language from ticket where id = 2')"
write 'Imprimante' "Bonjour, notre imprimante ne marche pas depuis ce matin et nous ne pouvons pas travailler avec."
at ${day}T10:02:00+02:00
same "a language without a first mail: the queue's" en "$(sqlite_value 'select language from ticket where id = 3')"
TOP='customers: {file: customers.csv}'
fresh
printf 'address,language\nacme.test,de-AT\nevil.test,../../../etc\n' >"$WORK/customers.csv"
write 'Cannot print' 'The printer does not work since this morning.'
at ${day}T10:00:00+02:00
match "the directory says de-AT: German, whatever he writes" 'Sie bekommen bis Dienstag, 26. Mai' "$(flat auto-ack)"
FROM='Eve <eve@evil.test>' ADDRESS=eve@evil.test
write 'Cannot print' 'The printer does not work since this morning.'
at ${day}T10:01:00+02:00
same "a language that is none is none" en "$(sqlite_value 'select language from ticket where id = 2')"
FROM='' ADDRESS='' TOP=''
QUEUE=

# ---- updates on a cadence ----
POLICY='cadence: {S1: 30m}'
fresh
write 'Shop is down' 'Our shop is down and we cannot sell.'
at ${day}T10:00:00+02:00
same "nothing is escalated, nothing is awaited" 0 "$(dues cadence)"
at ${day}T10:23:00+02:00
same "the escalation begins the cadence" ${day}T08:53:00Z "$(due_at cadence)"
match "what will happen says so" 'the requester gets an update' "$(escalate next)"
at ${day}T10:52:00+02:00
same "not before" 0 "$(templated_count update)"
at ${day}T10:53:00+02:00
same "then one" 1 "$(templated_count update)"
match "which is honest: nobody has it" '\[support #1\] "Shop is down" is still open\. There is nothing new yet; it is not forgotten\.' "$(flat update)"
match "and says when the next comes" 'you will hear from us again by Tuesday 26 May, 11:23 \(CEST\)\.' "$(flat update)"
same "to the requester" 'Kim Lee <kim@acme.test>' "$(header "$(templated update | tail -n 1)" To | tr -d '"')"
same "from the queue, in its name" 'support <support@desk.test>' "$(header "$(templated update | tail -n 1)" From | tr -d '"')"
same "in his thread" '[support #1] Shop is down' "$(header "$(templated update | tail -n 1)" Subject)"
match "as the automatic mail that it is" '^auto-generated' "$(header "$(templated update | tail -n 1)" Auto-Submitted)"
same "it never meets respond" '0 08:30' "$(clock respond)"
match "the audit knows" ' update +severity=S1 next=' "$(escalate audit 1)"
verb ${day}T11:00:00+02:00 next 'Logs from the vendor by 15:00'
at ${day}T11:23:00+02:00
match "what comes next is told, by when it comes" 'What comes next, by Tuesday 26 May, 15:00 \(CEST\): Logs from the vendor' "$(flat update)"
no_match "and nothing is called new or not" 'nothing new' "$(flat update)"
answer "$(templated new-ticket | head -n 1)" bob@desk.test 'We are on it.'
at ${day}T11:30:00+02:00
same "answered: the run is over, and so is the cadence" 0 "$(dues cadence)"
same "the update clock runs" '0 11:30' "$(clock update)"
verb ${day}T11:40:00+02:00 escalate
same "a person's mail began it anew" ${day}T10:00:00Z "$(due_at cadence)"
verb ${day}T11:45:00+02:00 next 'Restart of the server by 11:50'
at ${day}T12:00:00+02:00
same "the third update" 3 "$(templated_count update)"
match "tells no step whose time has passed" 'There is nothing new yet; it is not forgotten' "$(flat update)"
same "restarts the update clock in full" '0 12:00' "$(clock update)"
match "respond stays met when it was met" '^2 ' "$(clock respond)"
verb ${day}T12:10:00+02:00 wait
same "who is waited for hears nothing by himself" 0 "$(dues cadence)"
at ${day}T12:30:00+02:00
same "not even where it was due" 3 "$(templated_count update)"
write 'Re: [support #1] Shop is down' 'It is still down.'
at ${day}T12:40:00+02:00
same "his mail goes on with it, from then" ${day}T11:10:00Z "$(due_at cadence)"
answer "$(templated new-ticket | head -n 1)" bob@desk.test 'We see it.'
at ${day}T12:50:00+02:00
same "a person's mail meanwhile puts it off" ${day}T11:20:00Z "$(due_at cadence)"
at ${day}T13:10:00+02:00
same "so nothing is sent at the former time" 3 "$(templated_count update)"
at ${day}T16:00:00+02:00
same "after a long silence of ours there is one, not five" 4 "$(templated_count update)"
no_match "a step whose time has passed is not promised again" 'by Tuesday 26 May, 15:00' "$(flat update)"
verb ${day}T16:05:00+02:00 severity S3
at ${day}T16:30:00+02:00
same "a severity without a cadence has none" '4 0' "$(templated_count update) $(dues cadence)"
verb ${day}T16:35:00+02:00 severity S1
same "and one with it begins at its time" ${day}T15:05:00Z "$(due_at cadence)"
verb ${day}T16:40:00+02:00 cause 'A full disk'
verb ${day}T16:41:00+02:00 prevention 'A second disk'
verb ${day}T16:41:00+02:00 resolve 'The disk is larger now'
at ${day}T18:00:00+02:00
same "resolved: no more" '4 0' "$(templated_count update) $(dues cadence)"
match "the resolution says what was done" 'The disk is larger now' "$(flat resolved)"
match "and why it was" 'Cause: A full disk' "$(flat resolved)"
match "and what is done against it" 'So that it does not come again: A second disk' "$(flat resolved)"
same "from the queue, in its name, whoever wrote" 'support <support@desk.test>' "$(header "$(templated resolved)" From | tr -d '"')"
same "what people write carries their name, and the queue's" 'Bob (support) <support@desk.test>' "$(header "$(templated relay | head -n 1)" From | tr -d '"')"

write 'Another thing' 'The scanner does not work either.'
at ${day}T18:05:00+02:00
same "updates use up nobody's number of answers a day" 2 "$(templated_count auto-ack)"

# An update may be what the escalation was about: then it promises no other.
fresh
write 'Shop is down' 'Our shop is down and we cannot sell.'
at ${day}T10:00:00+02:00
answer "$(templated new-ticket | head -n 1)" bob@desk.test 'We are on it.'
at ${day}T10:05:00+02:00
at ${day}T11:41:00+02:00
same "silence is escalated: the cadence begins then, not in the past" ${day}T10:11:00Z "$(due_at cadence)"
at ${day}T12:11:00+02:00
same "the update" '1 0' "$(templated_count update) $(dues cadence)"
no_match "promises nothing that does not come" 'hear from us again' "$(flat update)"

# ---- a configuration that changes while it is escalated ----
POLICY='cadence: {S1: 30m}'
fresh
write 'Shop is down' 'Our shop is down and we cannot sell.'
at ${day}T10:00:00+02:00
at ${day}T10:23:00+02:00
same "the escalation begins with a cadence" ${day}T08:53:00Z "$(due_at cadence)"
sed -i 's/cadence: {S1: 30m}/cadence: {S1: 2h}/' "$CONF"
at ${day}T10:53:00+02:00
same "and keeps it, whatever the configuration says by now" "1 ${day}T09:23:00Z" "$(templated_count update) $(due_at cadence)"
sed -i '/cadence: {S1: 2h}/d' "$CONF"
at ${day}T11:23:00+02:00
same "also where it says nothing of one" "2 ${day}T09:53:00Z" "$(templated_count update) $(due_at cadence)"
write 'Mail is down' 'Our mail is down.'
at ${day}T11:24:00+02:00
escalate --now ${day}T11:25:00+02:00 escalate 2 >/dev/null
at ${day}T11:53:00+02:00
same "an escalation that began since has none" "1" "$(dues cadence)"
escalate --now ${day}T11:54:00+02:00 policy --adopt 1 >/dev/null
at ${day}T12:23:00+02:00
same "nor has the first one, once it goes by the present configuration" "3 0" "$(templated_count update) $(dues cadence)"
POLICY=
# ---- by night ----
QUEUE='cadence: 1h'
fresh
write 'Cannot print' 'The printer does not work since this morning.'
at ${day}T16:20:00+02:00
verb ${day}T16:30:00+02:00 escalate
same "an update that would come by night waits for the morning" 2026-05-27T07:00:00Z "$(due_at cadence)"
at ${day}T20:00:00+02:00
same "nobody is mailed" 0 "$(templated_count update)"
at 2026-05-27T09:00:00+02:00
same "then he is" 1 "$(templated_count update)"
match "with the next one" 'by Wednesday 27 May, 10:00' "$(flat update)"
at 2026-05-28T07:00:00+02:00
same "a daemon that was down does not make up for it by night" 1 "$(templated_count update)"
fresh
write 'Shop is down' 'Our shop is down and we cannot sell.'
at ${day}T16:20:00+02:00
verb ${day}T16:30:00+02:00 escalate
at ${day}T17:30:00+02:00
same "S1 has no quiet hours; the queue's cadence counts where the policy has none" 1 "$(templated_count update)"
match "and its next is soon" 'by Tuesday 26 May, 18:30' "$(flat update)"

# ---- to whom not ----
FROM='Shop <no-reply@acme.test>' ADDRESS=no-reply@acme.test
fresh
write 'Shop is down' 'Our shop is down and we cannot sell.'
at ${day}T10:00:00+02:00
verb ${day}T10:05:00+02:00 escalate
at ${day}T11:05:00+02:00
at ${day}T12:05:00+02:00
same "an address that nobody reads gets none" 0 "$(templated_count update)"
match "the log says why" 'event=no-mail class=update reason=no-reply' "$(cat "$WORK/log")"
FROM='' ADDRESS='' TOP='trusted-authserv: [mx.test]'
fresh
make_mail -H 'Authentication-Results: mx.test; dmarc=fail header.from=acme.test' 'Kim Lee <kim@acme.test>' support@desk.test 'Shop is down' 'Our shop is down.' |
    deliver kim@acme.test support@desk.test
at ${day}T10:00:00+02:00
verb ${day}T10:05:00+02:00 escalate
at ${day}T11:05:00+02:00
same "a forged sender gets none" '0 0' "$(templated_count update) $(templated_count auto-ack)"
verb ${day}T11:06:00+02:00 resolve 'Done'
at ${day}T11:10:00+02:00
same "nor the resolution" 0 "$(templated_count resolved)"
TOP=''
fresh
write 'Shop is down' 'Our shop is down and we cannot sell.'
at ${day}T10:00:00+02:00
for t in 10:23 10:33 10:43 10:53 11:23 11:33; do at ${day}T$t:00+02:00; done
match "the ladder is exhausted: a ticket in operations" operations "$(escalate list queue:operations)"
same "of which no customer hears" 1 "$(dues cadence)"
QUEUE=

# ---- it takes longer ----
QUEUE='delay-notice: 30bm'
fresh
write 'Cannot print' 'The printer does not work since this morning.'
at ${day}T10:00:00+02:00
same "both promises have a time at which a delay would be told" "${day}T11:30:00Z
2026-05-29T07:30:00Z" "$(due_at delay)"
match "what will happen says so" 'told that it takes longer, if respond is not met' "$(escalate next)"
at ${day}T13:29:00+02:00
same "not before" 0 "$(templated_count delay)"
at ${day}T13:30:00+02:00
same "then once" 1 "$(templated_count delay)"
match "without blame" 'our answer to \[support #1\] "Cannot print" is taking longer than we wanted\. We are sorry\.' "$(flat delay)"
no_match "nothing is promised where nothing makes it so" 'hear from us' "$(flat delay)"
no_match "nobody is named" 'Bob|Ann|Carol|level' "$(flat delay)"
verb ${day}T13:35:00+02:00 severity S1
verb ${day}T13:36:00+02:00 severity S3
at ${day}T17:00:00+02:00
same "once per clock, whatever becomes of it" 1 "$(sqlite_value "select count(*) from outbox o join ticket t on t.id = o.ticket_id where o.template = 'delay'")"

fresh
write 'Cannot print' 'The printer does not work since this morning.'
at ${day}T10:00:00+02:00
answer "$(templated new-ticket | head -n 1)" bob@desk.test 'Take out the paper.'
at ${day}T13:00:00+02:00
at ${day}T13:40:00+02:00
same "a clock that is met sends none" 0 "$(templated_count delay)"
verb ${day}T14:00:00+02:00 wait
same "nor does one that is paused" 0 "$(dues delay)"
write 'Re: [support #1] Cannot print' 'It does not help, please look at it again.'
at 2026-05-27T14:00:00+02:00
same "what goes on has a later time" 2026-06-01T07:30:00Z "$(due_at delay)"
verb 2026-06-01T09:10:00+02:00 next 'A new printer by 16:00'
at 2026-06-01T09:30:00+02:00
match "the solution takes longer, and he hears by when the next step is" 'solving .* is taking longer than we wanted\. We are sorry\. You will hear from us again by Monday 1 June, 16:00' "$(flat delay)"

fresh
write 'Cannot print' 'The printer does not work since this morning.'
at ${day}T10:00:00+02:00
verb ${day}T13:20:00+02:00 severity S1
same "a clock that moves nearer than the notice" '0 11:50' "$(clock respond)"
at ${day}T13:30:00+02:00
at ${day}T13:55:00+02:00
same "sends none, neither at the old time nor at the new" 0 "$(templated_count delay)"
verb ${day}T13:56:00+02:00 resolve 'Done'
same "nothing is left of it when the ticket is over" 0 "$(dues delay)"

QUEUE='delay-notice: 30bm, cadence: 2bh'
fresh
write 'Drucker' 'Guten Tag, unser Drucker geht seit heute nicht mehr und wir können nicht arbeiten.'
at ${day}T10:00:00+02:00
verb ${day}T13:00:00+02:00 escalate
at ${day}T13:30:00+02:00
match "else by the next update; in his language" 'unsere Antwort .* dauert länger, als wir wollten\. Das tut uns leid\. Sie hören bis Dienstag, 26. Mai, 15:00 Uhr \(CEST\) wieder von uns' "$(flat delay)"
at ${day}T15:00:00+02:00
match "which comes, in German" 'Es gibt noch nichts Neues; es ist nicht vergessen\. .*hören Sie bis Mittwoch, 27. Mai, 09:00 Uhr' "$(flat update)"

QUEUE='delay-notice: 30bm'
fresh
write 'Cannot print' 'The printer does not work since this morning.'
at ${day}T10:00:00+02:00
answer "$(templated new-ticket | head -n 1)" bob@desk.test 'We look at it.'
at ${day}T11:00:00+02:00
for t in 28T15:48 28T15:50; do at 2026-05-$t:00+02:00; done
reply "$(templated escalation | tail -n 1)" bob@desk.test 'ack until fri 16:00'
at 2026-05-28T15:51:00+02:00
at 2026-05-29T09:30:00+02:00
same "somebody has it, and he was answered: he is not troubled" 0 "$(templated_count delay)"

QUEUE='delay-notice: 10bh'
fresh
write 'Cannot print' 'The printer does not work since this morning.'
at ${day}T10:00:00+02:00
at ${day}T10:01:00+02:00
same "a notice longer than the target takes nothing back that was just promised" 0 "$(templated_count delay)"
QUEUE=

# ---- what is not for him ----
EDIT='s/^  bob:.*/  bob: {name: SECRETNAME, email: [bob@desk.test], phone: "SECRETPHONE", roles: [agent], backup: ann}/'
POLICY='cadence: {S1: 30m}\n    bridge: SECRETBRIDGE' QUEUE='delay-notice: 10bm' TOP='templates: site'
LEVELS='      - {notify: [bob], at: [75% respond], ack-within: 10m, tries: 2, authority: SECRETAUTHORITY}
      - {notify: [carol], ack-within: 10m}'
fresh
mkdir -p "$WORK/site/en"
write 'Shop is down' 'Our shop is down and we cannot sell.'
at ${day}T10:00:00+02:00
verb ${day}T10:02:00+02:00 note 'SECRETNOTE'
verb ${day}T10:03:00+02:00 impact 'SECRETIMPACT'
verb ${day}T10:03:00+02:00 category SECRETCATEGORY
escalate --now ${day}T10:04:00+02:00 assign 1 bob >/dev/null
at ${day}T10:20:00+02:00
at ${day}T10:23:00+02:00
page=$(templated escalation | tail -n 1)
printf 'Your mail could not be delivered.\n' >"$WORK/dsn.txt"
make_mail -H 'Content-Type: multipart/report; report-type=delivery-status; boundary=b1' 'MAILER-DAEMON@mx.test' "$(envelope_sender escalation)" \
    'Undelivered Mail Returned to Sender' - <<END | deliver '' "$(envelope_sender escalation)"
--b1
Content-Type: text/plain

I could not deliver it.

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.test

Final-Recipient: rfc822; bob@desk.test
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 SECRETDIAGNOSTIC

--b1--
END
at ${day}T10:24:00+02:00
match "what a server said is told inside" 'SECRETDIAGNOSTIC' "$(for f in $(templated escalation); do plain "$f" | tr -d '\n '; done)"
match "the house sees it all" SECRETAUTHORITY "$(plain "$page")"
at ${day}T10:53:00+02:00
verb ${day}T10:54:00+02:00 next "Ask $(reply_to "$page") or $(envelope_sender escalation)"
at ${day}T11:23:00+02:00
verb ${day}T11:24:00+02:00 cause "A word of $(reply_to "$(templated new-ticket | head -n 1)")"
verb ${day}T11:25:00+02:00 resolve 'Done'
at ${day}T11:30:00+02:00
for t in auto-ack update delay resolved; do
    check "there is such a mail: $t" test "$(templated_count $t)" -gt 0
    for f in $(templated $t); do cat "$f"; python3 -c 'import sys,email,email.policy
m=email.message_from_binary_file(open(sys.argv[1],"rb"),policy=email.policy.default)
print("\n".join(str(v) for v in m.values()))
for p in m.walk():
    if p.get_content_maintype()=="text": print(p.get_content())' "$f"; done >"$WORK/whole"
    no_match "nothing of the house in it: $t" 'SECRET|[+](a|w|b)[0-9]+\.' "$(cat "$WORK/whole")"
done
no_match "its HTML neither names us" 'SECRET' "$(cat "$WORK/whole")"

external() { # NAME TEXT: a template of the site
    printf 'From: {{ticket.queue}}\n\n%s\n' "$2" >"$WORK/site/en/$1.txt"
}
external update '{{#ticket}}{{tag}}{{/ticket}}
{{#reader}}
{{>farewell}}
{{/reader}}'
printf 'Yours,\n{{#ticket}}\n{{owner_name}} {{state}}\n{{/ticket}}\n' >"$WORK/site/en/farewell.mustache"
exits "check refuses a name in a partial of a template for customers" 78 escalate check
match "with its file and line" "site/en/farewell.mustache:3:1: 'ticket.owner_name' is not for customers" "$(cat "$WORK/out" "$WORK/err")"
no_match "and not what they may see" "ticket.state|ticket.tag" "$(cat "$WORK/out" "$WORK/err")"
external update '{{#ticket}}
{{#due}}
{{#respond}}{{at}}{{/respond}}
{{/due}}
{{/ticket}}'
exits "nested sections" 78 escalate check
match "are followed" "site/en/update.txt:4:1: 'ticket.due' is not for customers" "$(cat "$WORK/out" "$WORK/err")"
match "into their members" "site/en/update.txt:5:1: 'ticket.due.at' is not for customers" "$(cat "$WORK/out" "$WORK/err")"
external update '{{#ticket.next}}{{.}}{{/ticket.next}} {{next_update}} {{reader}} {{unknown}}'
exits "what is for them is allowed" 0 escalate check
rm -f "$WORK/site/en/update.txt"
printf 'From: x\n\n{{ticket.owner_name}}\n' >"$WORK/site/en/line.txt"
exits "the same name in a template for the house" 0 escalate check
EDIT='' POLICY='' QUEUE='' TOP='' LEVELS=''

# ---- the house in German ----
same "each template is there in both languages" "$(cd "$TOP_SRCDIR/templates/en" && ls)" "$(cd "$TOP_SRCDIR/templates/de" && ls | grep -v -e '-target\.mustache$' -e '^messages\.po$')"
EDIT='s/^  bob:  *{/&name: Robert Müller-Lüdenscheidt, language: de, phone: "+49 30 555", /; s/^  carol: {/&language: de, /; s/^  dana:  *{/&language: de-AT, /'
TOP=''
fresh
long='Seit heute Morgen ist unser Shop down, und niemand unserer vierzig Mitarbeiter kann noch eine Bestellung aufnehmen oder eine Rechnung schreiben. '
write 'Shop is down' "$long$long

$long

$long$long$long"
at ${day}T10:00:00+02:00
verb ${day}T10:05:00+02:00 impact 'Vierzig Arbeitsplätze stehen still, alle Bestellungen des Tages sind betroffen, und die Kunden rufen an'
verb ${day}T10:06:00+02:00 next 'Neue Sicherung einspielen, danach alle Rechner neu starten by 16:00'
at ${day}T10:23:00+02:00
at ${day}T10:33:00+02:00
at ${day}T10:43:00+02:00
# FITS FILE: the limits of the escalation mail
fits() {
    plain "$1" | python3 -c 'import sys
t=sys.stdin.read(); l=t.rstrip("\n").split("\n")
wide=[x for x in l if len(x)>72]
print("wide", wide) if wide else None
print("long", len(l)) if len(l)>25 else None
print("preview", len(l[0]+" "+l[1])) if len(l[0]+" "+l[1])>90 else None'
}
for f in $(templated escalation); do same "a German page keeps the limits of a phone" '' "$(fits "$f")"; done
page=$(templated escalation | head -n 1)
match "what is due, first" '^Fällig: unsere Antwort, 10:30 \(noch 7 min\)\.$' "$(plain "$page" | sed -n 2p)"
match "what to do" '^Antworten Sie ACK, um es zu übernehmen, NO, wenn Sie nicht können\.$' "$(plain "$page")"
match "and what comes if not" '^Keine Antwort bis 10:30: dann geht es an Carol \(lead\)' "$(plain "$page")"
match "the sender says what" '^S1 · Antwort fällig, noch 7 min · support <' "$(python3 -c 'import sys,email,email.header
print(email.header.make_header(email.header.decode_header(email.message_from_binary_file(open(sys.argv[1],"rb"))["From"])))' "$page")"
match "late, in the next level" '^Überfällig: unsere Antwort, seit 10:30' "$(plain "$(sent_to carol@desk.test | grep escalation | head -n 1)")"
no_match "no English sentence is left" 'Reply|No answer|Why you|Owner|Customer|your time' "$(for f in $(templated escalation) $(templated new-ticket | head -n 1); do plain "$f"; done)"
match "the team's mail too" 'Ihre Antwort geht an den Kunden' "$(plain "$(sent_to bob@desk.test | grep new-ticket)")"
{ printf 'Bin gleich da\n\n'; plain "$page"; } | make_mail bob@desk.test "$(reply_to "$page")" "Re: x" - | deliver bob@desk.test "$(reply_to "$page")"
at ${day}T10:44:00+02:00
same "a quotation without marks is no acknowledgment" climbing "$(escalate --json show 1 | python3 -c 'import json,sys; print(json.load(sys.stdin)["runs"][0]["state"])')"
reply "$(templated escalation | tail -n 1)" carol@desk.test 'bin dran'
at ${day}T10:45:00+02:00
same "her word is one" held "$(escalate --json show 1 | python3 -c 'import json,sys; print(json.load(sys.stdin)["runs"][0]["state"])')"
match "she hears what became of it" '^Stand       offen, S1, zuständig' "$(plain "$(sent_to carol@desk.test | grep transcript | tail -n 1)")"
at ${day}T11:45:00+02:00
match "and that her time is over" '^Sie haben es übernommen; die Zeit dafür ist um' "$(plain "$(templated reminder | tail -n 1)")"
at 2026-05-27T09:00:00+02:00
done_testing
