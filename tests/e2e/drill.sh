#!/bin/sh
# shellcheck disable=SC1091,SC2034
# drill.sh: an exercise goes the real way, says so first in every mail, goes to no customer and no vendor, counts nowhere, ends by itself, and
# its report says who was asked, when, and how fast he answered.
. "$(dirname "$0")/../lib.sh"
. "$TOP_SRCDIR/tests/desk.sh"

LEVELS='      - {notify: [bob], inform: ["vendor:cdn"], at: [75% respond], ack-within: 10m, tries: 2}
      - {notify: [carol, "vendor:cdn"], ack-within: 10m}
      - {notify: [role:director], after: 30m, ack-within: 10m}'
desk relay
sed -i 's/^plans:/vendors:\n  cdn: {email: [noc@cdn.test]}\nplans:/' "$CONF"
drill() {
    clock=$1
    shift
    escalate --now "2026-05-26T$clock+02:00" drill --policy standard --queue support "$@" >"$WORK/out" 2>"$WORK/err"
}
from_name() { python3 -c 'import sys,email,email.policy
print(email.message_from_binary_file(open(sys.argv[1],"rb"),policy=email.policy.default)["From"])' "$1"; }
html() { python3 -c 'import sys,email,email.policy
print(email.message_from_binary_file(open(sys.argv[1],"rb"),policy=email.policy.default).get_body(("html",)).get_content())' "$1"; }
flat() { plain "$1" | tr '\n' ' ' | tr -s ' '; }
report() { escalate --now "${2:-2026-05-26T18:00:00+02:00}" --json drill report "$1"; }
asked() { report "$1" | python3 -c 'import json,sys
for a in json.load(sys.stdin)["asked"]: print(a["contact"], a["level"], a["try"], a["verb"], a["took_seconds"], a["said"], sep="|")'; }

# ---- words that mean nothing ----
exits 'a policy must be named' 2 escalate drill
exits 'one that there is' 1 escalate drill --policy nonesuch
match 'its name is said' "policy 'nonesuch'" "$(cat "$WORK/err")"
exits 'a queue that there is' 1 escalate drill --policy standard --queue nonesuch
exits 'a severity that there is' 2 escalate drill --policy standard --severity S9
exits 'an exercise that there is' 1 escalate drill report 99

# ---- acknowledged ----
drill 10:00:00 --subject 'Checkout is down'
match 'it begins' '^Exercise 1 in support has begun: policy standard' "$(cat "$WORK/out")"
at 2026-05-26T10:00:00+02:00
page=$(templated escalation)
same 'level 1 is mailed at once, and nobody else is' "$page" "$(outgoing)"
match 'to Bob' 'bob@desk.test' "$(header "$page" To)"
match 'From says EXERCISE first' '^"?EXERCISE · S3' "$(from_name "$page")"
same 'the subject says it first' 'EXERCISE: [support #1] Checkout is down' "$(header "$page" Subject)"
same 'so does the first line, and what to do' 'EXERCISE: answer as in earnest. No customer waits.' "$(plain "$page" | head -n 1)"
match 'then what it is about' 'Checkout is down' "$(plain "$page" | sed -n 2p)"
check 'the first two lines fit a lock screen' test "$(plain "$page" | head -n 2 | tr '\n' ' ' | wc -m)" -le 91
check 'it is no longer than any page' test "$(plain "$page" | wc -l)" -le 25
match 'and the HTML' '<b>EXERCISE: answer as in earnest' "$(html "$page")"
match 'it says what comes next' 'No answer by 10:20: it goes to Carol' "$(flat "$page")"
same 'no list has it' '' "$(escalate --now 2026-05-26T10:01:00+02:00 list --all)"
match 'drill list has it' '^ +1 .*not over yet$' "$(escalate --now 2026-05-26T10:01:00+02:00 drill list)"
reply "$page" bob@desk.test 'ack'
at 2026-05-26T10:04:00+02:00
same 'the reply is an ack: it is over' 'closed' "$(sqlite_value 'select state from ticket where id = 1')"
match 'Bob gets his transcript' 'You have it' "$(flat "$(templated transcript)")"
match 'and hears that it was an exercise, and his time' 'That was an exercise, and it is over. You answered after 4 min\.' "$(flat "$(templated line | tail -n 1)")"
same 'in one line' 1 "$(templated_count line)"
lead=$(templated drill)
match 'the lead gets the report' 'carol@desk.test' "$(header "$lead" To)"
same 'its subject says how it ended' '[support] Exercise 1: Bob took it after 4 min' "$(header "$lead" Subject)"
match 'and its text who, when, and by which verb' '10:00 Bob, level 1: ack after 4 min' "$(flat "$lead")"
no_match 'nobody is silent' 'No answer came' "$(flat "$lead")"
same 'the report' 'bob|1|1|ack|240|ack after 4 min' "$(asked 1)"
same 'no reminder, no next level, no daily figure' "$(mailed)" "$(at 2026-05-26T16:00:00+02:00; mailed)"
reply "$page" bob@desk.test 'ack'
at 2026-05-26T16:01:00+02:00
match 'a second ack is late, and harmless' 'nothing|over' "$(flat "$(templated transcript | tail -n 1)")"
same 'the exercise stays over' 'closed' "$(sqlite_value 'select state from ticket where id = 1')"

# ---- declined, bounced, exhausted ----
drill 16:10:00 --severity S1
at 2026-05-26T16:10:00+02:00
page=$(templated escalation | tail -n 1)
same 'without a subject: the policy' 'EXERCISE: [support #2] policy standard' "$(header "$page" Subject)"
reply "$page" bob@desk.test 'no'
at 2026-05-26T16:12:00+02:00
page=$(templated escalation | tail -n 1)
match 'his backup is asked' 'ann@desk.test' "$(header "$page" To)"
printf 'The mail did not arrive.\n' >"$WORK/dsn"
make_mail -H 'Content-Type: multipart/report; report-type=delivery-status; boundary=b' 'MAILER-DAEMON@mx.test' "$(envelope_sender escalation)" 'Undelivered' '--b
Content-Type: text/plain

It did not arrive.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.test

Final-Recipient: rfc822; ann@desk.test
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user

--b--' | deliver '' "$(envelope_sender escalation)"
at 2026-05-26T16:14:00+02:00
page=$(templated escalation | tail -n 1)
match 'a bounce moves it on at once' 'carol@desk.test' "$(header "$page" To)"
same 'the vendor is not written to' '' "$(sent_to noc@cdn.test)"
for clock in 16:24:00 16:54:00; do at "2026-05-26T$clock+02:00"; done
page=$(templated escalation | tail -n 1)
match 'the director is asked last' 'dana@desk.test' "$(header "$page" To)"
match 'and told what follows' 'No answer by 17:04: the exercise ends' "$(flat "$page")"
at 2026-05-26T17:04:00+02:00
same 'exhausted: it is over' 'closed' "$(sqlite_value 'select state from ticket where id = 2')"
same 'and no ticket of operations is opened' 2 "$(sqlite_value 'select count(*) from ticket')"
lead=$(templated drill | tail -n 1)
match 'the lead hears that nobody took it' 'everybody was asked, and nobody took it$' "$(header "$lead" Subject)"
match 'which mail bounced' 'Ann, level 1, for Bob: bounced: 550 5.1.1' "$(flat "$lead")"
match 'who said nothing' 'No answer came from Ann Carol Dana Ruiz|No answer came from Carol Dana Ruiz' "$(flat "$lead")"
same 'the report' 'bob|1|1|decline|120|decline after 2 min
ann|1|1|None|None|bounced: 550 5.1.1 no such user
carol|2|1|None|None|no answer
vendor:cdn|2|1|None|None|a vendor: not asked in an exercise
dana|3|1|None|None|no answer' "$(asked 2)"
check 'the report is at most 72 wide' test "$(plain "$lead" | wc -L)" -le 72

# ---- stopped; resolved ----
drill 17:10:00
at 2026-05-26T17:10:00+02:00
exits 'it is stopped' 0 escalate --now 2026-05-26T17:11:00+02:00 drill end 3
match 'which says so' 'it was stopped before anybody took it' "$(cat "$WORK/out")"
exits 'once' 1 escalate --now 2026-05-26T17:11:00+02:00 drill end 3
before=$(templated_count escalation)
at 2026-05-26T17:40:00+02:00
same 'nobody is asked any more' "$before" "$(templated_count escalation)"
match 'Bob hears that it is over' 'It is over: it was an exercise, and it was stopped' "$(flat "$(templated line | tail -n 1)")"
drill 17:50:00
at 2026-05-26T17:50:00+02:00
escalate --now 2026-05-26T17:51:00+02:00 resolve --as bob 4 'Done.' >/dev/null
at 2026-05-26T17:51:00+02:00
same 'resolving ends it as well' 'closed' "$(sqlite_value 'select state from ticket where id = 4')"
same 'and mails no customer' '' "$(templated resolved)$(sent_to support@desk.test)"
same 'the verb is in the report' 'bob|1|1|resolve|60|resolve after 1 min' "$(asked 4)"
exits 'a ticket that is none has no report' 1 escalate drill report 99
same 'list shows none of them' '' "$(escalate --now 2026-05-26T18:00:00+02:00 list --all)"
same 'drill list all' 4 "$(escalate --now 2026-05-26T18:00:00+02:00 drill list | wc -l)"

same 'nothing went to anybody but contacts of ours' '' "$(for f in $(outgoing); do header "$f" To; done | grep -v -E '(bob|ann|carol|dana)@desk\.test')"

# ---- who answers otherwise ----
drill 18:10:00
at 2026-05-26T18:10:00+02:00
page=$(templated escalation | tail -n 1)
make_mail -H "In-Reply-To: $(header "$page" Message-ID)" bob@desk.test "$(reply_to "$page")" "Re: $(header "$page" Subject)" "ack

$(plain "$page" | head -n 4)" | deliver bob@desk.test "$(reply_to "$page")"
at 2026-05-26T18:11:00+02:00
same 'a line of ours that stands unquoted in a reply is a doubt, as on any page: no ack' 'bob|1|1|None|None|no answer' "$(asked 5)"
exits 'that one is stopped' 0 escalate --now 2026-05-26T18:12:00+02:00 drill end 5
drill 18:20:00
at 2026-05-26T18:20:00+02:00
escalate --now 2026-05-26T18:23:00+02:00 ack --as bob 6 >/dev/null
at 2026-05-26T18:23:00+02:00
same 'at the command line' 'bob|1|1|ack|180|ack after 3 min' "$(asked 6)"
drill 18:25:00
at 2026-05-26T18:25:00+02:00
page=$(templated escalation | tail -n 1)
reply "$page" bob@desk.test 'pass dana'
at 2026-05-26T18:26:00+02:00
page=$(templated escalation | tail -n 1)
reply "$page" dana@home.test 'On it'
at 2026-05-26T18:28:00+02:00
same 'passed on, and taken' 'bob|1|1|pass|60|pass after 1 min
dana|1|1|ack|120|ack after 2 min' "$(asked 7)"
match 'by whom stands in the report' '"result":"Dana Ruiz took it after 2 min","taken_by":"dana"' "$(report 7)"
sed 's/mode: relay/mode: shadow/' "$CONF" >"$WORK/shadow.yaml"
exits 'in a shadow queue' 0 "$ESCALATE" -c "$WORK/shadow.yaml" --now 2026-05-26T18:30:00+02:00 drill --policy standard
match 'it is said that nobody is mailed' "queue 'support' is in shadow mode: nobody is mailed" "$(cat "$WORK/err")"
exits 'and it can be stopped' 0 escalate --now 2026-05-26T18:30:00+02:00 drill end 8

# ---- a customer beside it ----
make_mail 'Kim <kim@acme.test>' support@desk.test 'Shop is down' 'Our shop is down.' | deliver kim@acme.test support@desk.test
escalate --now 2026-05-27T08:58:00+02:00 drill --policy standard >/dev/null
at 2026-05-27T09:00:00+02:00
daily=$(for f in $(templated daily); do if header "$f" Subject | grep -q '^.support.'; then echo "$f"; fi; done)
match 'the daily mail counts the customer alone' '1 open' "$(header "$daily" Subject)"
no_match 'and names no exercise' 'EXERCISE' "$(plain "$daily")"
exits 'an exercise is merged with nothing' 1 escalate --now 2026-05-27T09:01:00+02:00 merge --as bob 10 9
match 'list has the customer alone' '^ +10 ' "$(escalate --now 2026-05-27T09:01:00+02:00 list)"
no_match 'and no exercise' 'EXERCISE' "$(escalate --now 2026-05-27T09:01:00+02:00 list)"
exits 'the audit verifies' 0 escalate audit verify
done_testing
