#!/bin/sh
# badhour.sh: a disk that is full for an hour, a database that is locked for an hour, a clock that jumps a day forward and back: afterwards the same
# tickets, mails and record as if the machine had been off that hour, nothing twice, and nothing stands still.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
command -v python3 >/dev/null || skip_all "no python3"
SHIM=$BUILDDIR/tests/e2e/badhour.so
[ -f "$SHIM" ] || skip_all "no $SHIM: make it first"

mail() { NOW=$1 make_mail "$2@acme.test" support@desk.test "$3" | deliver "$2@acme.test" support@desk.test; }
whole() { # what must be the same
    sqlite_value "select 'ticket ' || id || ' ' || state || ' S' || severity || ' ' || subject || ' ' || opened_at from ticket order by id"
    sqlite_value "select 'message ' || id || ' ' || ticket_id || ' ' || subject || ' ' || received_at from message order by id"
    sqlite_value "select 'mail ' || template || ' ' || recipient || ' ' || state || ' ' || subject || ' ' || handed_at from outbox order by template, recipient, id"
    sqlite_value "select 'audit ' || at || ' ' || coalesce(ticket_id, 0) || ' ' || event || ' ' || detail from audit where event <> 'clock' order by number" |
        sed 's/[0-9]*:[0-9a-f]\{16\}/DIGEST/' # under a key of the person
    sqlite_value "select 'due ' || what || ' ' || next_at || ' ' || coalesce(ticket_id, 0) from due order by 1"
    find "$SPOOL/archive" -type f | wc -l
}
fresh() {
    chmod -R u+rwX "$WORK"
    rm -rf "$SPOOL" "$WORK"/escalate.db* "$WORK/.mails" "$WORK/key" "$WORK/audit.key"
    desk observe
}
bad_tries=0
bad_failures=0
# bad TIME: a round in the bad hour; it must say "try again", and no more.
bad() {
    bad_tries=$((bad_tries + 1))
    (
        export LD_PRELOAD="$SHIM" ASAN_OPTIONS="verify_asan_link_order=0${ASAN_OPTIONS:+:$ASAN_OPTIONS}"
        at "$1"
    )
    bad_status=$?
    [ "$bad_status" -eq 75 ] || { bad_failures=$((bad_failures + 1)); diag "$1: exit $bad_status"; tail -n 3 "$WORK/log" | sed 's/^/#   /'; }
}

# The story: a page is due, an answer to it and a new mail come in that hour. $1: what is done at each of its times.
story() {
    fresh
    mail 2026-05-26T10:00:00+02:00 joe 'It is down'
    at 2026-05-26T10:00:00+02:00
    mail 2026-05-26T10:01:00+02:00 kim 'The shop is down'
    at 2026-05-26T10:01:00+02:00
    at 2026-05-26T10:23:00+02:00
    page=$(templated escalation | head -n 1)
    mail 2026-05-26T10:26:00+02:00 ida 'A question'
    $1 2026-05-26T10:26:00+02:00
    reply "$page" bob@desk.test 'ACK'
    $1 2026-05-26T10:35:00+02:00
    mail 2026-05-26T10:50:00+02:00 lea 'It is all down'
    $1 2026-05-26T10:50:00+02:00
    $1 2026-05-26T11:20:00+02:00
    for time in 11:26 11:30 11:41 11:55 12:30 15:00; do at "2026-05-26T$time:00+02:00"; done
    whole >"$WORK/$1.txt"
    same "$1: all mails are in" 0 "$(count incoming)"
    exits "$1: the facts fit" 0 escalate --now 2026-05-26T15:00:00+02:00 check --database
}

# ---- switched off: what the others are measured by ----
off() { :; }
story off
match "a story with pages" '^mail escalation' "$(cat "$WORK/off.txt")"
match "and an acknowledgment" ' verb .*verb=ack' "$(cat "$WORK/off.txt")"

# ---- the disk is full ----
full() { FULL_BELOW=$WORK bad "$1"; }
story full
same "the disk was full for four rounds: each said, try again" "4 0" "$bad_tries $bad_failures"
match "and why" 'full|No space left' "$(cat "$WORK/log")"
same_file "full: the same as switched off" "$WORK/off.txt" "$WORK/full.txt"

# Full in the midst: after each count of writes something else is half done. Times differ then, tickets and mails do not.
outcome() {
    sqlite_value "select 'ticket ' || state || ' S' || severity || ' ' || subject from ticket where queue = 'support' order by id"
    sqlite_value "select 'message ' || ticket_id || ' ' || subject from message order by 1"
    sqlite_value "select 'acker ' || ticket_id || ' ' || coalesce(acker, '') from run where is_operational = 0 order by 1"
    sqlite_value "select 'twice ' || message_id from message group by message_id having count(*) > 1"
}
outcome >"$WORK/wanted.txt" # of the last story
partly() {
    for after in $afters; do
        (
            export FULL_BELOW="$WORK" FULL_AFTER="$after" LD_PRELOAD="$SHIM" ASAN_OPTIONS="verify_asan_link_order=0${ASAN_OPTIONS:+:$ASAN_OPTIONS}"
            at "$1"
        )
        case $? in 0 | 75) ;; *) diag "after $after writes: exit $?" && bad_failures=$((bad_failures + 1)) ;; esac
    done
}
bad_failures=0
afters='1 2 3 5 8 13 17 21 26 34 40 55 70 89 110'
story partly
same "full after so many writes: try again, or done" 0 $bad_failures
outcome >"$WORK/got.txt"
same_file "partly: the same tickets, mails and acknowledgments" "$WORK/wanted.txt" "$WORK/got.txt"
same "no page twice" "" "$(sqlite_value "select contact, count(*) from notification group by run_id, level, attempt, kind, contact having count(*) > 1")"
match "the record is whole" '^good: ' "$(escalate audit verify)"

# ---- the database is locked ----
locked() {
    rm -f "$WORK/hold-it" "$WORK/held"
    mkfifo "$WORK/hold-it" "$WORK/held"
    python3 -c 'import sqlite3,sys
c=sqlite3.connect(sys.argv[1], isolation_level=None); c.execute("begin exclusive"); open(sys.argv[2],"w").write("x"); open(sys.argv[3]).read()' \
        "$WORK/escalate.db" "$WORK/held" "$WORK/hold-it" &
    read -r _ <"$WORK/held" || :
    NO_SLEEP=1 bad "$1"
    echo >"$WORK/hold-it"
    wait
}
bad_tries=0
bad_failures=0
story locked
same "locked for four rounds: each said, try again" "4 0" "$bad_tries $bad_failures"
match "and by what" 'database is locked' "$(cat "$WORK/log")"
same_file "locked: the same as switched off" "$WORK/off.txt" "$WORK/locked.txt"

# ---- the clock jumps a day forward, and back ----
fresh
mail 2026-05-26T10:00:00+02:00 joe 'It is down'
at 2026-05-26T10:00:00+02:00
exits "a day forward" 0 at 2026-05-27T10:05:00+02:00
pages=$(templated_count escalation)
exits "and back" 0 at 2026-05-26T10:06:00+02:00
same "nothing is paged again by going back" "$pages" "$(templated_count escalation)"
mail 2026-05-26T10:07:00+02:00 kim 'The shop is down'
exits "mail comes in" 0 at 2026-05-26T10:07:00+02:00
same "it is a ticket, opened now" "$(date -u -d 2026-05-26T10:07:00+02:00 +%s)" "$(sqlite_value "select opened_at from ticket where subject = 'The shop is down'")"
at 2026-05-26T10:30:00+02:00
same "its page comes at its time" 1 "$(sqlite_value "select count(*) from notification n join ticket t on t.id = n.ticket_id where t.subject = 'The shop is down' and n.contact = 'bob'")"
page=$(templated escalation | tail -n 1)
reply "$page" bob@desk.test 'ACK'
at 2026-05-26T10:31:00+02:00
same "and can be answered" bob "$(sqlite_value "select acker from run r join ticket t on t.id = r.ticket_id where t.subject = 'The shop is down'")"
for time in 26T10:40 26T11:00 26T12:00 26T16:00 27T09:30 27T10:06 27T10:30; do exits "on: $time" 0 at "2026-05-$time:00+02:00"; done
same "no page twice" "" "$(sqlite_value "select contact from notification group by run_id, level, attempt, kind, contact having count(*) > 1")"
same "one daily mail a day and lead" "" "$(outgoing | grep -e '-daily\.eml$' | while read -r f; do echo "$(header "$f" To) $(header "$f" Subject) $(header "$f" Date | cut -c1-16)"; done | sort | uniq -d)"
match "the record is whole, though its times go back" '^good: ' "$(escalate audit verify)"
exits "the facts fit" 0 escalate --now 2026-05-27T10:31:00+02:00 check --database

done_testing
