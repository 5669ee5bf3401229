#!/bin/sh
# shellcheck disable=SC1091
# Each fuzz target on its seeds and for a few seconds beyond, always the same inputs. Longer: tests/fuzz/run.sh.
. "$(dirname "$0")/../lib.sh"

# CC may be anything, the fuzzer is clang's.
sh "$TOP_SRCDIR/tests/fuzz/run.sh" "$BUILDDIR" "$TOP_SRCDIR" 0 >"$WORK/build" 2>&1
case $? in
0) ;;
77) skip_all "$(tail -1 "$WORK/build")" ;;
*)
    fail 'the fuzz targets build'
    diag "$(tail -50 "$WORK/build")"
    done_testing
    ;;
esac
pass 'the fuzz targets build'

# Seeds of JSON that core refuses at the first field that is new reach nothing behind it.
same 'the seeds of json have the fields that inspect has' '' "$(make_mail a@b.test c@d.test 'x' | "$ESCALATE" inspect | python3 -c 'import json,sys
fields = set(json.load(sys.stdin))
for name in sys.argv[1:]:
    data = open(name, "rb").read()
    beside = {"text", "new_text", "elided", "signature", "guessed_quote", "guessed_signature", "returned_text", "headers"} if b"\0" in data else set()
    missing = (fields - beside) ^ set(json.loads(data.split(b"\0")[0]))
    if missing: print(name, sorted(missing))' "$TOP_SRCDIR"/tests/fuzz/seeds/json/*)"

RUNS=20000
SEED=1
CORPUS=$WORK/corpus
TIMEOUT=120 # by the clock on the wall: a machine that stands still for a while is no finding
export RUNS SEED CORPUS TIMEOUT
for target in "$TOP_SRCDIR"/tests/fuzz/fuzz_*.c; do
    target=$(basename "$target" .c)
    target=${target#fuzz_}
    if sh "$TOP_SRCDIR/tests/fuzz/run.sh" "$BUILDDIR" "$TOP_SRCDIR" 10 "$target" >"$WORK/said" 2>&1; then
        pass "$(cat "$WORK/said")"
    else
        fail "$target"
        diag "$(cat "$WORK/said")"
        diag "$(grep -a -A25 -E 'ERROR: |runtime error|broken promise|core refuses' "$BUILDDIR/fuzz/$target.log" |
            cut -c1-200 | head -40)"
    fi
done

done_testing
