#!/bin/sh
# ladder.sh: what moves an escalation on and what stops it: bounce, out-of-office, no, pass, silence, lapse, exhaustion, downtime, a
# transport that is down; and who may acknowledge.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
command -v python3 >/dev/null || skip_all "no python3"

# A fresh desk with one S1 ticket at Tuesday 10:00; respond is due 10:30, level 1 (Bob) is paged at 10:23 (75 %, rounded up).
fresh() {
    rm -rf "$WORK"/escalate.db* "$SPOOL" "$WORK"/key "$WORK"/audit.key
    desk "${MODE:-observe}"
    make_mail 'Kim Lee <kim@acme.test>' support@desk.test "${SUBJECT:-Shop is down}" 'Our shop is down.' | deliver kim@acme.test support@desk.test
    at 2026-05-26T10:00:00+02:00
    at 2026-05-26T10:23:00+02:00
    page=$(templated escalation | tail -n 1)
}
to_of_last() { header "$(templated "$1" | tail -n 1)" To; }
level_of() { escalate --json show 1 | python3 -c 'import json,sys; r=json.load(sys.stdin)["runs"][0]; print(r["state"], r["level"])'; }

fresh
same "S1 by a rule: level 1 at 75 % of 30 minutes" 'Bob <bob@desk.test>' "$(header "$page" To)"

# ---- bounce ----
bounce() { # FILE ACTION STATUS: a DSN that returns our headers
    printf '%s\n' 'This is the mail system.' >"$WORK/dsn.txt"
    make_mail -H 'Content-Type: multipart/report; report-type=delivery-status; boundary=b1' -H 'MIME-Version: 1.0' \
        'MAILER-DAEMON@mx.test' "$(envelope_sender "$4")" 'Undelivered Mail Returned to Sender' - <<END | deliver '' "$(envelope_sender "$4")"
--b1
Content-Type: text/plain

I could not deliver it.

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.test

Final-Recipient: rfc822; bob@desk.test
Action: $2
Status: $3
Diagnostic-Code: smtp; 550 5.1.1 <bob@desk.test>: no such user ACK

--b1
Content-Type: text/rfc822-headers

$(tr -d '\r' <"$1" | sed '/^$/q')
--b1--
END
}
bounce "$page" delayed 4.2.0 escalation
at 2026-05-26T10:24:00+02:00
same "a delay is no failure" 1 "$(templated_count escalation)"
bounce "$page" failed 5.1.1 escalation
at 2026-05-26T10:25:00+02:00
same "a bounce moves on at once: to the backup" 'Ann <ann@desk.test>' "$(to_of_last escalation)"
match "who is told why" 'you stand in for Bob' "$(plain "$(templated escalation | tail -n 1)")"
match "and how it failed" 'bounced: 550 5.1.1' "$(plain "$(templated escalation | tail -n 1)" | tr '\n' ' ' | tr -s ' ')"
same "nothing was acknowledged" 'climbing 1' "$(level_of)"

# ---- a reply without text, below a subject of the customer's that ends in a verb ----
for SUBJECT in 'The router is down, it cannot ACK' 'Down: SYN ACK' 'DOWN ACK'; do
    fresh
    for tag in '' '[EXTERNAL] '; do
        printf '> Reply ACK to take it.\n' | make_mail -H "In-Reply-To: $(header "$page" Message-ID)" bob@desk.test "$(reply_to "$page")" \
            "${tag}Re: $(header "$page" Subject)" - | deliver bob@desk.test "$(reply_to "$page")"
    done
    at 2026-05-26T10:24:00+02:00
    same "no ack: $SUBJECT" 'climbing 1' "$(level_of)"
    reply "$page" bob@desk.test 'ack'
    at 2026-05-26T10:25:00+02:00
    same "with text there is one" 'held 1' "$(level_of)"
done
SUBJECT=
fresh
printf '> x\n' | make_mail bob@desk.test "$(reply_to "$page")" "Re: $(header "$page" Subject) ACK" - | deliver bob@desk.test "$(reply_to "$page")"
at 2026-05-26T10:24:00+02:00
same "typed behind the subject it counts" 'held 1' "$(level_of)"

# ---- out-of-office ----
fresh
make_mail -H 'Auto-Submitted: auto-replied' -H "In-Reply-To: $(header "$page" Message-ID)" bob@desk.test "$(reply_to "$page")" \
    'Out of office' 'ACK. I am away until 3 June 2026.' | deliver '' "$(reply_to "$page")"
at 2026-05-26T10:24:00+02:00
same "an out-of-office moves on at once" 'Ann <ann@desk.test>' "$(to_of_last escalation)"
match "and never acknowledges" 'climbing 1' "$(level_of)"
make_mail 'Joe Poe <joe@acme.test>' support@desk.test 'Also down' 'It is down here too.' | deliver joe@acme.test support@desk.test
at 2026-05-26T11:00:00+02:00
at 2026-05-26T11:23:00+02:00
same "while it is live he is not asked for other tickets" 0 "$(sent_to bob@desk.test | grep -c 'escalation' | awk '{print $1 - 1}')"

# ---- no, pass, silence ----
fresh
reply "$page" bob@desk.test 'no'
at 2026-05-26T10:24:00+02:00
same "no: the backup is asked" 'Ann <ann@desk.test>' "$(to_of_last escalation)"
reply "$(templated escalation | tail -n 1)" ann@desk.test 'no'
at 2026-05-26T10:25:00+02:00
same "both no: the level is spent now" 'Carol <carol@desk.test>' "$(to_of_last escalation)"

fresh
reply "$page" bob@desk.test 'pass carol'
at 2026-05-26T10:24:00+02:00
same "pass: he is asked instead" 'Carol <carol@desk.test>' "$(to_of_last escalation)"

fresh
for t in 10:33 10:43 10:53; do at "2026-05-26T$t:00+02:00"; done
same "2 x 10m, then 10m, then 30m: director not yet" 'climbing 2' "$(level_of)"
at 2026-05-26T11:23:00+02:00
same "after 30m the director" 'Dana Ruiz <dana@desk.test>' "$(header "$(templated escalation | tail -n 1)" To)"
at 2026-05-26T11:33:00+02:00
match "explain says of a page what became of it" 'bob \(level 1\): reached by mail$' "$(escalate explain 1)"
same "spent: exhausted" 'exhausted 3' "$(level_of)"
match "one ticket in operations" 'operations' "$(escalate list queue:operations)"
same "its team is told" 'Dana Ruiz <dana@desk.test>' "$(to_of_last new-ticket)"
at 2026-05-26T18:00:00+02:00
at 2026-05-27T18:00:00+02:00
same "an exhausted operations ticket opens no other" 1 "$(escalate list queue:operations | wc -l | tr -d ' ')"

# ---- ack from elsewhere, late, second ----
fresh
reply "$page" mallory@evil.test 'ACK'
at 2026-05-26T10:24:00+02:00
same "a stranger with a good token does not acknowledge" 'climbing 1' "$(level_of)"
same "the registered address is told" 'Bob <bob@desk.test>' "$(to_of_last transcript)"
reply "$page" xeno@desk.test 'ACK'
at 2026-05-26T10:25:00+02:00
same "nor a contact of no queue" 'climbing 1' "$(level_of)"
reply "$page" carol@desk.test 'ACK'
at 2026-05-26T10:26:00+02:00
same "a colleague of the queue: her own ack" 'held 1' "$(level_of)"
match "with both names in the log" "carol through bob's address" "$(escalate log 1)"
reply "$page" bob@desk.test 'ok'
at 2026-05-26T10:27:00+02:00
match "a second ack is recorded" 'you are also on it. Carol has it' "$(plain "$(templated transcript | tail -n 1)")"

# ---- doubt ----
for body in 'ok?' 'seen' 'thanks' 'no problem' 'OK so who is on this?' 'not ok' 'did anyone ack?'; do
    fresh
    reply "$page" bob@desk.test "$body"
    at 2026-05-26T10:24:00+02:00
    same "\"$body\" is no ack" 'climbing 1' "$(level_of)"
    match "\"$body\": the choices are offered" 'You can reply with one of these' "$(plain "$(templated transcript | tail -n 1)")"
done

# ---- forged and foreign tokens ----
fresh
forged=$(reply_to "$page" | sed 's/\.[a-z2-7]*@/.aaaaaaaaaaaaaaaa@/')
make_mail bob@desk.test "$forged" 'Re: x' 'ACK' | deliver bob@desk.test "$forged"
at 2026-05-26T10:24:00+02:00
same "a forged token is as none: nothing is acknowledged" 'climbing 1' "$(level_of)"

# ---- hold and lapse: S1 is held for at most an hour ----
fresh
reply "$page" bob@desk.test 'ack 2d'
at 2026-05-26T10:30:00+02:00
match "the hold is capped by the severity" 'You have it, until 11:30' "$(plain "$(templated transcript | tail -n 1)")"
at 2026-05-26T11:29:00+02:00
same "nothing before" 0 "$(templated_count reminder)"
at 2026-05-26T11:30:00+02:00
same "then the acker is reminded" 'Bob <bob@desk.test>' "$(to_of_last reminder)"
at 2026-05-26T11:40:00+02:00
same "no answer: the level again, without him" 'Ann <ann@desk.test>' "$(to_of_last escalation)"
same "climbing" 'climbing 1' "$(level_of)"

# ---- downtime: one mail at the right level, and an ack in incoming beats the timer ----
rm -rf "$WORK"/escalate.db*
desk observe
make_mail 'Kim Lee <kim@acme.test>' support@desk.test 'Shop is down' 'Our shop is down.' | deliver kim@acme.test support@desk.test
at 2026-05-26T10:00:00+02:00
before=$(templated_count escalation)
at 2026-05-29T10:00:00+02:00
same "after three days: one page" $((before + 1)) "$(templated_count escalation)"
same "at the highest level that is due" 'Carol <carol@desk.test>' "$(to_of_last escalation)"

fresh
reply "$page" bob@desk.test 'ack'
at 2026-05-26T12:00:00+02:00
same "an ack in incoming beats the timers that are due" 'held 1' "$(level_of)"
same "nobody else was paged" 1 "$(templated_count escalation)"

# ---- a verb in the subject ----
in_subject() { make_mail bob@desk.test "$(reply_to "$page")" "$1" '> quoted' | deliver bob@desk.test "$(reply_to "$page")"; }
fresh
in_subject 'Re: [support #1] Shop is down ACK'
at 2026-05-26T10:24:00+02:00
same "an ack typed behind the subject counts" 'held 1' "$(level_of)"
fresh
in_subject 'Re: [support #1] Shop is down, did Ann ACK'
at 2026-05-26T10:24:00+02:00
same "a question about one does not" 'climbing 1' "$(level_of)"
fresh
reply "$page" bob@desk.test 'ACK
Ann is on vacation until Monday, so I take it.'
at 2026-05-26T10:24:00+02:00
same "nor is a person who takes it away, who says that another is" 'held 1 0' "$(level_of) $(sqlite_value 'select count(*) from away')"
SUBJECT='Shop is down, the firewall drops every ACK'
fresh
in_subject "Re: [support #1] $SUBJECT"
at 2026-05-26T10:24:00+02:00
same "one that the customer wrote there does not" 'climbing 1' "$(level_of)"
match "and he is told" 'holds no clear command, so nothing else was done\. The customer does not get it\.' "$(plain "$(templated transcript | tail -n 1)" | tr '\n' ' ')"
match "that he has not taken it" '^You have not taken it, and nobody else has\.$' "$(plain "$(templated transcript | tail -n 1)")"
SUBJECT=

# ---- who reads a page is of the next level too ----
LEVELS='      - {notify: [bob], at: [75% respond], ack-within: 10m}
      - {notify: [bob], ack-within: 10m}
      - {notify: [bob, carol], ack-within: 10m}'
fresh
match 'he is told that it comes to him again' 'No answer by 10:33: it goes to you once more' "$(plain "$page")"
at 2026-05-26T10:33:00+02:00
match 'and with others, of them' 'No answer by 10:43: it goes to Carol .lead.' "$(plain "$(templated escalation | tail -n 1)")"
LEVELS=
fresh
reply "$page" carol@desk.test 'resolve: restarted'
at 2026-05-26T10:24:00+02:00
match 'who was asked hears who has solved it' 'It is over: it is resolved \(Carol\)\. You need do nothing\.' "$(plain "$(templated line | tail -n 1)")"

# ---- a transport that is down ----
DELIVERY='delivery: {method: smtp, host: 127.0.0.1, port: 1, tls: off}'
fresh
same "nothing could be handed over" queued "$(sqlite_value "select distinct state from outbox where class = 'page'")"
match 'explain says when mail is tried again, and what the server said' 'CEST +mail is tried again: none leaves since .* CEST; the last try: .*refused' "$(escalate --now 2026-05-26T10:24:00+02:00 explain 1)"
match 'so does next' 'CEST +mail is tried again: none leaves since' "$(escalate --now 2026-05-26T10:24:00+02:00 next)"
same 'of as many as are wanted' 1 "$(escalate --now 2026-05-26T10:24:00+02:00 next -n 1 | wc -l | tr -d ' ')"
at 2026-05-26T11:30:00+02:00
transport_up
at 2026-05-26T13:00:00+02:00
same "when it is back, only the highest due level is sent" 'Carol <carol@desk.test>' "$(header "$(templated escalation)" To)"
DELIVERY='delivery: {method: directory}'
fresh
transport_down
make_mail 'Una <una@other.test>' support@desk.test 'Question' | deliver una@other.test support@desk.test
at 2026-05-26T10:25:00+02:00
match 'explain says of what was under way that it stands still, and why' 'stands still since Tue 26 May 10:25 CEST: no mail leaves' "$(escalate explain 1)"
at 2026-05-26T12:24:00+02:00
transport_up
at 2026-05-26T12:26:00+02:00
no_match 'and not when mail leaves again' 'stands still|tried again' "$(escalate explain 1)"
done_testing
