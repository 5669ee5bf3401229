#!/bin/sh
# storm.sh: more pages than one person can read: the first ones go out, the others as one digest that can be answered line by line or as a whole;
# and who has too many open escalations is relieved by his backup.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
command -v python3 >/dev/null || skip_all "no python3"

LIMITS='limits: {per-person: 20/1h}'
fresh() { # LINE…: configuration
    rm -rf "$WORK"/escalate.db* "$SPOOL" "$WORK"/key "$WORK"/audit.key
    desk observe "$@"
}
# LEVELS as the desk has them, with one try each, so that what is counted is one mail a run.
LEVELS='      - {notify: [bob], at: [75% respond], ack-within: 30m}
      - {notify: [carol], at: [100% respond], ack-within: 30m}'
storm() { # FIRST LAST [SUBJECT]: tickets of as many customers
    i=$1
    while [ "$i" -le "$2" ]; do
        make_mail "Customer $i <c$i@acme$i.test>" support@desk.test "${3:-Report} $i" "Our figures $i are wrong." | deliver "c$i@acme$i.test" support@desk.test
        i=$((i + 1))
    done
}
to() { sent_to "$1@desk.test" | grep -e "-$2\\.eml\$"; } # CONTACT TEMPLATE
to_count() { to "$1" "$2" | wc -l | tr -d ' '; }
digest() { to bob digest | tail -n 1; }
flat() { plain "$1" | tr '\n' ' ' | tr -s ' '; }
# The address that stands under a ticket's line in a digest.
address_of() { plain "$1" | awk -v tag="[support #$2]" 'index($0, tag) == 1 { on = 1 } on && /support[+]a/ { print $1; exit }'; }
write() { # FROM ADDRESS TEXT
    make_mail "$1" "$2" "Re: Escalations that wait for you" "$3" | deliver "$1" "$2"
}

# ---- forty at once ----
fresh "$LIMITS"
NOW=2026-05-26T07:00:00Z
storm 1 40
at 2026-05-26T09:00:00+02:00
at 2026-05-26T12:00:00+02:00
same "twenty are mailed one by one" 20 "$(to_count bob escalation)"
same "none of the others yet" 0 "$(to_count bob digest)"
same "but each has its notification, which no time runs against" 20 "$(sqlite_value "select count(*) from notification where state = 0 and deadline_at is null")"
match "why stands in the audit" 'folded.*contact=bob why=limit' "$(escalate audit 40)"
match "next says when" '12:10.*what waits for Bob is mailed' "$(escalate --now 2026-05-26T12:00:00+02:00 next -n 90)"
at 2026-05-26T12:09:59+02:00
same "not before a sixth of the window" 0 "$(to_count bob digest)"
at 2026-05-26T12:10:00+02:00
same "one digest" 1 "$(to_count bob digest)"
same "and no page beside it" 20 "$(to_count bob escalation)"
text=$(plain "$(digest)")
same "its first line is complete" '20 escalations wait for you, all S3; the oldest since 12:00.' "$(printf '%s\n' "$text" | sed -n 1p)"
same "a line a ticket" 20 "$(printf '%s\n' "$text" | grep -c '^\[support #')"
same "an address each" 20 "$(printf '%s\n' "$text" | grep -c '^ *support+a[0-9]*\.[a-z0-9]*@desk.test$')"
same "all different" 20 "$(printf '%s\n' "$text" | grep '^ *support+a' | sort -u | wc -l | tr -d ' ')"
match "what is late" 'Answer due 13:00, in 50 min' "$(flat "$(digest)")"
match "what it is about" 'Customer 21: "Our figures 21 are wrong' "$(flat "$(digest)")"
match "what happens if he does nothing" 'No answer by 12:40: it goes to Carol .lead.' "$(flat "$(digest)")"
match "how to answer all" 'Reply ACK ALL to take them all' "$(flat "$(digest)")"
same "no line is too long" 0 "$(printf '%s\n' "$text" | awk 'length($0) > 72' | wc -l | tr -d ' ')"
same "the subject is stable" '[support] Escalations that wait for you' "$(header "$(digest)" Subject)"
match "the urgency is in its From" 'S3 . 20 escalations . support' "$(python3 -c 'import sys,email,email.policy
print(email.message_from_binary_file(open(sys.argv[1],"rb"),policy=email.policy.default)["From"])' "$(digest)")"
same "a paging mail: an out-of-office must come back" '' "$(header "$(digest)" Auto-Submitted)"
same "without an invitation" 0 "$(grep -c 'text/calendar' "$(digest)")"
same "its links in HTML" 41 "$(python3 -c 'import sys,email,email.policy
print(email.message_from_binary_file(open(sys.argv[1],"rb"),policy=email.policy.default).get_body(("html",)).get_content().count("href=\"mailto:support+a"))' "$(digest)")"
same "it is in the thread of no ticket" '' "$(header "$(digest)" References)"
same "ack-within runs from now" 20 "$(sqlite_value "select count(*) from notification where state = 1 and deadline_at = strftime('%s', '2026-05-26T10:40:00Z')")"

# ---- answers ----
write bob@desk.test "$(address_of "$(digest)" 25)" ACK
at 2026-05-26T12:11:00+02:00
same "a line's address takes that ticket" bob "$(sqlite_value "select acker from run where ticket_id = 25")"
same "and no other" 1 "$(sqlite_value "select count(*) from run where acker is not null")"
escalate --now 2026-05-26T12:11:30+02:00 resolve 30 'Done.' >/dev/null
for word in ACK OK 'ACK 2h' NO 'I am on the train' 'ACK ALL of them?' 'thanks all' 'ack, all'; do
    write bob@desk.test "$(reply_to "$(digest)")" "$word"
    at 2026-05-26T12:12:00+02:00
    same "'$word' at the digest takes nothing" 1 "$(sqlite_value "select count(*) from run where acker is not null")"
done
refusal=$(flat "$(to bob transcript | sed -n 2p)")
match "it says why" 'Not done: .* could be for any of them: nothing was changed' "$refusal"
match "and what to say" 'Say ACK ALL, .*or answer one of the addresses in its table' "$refusal"
no_match "not what one would say to a page" 'ACK 2h, ACK until' "$refusal"
no_match "nor how some ticket stands" 'State ' "$refusal"
write bob@desk.test "$(reply_to "$(to bob escalation | head -n 1)")" 'ACK ALL'
at 2026-05-26T12:13:00+02:00
same "ACK ALL at an ordinary page takes nothing" 1 "$(sqlite_value "select count(*) from run where acker is not null")"
match "it is refused" 'verb=ack' "$(escalate audit 1)"
exits "at the command line too" 1 escalate --now 2026-05-26T12:13:00+02:00 ack 1 all
match "with the reason" 'ACK ALL takes what a digest lists, and this is none' "$(cat "$WORK/out")"
write xeno@desk.test "$(reply_to "$(digest)")" 'ACK ALL'
at 2026-05-26T12:13:30+02:00
same "nobody else may" 1 "$(sqlite_value "select count(*) from run where acker is not null")"
reply "$(digest)" bob@desk.test 'ACK ALL 1h'
at 2026-05-26T12:14:00+02:00
same "ACK ALL takes all that the digest lists and is open" 19 "$(sqlite_value "select count(*) from run where acker = 'bob'")"
same "none of those mailed before" 0 "$(sqlite_value "select count(*) from run where acker is not null and ticket_id <= 20")"
answer=$(plain "$(to bob transcript | tail -n 1)")
same "a line a ticket" 20 "$(printf '%s\n' "$answer" | grep -c '^\[support #')"
match "which says until when" '#21\] You have it, until 13:14 CEST' "$answer"
match "what is over, as over" '#30\] It is over already' "$answer"
match "audited for each" 'verb=ack by=bob message=[0-9]* notification=[0-9]' "$(escalate audit 40)"
same "in the digest's thread" "Re: $(header "$(digest)" Subject)" "Re: $(header "$(to bob transcript | tail -n 1)" Subject)"

# ---- what is over leaves the digest; S1 passes; a rest of one is an ordinary page ----
fresh "$LIMITS"
storm 1 23
at 2026-05-26T09:00:00+02:00
at 2026-05-26T12:00:00+02:00
make_mail 'Kim Lee <kim@acme.test>' support@desk.test 'Shop is down' 'Our shop is down.' | deliver kim@acme.test support@desk.test
at 2026-05-26T12:00:00+02:00
escalate --now 2026-05-26T12:01:00+02:00 escalate 24 >/dev/null
at 2026-05-26T12:01:00+02:00
same "an S1 is mailed at once" 21 "$(to_count bob escalation)"
escalate --now 2026-05-26T12:02:00+02:00 ack 21 >/dev/null
escalate --now 2026-05-26T12:02:00+02:00 resolve 22 Done >/dev/null
at 2026-05-26T12:02:00+02:00
same "whom nothing was told needs no word that it is over" 0 "$(to_count bob line)"
at 2026-05-26T12:10:00+02:00
same "of three one is left: no digest" 0 "$(to_count bob digest)"
match "but its page" 'support #23' "$(header "$(to bob escalation | tail -n 1)" Subject)"
same "nothing waits any more" 0 "$(sqlite_value 'select count(*) from folded')"

# ---- another one a sixth of the window later, and beyond thirty ----
fresh 'limits: {per-person: 1/1h, immune: []}'
make_mail 'Kim Lee <kim@acme.test>' support@desk.test 'Shop is down' 'Our shop is down.' | deliver kim@acme.test support@desk.test
storm 2 33
storm 34 36 'It is down:'
at 2026-05-26T09:00:00+02:00
escalate --now 2026-05-26T09:00:00+02:00 severity 2 S4 >/dev/null
for i in 1 34 35 36; do escalate --now 2026-05-26T09:00:00+02:00 severity $i S3 >/dev/null; done
at 2026-05-26T12:00:00+02:00
for i in 34 35 36; do escalate --now 2026-05-26T12:05:00+02:00 severity $i S2 >/dev/null; done
at 2026-05-26T12:10:00+02:00
text=$(plain "$(digest)")
match "how many of the worst" '^3[0-9] escalations wait for you, [23] of them S2; the oldest since [0-9:]*\.$' "$(printf '%s\n' "$text" | tr '\n' ' ' | sed 's/\(since [0-9:]*\.\).*/\1/')"
same "thirty lines" 30 "$(printf '%s\n' "$text" | grep -c '^\[support #')"
match "the worst first" '^\[support #3[456]\] S2' "$(printf '%s\n' "$text" | grep -m 1 '^\[support #')"
match "the others are counted" 'And [2-5] more, less severe: the command "escalate list" shows them' "$(printf '%s\n' "$text" | tr '\n' ' ')"
write bob@desk.test "$(reply_to "$(digest)")" 'ack all'
at 2026-05-26T12:11:00+02:00
same "ACK ALL is for these too" "$(sqlite_value "select count(*) from beside")" "$(sqlite_value "select count(*) from run where acker = 'bob'")"

# ---- the digest bounces ----
fresh "$LIMITS"
storm 1 24
at 2026-05-26T09:00:00+02:00
at 2026-05-26T12:00:00+02:00
at 2026-05-26T12:10:00+02:00
sender=$(envelope_sender digest)
{
    printf 'From: MAILER-DAEMON@desk.test\nTo: %s\nSubject: Undelivered Mail Returned to Sender\nMessage-ID: <b1@mx>\nDate: Tue, 26 May 2026 10:11:00 +0000\n' "$sender"
    printf 'MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n--b\nContent-Type: text/plain\n\nIt failed.\n'
    printf -- '--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; bob@desk.test\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 user unknown\n\n--b--\n'
} | deliver '' "$sender"
at 2026-05-26T12:11:00+02:00
same "its bounce moves the ladder of each" 4 "$(sqlite_value "select count(*) from notification where contact = 'bob' and outcome like '%bounced%'")"
same "the backup is asked for each" 4 "$(to_count ann escalation)"
same "not for what was mailed before" 20 "$(sqlite_value "select count(*) from notification where contact = 'bob' and state = 1")"
match "she is told why" 'you stand in for Bob' "$(plain "$(to ann escalation | head -n 1)")"

# ---- out of office, at the digest's own address ----
fresh "$LIMITS"
storm 1 24
at 2026-05-26T09:00:00+02:00
at 2026-05-26T12:00:00+02:00
at 2026-05-26T12:10:00+02:00
make_mail -H 'Auto-Submitted: auto-replied' bob@desk.test "$(reply_to "$(digest)")" 'Automatic reply: Escalations' 'I am out of office until 2026-05-28.' |
    deliver '' "$(reply_to "$(digest)")"
at 2026-05-26T12:11:00+02:00
same "who is away is asked in none of them" 0 "$(sqlite_value "select count(*) from notification where contact = 'bob' and state in (0, 1)")"
same "the backup has her own limit" 20 "$(to_count ann escalation)"
at 2026-05-26T12:21:00+02:00
same "and her own digest" 1 "$(to_count ann digest)"

# ---- two of one ticket are one line ----
LEVELS_BEFORE=$LEVELS
LEVELS="$LEVELS
  second:
    levels:
      - {notify: [bob], at: [75% respond], ack-within: 30m}"
fresh 'limits: {per-person: 1/1h}'
sed -i "s/exhausted: queue:operations/exhausted: queue:operations/; s/^rules:/rules:\\n  - {name: two, subject: Report, policy: [standard, second]}/" "$CONF"
storm 1 3
at 2026-05-26T09:00:00+02:00
at 2026-05-26T12:00:00+02:00
at 2026-05-26T12:10:00+02:00
same "a ticket has one line" "$(plain "$(digest)" | grep '^\[support #' | sort -u)" "$(plain "$(digest)" | grep '^\[support #' | sort)"
last=$(plain "$(digest)" | sed -n 's/^\[support #\([0-9]*\)\].*/\1/p' | tail -n 1)
write bob@desk.test "$(address_of "$(digest)" "$last")" ACK
at 2026-05-26T12:11:00+02:00
same "whose answer is for all ladders of it" 2 "$(sqlite_value "select count(*) from run where ticket_id = $last and acker = 'bob'")"

# ---- of one ticket one ladder is over, and another asks on ----
LEVELS=$(printf '%s\n' "$LEVELS" | sed '/second:/,$s/75% respond/13% resolve/')
fresh 'limits: {per-person: 1/1h}'
sed -i "s/^rules:/rules:\\n  - {name: two, subject: Report, policy: [standard, second]}/" "$CONF"
storm 1 3
at 2026-05-26T09:00:00+02:00
at 2026-05-26T12:00:00+02:00
at 2026-05-26T12:08:00+02:00
at 2026-05-26T12:10:00+02:00
last=$(plain "$(digest)" | sed -n 's/^\[support #\([0-9]*\)\].*/\1/p' | tail -n 1)
escalate --now 2026-05-26T12:10:30+02:00 contained --as bob "$last" >/dev/null
same "contained: one of them goes on" "standard:3 second:0" "$(sqlite_value "select policy || ':' || state from run where ticket_id = $last order by id" | tr '\n' ' ' | sed 's/ $//')"
reply "$(digest)" bob@desk.test 'ACK ALL'
at 2026-05-26T12:11:00+02:00
same "ACK ALL takes the one that asks" bob "$(sqlite_value "select acker from run where ticket_id = $last and policy = 'second'")"
LEVELS=$LEVELS_BEFORE

# ---- German ----
fresh "$LIMITS"
sed -i 's/bob:   {email/bob:   {language: de, email/' "$CONF"
storm 1 22
at 2026-05-26T09:00:00+02:00
at 2026-05-26T12:00:00+02:00
at 2026-05-26T12:10:00+02:00
same "in his language" '2 Eskalationen warten auf Sie, alle S3; die älteste seit 12:00.' "$(plain "$(digest)" | sed -n 1p)"
write bob@desk.test "$(reply_to "$(digest)")" 'Quittiere alle'
at 2026-05-26T12:11:00+02:00
same "and answered so" 2 "$(sqlite_value "select count(*) from run where acker = 'bob'")"

# ---- what is asked at each page is asked of an index ----
plan() { # STATEMENT
    python3 -c 'import sqlite3,sys
for row in sqlite3.connect(sys.argv[1]).execute("explain query plan " + sys.argv[2], ["bob", 0][:sys.argv[2].count("$")]): print(row[3])' "$WORK/escalate.db" "$1"
}
# shellcheck disable=SC2016 # the parameters are those of the statement
match "pages of a contact" 'USING (COVERING )?INDEX outbox_page' \
    "$(plan 'select count(*) from outbox where contact = $1 and created_at > $2 and notification_id is not null')"
# shellcheck disable=SC2016
match "what asks him" 'USING (COVERING )?INDEX notification_open' "$(plan 'select run_id from notification n where n.contact = $1 and n.state in (0, 1)')"
# shellcheck disable=SC2016
match "the lines that wait for him" 'SEARCH waiting_line USING' "$(plan 'delete from waiting_line where contact = $1 and not exists (select 1 from ticket t join maintenance m on m.queue = t.queue where t.id = waiting_line.ticket_id and m.until_at > $2)')"
match "what is open" 'USING (COVERING )?INDEX run_(live|acker)' "$(plan 'select id from run where ended_at is null order by +id')"
# shellcheck disable=SC2016
match "what he holds" 'USING (COVERING )?INDEX run_acker' "$(plan 'select id from run where acker = $1 and ended_at is null')"

# ---- a queue that only rehearses ----
fresh "$LIMITS"
sed -i 's/^  support: \(.*\)mode: observe/  support: \1mode: shadow/' "$CONF"
storm 1 23
at 2026-05-26T09:00:00+02:00
at 2026-05-26T12:00:00+02:00
at 2026-05-26T12:10:00+02:00
same "nothing leaves" 0 "$(count outgoing)"
same "but what would have is known, and ladders go on" 'shadow mode: not sent 3' "$(sqlite_value "select reply || ' ' || (select count(*) from beside b where b.outbox_id = outbox.id) from outbox where template = 'digest'")"
same "as by delivery" 23 "$(sqlite_value "select count(*) from notification where state = 1 and kind = 0")"

# ---- tokens in a domain of their own, an out-of-office at the envelope's address ----
fresh "$LIMITS" 'token-domain: tickets.desk.test'
storm 1 22
at 2026-05-26T09:00:00+02:00
at 2026-05-26T12:00:00+02:00
at 2026-05-26T12:10:00+02:00
sender=$(envelope_sender digest)
make_mail -H 'Auto-Submitted: auto-replied' bob@desk.test "$sender" 'Automatic reply: Escalations' 'I am out of office.' | deliver '' "$sender"
at 2026-05-26T12:11:00+02:00
same "who is away is asked in none of them" 0 "$(sqlite_value "select count(*) from notification where contact = 'bob' and state in (0, 1)")"

# ---- no limit, no folding ----
fresh
storm 1 30
at 2026-05-26T09:00:00+02:00
at 2026-05-26T12:00:00+02:00
same "without a limit each page is a mail" 30 "$(to_count bob escalation)"

# ---- who has too many is relieved ----
fresh
sed -i 's/^  standard:/  standard:\n    max-open: 2/' "$CONF"
storm 1 5
at 2026-05-26T09:00:00+02:00
at 2026-05-26T12:00:00+02:00
same "two are his; when both have as many, he is asked all the same" 3 "$(to_count bob escalation)"
same "two are the backup's" 2 "$(to_count ann escalation)"
match "she is told why" 'you stand in for Bob, who has 2 open' "$(flat "$(to ann escalation | head -n 1)")"
match "audited" 'overloaded.*contact=bob max=2 asked=ann' "$(escalate audit 3)"
same "a second mail goes to whom the first went" 2 "$(to_count ann escalation)"
escalate --now 2026-05-26T12:05:00+02:00 resolve 1 Done >/dev/null
escalate --now 2026-05-26T12:05:00+02:00 resolve 2 Done >/dev/null
storm 6 6
at 2026-05-26T12:06:00+02:00
escalate --now 2026-05-26T12:06:00+02:00 escalate 6 >/dev/null
at 2026-05-26T12:06:00+02:00
same "with room again he is asked himself" bob "$(sqlite_value "select contact from notification where ticket_id = 6")"
done_testing
