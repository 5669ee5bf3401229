#!/bin/sh
# readers.sh: mails say what is so for whoever reads them: whose words they are, times by his clock, which ladder asks, how many must take it, who
# the customer is and that there is none; a vendor hears that its help is not wanted when the ticket is solved; what is promised is ours to keep.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
command -v python3 >/dev/null || skip_all "no python3"

day=2026-05-26
LEVELS="      - {notify: [bob], at: [50% respond], ack-within: 10m}
      - {notify: [carol], at: [100% respond], ack-within: 15m}
      - {notify: [dana, ann], ack-within: 15m, quorum: 2, inform: [bob]}"
cat >"$WORK/customers.csv" <<'END'
address,name,segment
acme.test,Acme Corp,gold
END
# fresh [LINE…]: a new desk; Carol reads by London's clock.
fresh() {
    rm -rf "$WORK"/escalate.db* "$SPOOL" "$WORK"/key "$WORK"/audit.key
    desk relay 'trusted-authserv: [mx.desk.test]' 'customers: {file: customers.csv}' 'severities: {S1: {title: Down}}' \
        'vendors: {cdn: {name: Quick CDN, email: help@cdn.test, targets: {respond: 1h, calendar: always}}}' "$@"
    sed -i -e 's/^  carol: {/&name: Carol King, timezone: Europe\/London, /' -e 's/^  xeno: .*/&\
  gerd:  {email: [gerd@desk.test], language: de}/' -e "s/^rules:\$/&\\
  - {name: edge, text: edge, policy: [standard, cdn]}\\
  - {name: till, text: register, policy: [till]}\\
  - {name: nagios, from: '@monitor.test', alert: {key: '^PROBLEM (.+)', closes: '^OK '}, severity: S1}/" -e "s/^policies:\$/&\\
  till: {calendar: always, levels: [{notify: [bob], at: [50% respond], ack-within: 10m}, {notify: [carol, 'vendor:cdn'], ack-within: 30m}], exhausted: 'queue:operations'}\\
  cdn: {calendar: always, levels: [{notify: ['vendor:cdn'], at: [50% respond], ack-within: 10m}, {notify: [carol], ack-within: 10m}], exhausted: 'queue:operations'}/" "$CONF"
}
letter() { # letter FROM TO SUBJECT BODY: authenticated
    make_mail -H 'Authentication-Results: mx.desk.test; dmarc=pass' "$1" "$2" "$3" "$4" | deliver "$(echo "$1" | sed 's/.*<\(.*\)>/\1/')" "$2"
}
answer() { letter "$2" "$(reply_to "$1")" 'Re: x' "$3"; }
newest() { sent_to "$1" | grep -e "-$2\\.eml\$" | tail -n 1; }
last() { plain "$(newest "$@")"; }
flat() { last "$@" | tr '\n' ' ' | tr -s ' '; }
clock() { at "${day}T$1:00+02:00"; }

# ---- a page ----
fresh
check "the configuration is good" escalate check
letter 'Kim Lee <kim@acme.test>' support@desk.test 'Shop' 'The shop is down at the edge.'
clock 10:00
clock 10:16
page=$(newest bob@desk.test escalation)
match "it names the customer's house, and of what kind it is" '^Customer  Kim Lee <kim@acme.test>, Acme Corp \(gold\)$' "$(plain "$page")"
match "what the severity means" '^Severity  S1, Down$' "$(plain "$page")"
match "which ladder asks, where there are two" '^Why you   level 1 of 3 by policy standard, agent$' "$(plain "$page")"
same "a vendor was asked beside" 1 "$(sent_to help@cdn.test | wc -l | tr -d ' ')"

# ---- what was tried before ----
fresh
letter 'Kim Lee <kim@acme.test>' support@desk.test 'Shop' 'The shop is down.'
for t in 10:00 10:16 10:27; do clock $t; done
no_match "one ladder needs no name" 'policy standard' "$(last bob@desk.test escalation)"
answer "$(newest carol@desk.test escalation)" carol@desk.test 'ack 10m'
clock 10:28
match "one who holds it reads times by her own clock" '^You have it, until 09:38 BST\.' "$(last carol@desk.test transcript)"
answer "$(newest bob@desk.test escalation)" bob@desk.test 'No.'
clock 10:28
match "who declines what somebody has hears that" '^You are out of it\. Carol King has it\.$' "$(last bob@desk.test transcript)"
# a stranger who has the address of a page
answer "$(newest carol@desk.test escalation)" 'Mal <mal@evil.test>' 'The moon is down.'
clock 10:29
clock 10:38
clock 10:54
match "what she did is told the next by his clock" 'Carol King was mailed 10:2[0-9]: took it, 10:28' "$(flat dana@desk.test escalation)"
no_match "by her name once" 'Carol King took it' "$(flat dana@desk.test escalation)"
match "a quorum is said before anybody answers" 'NO if you cannot\. 2 people must take it\.' "$(flat dana@desk.test escalation)"
no_match "a stranger's words are not the customer's" 'moon' "$(cat $(templated escalation))"
match "hers are, in her name" '^Kim Lee, 10:00:$' "$(last dana@desk.test escalation)"
match "explain has the time with its zone" 'Carol King took it, Tue 26 May 10:28 CEST' "$(escalate explain 1)"

# ---- what the customer is promised; what a vendor hears ----
fresh
letter 'Kim Lee <kim@acme.test>' support@desk.test 'Shop' 'The shop is down at the edge.'
clock 10:00
clock 10:20
clock 10:31
letter 'Kim Lee <kim@acme.test>' support@desk.test '[support #1] Shop' 'Please escalate this.'
clock 10:32
match "no time of a vendor's is promised to a customer" 'We can name no time for the answer' "$(flat kim@acme.test raised)"
fresh
letter 'Kim Lee <kim@acme.test>' support@desk.test 'Shop' 'The shop is down at the edge.'
for t in 10:00 10:20 10:31; do clock $t; done
answer "$(newest bob@desk.test new-ticket)" bob@desk.test 'We are on it.'
clock 10:40
same "the customer is answered: the ladders are over" 0 "$(sqlite_value 'select count(*) from run where ended_at is null')"
same "the vendor's work is not" 0 "$(sent_to help@cdn.test | grep -c -e '-line\.eml$')"
escalate --now ${day}T10:50:00+02:00 resolve 1 'Restarted' >/dev/null
clock 10:51
match "it is told when the ticket is solved" '^This is solved, thank you\. You need do nothing more\.$' "$(last help@cdn.test line)"
same "once" 1 "$(sent_to help@cdn.test | grep -c -e '-line\.eml$')"

# ---- a vendor on a level with others, and one that is asked again ----
fresh
letter 'Kim Lee <kim@acme.test>' support@desk.test 'Till' 'The register is down.'
clock 10:00
clock 10:16
answer "$(newest bob@desk.test escalation)" bob@desk.test 'ack 20m'
clock 10:17
letter 'Kim Lee <kim@acme.test>' support@desk.test '[support #1] Till' 'Please escalate this to your manager.'
clock 10:18
match "who comes next hears what a customer asks for" 'The customer asks for escalation\. Bob has it' "$(flat carol@desk.test line)"
same "a vendor on her level does not" 0 "$(sent_to help@cdn.test | wc -l | tr -d ' ')"
for t in 10:38 10:49 11:01; do clock $t; done
match "its clock begins when it is asked" 'Hello Quick CDN, we need your help.* your answer by Tuesday 26 May, 12:01' "$(flat help@cdn.test vendor)"
answer "$(newest carol@desk.test escalation)" carol@desk.test 'ack 10m'
for t in 11:02 11:13 11:44; do clock $t; done
same "it is asked again" 2 "$(sent_to help@cdn.test | wc -l | tr -d ' ')"
match "by the time that its clock has, and is told so" 'we wrote before and have no answer yet: .* your answer by Tuesday 26 May, 12:01' "$(flat help@cdn.test vendor)"

# ---- one that nobody took, and that is solved meanwhile ----
fresh
letter 'Kim Lee <kim@acme.test>' support@desk.test 'Till' 'The till is down.'
for t in 10:00 10:16 10:31 10:47 11:03; do clock $t; done
match "who is informed hears to whom it went" 'this was escalated to Dana Ruiz \(director\) and Ann \(agent\)\. You need do nothing\.' "$(for f in $(sent_to bob@desk.test | grep line); do plain "$f" | tr '\n' ' '; done)"
match "the lead knows what goes on" 'Every level of the policy standard was asked, and nobody took it\. Ticket 2 in operations goes on asking\.' "$(for f in $(templated line); do plain "$f" | tr '\n' ' '; done)"
escalate --now ${day}T11:04:00+02:00 take --as dana 2 >/dev/null
escalate --now ${day}T11:05:00+02:00 resolve 1 'Restarted' >/dev/null
for t in 11:20 11:40; do clock $t; done
same "who took it keeps it" open "$(sqlite_value 'select state from ticket where id = 2')"
match "the page about it begins with that" '^\[support #1\] is resolved: Till$' "$(plain "$(templated escalation | tail -n 1)" | head -n 1)"

# ---- monitoring ----
fresh
letter 'Nagios <nagios@monitor.test>' support@desk.test 'PROBLEM disk' 'State: CRITICAL'
clock 10:00
team=$(newest bob@desk.test new-ticket)
match "an alert has no customer" '^There is no customer in this ticket\.$' "$(plain "$team")"
no_match "and no answer goes to one" 'goes to the customer' "$(plain "$team")"
answer "$team" bob@desk.test 'I am cleaning it.'
clock 10:05
same "what the team writes goes to no machine" 0 "$(sent_to nagios@monitor.test | wc -l | tr -d ' ')"
match "who wrote it knows" 'there is no customer in it' "$(flat bob@desk.test transcript)"
same "and it is an answer all the same" 2 "$(sqlite_value "select state from clock where target = 'respond'")"

# ---- a team that answers from its mailboxes ----
fresh
sed -i 's/mode: relay/mode: observe, announce: yes/' "$CONF"
letter 'Kim Lee <kim@acme.test>' support@desk.test 'Till' 'The till is down.'
clock 10:00
team=$(newest bob@desk.test new-ticket)
answer "$team" bob@desk.test 'Dear Kim, here it is.'
clock 10:02
same "the reply button reaches no customer" 0 "$(sent_to kim@acme.test | grep -v auto-ack | wc -l | tr -d ' ')"
match "he is told" 'This was not sent to Kim Lee: it came to the ticket.s address, and is kept as a note\. To answer, write to kim@acme\.test from your mailbox, with support@desk\.test in Cc\.' "$(flat bob@desk.test transcript)"

# ---- to two queues at once ----
fresh
letter 'Kim Lee <kim@acme.test>' 'support@desk.test, sales@desk.test' 'Till' 'The till is down.'
clock 10:00
match "a clock of another queue is named as that" "^Due       respond in sales 1[0-9]:[0-9][0-9] " "$(last ann@desk.test new-ticket)"

# ---- exercises, rounds ----
fresh
escalate --now ${day}T10:00:00+02:00 drill --policy standard >/dev/null
clock 10:00
page=$(newest bob@desk.test escalation)
match "an exercise has no deadline" '^Due       no deadline . your time, CEST$' "$(plain "$page")"
answer "$page" bob@desk.test ACK
clock 10:02
same "who asks for nothing does not ask for an answer" 'EXERCISE: no customer waits.' "$(last bob@desk.test line | head -n 1)"
escalate --now ${day}T10:00:00+02:00 roundcall gerd >/dev/null
clock 10:03
match "days are German in a German mail" 'Sie erinnert \(Fr [0-9]' "$(flat gerd@desk.test roundcall | sed 's/werden //')"
match "and the day of a month has its dot" '\(Di 2\. Jun 10:00\), dass' "$(flat gerd@desk.test roundcall)"

# ---- the command line ----
exits "an option behind the command is refused" 2 "$ESCALATE" help --json
exits "also where it was to name the configuration" 78 "$ESCALATE" -c "$WORK/none" list -c "$CONF"
match "with where it stands" '^escalate: -c stands before the command: escalate -c … list$' "$(cat "$WORK/err" "$WORK/out")"
sed -i 's/^plans:$/&\
  gold: {match: "segment:gold", S1: {respond: 10bm}}/; s/plans: \[basic\]/plans: [gold, basic]/' "$CONF"
escalate simulate --policy standard --severity S1 --customer kim@acme.test --from ${day}T10:00:00+02:00 >"$WORK/listing"
match "a customer's plan can be tried" '^2026-05-26T10:05:00.02:00	1/1	escalation	bob ' "$(cat "$WORK/listing")"
exits "somebody of the house is no customer" 2 escalate simulate --policy standard --customer bob@desk.test --from ${day}T10:00:00+02:00
printf '5m bob ack\n' >"$WORK/answers"
exits "a time of a script that is none" 1 escalate simulate --policy standard --from ${day}T10:00:00+02:00 --answers "$WORK/answers"
match "is told with what it can be" 'or \+ and a duration, like \+25m' "$(cat "$WORK/out" "$WORK/err")"

# ---- and the same, that nobody has taken when it is solved ----
fresh
letter 'Kim Lee <kim@acme.test>' support@desk.test 'Till' 'The till is down.'
for t in 10:00 10:16 10:31 10:47 11:03; do clock $t; done
pages=$(templated escalation | wc -l)
escalate --now ${day}T11:05:00+02:00 resolve 1 'Restarted' >/dev/null
for t in 11:20 11:40 13:00; do clock $t; done
same "there is nothing left to take" 'resolved resolved' "$(sqlite_value "select group_concat(state, ' ') from (select state from ticket order by id)")"
same "nobody is asked for what is over" "$pages" "$(templated escalation | wc -l)"
match "it says why" '^\[support #1\]: it is resolved\.$' "$(sqlite_value 'select resolution from ticket where id = 2')"

# ---- or that somebody takes at last ----
fresh
letter 'Kim Lee <kim@acme.test>' support@desk.test 'Till' 'The till is down.'
for t in 10:00 10:16 10:31 10:47 11:03; do clock $t; done
escalate --now ${day}T11:05:00+02:00 ack --as ann 1 >/dev/null
same "one of two does not have it yet" 'open new' "$(sqlite_value "select group_concat(state, ' ') from (select state from ticket order by id)")"
escalate --now ${day}T11:05:00+02:00 ack --as dana 1 >/dev/null
clock 11:06
same "somebody has it: that nobody does is over" 'open resolved' "$(sqlite_value "select group_concat(state, ' ') from (select state from ticket order by id)")"
match "it says who" '^\[support #1\]: Dana Ruiz took it\.$' "$(sqlite_value 'select resolution from ticket where id = 2')"
done_testing
