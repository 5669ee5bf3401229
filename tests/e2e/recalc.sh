#!/bin/sh
# recalc.sh: a calendar or a plan changes while deadlines are open: they are made again from their logs, said, and nothing happens twice.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
command -v python3 >/dev/null || skip_all "no python3"

# closed DAY…: the holidays are these days (YYYYMMDD).
closed() {
    {
        printf '%s\r\n' BEGIN:VCALENDAR VERSION:2.0 PRODID:-//escalate//tests//EN
        for day in "$@"; do
            printf '%s\r\n' BEGIN:VEVENT "UID:$day@tests" DTSTAMP:20260101T000000Z "DTSTART;VALUE=DATE:$day" "SUMMARY:Closed $day" END:VEVENT
        done
        printf '%s\r\n' BEGIN:VEVENT UID:far@tests DTSTAMP:20260101T000000Z 'DTSTART;VALUE=DATE:20300101' END:VEVENT END:VCALENDAR
    } >"${FILE:-$WORK/holidays.ics}"
}
opened() { # a ticket at $1, holidays $2…
    rm -rf "$WORK"/escalate.db* "$SPOOL" "$WORK"/key "$WORK"/audit.key
    desk relay
    opened_at=$1
    shift
    closed "$@"
    make_mail 'Kim Lee <kim@acme.test>' support@desk.test 'Invoice' 'A question on our invoice.' | deliver kim@acme.test support@desk.test
    at "$opened_at"
}
due() { sqlite_value "select coalesce(strftime('%d %H:%M', due_at + 7200, 'unixepoch'), 'paused') from clock where target = '$1' order by id desc limit 1"; }
events() { sqlite_value "select count(*) from clock_event where event = 'recalc'"; }

# ---- a holiday comes ----
opened 2026-05-26T10:00:00+02:00 20260525
same "respond is due" '26 14:00' "$(due respond)"
same "resolve is due" '29 10:00' "$(due resolve)"
at 2026-05-26T10:05:00+02:00
same "an unchanged file moves nothing" 0 "$(events)"
closed 20260525 20260528
at 2026-05-26T10:10:00+02:00
same "a holiday on Thursday: resolve is a working day later" '01 10:00' "$(due resolve)"
same "respond, which ends before, stays" '26 14:00' "$(due respond)"
same "one deadline was stored" 1 "$(events)"
match "explain says when, and by which event" 'recalc *Tue 26 May 10:10' "$(escalate --now 2026-05-26T10:11:00+02:00 explain 1)"
match "and counts round the new holiday" 'Closed 20260528' "$(escalate --now 2026-05-26T10:11:00+02:00 explain 1)"
match "audited, with what it was" 'recalc .*calendar=office .*was=2026-05-29T08:00:00Z' "$(escalate audit 1)"
notice=$(templated notice | tail -n 1)
match "the leads are told" '1 deadlines moved, 0 into the past' "$(header "$notice" Subject)"
match "which, from when to when" '#1 resolve in support: Fri 2026-05-29 10:00 to Mon 2026-06-01 10:00' "$(plain "$notice" | tr '\n' ' ')"
closed 20260525 20260526 20260528
at 2026-05-26T10:12:00+02:00
same "today becomes one: the clock starts tomorrow" '27 13:00' "$(due respond)"
closed 20260525
at 2026-05-26T10:15:00+02:00
same "and back" '26 14:00 29 10:00' "$(due respond) $(due resolve)"
match "what fires moved along" 'Tue 26 May 13:00 CEST.*level 1' "$(escalate --now 2026-05-26T10:16:00+02:00 next | tr '\n' ' ')"
at 2026-05-26T13:00:00+02:00
same "level 1 fires at 75 percent" 1 "$(templated_count escalation)"
closed 20260525 20260529
at 2026-05-26T13:01:00+02:00
at 2026-05-26T13:02:00+02:00
same "and not again because of a change" 1 "$(templated_count escalation)"

# ---- into the past ----
opened 2026-05-25T10:00:00+02:00 20260525
same "opened on a holiday" '26 13:00' "$(due respond)"
closed 20260526
at 2026-05-25T15:00:00+02:00
same "it was none: due four hours after the mail" '25 14:00' "$(due respond)"
match "which is past: the ladder climbs at once" 'breach' "$(escalate audit 1)"
same "by the level of a breach" 'Carol <carol@desk.test>' "$(header "$(templated escalation | tail -n 1)" To)"
match "the report says so" '1 into the past' "$(header "$(templated notice | tail -n 1)" Subject)"

# ---- pauses ----
opened 2026-05-26T10:00:00+02:00 20260525
escalate --now 2026-05-26T11:00:00+02:00 answered 1 'by phone' >/dev/null
escalate --now 2026-05-26T12:00:00+02:00 wait 1 for customer >/dev/null
same "paused" paused "$(due resolve)"
closed 20260525 20260528
at 2026-05-26T12:30:00+02:00
make_mail -H "In-Reply-To: $(header "$(templated auto-ack | tail -n 1)" Message-ID)" kim@acme.test support@desk.test 'Re: [support #1] Invoice' 'Here it is.' | deliver kim@acme.test support@desk.test
at 2026-05-26T15:00:00+02:00
same "what was left goes on, round the new holiday" '01 13:00' "$(due resolve)"
match "explain has the pause and the mail that ended it" 'resume .*by message' "$(escalate --now 2026-05-26T15:01:00+02:00 explain 1)"

# ---- asked beforehand ----
opened 2026-05-26T10:00:00+02:00 20260525
mkdir "$WORK/new"
FILE=$WORK/new/holidays.ics closed 20260525 20260526
impact=$(escalate --now 2026-05-26T10:30:00+02:00 calendar office --impact "$WORK/new/holidays.ics")
match "impact says what would move" '#1 respond in support: Tue 2026-05-26 14:00 to Wed 2026-05-27 13:00' "$impact"
match "and how many" '2 deadlines would move, 0 into the past' "$impact"
same "and moves nothing" '26 14:00' "$(due respond)"
FILE=$WORK/new/holidays.ics closed 20260525
match "of the same days" '0 deadlines would move' "$(escalate --now 2026-05-26T10:30:00+02:00 calendar office --impact "$WORK/new/holidays.ics")"
mv "$WORK/new/holidays.ics" "$WORK/new/other.ics"
match "a file of another name: instead of which?" 'in place of which' "$(escalate calendar office --impact "$WORK/new/other.ics" 2>&1)"
match "said" '0 deadlines would move' "$(escalate --now 2026-05-26T10:30:00+02:00 calendar office --impact "$WORK/new/other.ics" --instead-of holidays.ics)"

# ---- a plan changes ----
plan() { sed -i "s/S3: {respond: [0-9a-z]*,/S3: {respond: $1,/" "$CONF"; }
opened 2026-05-26T10:00:00+02:00 20260525
plan 8bh
at 2026-05-26T10:30:00+02:00
same "a longer target counts from the start" '27 10:00' "$(due respond)"
plan 2bh
at 2026-05-26T11:00:00+02:00
same "a shorter one from now" '26 13:00' "$(due respond)"
match "with its own word in the log" 'tighten *Tue 26 May 11:00' "$(escalate --now 2026-05-26T11:01:00+02:00 explain 1)"
closed 20260525 20260526
at 2026-05-26T11:30:00+02:00
same "and then a calendar: the log is made again with both" '27 11:00' "$(due respond)"

done_testing
