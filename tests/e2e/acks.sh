#!/bin/sh
# acks.sh: what an acknowledgment does, a row of the rules after the other, by mail: who is told, how long it holds, what renews it, what fires
# though somebody has it. Who may acknowledge, doubt and forgery are ladder.sh's and replies.sh's, shifts handoff.sh's.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
command -v python3 >/dev/null || skip_all "no python3"

# One S1 ticket at Tuesday 10:00; respond is due 10:30, level 1 is asked at 10:23.
fresh() {
    rm -rf "$WORK"/escalate.db* "$SPOOL" "$WORK"/key "$WORK"/audit.key
    desk observe
    make_mail 'Kim Lee <kim@acme.test>' support@desk.test 'Shop is down' 'Our shop is down.' | deliver kim@acme.test support@desk.test
    at 2026-05-26T10:00:00+02:00
    at 2026-05-26T10:23:00+02:00
    page=$(templated escalation | head -n 1)
}
on() { at "2026-05-26T$1:00+02:00"; }
level_of() { escalate --json show 1 | python3 -c 'import json,sys; r=json.load(sys.stdin)["runs"][-1]; print(r["state"], r["level"])'; }
last_to() { header "$(templated "$1" | tail -n 1)" To; }
said() { plain "$(templated "$1" | tail -n 1)" | tr '\n' ' ' | tr -s ' '; }
held_until() { sqlite_value "select strftime('%H:%M', hold_until + 7200, 'unixepoch') from run where ended_at is null"; }
answer() { # BODY: Bob answers the customer, with us in Cc
    make_mail -H 'Cc: support@desk.test' -H "In-Reply-To: <$first>" bob@desk.test kim@acme.test 'Re: Shop is down' "$1" | deliver bob@desk.test support@desk.test
}

# ---- ack: accepts the whole run, and the others hear of it ----
LEVELS='      - {notify: [bob, ann], at: [75% respond], ack-within: 10m, tries: 2}
      - {notify: [carol], at: [100% respond], ack-within: 10m}'
fresh
reply "$(sent_to bob@desk.test | grep escalation | tail -n 1)" bob@desk.test 'ack'
on 10:25
same "ack: he has it" 'held 1' "$(level_of)"
same "ack: one line to the others" 'Ann <ann@desk.test>' "$(last_to line)"
match "ack: which says who" 'Bob has it|Bob has taken it' "$(said line)"
same "ack: he sets the owner where there is none" bob "$(sqlite_value 'select owner from ticket')"
on 10:45
same "hold: nobody is asked again, and no level fires" 2 "$(templated_count escalation)"
match "hold: the acker gets one line at a breach" 'You have it, and its respond deadline has passed now' "$(said line)"
same "hold: he alone" 'Bob <bob@desk.test>' "$(last_to line)"
lines=$(templated_count line)
make_mail -H "In-Reply-To: $(header "$(templated auto-ack | head -n 1)" Message-ID)" kim@acme.test support@desk.test 'Re: Shop is down' 'Any news?' | deliver kim@acme.test support@desk.test
on 10:46
same "the customer's mail goes to the acker" 'Bob <bob@desk.test> A new mail of kim@acme.test: Any news?' "$(last_to line) $(said line | grep -o 'A new mail of .*news?')"
same "once, and un-acks nothing" "$((lines + 1)) held 1" "$(templated_count line) $(level_of)"
reply "$(sent_to ann@desk.test | grep escalation | tail -n 1)" ann@desk.test 'ok'
on 10:47
match "second ack: recorded" 'you are also on it' "$(said transcript)"
same "second ack: the first one's" bob "$(sqlite_value 'select acker from run where ended_at is null')"

# ---- double: the same mail twice, and a word twice ----
fresh
{
    printf 'ack 10m\n' | make_mail -H 'Message-ID: <double@desk.test>' bob@desk.test "$(reply_to "$page")" 'Re: it' -
} >"$WORK/double"
deliver bob@desk.test "$(reply_to "$page")" <"$WORK/double"
on 10:24
deliver bob@desk.test "$(reply_to "$page")" <"$WORK/double"
on 10:30
same "double: the second copy of a mail is none" 10:34 "$(held_until)"
same "double: and is not answered" 1 "$(templated_count transcript)"
reply "$page" bob@desk.test 'ack 10m'
on 10:31
same "double: his own second word begins afresh" 10:41 "$(held_until)"

# ---- somebody else's ticket ----
fresh
escalate --now 2026-05-26T10:24:00+02:00 assign 1 ann >/dev/null
reply "$page" bob@desk.test 'ack'
on 10:25
match "owner: who takes it hears that the ticket is another's still" 'You have it, until .* The ticket itself stays with Ann\.' "$(said transcript)"
same "owner: which is so" ann "$(sqlite_value 'select owner from ticket')"

# ---- late ----
fresh
escalate --now 2026-05-26T10:26:00+02:00 resolve 1 'done' >/dev/null
on 10:26
reply "$page" bob@desk.test 'ack'
on 10:27
match "late: recorded, nothing to be done" 'It is over already' "$(said transcript)"
same "late: it stays over" 'ended 1' "$(level_of)"
escalate --now 2026-05-26T10:28:00+02:00 reopen 1 >/dev/null
reply "$page" bob@desk.test 'ack'
on 10:28
match "late: of a ticket that is open again it is not said that nothing is to be done" 'That escalation is over already, but the ticket is open: TAKE makes it yours' "$(said transcript)"

# ---- hold: how long ----
LEVELS='      - {notify: [bob], at: [75% respond], ack-within: 10m}
    ack-holds: 20m'
fresh
reply "$page" bob@desk.test 'ack'
on 10:25
same "hold: a bare ack, for the policy's ack-holds" 10:45 "$(held_until)"
reply "$page" bob@desk.test 'ack 3h'
on 10:26
same "hold: never longer than the severity's ack-max" 11:26 "$(held_until)"
LEVELS='      - {notify: [bob], at: [75% respond], ack-within: 10m}'
fresh
reply "$page" bob@desk.test 'ack'
on 10:25
same "hold: without ack-holds, for ack-max" 11:25 "$(held_until)"

# ---- hold: what renews it ----
renewed() { # NAME COMMAND WANT: held since 10:24 for ten minutes
    fresh
    reply "$page" bob@desk.test 'ack 10m'
    on 10:24
    reply "$page" bob@desk.test "$2"
    on 10:30
    same "progress: $1" "$3" "$(held_until)"
}
renewed "an answer, where none was what it was about: it ends" 'answered by phone' ''
LEVELS='      - {notify: [bob], at: [75% respond, 10% resolve], ack-within: 10m}'
renewed "answered" 'answered by phone' 11:30
renewed "contained" 'contained by a restart' 11:30
renewed "cause" 'cause a cable' 11:30
renewed "a note does not" 'note he looks at it' 10:34
renewed "impact does not" 'impact 40 users' 10:34
fresh
reply "$page" bob@desk.test 'ack 10m'
on 10:24
first=$(sqlite_value "select replace(replace(message_id, '<', ''), '>', '') from message where direction = 'in' order by id limit 1")
answer 'Dear Kim, we restart it.'
on 10:30
same "progress: a human mail to the requester renews" 11:30 "$(held_until)"

# ---- lapse ----
LEVELS='      - {notify: [bob, ann], at: [75% respond], ack-within: 10m, tries: 2}
      - {notify: [carol], ack-within: 10m}'
fresh
reply "$(sent_to bob@desk.test | grep escalation | tail -n 1)" bob@desk.test 'ack 10m'
on 10:24
on 10:34
same "lapse: the acker is reminded" 'Bob <bob@desk.test>' "$(last_to reminder)"
on 10:43
same "lapse: for one ack-within" 'held 1' "$(level_of)"
explained=$(escalate --now 2026-05-26T10:43:00+02:00 explain 1)
match "lapse: explain says what comes then" '10:44 CEST +no answer of Bob by then: level 1 is asked again, without Bob' "$explained"
reply "$(sent_to ann@desk.test | grep escalation | tail -n 1)" ann@desk.test 'status'
on 10:43
match "lapse: and so does status" 'Bob had it, until 10:34 CEST, and is asked whether that goes on' "$(said transcript)"
on 10:44
same "lapse: then the same level without him" 'climbing 1 Ann <ann@desk.test>' "$(level_of) $(last_to escalation)"
on 10:54
same "lapse: with all its tries" 3 "$(sent_to ann@desk.test | grep -c escalation)"
on 11:04
same "lapse: then upwards" 'climbing 2 Carol <carol@desk.test>' "$(level_of) $(last_to escalation)"
match "lapse: who is asked then reads that he has it no more" 'took it, 10:24, but no longer has it' \
    "$(plain "$(sent_to carol@desk.test | grep escalation | tail -n 1)" | tr -s ' \n' ' ')"

# ---- to somebody who is asked already ----
LEVELS='      - {notify: [bob, ann], at: [75% respond], ack-within: 10m}
      - {notify: [carol], ack-within: 10m}'
fresh
reply "$(sent_to bob@desk.test | grep escalation | tail -n 1)" bob@desk.test 'pass ann'
on 10:24
match "pass: to one who is asked already" 'You are out of it\. Whom you named was asked already' "$(said transcript | tr '\n' ' ')"
same "pass: she still is" 'climbing 1' "$(level_of)"
reply "$(sent_to bob@desk.test | grep escalation | tail -n 1)" bob@desk.test 'pass carol'
on 10:25
match "pass: by one who is asked no longer" 'you are not the one who is asked now' "$(said transcript | tr '\n' ' ')"

# ---- resolve-within ----
LEVELS='      - {notify: [bob], at: [75% respond], ack-within: 10m, resolve-within: 30m}
      - {notify: [carol], ack-within: 10m}'
fresh
reply "$page" bob@desk.test 'ack'
on 10:25
on 10:54
same "resolve-within: acked, and its time is not over" 'held 1' "$(level_of)"
on 10:55
same "resolve-within: neither contained nor resolved: the next level" 'climbing 2 Carol <carol@desk.test>' "$(level_of) $(last_to escalation)"
LEVELS='      - {notify: [bob], at: [75% respond, 10% resolve], ack-within: 10m, resolve-within: 30m}
      - {notify: [carol], ack-within: 10m}'
fresh
reply "$page" bob@desk.test 'ack'
on 10:25
reply "$page" bob@desk.test 'contained by a restart'
on 10:40
on 10:56
same "resolve-within: contained satisfies it" 'held 1' "$(level_of)"
fresh
match "a deadline asks no level that was asked" '10:24 CEST +10% of resolve in support: Bob .* is asked .*, if the escalation of now is over by then' \
    "$(escalate --now 2026-05-26T10:23:00+02:00 explain 1)"
on 10:24
reply "$page" bob@desk.test 'contained by a restart'
on 10:25
same "contained is no ack" 'climbing 1' "$(level_of)"
reply "$page" bob@desk.test 'ack'
on 10:26
on 10:57
same "resolve-within: also what was contained before somebody took it" 'held 1' "$(level_of)"

# ---- even-acked ----
LEVELS='      - {notify: [bob], at: [75% respond], ack-within: 10m}
      - {notify: [carol], at: [90% respond], ack-within: 10m}
      - {notify: [dana], at: [100% respond], ack-within: 10m, even-acked: yes}'
fresh
reply "$page" bob@desk.test 'ack'
on 10:25
on 10:31
same "even-acked: asked at its breach, another level is not" '0 1' "$(sent_to carol@desk.test | grep -c escalation) $(sent_to dana@desk.test | grep -c escalation)"
same "even-acked: the run stays accepted" 'held bob' "$(sqlite_value "select case state when 1 then 'held ' else 'not ' end || acker from run where ended_at is null")"

# ---- quorum ----
LEVELS='      - {notify: [bob, ann, carol], at: [75% respond], ack-within: 10m, tries: 2, quorum: 2}
      - {notify: [dana], ack-within: 10m}'
page_of() { sent_to "$1@desk.test" | grep escalation | tail -n 1; }
fresh
reply "$(page_of bob)" bob@desk.test 'ack'
on 10:24
same "quorum: one is not two" 'climbing 1' "$(level_of)"
match "quorum: he is told" 'More of your level must acknowledge' "$(said transcript)"
reply "$(page_of bob)" bob@desk.test 'ack'
on 10:25
same "quorum: nor is the same one twice" 'climbing 1' "$(level_of)"
on 10:33
same "quorum: the others are asked again, he is not" '1 2 2' "$(sent_to bob@desk.test | grep -c escalation) $(sent_to ann@desk.test | grep -c escalation) $(sent_to carol@desk.test | grep -c escalation)"
reply "$(page_of ann)" ann@desk.test 'ok'
on 10:34
same "quorum: two are" 'held 1' "$(level_of)"
fresh
reply "$(page_of ann)" ann@desk.test 'no'
reply "$(page_of carol)" carol@desk.test 'no'
on 10:24
reply "$(page_of bob)" bob@desk.test 'ack'
on 10:25
same "quorum: capped at those who are there" 'held 1' "$(level_of)"

# ---- suspended: an ack while it waits for the customer ----
LEVELS='      - {notify: [bob], at: [10% resolve], ack-within: 10m, tries: 2}'
fresh
on 10:24
reply "$(templated escalation | tail -n 1)" bob@desk.test 'wait for customer'
on 10:26
same "suspended: it stands still" 1 "$(sqlite_value 'select suspended_for from run where ended_at is null')"
reply "$(templated escalation | tail -n 1)" bob@desk.test 'ack 20m'
on 10:30
same "suspended: an ack counts" 'held 1' "$(level_of)"
on 11:30
same "suspended: and its time stands" 0 "$(templated_count reminder)"
make_mail -H "In-Reply-To: $(header "$(templated auto-ack | head -n 1)" Message-ID)" kim@acme.test support@desk.test 'Re: Shop is down' 'The red one.' | deliver kim@acme.test support@desk.test
on 11:30
same "suspended: until the customer writes" 11:50 "$(held_until)"

# ---- exhausted ----
LEVELS='      - {notify: [bob], at: [75% respond], ack-within: 10m}'
fresh
on 10:33
same "exhausted: nobody took it" 'exhausted 1' "$(level_of)"
reply "$page" bob@desk.test 'ack'
on 10:40
same "exhausted: an ack is never too late" 'held 1' "$(level_of)"

# ---- the operator's, who is nobody that a mail could go to ----
LEVELS='      - {notify: [bob], at: [75% respond], ack-within: 10m}
      - {notify: [carol], ack-within: 10m}'
fresh
match "operator: he has it" 'You have it' "$(escalate --now 2026-05-26T10:24:00+02:00 ack 1 10m)"
on 10:24
same "operator: whoever was asked hears of it" 'Bob <bob@desk.test>' "$(last_to line)"
on 10:34
same "operator: his hold is over: the level is asked at once" 'climbing 1 2' "$(level_of) $(templated_count escalation)"
# ---- an ack to a line that asks nothing, while nobody has it ----
LEVELS='      - {notify: [bob], at: [75% respond], ack-within: 10m}'
fresh
on 10:33
line=$(sent_to carol@desk.test | grep -e '-line\.eml$' | tail -n 1)
match "the lead is told that nobody took it" 'nobody took it' "$(said line)"
reply "$line" carol@desk.test 'on it'
on 10:34
same "what she answers takes nothing" 'exhausted 1' "$(level_of)"
match "and she is told so" 'You have not taken it: that mail was for your information' "$(said transcript)"
reply "$page" bob@desk.test 'ack'
on 10:35
reply "$(sent_to carol@desk.test | grep -e '-line\.eml$' | tail -n 1)" carol@desk.test 'ok'
told=$(templated_count transcript)
on 10:36
same "but of what somebody has nobody is told" "$told" "$(templated_count transcript)"
LEVELS=
# ---- what takes it back below ----
LEVELS='      - {notify: [bob], at: [75% respond], ack-within: 10m, tries: 2}
      - {notify: [carol], at: [100% respond], ack-within: 10m}'
# took BODY: Bob answers the page with that; whether he has it then.
took() {
    fresh
    make_mail -H "In-Reply-To: $(header "$page" Message-ID)" 'Bob <bob@desk.test>' "$(reply_to "$page")" 'Re: Shop is down' "$1" | deliver bob@desk.test "$(reply_to "$page")"
    on 10:25
    level_of
}
fresh
fields='-----Original Message-----
From: Support <support@desk.test>
Sent: Tuesday, May 26, 2026 10:23 AM
To: Bob
Subject: Shop is down'
with_no=$(plain "$page" | sed 's/^\(Reply ACK.*\)$/\1\
NO/')
match "the page has a line that offers NO" '^NO$' "$with_no"
same "ok above our page, unmarked: he has it" 'held 1' "$(took "ok

$fields

$(plain "$page")")"
# as GMail quotes the HTML: its buttons, each link on a line of its own
buttons=$(plain "$page" | sed 's/^\(Reply ACK.*\)$/*ACK*\
<support+a1@desk.test?subject=Re:%20x\&body=ACK>\
NO\
<support+a1@desk.test?subject=Re:%20x\&body=NO>\
\1/' | sed 's/^/> /')
for body in ok ack; do
    same "$body above our page with its buttons, as GMail has them: he has it" 'held 1' "$(took "$body

On Tue, 26 May 2026 at 10:23, Support <support@desk.test> wrote:
$buttons")"
done
for line in 'not before 14:00' 'No, I am off until 14:00' 'I am on holiday until Friday, so please ask Ann to look into it instead' '-- no, ask Ann' \
    'No, write to support@desk.test' 'No answer by 10:30 from me, I am off' 'who?'; do
    same "not with that typed into it: $line" 'climbing 1' "$(took "ok

$fields

$(plain "$page" | sed "s/^\(Reply ACK.*\)\$/\1\\
$line/")")"
done
for body in "ok

$fields

$with_no" "ACK

$fields

$(printf '%s\n' "$with_no" | sed 's/^/> /; s/^> NO$/NO/')" "ok

$fields

$(plain "$page")

Wait, no, I cannot." 'ok

Sent from my iPhone
No, I cannot' 'On it

Best regards,
Bob Ng
Support
PS: but only if Ann cannot' 'ok

Regards,
Bob
PS: not before 14:00' 'ok

Regards,
Bob
Forwarded to Ann' 'ok

--
Bob Ng

Do you really need me?'; do
    same "not where something below takes it back: $(printf '%s' "$body" | tail -n 1 | cut -c 1-30)" 'climbing 1' "$(took "$body")"
done
for body in 'ok

Sent from my iPhone' 'On it

Thanks & regards,
Bob Ng
Support Engineer' 'ACK

--
Bob Ng
This e-mail is confidential and intended solely for the addressee.
If you are not the addressee, do not read it.'; do
    same "a signature does not: $(printf '%s' "$body" | tail -n 1 | cut -c 1-30)" 'held 1' "$(took "$body")"
done
done_testing
