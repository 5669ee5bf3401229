#!/bin/sh
# run.sh BUILDDIR SRCDIR SECONDS [TARGET…]: builds the fuzz targets with clang in BUILDDIR/fuzz, and runs each for so long (0: only
# builds). What a run learns stays in BUILDDIR/fuzz/corpus for the next; an input that breaks something is BUILDDIR/fuzz/found/TARGET-….
# RUNS limits the number of inputs. Exit: 0 nothing found, 1 something was, 2 wrong use, 77 no clang with libFuzzer here.
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
mkdir -p "$work/corpus" "$work/found" || exit 2

# The runtime is a package of its own in places.
printf 'int LLVMFuzzerTestOneInput(const unsigned char *d, unsigned long n);\nint LLVMFuzzerTestOneInput(const unsigned char *d, unsigned long n) { return d == 0 && n > 9; }\n' >"$work/probe.c"
if ! clang -fsanitize=fuzzer,address,undefined -o "$work/probe" "$work/probe.c" >"$work/probe.log" 2>&1; then
    echo "no clang with libFuzzer, ASan and UBSan here: $(head -1 "$work/probe.log")"
    exit 77
fi
make -j2 -s -C "$work" -f "$fuzz/build.mk" SRCDIR="$source" BUILDDIR="$build" || exit 2
[ "$seconds" -eq 0 ] && exit 0

# Bytes that an input may have, and the seconds after which one counts as hung (sanitizers make the code about ten times slower).
max_length() {
    case $1 in
    message | reading | json) echo 16384 ;;
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
    set -- $(for source_file in "$fuzz"/fuzz_*.c; do basename "$source_file" .c | sed 's/^fuzz_//'; done)
fi
# GLib's own pools would hide what the sanitizer looks for.
G_SLICE=always-malloc
ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1
UBSAN_OPTIONS=print_stacktrace=1
ESCALATE_DATADIR=$source
export G_SLICE ASAN_OPTIONS UBSAN_OPTIONS ESCALATE_DATADIR

status=0
for target; do
    if [ ! -x "$work/fuzz_$target" ]; then
        echo "no such target: $target" >&2
        exit 2
    fi
    mkdir -p "$work/corpus/$target" || exit 2
    log=$work/$target.log
    if "$work/fuzz_$target" -max_total_time="$seconds" -runs="${RUNS:--1}" -max_len="$(max_length "$target")" -timeout=25 \
        -rss_limit_mb=2048 -malloc_limit_mb=1024 -print_final_stats=1 -artifact_prefix="$work/found/$target-" \
        -dict="$fuzz/dict/$(words "$target").dict" "$work/corpus/$target" "$fuzz/seeds/$(kin "$target")" >"$log" 2>&1; then
        echo "$target: nothing found in $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") runs"
    else
        status=1
        echo "$target: FOUND $(grep -a -m1 -E '(ERROR|SUMMARY): |runtime error|broken promise|refuses' "$log" || tail -1 "$log")"
        sed -n 's/^Test unit written to /    /p' "$log"
        echo "    $log"
    fi
done
exit $status
