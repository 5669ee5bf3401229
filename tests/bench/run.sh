#!/bin/sh
# run.sh BUILDDIR SRCDIR: what escalate costs, beside what cannot be saved. Runs the programs of the build in BUILDDIR, there (the
# file system counts: fsync), and prints a line a figure: name, value, floor, ratio, aim, separated by tabs. Value and floor are
# medians of interleaved rounds. Only the ratio says anything on another machine. No test: nothing fails for being slow.
set -u
LC_ALL=C.UTF-8
TZ=UTC
export LC_ALL TZ

if [ $# -ne 2 ]; then
    echo "usage: run.sh BUILDDIR SRCDIR" >&2
    exit 2
fi
build=$(cd "$1" && pwd) || exit 2
source=$(cd "$2" && pwd) || exit 2
ESCALATE_DATADIR=$source
export ESCALATE_DATADIR
bench=$source/tests/bench
work=$build/bench.$$
mkdir "$work" || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

programs=$build/tests/bench
! grep -q '^SANITIZE = -' "$build/Makefile" || echo "# built with sanitizers: these figures mean nothing"

# Office hours with a break, and twelve holidays a year: about 500 intervals.
{
    printf 'BEGIN:VCALENDAR\n'
    for part in 090000-120000 130000-170000; do
        printf 'BEGIN:VEVENT\nUID:%s\nDTSTART:20250106T%s\nDTEND:20250106T%s\n' "$part" "${part%-*}" "${part#*-}"
        printf 'RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR\nEND:VEVENT\n'
    done
    printf 'END:VCALENDAR\n'
} >"$work/hours.ics"
{
    printf 'BEGIN:VCALENDAR\n'
    for day in 0101 0106 0308 0501 0508 0614 0815 0920 1003 1101 1225 1226; do
        printf 'BEGIN:VEVENT\nUID:%s\nDTSTART;VALUE=DATE:2020%s\nRRULE:FREQ=YEARLY\nEND:VEVENT\n' "$day" "$day"
    done
    printf 'END:VCALENDAR\n'
} >"$work/holidays.ics"

# What each figure should be: a ratio (x), else the value in its own unit. The others say where the time goes, and have none.
aims() {
    tr '|' '\t' <<'AIMS'
filter us/mail|<= 1.25x
filter instructions|<= 1.2x
worktime add ns, 1 year|<= 100
worktime between ns, 1 year|<= 100
worktime add ns, 10 years|<= 150
worktime between ns, 10 years|<= 150
inspect us/mail|<= 5x
intake us/mail|-
intake CPU us/mail|<= 500
intake instructions/mail|<= 10x
calendar read and compiled ms, 1 year|<= 3
memory of 1000 calendars over 3 years MiB|<= 64
1000000 deadlines computed s|<= 1
100000 deadlines moved: longest transaction ms|<= 50
10000 escalations due at once, CPU s|<= 2
deliver us/mail|<= 1.25x
escalated --once ms, 100000 open tickets, nothing due|<= 1.5x
one round us, 100000 open tickets, nothing due|<= 2x
its timers us|<= 2x
lmtp us/mail, 20 connections, one fsync a mail beside|<= 0.33x
lmtp through Postfix us/mail, a sink that stores nothing beside|<= 1.18x
AIMS
}

# Of the filter and of its floor, for the mail that bench_filter left; nearly all of the floor is what a static C library does at its start, which
# grows with the environment.
instructions() {
    command -v valgrind >/dev/null || return 0
    set -- "$(count "$build/escalate-filter" -d "$work/filter" -q support -f bo@example.net -- support@example.org)" \
        "$(count "$programs/bare" "$work/filter/tmp/bare" "$work/filter/incoming/bare" "$work/filter/incoming")"
    awk -v a="$1" -v b="$2" 'BEGIN { printf "filter instructions\t%d\t%d\t%.2f\n", a, b, a / b }'
}
count() { valgrind --tool=callgrind --callgrind-out-file=/dev/null "$@" <"$work/filter/mail" 2>&1 | sed -n 's/.*Collected : *//p'; }

# For one mail more, of all that is done with it but for the channel, and of GMime: the same count on each machine, where their time hangs on its
# caches and on its day. valgrind has none of the processor's own instructions for SHA-256, which are some 200,000 of the count.
intake_instructions() {
    command -v valgrind >/dev/null || return 0
    set -- "$(count_more all)" "$(count_more gmime)"
    awk -v a="$1" -v b="$2" 'BEGIN { printf "intake instructions/mail\t%d\t%d\t%.2f\n", a, b, a / b }'
}
count_more() { echo $((($(count_intake "$1" 400) - $(count_intake "$1" 200)) / 200)); }
count_intake() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$programs/bench_intake" "$work/intake/$1$2" "$1" "$2" 2>&1 |
        awk '/Collected : / { all += $NF } END { printf "%d", all }'
}

figures() {
    "$programs/bench_filter" "$build/escalate-filter" "$programs/bare" "$work/filter" || exit 1
    instructions
    "$programs/bench_lmtp" "$work/lmtp" 2>"$work/lmtp.log" || exit 1
    sh "$bench/lmtp-postfix.sh" "$programs/bench_lmtp" "$work/postfix" "$source" || exit 1
    "$programs/bench_worktime" "$work/hours.ics" "$work/holidays.ics" || exit 1
    "$programs/bench_recalc" "$work/recalc" "$work/hours.ics" "$work/holidays.ics" || exit 1
    "$programs/bench_due" "$work/due" || exit 1
    "$programs/bench_deliver" "$work/deliver" || exit 1
    "$programs/bench_intake" "$work/intake" || exit 1
    intake_instructions
    "$programs/bench_pass" "$build/escalated" "$work/pass" || exit 1
}
mkdir "$work/lmtp" "$work/postfix" "$work/recalc" "$work/due" "$work/deliver" "$work/filter" "$work/intake" "$work/pass" || exit 2
aims >"$work/aims"
printf 'figure\tvalue\tfloor\tratio\taim\n'
{ figures || echo failed >"$work/failed"; } | awk -F '\t' -v OFS='\t' -v aims="$work/aims" '
    BEGIN { while ((getline line < aims) > 0) { split(line, part, "\t"); aim[part[1]] = part[2] } }
    { print $1, $2, $3, $4, ($1 in aim ? aim[$1] : "-"); fflush() }'
[ ! -e "$work/failed" ]
