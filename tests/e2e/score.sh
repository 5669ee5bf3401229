#!/bin/sh
# score.sh: rules with points and customers from a directory: who gets which severity and which plan, what the sum was, and what changes it.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"

cat >"$WORK/customers.csv" <<'END'
Address;Name;Tier;Revenue;VIP;Plan
acme.test;Acme;gold;2500000;no;
kim@acme.test;Kim of Acme;gold;2500000;yes;
beta.test;Beta;basic;100;no;
gamma.test;Gamma;basic;100;no;gold
nonsense;Nobody;;;;
delta.test;Delta;basic;;;platinum
END
desk observe 'customers: {file: customers.csv, columns: {segment: Tier}}' 'score: {weights: {technical: 100, reputation: 50}}' \
    'severities: {S1: {score: 80}, S2: {score: 50}, S3: {score: 20}}'
sed -i -e "s/^rules:\$/rules:\\
  - {name: slow, text: slow, technical: 30}\\
  - {name: bill, text: invoice, category: billing, impact: 30}\\
  - {name: big-bill, attribute: ['category:billing', 'revenue:[0-9]{7,}'], impact: 40}\\
  - {name: gold, attribute: 'segment:gold', segment: 50}\\
  - {name: vip, attribute: 'vip:yes', segment: 35}\\
  - {name: press, text: newspaper, reputation: 100}\\
  - {name: night, time: closed, text: slow, technical: 15}\\
  - {name: again, history: 'reopened >= 1', technical: 85}\\
  - {name: ignored, history: 'unanswered >= 3', impact: 55}/" \
    -e "s/^plans:\$/plans:\\
  gold: {match: [segment:gold, category:outage], S1: {respond: 10bm}, S3: {respond: 1bh}}/" \
    -e 's/plans: \[basic\]/plans: [gold, basic]/' "$CONF"

minute=0
from() { # from ADDRESS SUBJECT BODY
    make_mail "$1" support@desk.test "$2" "$3" | deliver "$1" support@desk.test
    minute=$((minute + 1))
    at "$(printf '2026-05-26T10:%02d:00+02:00' "$minute")"
}
severity() { sqlite_value "select 'S' || (severity + 1) from ticket where id = ${1:-(select max(id) from ticket)}"; }
respond() { # its duration
    sqlite_value "select duration from clock where target = 'respond' and ticket_id = ${1:-(select max(id) from ticket)} order by id limit 1"
}
decided() { sqlite_value "select line from decision where message_id = (select max(id) from message where direction = 'in')"; }
score() { escalate --json explain "$1" | jq -c '.scores[-1].score'; }

# ---- the check says what is wrong with the directory, and goes on ----
problems=$(escalate check 2>&1)
same "check is content" 0 $?
match "a bad line is named" "customers.csv:6: 'nonsense' is neither an address nor a domain" "$problems"
match "an unknown plan is named" "customers.csv:7: there is no plan 'platinum'" "$problems"

# ---- severity and plan ----
from x@nobody.test 'Help' 'What is this?'
same "nobody known, nothing matches: the queue's severity" S3 "$(severity)"
plain_respond=$(respond)
from x@nobody.test 'Slow' 'All is slow.'
same "30 points are S3" S3 "$(severity)"
same "the sum" 30 "$(score 2)"
from x@acme.test 'Question' 'Where is the manual?'
same "a gold customer: 50 points are S2" S2 "$(severity)"
match "he is named in the decision" 'customer Acme, segment gold' "$(decided)"
from kim@acme.test 'Question' 'Where is the other manual?'
same "points of one axis add up: 85 are S1" S1 "$(severity)"
from x@acme.test 'Invoice' 'The invoice is wrong.'
same "a category given by a rule before counts behind it: 70, the greatest axis" 70 "$(score 5)"
same "and that is S2" S2 "$(severity)"
from x@beta.test 'Invoice' 'The invoice is wrong.'
same "the same of a small customer is S3" "S3 30" "$(severity) $(score 6)"
from x@beta.test 'Press' 'A newspaper asks.'
same "a weight halves an axis" "S2 50" "$(severity) $(score 7)"
from x@beta.test 'Down' 'It is down.'
same "a floor needs no points" S1 "$(severity)"
gold_respond=$(respond)
from x@gamma.test 'Help' 'What is this?'
same "the directory names his plan: gold" "S3 1bh" "$(severity) $(respond)"
same "everybody else's is the basic one" 4bh "$plain_respond"
same "a plan by category" 10bm "$gold_respond"
from x@delta.test 'Help' 'What is this?'
same "an unknown plan gives the basic one" 4bh "$(respond)"

# ---- the sum, rule by rule ----
explained=$(escalate explain 5)
match "explain tells the score" 'message [0-9]+, Tue 26 May 10:05 CEST: score 70' "$explained"
match "and each rule" 'bill +impact +30' "$explained"
match "each" 'big-bill +impact +40' "$explained"
match "and axis" 'gold +segment +50' "$explained"

# ---- what changes ----
from x@nobody.test 'Re: [support #2] Slow' 'Still slow.'
same "two mails without an answer" S3 "$(severity 2)"
from x@nobody.test 'Re: [support #2] Slow' 'Hello?'
same "the third makes it S2" "S2 55" "$(severity 2) $(score 2)"
match "the audit says so" 'old=S3 new=S2 by=rules' "$(sqlite_value "select detail from audit where event = 'severity' and ticket_id = 2")"
escalate --now 2026-05-26T10:30:00+02:00 severity 2 S4 >"$WORK/said" 2>&1
same "a person says otherwise" S4 "$(severity 2)"
minute=30
from x@nobody.test 'Re: [support #2] Slow' 'Hello??'
same "the rules do not overrule him" S4 "$(severity 2)"
match "but say it in the log" 'it stays S4, which somebody set' "$(decided)"
from x@nobody.test 'Re: [support #2] Slow' 'Now the shop is down.'
same "but by what is worse than all that they knew when he said it" S1 "$(severity 2)"
escalate --now 2026-05-26T10:33:00+02:00 severity 2 S3 >"$WORK/said" 2>&1
from x@nobody.test 'Re: [support #2] Slow' 'It is still down.'
same "which he may overrule again" S3 "$(severity 2)"
escalate --now 2026-05-26T10:40:00+02:00 resolve 1 done >"$WORK/said" 2>&1
minute=41
from x@nobody.test 'Re: [support #1] Help' 'No, it is not.'
same "what is reopened the first time had no history yet" S3 "$(severity 1)"
from x@nobody.test 'Re: [support #1] Help' 'Really not.'
same "the next mail of a reopened ticket" S1 "$(severity 1)"

# ---- by time ----
make_mail x@nobody.test support@desk.test 'Slow' 'All is slow again.' | deliver x@nobody.test support@desk.test
at 2026-05-26T20:00:00+02:00
same "when the office is closed another rule holds" 45 "$(score 11)"

# ---- the directory changes ----
sed -i 's/^beta.test;Beta;basic/beta.test;Beta;gold/' "$WORK/customers.csv"
make_mail x@beta.test support@desk.test 'New' 'A new question.' | deliver x@beta.test support@desk.test
at 2026-05-27T10:00:00+02:00
same "the file is read again" S2 "$(severity 12)"

# ---- and reaches what is open ----
make_mail x@gamma.test support@desk.test 'Question' 'Where is the third manual?' | deliver x@gamma.test support@desk.test
make_mail x@nobody.test support@desk.test 'Question' 'Where is the fourth manual?' | deliver x@nobody.test support@desk.test
at 2026-05-27T10:10:00+02:00
gamma=$(sqlite_value "select max(ticket_id) from message where from_address = 'x@gamma.test'") nobody=$(sqlite_value "select max(ticket_id) from message where from_address = 'x@nobody.test'")
same "a customer like others, of a better plan" "S3 $(severity "$nobody")" "$(severity "$gamma") S3"
due() { sqlite_value "select strftime('%H:%M', due_at, 'unixepoch') from clock where ticket_id = $1 and target = 'respond' and state = 0"; }
same "by its plan" '09:10 12:10' "$(due "$gamma") $(due "$nobody")"
sed -i 's/^gamma.test;Gamma;basic/gamma.test;Gamma;gold/' "$WORK/customers.csv"
echo 'nobody.test;Nobody;basic;;;gold' >>"$WORK/customers.csv"
at 2026-05-27T10:20:00+02:00
same "its open ticket is rated again" S2 "$(severity "$gamma")"
match "by the rules, as the audit says" 'severity .*old=S3 new=S2 by=rules' "$(escalate audit "$gamma")"
same "once" 1 "$(escalate audit "$gamma" | grep -c 'by=rules')"
same "a shorter plan that another has now counts from then" 09:20 "$(due "$nobody")"
same "as with a change of plans" S3 "$(severity "$nobody")"
sed -i 's/^gamma.test;Gamma;gold/gamma.test;Gamma;basic/' "$WORK/customers.csv"
at 2026-05-27T10:30:00+02:00
same "it becomes worse by that, never milder" S2 "$(severity "$gamma")"
done_testing
