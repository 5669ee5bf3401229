#!/bin/sh
# zones.sh: business hours on the days when clocks change, in every zone of the system, against an oracle in Python that shares no code with
# escalate: zoneinfo for the zones, sums of intervals for the hours.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
command -v python3 >/dev/null || skip_all "no python3"
python3 -c 'import zoneinfo; zoneinfo.ZoneInfo("Europe/Berlin")' 2>/dev/null || skip_all "no zoneinfo"

hours() { # FILE FROM-TO…: each a daily window of floating local time, TO past midnight where it is not later than FROM
    file=$1
    shift
    {
        printf '%s\r\n' BEGIN:VCALENDAR VERSION:2.0 PRODID:-//escalate//tests//EN
        for window in "$@"; do
            from=${window%-*} to=${window#*-} day=20100101
            [ "$from" \< "$to" ] || day=20100102
            printf '%s\r\n' BEGIN:VEVENT "UID:$window" DTSTAMP:20100101T000000Z "DTSTART:20100101T$from" "DTEND:${day}T$to" RRULE:FREQ=DAILY END:VEVENT
        done
        printf 'END:VCALENDAR\r\n'
    } >"$file"
}
hours "$WORK/night.ics" 220000-060000
hours "$WORK/small.ics" 013000-024500 233000-001500
hours "$WORK/office.ics" 090000-120000 130000-170000

# Writes questions.txt, a line of arguments each, and answers.txt.
cat >"$WORK/oracle.py" <<'PY'
import random, sys
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo, available_timezones
work = sys.argv[1]
random.seed(7)
UTC = timezone.utc
WINDOWS = {"night": [((22, 0), (6, 0))], "small": [((1, 30), (2, 45)), ((23, 30), (0, 15))], "office": [((9, 0), (12, 0)), ((13, 0), (17, 0))]}

def local(z, t):
    return t.astimezone(z).replace(tzinfo=None, fold=0)

def exists(z, naive):
    return local(z, naive.replace(tzinfo=z).astimezone(UTC)) == naive

def instant(z, naive, last):
    "The instant of a local time: its first or last; of one that is skipped, the end of the gap."
    if exists(z, naive):
        return naive.replace(tzinfo=z, fold=1 if last else 0).astimezone(UTC)
    lo = naive.replace(tzinfo=UTC) - timedelta(days=2)
    hi = naive.replace(tzinfo=UTC) + timedelta(days=2)
    while hi - lo > timedelta(seconds=1):
        mid = lo + (hi - lo) // 2
        mid = mid.replace(microsecond=0)
        if mid == lo:
            break
        lo, hi = (mid, hi) if local(z, mid) < naive else (lo, mid)
    return hi

def intervals(z, kind, t):
    day, out = local(z, t).date(), []
    for k in range(-5, 6):
        d = day + timedelta(days=k)
        for (a, b) in WINDOWS[kind]:
            s = instant(z, datetime(d.year, d.month, d.day, *a), False)
            e = d if a < b else d + timedelta(days=1)
            e = instant(z, datetime(e.year, e.month, e.day, *b), True)
            if s < e:
                out.append((s, e))
    out.sort()
    merged = []
    for s, e in out:
        if merged and s <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(e, merged[-1][1]))
        else:
            merged.append((s, e))
    return merged

def between(spans, a, b):
    return int(sum(max(timedelta(0), min(e, b) - max(s, a)).total_seconds() for s, e in spans))

def add(spans, t, seconds):
    "The earliest instant at which they are used up."
    for s, e in spans:
        if e <= t:
            continue
        s = max(s, t)
        room = int((e - s).total_seconds())
        if seconds <= room:
            return s + timedelta(seconds=seconds)
        seconds -= room

def transitions(z, year):
    t, out = datetime(year, 1, 1, tzinfo=UTC), []
    before = t.astimezone(z).utcoffset()
    while t.year == year:
        nxt = t + timedelta(days=1)
        after = nxt.astimezone(z).utcoffset()
        if after != before:
            lo, hi = t, nxt
            while hi - lo > timedelta(seconds=1):
                mid = (lo + (hi - lo) // 2).replace(microsecond=0)
                lo, hi = (mid, hi) if mid.astimezone(z).utcoffset() == before else (lo, mid)
            out.append(hi)
        t, before = nxt, after
    return out

rfc = lambda t: t.strftime("%Y-%m-%dT%H:%M:%SZ")
questions, answers = open(work + "/questions.txt", "w"), open(work + "/answers.txt", "w")
zones = sorted(n for n in available_timezones() if not n.startswith(("posix", "right")) and n not in ("localtime", "Factory"))
tested = 0
for name in zones:
    z = ZoneInfo(name)
    moments = [m for year in (2011, 2018, 2026) for m in transitions(z, year)] or [datetime(2026, 3, 29, 1, tzinfo=UTC)]
    tested += 1
    for m in moments[:8]:
        for kind in WINDOWS:
            spans = intervals(z, kind, m)
            where = "--hours %s/%s.ics --tz %s" % (work, kind, name)
            for _ in range(2):
                a = m + timedelta(seconds=random.randrange(-100000, 100000))
                b = a + timedelta(seconds=random.randrange(0, 100000))
                print("between", where, rfc(a), rfc(b), file=questions)
                print(between(spans, a, b), file=answers)
                d = random.randrange(1, 12000)
                print("add", where, rfc(a), "%ds" % d, file=questions)
                print(rfc(add(spans, a, d)), file=answers)
                print("open", where, rfc(a), file=questions)
                print("yes" if any(s <= a < e for s, e in spans) else "no", file=answers)
print(tested)
PY
zones=$(python3 "$WORK/oracle.py" "$WORK")
check "at least 400 zones are known here ($zones)" test "$zones" -ge 400
"$ESCALATE" worktime --batch <"$WORK/questions.txt" >"$WORK/said" 2>"$WORK/errors"
same "no question fails" "" "$(head -n 3 "$WORK/errors")"
# instants as instants, whatever the offset
python3 - "$WORK" >"$WORK/wrong" <<'PY'
import sys
from datetime import datetime
work = sys.argv[1]
q, a, s = (open(work + "/" + n).read().splitlines() for n in ("questions.txt", "answers.txt", "said"))
norm = lambda x: int(datetime.fromisoformat(x.replace("Z", "+00:00")).timestamp()) if "T" in x else x
wrong = [(x, y, z) for x, y, z in zip(q, a, s) if norm(y) != norm(z)]
print(len(q), len(s), len(wrong))
for w in wrong[:5]:
    print(*w, sep="\n    ")
PY
count=$(head -n 1 "$WORK/wrong")
same "all $(echo "$count" | cut -d' ' -f1) answers are those of the oracle" "${count% *} 0" "$count"
[ "${count##* }" = 0 ] || diag "$(head -n 20 "$WORK/wrong")"
same "every question is answered" "$(echo "$count" | cut -d' ' -f1)" "$(echo "$count" | cut -d' ' -f2)"

# independent of TZ in the environment
head -n 300 "$WORK/questions.txt" >"$WORK/some"
TZ=UTC "$ESCALATE" worktime --batch <"$WORK/some" >"$WORK/utc"
TZ=Asia/Kathmandu "$ESCALATE" worktime --batch <"$WORK/some" >"$WORK/kathmandu"
check "whatever TZ says" cmp "$WORK/utc" "$WORK/kathmandu"

done_testing
