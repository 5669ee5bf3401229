#!/bin/sh
# concerns.sh: what a ticket is about and who else has to do with it: ladders by rule, side by side and superseded; services, risks, vendors;
# triage; roles and override; containment that must be confirmed; a configuration that changes while people are asked.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"

desk observe 'trusted-authserv: [mx.desk.test]' \
    'severities: {S1: {title: Critical, example: nobody can order, confirm-by: 1h}, S3: {title: Normal}}' \
    'score: {margin: 10}' \
    'services: {checkout: {owner: eve, backup: ann}}' \
    "vendors: {cdn: {email: help@cdn.test, contract: CDN-7, targets: {respond: 2h, resolve: 1d}}, open: {email: x@open.test, withhold: no}}" \
    'risks:' \
    '  legal: {policy: compliance, level-at-once: 1, retain: 3650d, board: {notify: [dana], after: 2h, severity: S2}}' \
    '  audit: {policy: alarm, level-at-once: 1}' \
    '  press: {level-at-once: 2, template: executive, board: {notify: [role:director], impact: 50}}'
sed -i -e "s/^roles:\$/  eve:   {email: [eve@desk.test], roles: [expert]}\\
  lena:  {name: Lena Law, email: [lena@desk.test], roles: [counsel]}\\
  tom:   {email: [tom@desk.test], roles: [sorter]}\\
roles:\\
  expert: {may: [ack, decline, resolve, contained, override]}\\
  sorter: {may: [ack, category, severity], queues: [support]}\\
  counsel: {may: [ack, note]}/" \
    -e "s/^rules:\$/rules:\\
  - {name: pay, text: checkout, service: checkout, category: payment}\\
  - {name: fast, text: urgent, policy: quick}\\
  - {name: two, text: breach, policy: [standard, quick], category: security, technical: 40}\\
  - {name: law, text: lawyer, risk: legal}\\
  - {name: paper, text: newspaper, risk: press, impact: 60, category: press}\\
  - {name: edge, text: edge, policy: cdn, category: network}\\
  - {name: bill, text: invoice, category: billing}/" \
    -e "s/^policies:\$/policies:\\
  quick: {levels: [{notify: [bob], ack-within: 5m}, {notify: [dana]}], exhausted: 'queue:operations'}\\
  alarm: {levels: [{notify: [bob], ack-within: 10m}], exhausted: 'queue:operations'}\\
  compliance: {levels: [{notify: [lena], at: 100% resolve}], exhausted: 'queue:operations'}\\
  cdn: {levels: [{notify: ['vendor:cdn', service-owner], at: [50% respond], ack-within: 30m}, {notify: [carol]}], exhausted: 'queue:operations'}\\
  sorting: {levels: [{notify: [tom], ack-within: 20m}, {notify: [carol]}], exhausted: 'queue:operations'}/" \
    -e 's/^\(  support: .*\)default-severity: S3}/\1default-severity: S3, triage: sorting}/' "$CONF"
check "the configuration is good" escalate check

CLOCK=2026-05-26T10:00:00+02:00
minute=0
pass_at() { CLOCK=$1; at "$1"; }
op() { escalate --now "$CLOCK" "$@"; }
from() { # from ADDRESS SUBJECT BODY
    make_mail -H 'Authentication-Results: mx.desk.test; dmarc=pass' "$1" support@desk.test "$2" "$3" | deliver "$1" support@desk.test
    minute=$((minute + 1))
    pass_at "$(printf '2026-05-26T10:%02d:00+02:00' "$minute")"
}
last() { sqlite_value 'select max(id) from ticket'; }
field() { sqlite_value "select coalesce($1, '-') from ticket where id = ${2:-(select max(id) from ticket)}"; }
policies() { escalate --json explain "$1" | jq -r '.policies | join(",")'; }
runs() { sqlite_value "select policy || ':' || state || ':' || level from run where ticket_id = $1 order by id"; }
answer() { # answer FILE FROM BODY: an authenticated reply
    printf '%s\n' "$3" | make_mail -H 'Authentication-Results: mx.desk.test; dmarc=pass' -H "In-Reply-To: $(header "$1" Message-ID)" "$2" "$(reply_to "$1")" \
        "Re: $(header "$1" Subject)" - | deliver "$2" "$(reply_to "$1")"
}
newest() { outgoing | grep -e "-$1\\.eml\$" | tail -1; }
joined() { plain "$1" | tr -s ' \n' ' '; }
to_of() { header "$1" To; }

# ---- triage ----
from kim@shop.test 'Question' 'Where do I find it?'
same "no category: who sorts is asked at once" "sorting:0:1" "$(runs "$(last)")"
page=$(newest triage)
match "he reads why" 'No rule knows what this is about.' "$(plain "$page")"
match "and what a severity means" 'S1 Critical: nobody can order' "$(plain "$page")"
match "what happens if he does nothing" 'No answer by 10:21: it goes to Carol .lead.' "$(plain "$page")"
answer "$page" tom@desk.test 'category howto'
pass_at 2026-05-26T10:02:00+02:00
same "his word is the category, and the asking is over" "howto sorting:3:1" "$(field category) $(runs "$(last)")"
answer "$page" tom@desk.test 'resolve: done'
pass_at 2026-05-26T10:03:00+02:00
same "what his role does not allow is refused" new "$(field state)"
match "with the reason" "your role may not use 'resolve'" "$(plain "$(newest transcript)")"
minute=3
from kim@shop.test 'Invoice and checkout' 'The invoice of the checkout is wrong.'
same "two categories that are a tie are asked about too" "payment sorting:0:1" "$(field category) $(runs "$(last)")"
match "and he is told which is the guess" 'Two categories fit; "payment" is only a guess.' "$(plain "$(newest triage)")"
answer "$(newest triage)" tom@desk.test 'severity S3'
pass_at 2026-05-26T10:05:00+02:00
same "a severity ends it as well" "sorting:3:1" "$(runs "$(last)")"
minute=5

# ---- services ----
same "a rule's service, and its owner" "checkout eve" "$(field service) $(field owner)"
sqlite_write() { python3 -c 'import sqlite3,sys
c=sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()' "$WORK/escalate.db" "$1"; }
sqlite_write "insert into away (contact, from_at, until_at, evidence) values ('eve', 0, 4000000000, 'leave')"
from kim@shop.test 'Checkout again' 'The checkout is slow.'
same "its backup while the owner is away" ann "$(field owner)"
sqlite_write "delete from away"

# ---- ladders by rule ----
from kim@shop.test 'Urgent checkout' 'This checkout is urgent.'
quick=$(last)
same "a rule's ladder stands in the place of the queue's" quick "$(policies "$quick")"
from kim@shop.test 'Checkout Breach' 'checkout: a data breach!'
two=$(last)
same "a rule may name several" standard,quick "$(policies "$two")"
op escalate "$two" >/dev/null
pass_at "2026-05-26T10:09:00+02:00"
same "both run" "standard:0:1 quick:0:1" "$(runs "$two" | tr '\n' ' ' | sed 's/ $//')"
same "and ask bob, who is in both, by one mail" 1 "$(outgoing | while read -r f; do
    case $(header "$f" Subject) in *"#$two]"*) [ "$(to_of "$f")" != "Bob <bob@desk.test>" ] || echo "$f" ;; esac
done | grep -c -e '-escalation\.eml$')"
page=$(newest escalation)
match "that says so" 'also by policy standard, level 1: one ACK is for both' "$(joined "$page")"
match "in its HTML too" 'also by policy standard, level 1: one ACK is for both' "$(python3 -c 'import sys,email,email.policy
m=email.message_from_binary_file(open(sys.argv[1],"rb"),policy=email.policy.default)
sys.stdout.write(m.get_body(("html",)).get_content())' "$page")"
answer "$page" bob@desk.test 'ack'
pass_at "2026-05-26T10:10:00+02:00"
same "his one ack holds both" "standard:1:1 quick:1:1" "$(runs "$two" | tr '\n' ' ' | sed 's/ $//')"
same "and he is told so once" 1 "$(plain "$(newest transcript)" | grep -c 'You have it')"
check "the audit has it" escalate audit verify

# ---- superseded ----
minute=10
from ron@shop.test 'Checkout slow' 'The checkout hangs.'
slow=$(last)
op escalate "$slow" >/dev/null
pass_at "2026-05-26T10:12:00+02:00"
same "the queue's ladder runs" "standard:0:1" "$(runs "$slow")"
make_mail -H 'Authentication-Results: mx.desk.test; dmarc=pass' ron@shop.test support@desk.test "Re: [support #$slow] Checkout slow" 'It is urgent now.' \
    | deliver ron@shop.test support@desk.test
pass_at "2026-05-26T10:13:00+02:00"
same "another takes its place, from level 1" "standard:3:1 quick:0:1" "$(runs "$slow" | tr '\n' ' ' | sed 's/ $//')"
match "who was paged is told both in one mail" 'also by policy standard, level 1, mailed 10:12' "$(joined "$(newest escalation)")"
not_match() { case $3 in *"$2"*) fail "$1" ;; *) pass "$1" ;; esac; }
not_match "and no line that it is over" 'It is over' "$(plain "$(newest line 2>/dev/null)" 2>/dev/null)"
match "explain names both" 'run .* by policy quick: climbing, level 1' "$(escalate explain "$slow")"
answer "$(templated escalation | tail -n 2 | head -n 1)" bob@desk.test 'ack 20m'
pass_at "2026-05-26T10:13:20+02:00"
same "who answers to what the first asked takes what asks in its place" "standard:3:1 quick:1:1" "$(runs "$slow" | tr '\n' ' ' | sed 's/ $//')"
match "and is told so" 'policy quick asks now, in the place of the one that asked you. You have it, until' "$(joined "$(newest transcript)")"
op decline --as bob "$slow" >/dev/null
minute=14
from rob@shop.test 'Checkout slow again' 'The checkout hangs.'
again=$(last)
op escalate "$again" >/dev/null
pass_at "2026-05-26T10:16:00+02:00"
op ack --as bob "$again" >/dev/null
make_mail -H 'Authentication-Results: mx.desk.test; dmarc=pass' rob@shop.test support@desk.test "Re: [support #$again] Checkout slow again" 'It is urgent now.' \
    | deliver rob@shop.test support@desk.test
pass_at "2026-05-26T10:17:00+02:00"
match "who had it, and is asked anew, is not told that he need do nothing" \
    'It is over: the policy quick takes its place. What else you are asked about this ticket stays' "$(joined "$(newest line)")"

# ---- risks ----
minute=13
from lou@shop.test 'Checkout Contract' 'Our lawyer writes about the checkout.'
legal=$(last)
same "a risk adds its ladder" standard,compliance "$(policies "$legal")"
same "whose level fires at once" "compliance:0:1" "$(runs "$legal")"
same "at whom it names" "Lena Law <lena@desk.test>" "$(to_of "$(newest escalation)")"
match "show says how long it is kept" 'kept until .* 2036' "$(escalate show "$legal")"
pass_at "2026-05-26T12:20:00+02:00"
same "S3 is not for the board" 0 "$(templated_count board)"
op severity "$legal" S2 >/dev/null
pass_at "2026-05-26T12:21:00+02:00"
same "S2 is, for two hours have passed" "Dana Ruiz <dana@desk.test>" "$(to_of "$(newest board)")"
match "in one page" 'This ticket has a legal risk, and is open for 2 h' "$(plain "$(newest board)")"
op severity "$legal" S1 >/dev/null
pass_at "2026-05-26T12:30:00+02:00"
same "once only" 1 "$(templated_count board)"
minute=31
from mia@shop.test 'Newspaper' 'A newspaper asks about the checkout.'
press=$(last)
same "a risk without a ladder fires that level of the ticket's own" "standard:0:2" "$(runs "$press" | grep standard)"
same "with its template" 1 "$(templated_count executive)"
same "and much impact is for the board at once" 2 "$(templated_count board)"
op risk "$press" legal >/dev/null
pass_at "2026-05-26T13:00:00+02:00"
same "a person may say it too" "compliance:0:1" "$(runs "$press" | grep compliance)"
exits "a risk that is none" 1 op risk "$press" nonsense
match "is named, with those that are" "there is no risk 'nonsense'; there are: audit, legal, press" "$(cat "$WORK/out")"

# ---- vendors ----
make_mail -H 'Authentication-Results: mx.desk.test; dmarc=pass' nia@shop.test support@desk.test 'Secret edge of checkout' 'Guten Tag, die edge geht bei nia nicht mehr, bitte helfen Sie uns.' \
    | deliver nia@shop.test support@desk.test
pass_at "2026-05-26T13:01:00+02:00"
edge=$(last)
pass_at "2026-05-26T15:02:00+02:00"
mail=$(newest vendor)
same "the vendor is asked" "Cdn <help@cdn.test>" "$(to_of "$mail")"
match "under its contract" 'we need your help under CDN-7' "$(plain "$mail")"
match "by when, in its own language whatever the customer writes" 'We count on your answer by Tuesday 26 May, 17:0' "$(plain "$mail")"
same "nothing of the customer, nobody of ours, no personal address" "" "$(grep -iE 'secret|nia@|nia |bob|carol|\+[awb][0-9]+\.' "$mail")"
same "its own clocks run" "respond resolve" "$(sqlite_value "select target from clock where queue = 'vendor:cdn' and ticket_id = $edge" | tr '\n' ' ' | sed 's/ $//')"
page=$(newest escalation)
same "and the people of the level are asked beside" "Eve <eve@desk.test>" "$(to_of "$(newest escalation)")"
not_match "who is asked in the same moment could not answer yet" 'was mailed' "$(plain "$(newest escalation)")"
printf 'ack\nWe reset the node.\n' | make_mail -H 'Authentication-Results: mx.desk.test; dmarc=pass' -H "In-Reply-To: $(header "$mail" Message-ID)" \
    help@cdn.test "$(reply_to "$mail")" "Re: $(header "$mail" Subject)" - | deliver help@cdn.test "$(reply_to "$mail")"
pass_at "2026-05-26T15:10:00+02:00"
same "its answer accepts nothing" "cdn:0:1" "$(runs "$edge" | grep cdn)"
same "meets its own clock, and not ours" "2 0" "$(sqlite_value "select state from clock where queue = 'vendor:cdn' and target = 'respond' and ticket_id = $edge"
    ) $(sqlite_value "select state from clock where queue = 'support' and target = 'respond' and ticket_id = $edge")"
match "and the owner reads it" 'Cdn writes: ack' "$(plain "$(newest line)")"
match "with where to answer" 'To answer, write to [^ ]+@[^ ]+, with \[support #[0-9]+\] in the subject\.' "$(plain "$(newest line)" | tr '\n' ' ')"
printf 'Joe here: done.\n' | make_mail -H 'Authentication-Results: mx.desk.test; dmarc=pass' -H "In-Reply-To: $(header "$mail" Message-ID)" \
    joe@cdn.test "$(reply_to "$mail")" "Re: $(header "$mail" Subject)" - | deliver joe@cdn.test "$(reply_to "$mail")"
pass_at "2026-05-26T15:20:00+02:00"
match "a colleague of who was asked is the vendor too" 'Cdn writes: Joe here: done.' "$(for f in $(templated line); do plain "$f"; done)"
printf 'Joe here: more.\n' | make_mail -H 'Authentication-Results: mx.desk.test; dmarc=fail' -H "In-Reply-To: $(header "$mail" Message-ID)" \
    joe@cdn.test "$(reply_to "$mail")" "Re: $(header "$mail" Subject)" - | deliver joe@cdn.test "$(reply_to "$mail")"
pass_at "2026-05-26T15:30:00+02:00"
same "who only says so is not" 1 "$(for f in $(templated line); do plain "$f"; done | grep -c 'Cdn writes: Joe')"
# an agent who copies the vendor shows it an address that is his alone, and it answers all
before=$(sent_to help@cdn.test)
printf 'status\nThe node is back.\n' | make_mail -H 'Authentication-Results: mx.desk.test; dmarc=pass' help@cdn.test "$(reply_to "$page")" \
    "Re: $(header "$mail" Subject)" - | deliver help@cdn.test "$(reply_to "$page")"
pass_at "2026-05-26T15:31:00+02:00"
match "a vendor at somebody's page is the vendor" 'Cdn writes: status' "$(plain "$(newest line)")"
same "and is told nothing of the ticket, nor a personal address" "$before" "$(sent_to help@cdn.test)"
sed -i '/^  support: /s/mode: observe/mode: relay/' "$CONF"
make_mail -H 'Authentication-Results: mx.desk.test; dmarc=pass' nia@shop.test support@desk.test "[support #$edge] Secret" 'Immer noch.' | deliver nia@shop.test support@desk.test
pass_at "2026-05-26T15:32:00+02:00"
work=$(reply_to "$(newest relay-in)")
match "there is a work address" '\+w' "$work"
printf 'Our fault, sorry.\n' | make_mail -H 'Authentication-Results: mx.desk.test; dmarc=pass' help@cdn.test "$work" 'Re: edge' - | deliver help@cdn.test "$work"
pass_at "2026-05-26T15:33:00+02:00"
same "nor does what it writes there go to the customer" 0 "$(templated_count relay)"
same "or meet our clock" 0 "$(sqlite_value "select state from clock where queue = 'support' and target = 'respond' and ticket_id = $edge")"
sed -i '/^  support: /s/mode: relay/mode: observe/' "$CONF"
# 1500 bytes end in the middle of a letter
awk 'BEGIN { printf "xy"; for (i = 0; i < 900; i++) printf "\303\244 "; print "" }' | make_mail -H 'Authentication-Results: mx.desk.test; dmarc=pass' \
    help@cdn.test "$(reply_to "$mail")" "Re: $(header "$mail" Subject)" - | deliver help@cdn.test "$(reply_to "$mail")"
pass_at "2026-05-26T15:34:00+02:00"
match "a long answer is told as far as it fits" 'Cdn writes: xyä ä' "$(plain "$(newest line)")"
pass_at "2026-05-27T15:10:00+02:00"
match "its resolve runs out: the owner is told" 'Cdn has not solved it within 1d.' "$(for f in $(templated line); do plain "$f"; done)"

op resolve "$edge" done >/dev/null
make_mail -H 'Authentication-Results: mx.desk.test; dmarc=pass' nia@shop.test support@desk.test "[support #$edge] Secret" 'Es geht nicht.' | deliver nia@shop.test support@desk.test
pass_at "2026-05-27T15:15:00+02:00"
same "opened again: what the customer waits for goes on, the vendor's does not" "0" "$(sqlite_value "select group_concat(state) from clock where ticket_id = $edge and target = 'resolve' and state in (0, 1) and queue = 'support'")"
same "nor begins again" 0 "$(sqlite_value "select count(*) from clock where ticket_id = $edge and target = 'resolve' and state in (0, 1) and queue <> 'support'")"

# ---- roles and override ----
minute=0
make_mail -H 'Authentication-Results: mx.desk.test; dmarc=pass' ole@shop.test support@desk.test 'Outage checkout' 'All is down.' | deliver ole@shop.test support@desk.test
pass_at "2026-05-27T15:20:00+02:00"
down=$(last)
op escalate "$down" >/dev/null
exits "a longer hold than the severity allows is cut" 0 op ack --as bob "$down" 3h
match "and says so" 'You asked for longer: S1 is held for 1h at most.' "$(cat "$WORK/out")"
exits "an override needs a role that is listed with it" 1 op override --as bob "$down" ack 3h because the customer agreed
match "else it is refused" "your role may not use 'override'" "$(cat "$WORK/out")"
exits "and its reason" 1 op override --as eve "$down" ack 3h
match "which it asks for" 'an override needs its reason' "$(cat "$WORK/out")"
exits "with both it is done" 0 op override --as eve "$down" severity S2 because the customer agreed
same "the verb inside too" 1 "$(field severity "$down")"
match "who, what and why are in the audit" 'verb=severity by=eve reason=message:' "$(escalate audit "$down")"
match "the reason itself is kept as a note" 'the customer agreed' "$(escalate show "$down")"
exits "no override in an override" 1 op override --as eve "$down" override ack because x because y
op decline --as bob "$down" >/dev/null
exits "a longer hold than any severity allows, too" 0 op override --as eve "$down" ack 5h because the customer agreed
held() { sqlite_value "select strftime('%H:%M', hold_until, 'unixepoch') || ' ' || acker from run where ticket_id = $down and ended_at is null order by id desc limit 1"; }
same "until then" "$(date -u -d "$CLOCK + 5 hours" +%H:%M) eve" "$(held)"
op severity "$down" S1 >/dev/null
same "and no change of severity cuts it" "$(date -u -d "$CLOCK + 5 hours" +%H:%M) eve" "$(held)"

# ---- contained must be confirmed ----
exits "contained" 0 op contained --as eve "$down" rerouted
match "asks for a second word" 'Say CONTAINED again by' "$(cat "$WORK/out")"
match "explain says what becomes of it without one" 'that it is contained counts no more, unless somebody says so again' "$(escalate --now "$CLOCK" explain "$down")"
match "the time to contain is in the audit" 'contained .*seconds=' "$(escalate audit "$down")"
same "it ends what asked" 3 "$(sqlite_value "select state from run where ticket_id = $down and policy = 'standard' order by id desc limit 1")"
pass_at "2026-05-27T16:30:00+02:00"
same "without one it counts no more" - "$(field contained_at "$down")"
same "and it is escalated again" 0 "$(sqlite_value "select state from run where ticket_id = $down and policy = 'standard' order by id desc limit 1")"
CLOCK=2026-05-27T16:31:00+02:00
op contained --as eve "$down" >/dev/null
exits "a second in time" 0 escalate --now 2026-05-27T16:40:00+02:00 contained --as eve "$down"
match "confirms it" 'Confirmed: it is contained' "$(cat "$WORK/out")"
pass_at "2026-05-27T18:30:00+02:00"
check_not "and it stays" test "$(field contained_at "$down")" = -
exits "a third" 0 escalate --now 2026-05-27T18:31:00+02:00 contained --as eve "$down"
same "takes nothing of that back" 1 "$(field contained_confirmed "$down")"
CLOCK=2026-05-27T18:32:00+02:00
op reopen "$down" >/dev/null
op resolve "$down" done >/dev/null
op reopen "$down" >/dev/null
same "what is open again is not contained" - "$(field contained_at "$down")"
op contained --as eve "$down" >/dev/null
op resolve "$down" done >/dev/null
CLOCK=2026-05-27T18:50:00+02:00
same "solved is sure enough: no word is awaited" 0 "$(sqlite_value "select count(*) from due where what = 'confirm'")"
op reopen "$down" >/dev/null
op resolve "$down" done >/dev/null
pass_at "2026-05-27T19:40:00+02:00"

# ---- a configuration that changes while people are asked ----
make_mail -H 'Authentication-Results: mx.desk.test; dmarc=pass' pia@shop.test support@desk.test 'Checkout A' 'The checkout hangs.' | deliver pia@shop.test support@desk.test
pass_at "2026-05-28T09:00:00+02:00"
running=$(last)
op escalate "$running" >/dev/null
make_mail -H 'Authentication-Results: mx.desk.test; dmarc=pass' pia@shop.test support@desk.test 'Checkout B' 'The checkout hangs, too.' | deliver pia@shop.test support@desk.test
pass_at "2026-05-28T09:01:00+02:00"
waiting=$(last)
sed -i 's/notify: \[carol\], at: \[100% respond, 100% update, 100% resolve\], ack-within: 10m/notify: [lena], at: [50% respond], ack-within: 45m/' "$CONF"
check "the changed one is good" escalate check
pass_at "2026-05-28T09:02:00+02:00"
match "explain says that the run goes by another version" 'version .*, not the present one' "$(escalate explain "$running")"
pass_at "2026-05-28T09:12:00+02:00"
pass_at "2026-05-28T09:25:00+02:00"
same "its next level asks whom it began with" carol "$(sqlite_value "select contact from notification where ticket_id = $running and level = 2")"
op policy --adopt "$running" >"$WORK/adopted"
same "unless it is told to go by the present one" "1 escalation goes by the present configuration now" "$(cat "$WORK/adopted")"
not_match "which explain says" 'not the present one' "$(escalate explain "$running")"
match "and the audit" 'adopted ' "$(escalate audit "$running")"
pass_at "2026-05-28T11:30:00+02:00"
same "what had not begun goes by the new one" lena "$(sqlite_value "select contact from notification where ticket_id = $waiting and level = 2")"
sed -i '/^  support:/s/policy: standard/policy: other/; s/^policies:$/policies:\n  other: {levels: [{notify: [lena], at: [10% respond, 50% resolve]}, {notify: [carol]}]}/' "$CONF"
check "a queue may get another policy" escalate check
pass_at "2026-05-28T11:30:30+02:00"
same "what runs by the old one is asked by that alone" standard "$(sqlite_value "select distinct policy from run where ticket_id = $running and ended_at is null")"

# ---- what two ladders want is asked once, when his time is over too ----
CLOCK=2026-05-28T11:31:00+02:00
make_mail -H 'Authentication-Results: mx.desk.test; dmarc=pass' kim@shop.test support@desk.test 'Checkout again' 'checkout: a data breach!' | deliver kim@shop.test support@desk.test
pass_at "2026-05-28T11:31:00+02:00"
two=$(last)
op escalate "$two" >/dev/null
pass_at "2026-05-28T11:32:00+02:00"
op ack --as bob "$two" 30m >/dev/null
before=$(templated_count reminder)
pass_at "2026-05-28T12:03:00+02:00"
same "one reminder for both" "$((before + 1))" "$(templated_count reminder)"
match "which says so" 'Your time by policy standard is over, too: one ACK is for both' "$(joined "$(newest reminder)")"
answer "$(newest reminder)" bob@desk.test 'ack 30m'
pass_at "2026-05-28T12:04:00+02:00"
same "and is" "standard:1:1 quick:1:1" "$(runs "$two" | tr '\n' ' ' | sed 's/ $//')"

# ---- and when a third asks him in the minute in which his time is over ----
pass_at "2026-05-28T12:34:00+02:00"
same "reminded of both" "$((before + 2))" "$(templated_count reminder)"
before=$(templated_count escalation)
op risk "$two" audit >/dev/null
pass_at "2026-05-28T12:34:30+02:00"
same "he gets no second mail in that minute" "$before" "$(templated_count escalation)"
pass_at "2026-05-28T12:35:00+02:00"
same "but one in the next" "$((before + 1))" "$(templated_count escalation)"
match "that says both" '; your time by policy standard is over too, mailed 12:34: one ACK is for both; your time by policy quick is over' \
    "$(joined "$(newest escalation)")"
answer "$(newest escalation)" bob@desk.test 'ack 30m'
pass_at "2026-05-28T12:36:00+02:00"
same "and one ack keeps all" "standard:1:1 quick:1:1 alarm:1:1" "$(runs "$two" | tr '\n' ' ' | sed 's/ $//')"

# ---- a ladder that the configuration lost goes on ----
make_mail -H 'Authentication-Results: mx.desk.test; dmarc=pass' pia@shop.test support@desk.test 'Checkout C' 'This checkout is urgent.' | deliver pia@shop.test support@desk.test
CLOCK=2026-05-28T12:37:00+02:00
pass_at "2026-05-28T12:37:00+02:00"
lost=$(last)
op escalate "$lost" >/dev/null
pass_at "2026-05-28T12:38:00+02:00"
sed -i '/^  quick:/d; s/policy: quick/policy: standard/; s/policy: \[standard, quick\]/policy: standard/' "$CONF"
check "a policy may go" escalate check
pass_at "2026-05-28T12:39:00+02:00"
same "its run climbs on" "quick:0" "$(runs "$slow" | grep quick | cut -d: -f1,2 | sed 's/:2/:0/')"
op risk "$lost" press >/dev/null
same "what joins it fires its level" "quick:0:2" "$(runs "$lost")"
check "the audit verifies" escalate audit verify

done_testing
