#!/bin/sh
# poison.sh: mails that bring down who reads them: the parser that crashes or stalls, core that crashes while it reads one or what the parser said of
# it, or applies it, or does not go on. Each costs itself strikes and goes to hold; the others go in; people get one mail of it. The mails do no harm
# by themselves: a library that the test loads first does what they say.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
command -v python3 >/dev/null || skip_all "no python3"
need_shim poison-shim
desk observe
daemon=
cleanup() { [ -z "$daemon" ] || kill -9 "$daemon" 2>/dev/null; wait 2>/dev/null; }

# mail WORD: one of kim's, with that word in its subject and text
mails=0
mail() {
    mails=$((mails + 1))
    make_mail "Kim $mails <kim$mails@acme.test>" support@desk.test "Mail $mails $1" "It says $1 here." | deliver "kim$mails@acme.test" support@desk.test
}
poisoned() { LD_PRELOAD=$SHIM at "$@"; }
tickets() { escalate list --all | wc -l | tr -d ' '; }
held() { escalate hold | wc -l | tr -d ' '; }
logged() { grep -Ec -e "$1" "$WORK/log"; }
notices() { templated_count notice; }

# ---- the parser ----
at 2026-05-26T09:55:00+02:00 # the daily mails of the day are remembered
mail nothing
mail Poison-Parser-Crash
mail nothing
exits 'a mail that crashes the parser' 0 poisoned 2026-05-26T10:00:00+02:00
same 'the others are tickets' 2 "$(tickets)"
same 'it is on hold' 1 "$(held)"
match 'with the reason' 'the parser failed on it: ' "$(escalate hold)"
same 'after three strikes, no more' 3 "$(logged event=strike)"
same 'nothing is left in incoming' 0 "$(count incoming)"
same 'the leads hear of it, one mail each' 2 "$(notices)"
match 'which says what and why' 'host: the parser failed on it|: the parser failed on it' "$(plain "$(templated notice | tail -n 1)")"
match 'in its subject' 'A mail is on hold' "$(header "$(templated notice | tail -n 1)" Subject)"

mail Poison-Parser-Stall
mail nothing
exits 'a mail that stalls it' 0 poisoned 2026-05-26T10:10:00+02:00
same 'goes to hold' 2 "$(held)"
same 'the other is a ticket' 3 "$(tickets)"
same 'and nobody is told within the hour' 2 "$(notices)"

for _ in 1 2 3 4 5; do mail Poison-Parser-Crash; done
poisoned 2026-05-26T10:20:00+02:00
same 'a flood of them' 7 "$(held)"
same 'is no flood of mails' 2 "$(notices)"
at 2026-05-26T11:01:00+02:00
same 'when the hour is over there is one for all' 4 "$(notices)"
match 'of six' '6 mails are on hold' "$(header "$(templated notice | tail -n 1)" Subject)"
at 2026-05-26T13:01:00+02:00
same 'and no further one' 4 "$(notices)"

before=$(tickets)
for name in $(escalate hold | cut -f1); do escalate requeue "$name" >/dev/null; done
exits 'requeued, with a parser that is mended' 0 at 2026-05-26T13:02:00+02:00
same 'all are tickets' $((before + 7)) "$(tickets)"
same 'hold is empty' 0 "$(held)"
same 'and nobody is mailed about that' 4 "$(notices)"

# ---- one among many, for all of which the parser is asked at once ----
: >"$WORK/log"
first=$((mails + 1))
for n in $(seq 40); do
    case $n in 18) mail Poison-Parser-Crash ;; 35) mail Poison-Parser-Stall ;; *) mail among ;; esac
done
exits 'forty mails, two of them bad' 0 poisoned 2026-05-26T13:02:30+02:00
same 'the two are held' 2 "$(held)"
same 'in three strikes each' 6 "$(logged event=strike)"
came() { seq "$first" $((first + 39)) | sed '18d;35d'; }
in_order() { escalate list --all among | sort -n | grep -o 'Mail [0-9]* among' | cut -d' ' -f2; }
same 'the others are tickets, by number in the order in which they came' "$(came)" "$(in_order)"
before=$((before + 38))

# ---- what nobody needs ----
: >"$WORK/log"
bad=$(escalate hold | cut -f1)
had=$(tickets)
# shellcheck disable=SC2086 # names without blanks
exits 'they can be filed' 0 escalate requeue --as other $bad
mail nothing
exits 'which no parser has to survive' 0 poisoned 2026-05-26T13:02:45+02:00
same 'no strike' 0 "$(logged event=strike)"
same 'hold is empty again' 0 "$(held)"
same 'nothing is left' 0 "$(count incoming)"
same 'they are among the others' 2 "$(escalate --now 2026-05-26T14:00:00+02:00 hold --other | grep -c 'by the operator, unread')"
same 'and no tickets' $((had + 1)) "$(tickets)"
before=$((before + 1))
match 'the log of its old name says so' 'was requeued' "$(escalate log "$(printf '%s\n' "$bad" | head -n 1)")"
exits 'nothing else is known' 2 escalate requeue --as nothing x
exits 'all fits' 0 escalate check --database

# ---- a parser that works on no mail is nobody's fault ----
: >"$WORK/log"
mail nothing
mail nothing
for n in 1 2 3 4; do
    exits "a parser that reads no mail at all, $n" 75 env POISON_ALL=1 LD_PRELOAD="$SHIM" "$ESCALATED" -c "$CONF" --now 2026-05-26T13:03:00+02:00 --once
    match "is told as that, $n" 'the parser works on no mail' "$(cat "$WORK/err")"
    no_match "costs no strike, $n" 'event=strike|event=died-over' "$(cat "$WORK/err")"
done
same 'and holds nothing' 2 "$(count incoming)"
exits 'which goes in when it is mended' 0 at 2026-05-26T13:04:00+02:00
same 'nor does that find anybody to blame' 0 "$(logged 'event=strike|event=died-over')"
same 'as a ticket' $((before + 9)) "$(tickets)"

# ---- core itself ----
# died NAME COMMAND…: by a signal, or as a sanitizer ends a program
died() {
    died_name=$1
    shift
    "$@" 2>>"$WORK/log"
    case $? in
    139 | 134 | 1) pass "$died_name" ;;
    *) fail "$died_name" ;;
    esac
}
for how in Read Answer Apply; do
    : >"$WORK/log"
    before=$(tickets)
    mail nothing
    mail "Poison-Core-$how"
    mail nothing
    died "$how: a mail that brings core down" poisoned 2026-05-26T13:10:00+02:00
    if [ $how = Answer ]; then # nobody knew over which of those that were asked for together
        died "$how: and does so again, when each is read alone" poisoned 2026-05-26T13:10:00+02:00
        match "$how: for that reason" 'event=died-over files=several reason="core died over it' "$(cat "$WORK/log")"
        same "$how: with nobody's strike for the first time" 0 "$(logged event=strike)"
    fi
    same "$how: no other is lost" 3 "$(count incoming)"
    died "$how: and once more" poisoned 2026-05-26T13:10:00+02:00
    same "$how: has a strike from the time before" 1 "$(logged 'event=strike .*count=1 reason="core died over it')"
    same "$how: with two strikes it comes last" "$before" "$(tickets)"
    died "$how: and a last time" poisoned 2026-05-26T13:10:00+02:00
    same "$how: one strike each" 2 "$(logged event=strike)"
    same "$how: after the others" $((before + 2)) "$(tickets)"
    exits "$how: then it is held" 0 poisoned 2026-05-26T13:10:00+02:00
    match "$how: with the reason" 'core died over it' "$(escalate hold)"
    same "$how: and incoming is empty" 0 "$(count incoming)"
    escalate requeue "$(escalate hold | cut -f1)" >/dev/null
    at 2026-05-26T13:11:00+02:00
    same "$how: requeued it is taken in" $((before + 3)) "$(tickets)"
done
exits 'the audit verifies' 0 escalate audit verify

# a core that was killed at no file's fault costs the file one strike, and it goes in
mail nothing
name=$(basename "$(spool_files incoming)")
printf '%s\n' "$name" >"$SPOOL/in-hand"
: >"$WORK/log"
exits 'one death' 0 at 2026-05-26T13:12:00+02:00
same 'is one strike' 1 "$(logged "event=strike file=$name count=1")"
same 'and the file goes in' 0 "$(count incoming)"
exits 'the next run' 0 at 2026-05-26T13:13:00+02:00
same 'finds nothing in hand' 1 "$(logged event=strike)"
printf '../../etc/passwd\n' >"$SPOOL/in-hand"
exits 'nonsense there' 0 at 2026-05-26T13:14:00+02:00
same 'is nothing in hand' 1 "$(logged event=strike)"

# ---- a timer over which core dies ----
: >"$WORK/log"
for word in Poison-Core-Apply nothing; do # S1: they are paged in the same minute
    mails=$((mails + 1))
    make_mail "Kim $mails <kim$mails@acme.test>" support@desk.test "Outage $mails $word" "It is down: $word" | deliver "kim$mails@acme.test" support@desk.test
done
exits 'two urgent tickets' 0 at 2026-05-26T13:20:00+02:00
pages=$(templated_count escalation)
died 'a page that brings core down' poisoned 2026-05-26T13:43:00+02:00
died 'once is no proof: it is tried again at once' poisoned 2026-05-26T13:43:00+02:00
match 'the log says which' 'event=died-over due=[0-9]+ reason="core died over it' "$(cat "$WORK/log")"
no_match 'it was not put off for that' 'event=put-off' "$(cat "$WORK/log")"
same 'and the others with it' "$pages" "$(templated_count escalation)"
exits 'the next time' 0 poisoned 2026-05-26T13:43:00+02:00
match 'that one is put off' 'event=put-off due=.* seconds=3600 reason="core died over it' "$(cat "$WORK/log")"
paged() { templated escalation | while read -r file; do header "$file" Subject; done; }
match 'the other goes out' "Outage $mails nothing" "$(paged)"
no_match 'and it does not' 'Outage .*Poison-Core-Apply' "$(paged)"
exits 'when the hour is over' 0 at 2026-05-26T14:43:00+02:00
match 'people were told' 'ticket #[0-9]+: a timer is put off for an hour: core died over it' "$(plain "$(templated notice | tail -n 1)")"
match 'in the subject' 'timer is put off' "$(header "$(templated notice | tail -n 1)" Subject)"
match 'and it is paged' 'Outage .*Poison-Core-Apply' "$(paged)"
afresh() { rm -rf "$WORK/escalate.db" "$WORK"/escalate.db-*; } # a new desk, that has nothing due
afresh

# ---- a mail over which who hands it over dies ----
: >"$WORK/log"
for word in Poison-Deliver nothing; do
    mails=$((mails + 1))
    make_mail "Kim $mails <kim$mails@acme.test>" support@desk.test "Stop $mails $word" "It is down: $word" | deliver "kim$mails@acme.test" support@desk.test
done
exits 'two urgent tickets more' 0 poisoned 2026-05-26T15:00:00+02:00
exits 'a page over which the deliver worker dies' 0 poisoned 2026-05-26T15:23:00+02:00
match 'is tried once more at once' 'event=deliver-died outbox=[0-9]+ reason="worker .deliver.: ' "$(cat "$WORK/log")"
match 'and has failed for who was to get it' 'event=mail .*channel=mail .*result=broke reply="worker .deliver.: ' "$(cat "$WORK/log")"
match 'the other goes out' "Stop $mails nothing" "$(paged)"
no_match 'it does not' 'Stop .*Poison-Deliver' "$(paged)"
exits 'a minute later' 0 poisoned 2026-05-26T15:24:00+02:00
pages_waiting() { escalate outbox | grep escalation | grep -c queued; }
same 'no page waits' 0 "$(pages_waiting)"

mail nothing
mail nothing
mail nothing
waiting() { escalate outbox | grep -c queued; }
exits 'a deliver worker that dies over all' 0 env POISON_DELIVER=1 LD_PRELOAD="$SHIM" "$ESCALATED" -c "$CONF" --now 2026-05-26T15:25:00+02:00 --once
match 'is a transport that is down' 'result=transport-down' "$(cat "$WORK/err")"
exits 'when it is mended' 0 at 2026-05-26T16:10:00+02:00
same 'nothing waits' 0 "$(waiting)"
afresh

# ---- the daemon ----
alone() { [ "$(count incoming)" -eq 0 ]; }
all_in() { [ "$(tickets)" -ge "$1" ]; }
on_hold() { [ "$(held)" -ge "$1" ]; }
seen() { grep -Eq -e "$1" "$WORK/log"; }
before=$(tickets)
: >"$WORK/log"
mail nothing
mail Poison-Core-Read
mail nothing
run() {
    env LD_PRELOAD="$SHIM" WATCHDOG_USEC=12000000 NOTIFY_SOCKET=/nobody "$ESCALATED" -c "$CONF" -f 2>>"$WORK/log" &
    daemon=$!
}
run
check 'in the daemon it goes to hold' eventually on_hold 1
check 'and the others go in' eventually all_in $((before + 2))
same 'for three deaths' 3 "$(logged event=worker-died)"
kill -TERM "$daemon"
wait "$daemon"
same 'SIGTERM ends it' 0 "$?"
run # with a backoff that begins again
mail Poison-Core-Stall
mail nothing
check 'one at which core does not go on' eventually seen 'event=worker-stalled'
check 'costs all its chances but one' eventually seen 'event=strike .*count=2 reason="core died over it: it did not go on"'
check 'others go in' eventually all_in $((before + 3))
check 'and it is held' eventually on_hold 2
check 'incoming is empty' eventually alone

# ---- a calendar over which who reads it dies ----
cp "$WORK/office.ics" "$WORK/office.good"
spoil() { sed 's/^BEGIN:VEVENT/&\r\nCOMMENT:Poison-Calendar/' "$WORK/office.good" >"$WORK/office.new" && mv "$WORK/office.new" "$WORK/office.ics"; }
spoil
: >"$WORK/log"
kill -HUP "$daemon"
check 'a new calendar over which the reader dies' eventually seen 'event=configuration-error text=.*who reads it dies over calendar .office.: worker .trial.: '
check 'is refused' eventually seen 'event=reload result=refused'
told() { templated notice | while read -r file; do header "$file" Subject; done | grep -q 'new configuration was refused'; }
check 'and the leads hear of it' eventually told
before=$(tickets)
mail nothing
check 'the daemon works on, with the one before' eventually all_in $((before + 1))
same 'no process of it died' 0 "$(logged event=worker-died)"
kill -TERM "$daemon"
wait "$daemon"
daemon=
: >"$WORK/log"
exits 'at a start it is an error of the configuration' 78 poisoned 2026-05-27T10:00:00+02:00
match 'which says where' "^escalated: event=configuration-error text=.*$CONF:1:1: who reads it dies over calendar 'office': " "$(cat "$WORK/log")"
exits 'and for check' 78 env LD_PRELOAD="$SHIM" "$ESCALATE" -c "$CONF" check
match 'too' "^$CONF:1:1: who reads it dies over calendar 'office': " "$(cat "$WORK/err")"
mv "$WORK/office.good" "$WORK/office.ics"
exits 'when it is mended' 0 poisoned 2026-05-27T10:00:00+02:00
done_testing
