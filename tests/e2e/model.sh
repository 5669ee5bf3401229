#!/bin/sh
# model.sh: random sequences of mails, verbs, failures, downtimes and time against all that must hold; `make model N=… SEED=…` plays more of them.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
MODEL=${MODEL:-$BUILDDIR/tests/model/model}
need "$MODEL"
ESCALATE_DATADIR=$TOP_SRCDIR
export ESCALATE_DATADIR

cp "$TOP_SRCDIR"/tests/model/*.yaml "$TOP_SRCDIR"/tests/model/*.ics "$WORK" || exit 99
N=${N:-1000}
check "$N sequences from seed ${SEED:-1} hold" "$MODEL" "$CONF" "$N" "${SEED:-1}" 2
done_testing
