#!/bin/sh
# leave.sh: nobody there: leave, backups, personal hours. A night, a holiday and two who stand in for each other do not burn the ladder down.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
command -v python3 >/dev/null || skip_all "no python3"

leave_of() { # NAME FROM TO: whole days, the last one not included
    {
        printf '%s\r\n' BEGIN:VCALENDAR VERSION:2.0 PRODID:-//escalate//tests//EN
        [ -z "${2:-}" ] || printf '%s\r\n' BEGIN:VEVENT "UID:leave-$1@tests" DTSTAMP:20260101T000000Z "DTSTART;VALUE=DATE:$2" \
            "DTEND;VALUE=DATE:$3" SUMMARY:Leave END:VEVENT
        printf '%s\r\n' BEGIN:VEVENT "UID:far-$1@tests" DTSTAMP:20260101T000000Z "DTSTART;VALUE=DATE:20271224" SUMMARY:Leave END:VEVENT
        printf 'END:VCALENDAR\r\n'
    } >"$WORK/$1.ics"
}
away() { # NAME…: on leave on Tuesday 26 May, back on Wednesday
    for name in bob ann carol dana; do leave_of "$name"; done
    for name in "$@"; do leave_of "$name" 20260526 20260527; done
}
fresh() { # [CALENDAR of bob and carol]
    rm -rf "$WORK"/escalate.db* "$SPOOL" "$WORK"/key "$WORK"/audit.key
    desk observe
    sed -i -e "s/^\\(  \\(bob\\|carol\\): .*\\)}\$/\\1${1:+, calendar: $1}}/" \
        -e 's/^  \(bob\|ann\|carol\|dana\): \(.*\)}$/  \1: \2, leave: [\1.ics], timezone: Europe\/Berlin}/' "$CONF"
}
ask() { make_mail 'Kim Lee <kim@acme.test>' support@desk.test "Shop is down" "Our shop is down." | deliver kim@acme.test support@desk.test; }
pages() { for f in $(templated escalation); do header "$f" To | sed 's/.*<\(.*\)@.*/\1/'; done | tr '\n' ' ' | sed 's/ $//'; }
state_of() { escalate --json show 1 | python3 -c 'import json,sys; r=json.load(sys.stdin)["runs"][0]; print(r["state"], r["level"])'; }
# whom, of which level, when in Berlin: of one ticket
told() { sqlite_value "select coalesce(group_concat(contact || ' ' || level || ' ' || strftime('%d %H:%M', created_at + 7200, 'unixepoch'), ', '), '-') from notification where ticket_id = $1"; }
operational() { sqlite_value "select count(*) from ticket where queue = 'operations'"; }

LEVELS='      - {notify: [bob], at: [75% respond], ack-within: 10m, tries: 2}
      - {notify: [carol], ack-within: 10m}
      - {notify: [dana], after: 20m, ack-within: 10m}'

# ---- one is on leave ----
fresh
away bob
check "the configuration is good" escalate check
ask
at 2026-05-26T10:00:00+02:00
at 2026-05-26T10:23:00+02:00
same "who stands in for him is asked at once" ann "$(pages)"
match "and told for whom" 'Bob' "$(plain "$(templated escalation | tail -n 1)")"
at 2026-05-26T10:33:00+02:00
same "with the tries of the level" 'ann ann' "$(pages)"
at 2026-05-26T10:43:00+02:00
same "then the next level" 'ann ann carol' "$(pages)"
same "nothing is exhausted" 0 "$(operational)"

# ---- two who stand in for each other, both on leave ----
fresh
away bob ann
ask
at 2026-05-26T10:00:00+02:00
at 2026-05-26T10:23:00+02:00
same "the chain of backups ends, and the next level is asked in the same minute" carol "$(pages)"
match "which is logged" 'level=1' "$(escalate audit 1 | grep nobody)"
at 2026-05-26T10:33:00+02:00
same "it has its own time" carol "$(pages)"
at 2026-05-26T10:53:00+02:00
same "and the level above is asked when it is due, no sooner" 'carol dana' "$(pages)"
same "all the while nothing is exhausted" 0 "$(operational)"

# ---- back before the second try ----
fresh
away
ask
at 2026-05-26T10:00:00+02:00
at 2026-05-26T10:23:00+02:00
leave_of bob 20260526 20260527
at 2026-05-26T10:33:00+02:00
same "whose leave is filed while he is asked: the repeat goes to who stands in" 'bob ann' "$(pages)"

# ---- all are on leave ----
fresh
away bob ann carol dana
ask
at 2026-05-26T10:00:00+02:00
at 2026-05-26T10:23:00+02:00
same "nobody below is written to who is not there" '' "$(pages)"
at 2026-05-26T10:42:59+02:00
same "the last level comes when it is due" '' "$(pages)"
at 2026-05-26T10:43:00+02:00
same "it is asked anyway" dana "$(pages)"
same "and a ticket says that nobody is there" 1 "$(operational)"
at 2026-05-26T18:00:00+02:00
at 2026-05-26T23:50:00+02:00
same "once, however long nobody is there" 'dana 1' "$(sqlite_value "select group_concat(contact, ' ') from notification where run_id = 1") $(operational)"
at 2026-05-27T00:00:00+02:00
same "the moment they are back somebody is asked" 'dana 3, dana 3' "$(told 1 | sed 's/ [0-9]* [0-9:]*\(,\|$\)/\1/g')"
at 2026-05-27T00:20:00+02:00
same "and no second ticket about it" 1 "$(operational)"

# ---- only the lowest level is back ----
fresh
away bob ann carol dana
leave_of carol 20260526 20260530
leave_of dana 20260526 20260530
ask
at 2026-05-26T10:00:00+02:00
at 2026-05-26T10:23:00+02:00
at 2026-05-26T10:43:00+02:00
at 2026-05-26T23:59:00+02:00
at 2026-05-27T00:00:00+02:00
at 2026-05-27T00:04:00+02:00
match "who is back is asked, whatever his level" '^dana 3 26 10:43, bob 1 27 00:0[04]$' "$(told 1)"

# ---- personal hours: a night ----
LEVELS='      - {notify: [bob], at: [75% respond], ack-within: 10m, tries: 2, respect-hours: yes}
      - {notify: [carol], ack-within: 10m, respect-hours: yes}
      - {notify: [dana], after: 20m, ack-within: 10m}'
fresh office
away ann
ask
at 2026-05-26T16:35:00+02:00
at 2026-05-26T16:58:00+02:00
same "in his hours he is asked" 'bob 1 26 16:58' "$(told 1)"
at 2026-05-26T17:08:00+02:00
at 2026-05-26T17:27:59+02:00
same "after them he is not, nor is the next level" 'bob 1 26 16:58' "$(told 1)"
at 2026-05-26T17:28:00+02:00
same "but the one that asks at any hour, when it is due" 'bob 1 26 16:58, dana 3 26 17:28' "$(told 1)"
reply "$(templated escalation | tail -n 1)" dana@desk.test 'ack'
at 2026-05-26T17:30:00+02:00
same "who takes it" 'held 3' "$(state_of)"
same "nothing is exhausted" 0 "$(operational)"

# ---- a night, a weekend and a holiday, with nobody who may be asked ----
LEVELS='      - {notify: [bob], at: [75% respond], ack-within: 10m, tries: 2, respect-hours: yes}
      - {notify: [carol], ack-within: 10m, respect-hours: yes}'
fresh office
away
leave_of ann 20260522 20260526
ask
at 2026-05-22T16:35:00+02:00
at 2026-05-22T16:58:00+02:00
at 2026-05-22T17:08:00+02:00
same "the last level is asked once" 'bob 1 22 16:58, carol 2 22 17:08' "$(told 1)"
same "a ticket says so" 1 "$(operational)"
at 2026-05-22T23:00:00+02:00
at 2026-05-23T12:00:00+02:00
at 2026-05-24T12:00:00+02:00
at 2026-05-25T12:00:00+02:00
at 2026-05-25T23:59:00+02:00
same "then nobody until the office opens on Tuesday" 'bob 1 22 16:58, carol 2 22 17:08' "$(told 1)"
same "for the other ticket neither, but once" 1 "$(sqlite_value 'select count(*) from notification where ticket_id = 2')"
at 2026-05-26T09:00:00+02:00
match "on Tuesday at nine somebody is asked" ', carol 2 26 09:00$' "$(told 1)"
done_testing
