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

# ---- a calendar gets another name ----
opened 2026-05-26T10:00:00+02:00 20260525
escalate --now 2026-05-26T11:00:00+02:00 answered 1 'by phone' >/dev/null
escalate --now 2026-05-26T12:00:00+02:00 wait 1 for customer >/dev/null
make_mail -H "In-Reply-To: $(header "$(templated auto-ack | tail -n 1)" Message-ID)" kim@acme.test support@desk.test 'Re: [support #1] Invoice' 'Here it is.' | deliver kim@acme.test support@desk.test
at 2026-05-27T10:00:00+02:00
was=$(due resolve)
sed -i 's/calendar: office/calendar: berlin/; s/^  office:/  berlin:/' "$CONF"
at 2026-05-28T09:30:00+02:00
same "that moves no deadline" "$was" "$(due resolve)"
same "the clock bears the new name" berlin "$(sqlite_value "select calendar from clock where target = 'resolve'")"
closed 20260525 20260528
at 2026-05-28T09:35:00+02:00
same "and is made again from its whole log: a holiday more" '01 16:00' "$(due resolve)"
match "nor does explain count nights" '= 24 h 00 min open' "$(escalate --now 2026-05-28T09:36:00+02:00 explain 1)"

# ---- and an answer lies in incoming, which is late by the old file ----
opened 2026-05-26T10:00:00+02:00 20260525
work=$(reply_to "$(sent_to bob@desk.test)")
make_mail bob@desk.test "$work" 'Re: [support #1] Invoice' 'We look into it.' | deliver bob@desk.test "$work"
closed 20260525 20260526
at 2026-05-26T15:00:00+02:00
same "it is in time by the new one" 'met 0' "$(sqlite_value "select (select event from clock_event where clock_id = c.id order by id desc limit 1) || ' ' || (c.breached_at is not null) from clock c where target = 'respond'")"

# ---- a calendar that is never open any more ----
opened 2026-05-26T10:00:00+02:00 20260525
printf '%s\r\n' BEGIN:VCALENDAR VERSION:2.0 PRODID:-//escalate//tests//EN BEGIN:VEVENT UID:n@tests DTSTART:20200101T090000Z DTEND:20200101T100000Z \
    END:VEVENT END:VCALENDAR >"$WORK/never.ics"
sed -i 's/^  office:/  never: {hours: [never.ics], timezone: Europe\/Berlin}\n  office:/; s/calendar: office/calendar: never/' "$CONF"
make_mail 'Joe <joe@acme.test>' support@desk.test 'Another' 'Hello.' | deliver joe@acme.test support@desk.test
at 2026-05-26T10:30:00+02:00
same "a deadline that cannot be made again stays" '26 14:00' "$(due respond)"
same "and stops nothing: mail is taken in" 2 "$(sqlite_value 'select count(*) from ticket')"
same "and the list is done" 0 "$(sqlite_value 'select count(*) from recalc')"

# ---- hours that end while a customer is waited for ----
opened 2026-05-26T10:00:00+02:00 20260525
escalate --now 2026-05-26T11:00:00+02:00 answered 1 'by phone' >/dev/null
escalate --now 2026-05-26T12:00:00+02:00 wait 1 for customer >/dev/null
sed -i 's/^RRULE:FREQ=WEEKLY.*/RRULE:FREQ=WEEKLY;BYDAY=MO,TU;UNTIL=20260526T120000Z/' "$WORK/office.ics"
make_mail -H "In-Reply-To: $(header "$(templated auto-ack | tail -n 1)" Message-ID)" kim@acme.test support@desk.test 'Re: [support #1] Invoice' 'Here it is.' | deliver kim@acme.test support@desk.test
at 2026-05-27T11:00:00+02:00
same "his mail is taken in all the same" 'open 0' "$(sqlite_value 'select state from ticket where id = 1') $(count hold)"
match "and the audit says which clock could not go on" 'clock-impossible .*target=resolve calendar=office' "$(escalate audit 1)"

desk_calendars
closed 20260525
at 2026-05-27T11:30:00+02:00
same "once the calendar has open time again it goes on" 'resolve|0|01 09:30' "$(sqlite_value "select target || '|' || state || '|' || strftime('%d %H:%M', due_at + 7200, 'unixepoch') from clock where target = 'resolve'")"

# ---- hours that end behind the due, and before a level's 150 % ----
desk_calendars
sed -i 's/^RRULE:FREQ=WEEKLY.*/RRULE:FREQ=WEEKLY;BYDAY=MO,TU;UNTIL=20260526T120000Z/' "$WORK/office.ics"
cp "$WORK/office.ics" "$WORK/short.ics"
LEVELS='      - {notify: [bob], at: [75% respond], ack-within: 10m}
      - {notify: [carol], at: [150% respond], ack-within: 10m}'
rm -rf "$WORK"/escalate.db* "$SPOOL"
desk relay
LEVELS=
sed -i 's/hours: .office.ics./hours: [short.ics]/' "$CONF"
make_mail 'Kim Lee <kim@acme.test>' support@desk.test 'Invoice' 'A question on our invoice.' | deliver kim@acme.test support@desk.test
at 2026-05-26T12:30:00+02:00
same "the mail is a ticket all the same" '1 0' "$(sqlite_value 'select count(*) from ticket') $(count hold)"
same "the level that can be reached is due" 1 "$(sqlite_value "select count(*) from due where what = 'at'")"
match "and the audit says which clock has one that cannot" 'clock-impossible .*target=respond' "$(escalate audit 1)"

# ---- more deadlines than one batch, and all are overdue by the old file ----
opened 2026-05-26T10:00:00+02:00 20260525
for i in $(seq 110); do
    make_mail "Kim <kim@c$i.test>" support@desk.test "Invoice $i" 'A question on our invoice.' | deliver "kim@c$i.test" support@desk.test
done
at 2026-05-26T10:00:30+02:00
same "two clocks for each ticket" 222 "$(sqlite_value 'select count(*) from clock')"
closed 20260525 20260526
at 2026-05-26T16:00:00+02:00
same "today became a holiday: nobody is paged for what is no more late" 0 "$(templated_count escalation)"
same "no breach is on record" 0 "$(sqlite_value "select count(*) from clock_event where event = 'breach'")"
match "and the leads hear of each once" '222 deadlines moved, 0 into the past' "$(header "$(templated notice | tail -n 1)" Subject)"

# ---- a severity on a calendar of its own ----
opened 2026-05-26T08:00:00+02:00 20260525
sed -i 's/S1: {respond: 30bm, update: 2bh, resolve: 4bh}/S1: {respond: 2h, update: 2h, resolve: 4h, calendar: always}/' "$CONF"
escalate --now 2026-05-26T10:00:00+02:00 severity 1 S1 >/dev/null
same "two hours from now, by day and by night" '26 12:00' "$(due respond)"
explained=$(escalate --now 2026-05-26T10:01:00+02:00 explain 1 --tz Europe/Berlin)
match "explain counts what ran before on the calendar of the day" 'Tue 26 May 08:00 CEST  *to Tue 26 May 09:00 CEST  *closed  *outside the hours, on calendar office' "$explained"
match "and what runs now on the other" 'Tue 26 May 10:00 CEST  *to Tue 26 May 12:00 CEST  *open  *2 h 00 min *$' "$explained"
match "its sum is that of the clock" '= 3 h 00 min open; due Tue 26 May 12:00' "$explained"
escalate --now 2026-05-26T10:30:00+02:00 severity 1 S3 >/dev/null
same "milder again: from the start, less what ran" '26 13:00' "$(due respond)"
explained=$(escalate --now 2026-05-26T10:31:00+02:00 explain 1 --tz Europe/Berlin)
match "half an hour stays with the other" 'Tue 26 May 10:00 CEST  *to Tue 26 May 10:30 CEST  *open  *0 h 30 min .*, on calendar always' "$explained"
match "and the sum with the target" '= 4 h 00 min open; due Tue 26 May 13:00' "$explained"

# ---- a calendar by which it counted before ----
opened 2026-05-26T08:00:00+02:00 20260525
cp "$WORK/office.ics" "$WORK/other.ics"
sed -i 's/S1: {respond: 30bm, update: 2bh, resolve: 4bh}/S1: {respond: 2bh, update: 2bh, resolve: 4bh, calendar: other}/
s/^  office:/  other: {hours: [other.ics], timezone: Europe\/Berlin}\n  office:/' "$CONF"
escalate --now 2026-05-26T10:00:00+02:00 severity 1 S1 >/dev/null
escalate --now 2026-05-26T10:30:00+02:00 severity 1 S3 >/dev/null
same "on its first calendar again" '26 13:00' "$(due respond)"
at 2026-05-26T10:31:00+02:00
sed -i 's/T090000/T110000/' "$WORK/other.ics"
at 2026-05-26T10:32:00+02:00
same "the other one opens at 11 now: half an hour less is used" '26 13:30' "$(due respond)"
match "explain has the same" 'open; due Tue 26 May 13:30' "$(escalate --now 2026-05-26T10:33:00+02:00 explain 1 --tz Europe/Berlin)"

# ---- what changes while a ticket is resolved ----
opened 2026-05-26T10:00:00+02:00 20260525
escalate --now 2026-05-26T12:00:00+02:00 wait 1 for customer >/dev/null
wait_mail=$(templated auto-ack | tail -n 1)
make_mail -H "In-Reply-To: $(header "$wait_mail" Message-ID)" kim@acme.test support@desk.test 'Re: [support #1] Invoice' 'Here it is.' | deliver kim@acme.test support@desk.test
at 2026-05-26T13:00:00+02:00
escalate --now 2026-05-27T10:00:00+02:00 resolve 1 done >/dev/null
closed 20260525 20260526
at 2026-05-27T10:05:00+02:00
make_mail -H "In-Reply-To: $(header "$wait_mail" Message-ID)" kim@acme.test support@desk.test 'Re: [support #1] Invoice' 'It is not done.' | deliver kim@acme.test support@desk.test
at 2026-05-27T11:00:00+02:00
same "reopened, with what the day was worth that is a holiday now" '01 10:00' "$(due resolve)"
match "and says so" 'recalc .*calendar=office .*was=' "$(escalate audit 1)"

done_testing
