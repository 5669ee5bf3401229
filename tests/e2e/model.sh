#!/bin/sh
# model.sh: random sequences of mails, verbs, failures, downtimes and time against all that must hold; `make model N=… SEED=…` plays more of them.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
MODEL=${MODEL:-$BUILDDIR/tests/model/model}
need "$MODEL"
ESCALATE_DATADIR=$TOP_SRCDIR
export ESCALATE_DATADIR

cp "$TOP_SRCDIR"/tests/model/*.yaml "$TOP_SRCDIR"/tests/model/*.ics "$WORK" || exit 99
# what a reload finds: other hours, rotas, targets and times to answer, and one contact less
other() { # FILE
    sed -e 's/office\.ics/hours.ics/' -e 's/duty\.ics/rota.ics/' -e 's/respond: 4bh, resolve: 3bd/respond: 2bh, resolve: 2bd/' -e 's/ack-within: 15m/ack-within: 5m/' \
    -e '/^  gil:/d' -e 's/, manager: \[gil\]//' -e 's/, gil\]/]/' -e 's/\[gil, carol\]/[carol]/' "$1"
}
other "$CONF" >"$WORK/other.yaml"
other "$WORK/crowd.yaml" | sed -e 's/max-open: 2/max-open: 1/' -e '/^  counsel: /d' -e 's/legal: {policy: counsel, /legal: {/' >"$WORK/crowd-other.yaml"
sed -e 's/T090000/T080000/' -e 's/T170000/T200000/' "$WORK/office.ics" >"$WORK/hours.ics"
sed -e 's/T140000/T110000/' -e 's/PT6H/PT9H/' "$WORK/duty.ics" >"$WORK/rota.ics"
# the sanitizers take some ten times as long for one
if grep -q 'SANITIZE = -' "$BUILDDIR/Makefile" 2>/dev/null; then N=${N:-100}; else N=${N:-800}; fi
check "$N sequences from seed ${SEED:-1} hold" "$MODEL" "$CONF" "$WORK/other.yaml" "$N" "${SEED:-1}" 2
check "$N sequences of several ladders, ways and digests from seed ${SEED:-1} hold" "$MODEL" "$WORK/crowd.yaml" "$WORK/crowd-other.yaml" "$N" "${SEED:-1}" 2
# what failed once, and its engine was mended
for seed in 70006120 70010369; do
    check "the sequence of seed $seed holds" "$MODEL" "$CONF" "$WORK/other.yaml" 1 $seed
done
for seed in 70002036 70003260 70003936 70004633 70016445 70017305; do
    check "the sequence of several ladders of seed $seed holds" "$MODEL" "$WORK/crowd.yaml" "$WORK/crowd-other.yaml" 1 $seed
done
done_testing
