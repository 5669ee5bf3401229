#!/bin/sh
# year.sh: a year of a support desk (generate.py) replayed twice: the same to the byte, about one ticket in twenty escalated, memory bounded.
# N=MAILS SEED=NUMBER; `make year` takes 200000 mails. Its measurements are comments.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
command -v python3 >/dev/null || skip_all "no python3"
ESCALATE_DATADIR=$TOP_SRCDIR
export ESCALATE_DATADIR
N=${N:-1500}
check "the year is made" python3 "$TOP_SRCDIR/tests/year/generate.py" "$WORK/one" "$N" "${SEED:-1}"
check "and again" python3 "$TOP_SRCDIR/tests/year/generate.py" "$WORK/two" "$N" "${SEED:-1}"
check "the same to the byte" diff -r "$WORK/one" "$WORK/two"
rm -r "$WORK/two"
CONF=$WORK/one/escalate.yaml
check "its configuration is good" escalate --now 2026-01-01T00:00:00Z check
measured() { # measured OUT: replays, and says for how long and with how much memory
    python3 - "$ESCALATE" "$CONF" "$WORK/one/year.mbox" "$1" "$N" <<'PY'
import resource, subprocess, sys, time
begin = time.monotonic()
with open(sys.argv[4], "wb") as to:
    status = subprocess.call([sys.argv[1], "-c", sys.argv[2], "replay", "--answers-resolve", sys.argv[3]], stdout=to)
took, peak = time.monotonic() - begin, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print("# %s mails in %.1f min, %.0f a second, %d MiB at most" % (sys.argv[5], took / 60, int(sys.argv[5]) / took, peak // 1024))
sys.exit(status)
PY
}
measured "$WORK/first" && pass "it is replayed" || fail "it is replayed"
measured "$WORK/second" && pass "and again" || fail "and again"
same_file "the same to the byte" "$WORK/first" "$WORK/second"
total() { awk -v g="$1" -v n="$2" 'index($0, g) == 1 && index(substr($0, 17), n) == 1 { print $NF }' "$WORK/first"; }
same "every mail is taken in" "$N" "$(total mails 'taken in')"
opened=$(total tickets opened)
asking=$(total escalations total)
diag "$opened tickets, $asking escalations, $(total pages total) pages"
check "one to ten tickets of a hundred are escalated" test $((asking * 100)) -ge "$opened" -a $((asking * 10)) -le "$opened"
done_testing
