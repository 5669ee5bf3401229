#!/bin/sh
# run.sh BUILDDIR SRCDIR SECONDS [TARGET…]: builds the fuzz targets with clang in BUILDDIR/fuzz, and runs each for so long (0:
# only builds). What a run learns stays in BUILDDIR/fuzz/corpus (or CORPUS) for the next; an input that breaks something is
# BUILDDIR/fuzz/found/TARGET-…. RUNS limits the number of inputs; SEED makes them the same each time; TIMEOUT is
# how many seconds one may take (25). Exit: 0 nothing found, 1 something was, 2 wrong use or no build, 77 no clang with libFuzzer here.
set -u
LC_ALL=C.UTF-8
TZ=UTC
export LC_ALL TZ

if [ $# -lt 3 ]; then
    echo "usage: run.sh BUILDDIR SRCDIR SECONDS [TARGET]..." >&2
    exit 2
fi
build=$(cd "$1" && pwd) || exit 2
source=$(cd "$2" && pwd) || exit 2
seconds=$3
shift 3
fuzz=$source/tests/fuzz
work=$build/fuzz
corpus=${CORPUS:-$work/corpus}
mkdir -p "$work/found" || exit 2

# The runtime is a package of its own in places.
echo 'int LLVMFuzzerTestOneInput(const unsigned char *d, unsigned long n) { return d == 0 && n > 9; }' >"$work/probe.c"
if ! clang -fsanitize=fuzzer,address,undefined -o "$work/probe" "$work/probe.c" >"$work/probe.log" 2>&1; then
    echo "no clang with libFuzzer, ASan and UBSan here: $(head -1 "$work/probe.log")"
    exit 77
fi
make -j2 -s -C "$work" -f "$fuzz/build.mk" SRCDIR="$source" BUILDDIR="$build" || exit 2
[ "$seconds" -eq 0 ] && exit 0

# Bytes that an input may have.
max_length() {
    case $1 in
    message | reading | json) echo 16384 ;;
    html | bounce) echo 8192 ;;
    *) echo 4096 ;;
    esac
}
# Two targets that read the same thing share seeds and words.
kin() {
    case $1 in
    reading) echo message ;;
    *) echo "$1" ;;
    esac
}
words() {
    case $1 in
    reading) echo message ;;
    invite) echo ical ;;
    *) echo "$1" ;;
    esac
}

if [ $# -eq 0 ]; then
    # shellcheck disable=SC2046 # words are wanted
    set -- $(for source_file in "$fuzz"/fuzz_*.c; do basename "$source_file" .c | sed 's/^fuzz_//'; done)
fi
# GLib's own pools would hide what the sanitizer looks for.
G_SLICE=always-malloc
ASAN=allocator_may_return_null=1:detect_leaks
UBSAN_OPTIONS=print_stacktrace=1
ESCALATE_DATADIR=$source
export G_SLICE UBSAN_OPTIONS ESCALATE_DATADIR

status=0
for target; do
    if [ ! -x "$work/fuzz_$target" ]; then
        echo "no such target: $target" >&2
        exit 2
    fi
    mkdir -p "$corpus/$target" || exit 2
    log=$work/$target.log
    # names of zones are interned, and GLib keeps its old tables of such names, unfreed, by design
    case $target in tzif) ASAN_OPTIONS=$ASAN=0 ;; *) ASAN_OPTIONS=$ASAN=1 ;; esac
    export ASAN_OPTIONS
    if "$work/fuzz_$target" -max_total_time="$seconds" -runs="${RUNS:--1}" -seed="${SEED:-0}" \
        -max_len="$(max_length "$target")" -timeout="${TIMEOUT:-25}" -rss_limit_mb=2048 -malloc_limit_mb=1024 -print_final_stats=1 \
        -artifact_prefix="$work/found/$target-" -dict="$fuzz/dict/$(words "$target").dict" \
        "$corpus/$target" "$fuzz/seeds/$(kin "$target")" >"$log" 2>&1; then
        echo "$target: nothing found in $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") runs"
    else
        status=1
        # Frames of the libraries hide who allocated what leaked: once more, the slow way.
        leak=$(sed -n 's/.*Test unit written to \(.*-leak-[0-9a-f]*\)$/\1/p' "$log" | head -1)
        [ -z "$leak" ] || ASAN_OPTIONS=$ASAN_OPTIONS:fast_unwind_on_malloc=0 "$work/fuzz_$target" "$leak" >>"$log" 2>&1
        echo "$target: FOUND $(grep -a -m1 -E '(ERROR|SUMMARY): |runtime error|broken promise|refuses' "$log" || tail -1 "$log")"
        sed -n 's/.*Test unit written to /    /p' "$log"
        echo "    $log"
    fi
done
exit $status
