#!/bin/sh
# run-all.sh: every test, as `./autogen.sh check` runs it: a build by clang; one by gcc, whose warnings are errors as well, with all tests;
# install and uninstall; the same tests under ASan, UBSan and LSan. Closes with one line: N passed, N failed, N skipped.
set -u
cd "$(dirname "$0")/.." || exit 1
# shellcheck source=tests/build.sh
. tests/build.sh
jobs=$(nproc)
failed_steps=

say() { printf '\n== %s\n' "$*"; }

step() {
    say "$1"
    shift
    "$@" || failed_steps="$failed_steps
  $*"
}

tests() { (cd "$1" && make -j"$jobs" --no-print-directory --quiet check); }

# Installs into a directory of its own and removes it again: nothing but empty directories may stay.
install_check() {
    dest=$(pwd)/build/installed
    rm -rf "$dest"
    (cd build/check && make --no-print-directory --quiet install DESTDIR="$dest" >/dev/null) || return 1
    for wanted in usr/local/bin/escalate usr/local/sbin/escalated usr/local/bin/escalate-filter usr/local/share/man/man1/escalate.1 \
        usr/local/share/escalate/templates/en/escalation.txt usr/local/lib/systemd/system/escalated.service; do
        [ -f "$dest/$wanted" ] || { echo "not installed: $wanted"; return 1; }
    done
    [ "$(stat -c %a "$dest/var/spool/escalate/incoming")" = 3777 ] || { echo "incoming has the wrong mode"; return 1; }
    file=$(env LC_ALL=C ldd "$dest/usr/local/bin/escalate-filter" 2>&1)
    case $file in *'not a dynamic executable'*) ;; *) echo "escalate-filter is not static"; return 1 ;; esac
    (cd build/check && make --no-print-directory --quiet uninstall DESTDIR="$dest" >/dev/null) || return 1
    left=$(find "$dest" -type f)
    [ -z "$left" ] || { echo "left after uninstall: $left"; return 1; }
    rm -rf "$dest"
}

# What only clang sees is a minute's work to see: before the tests, not behind half an hour of them.
if command -v clang >/dev/null; then
    step "build (clang)" build build/clang --enable-werror CC=clang CFLAGS='-O1 -g'
fi
step "build (gcc)" build build/check --enable-werror CFLAGS='-O2 -g'
step "tests" tests build/check
step "install" install_check
step "build (sanitizers)" build build/sanitized --enable-werror --enable-sanitizers CFLAGS='-O1 -g'
step "tests under sanitizers" tests build/sanitized

# Each test's own log says how many of its points passed.
count() { # WORD-PATTERN
    cat build/check/tests/*/*.trs build/sanitized/tests/*/*.trs 2>/dev/null | grep -c "^:test-result: $1"
}
passed=$(count 'PASS\|^:test-result: XFAIL')
failed=$(count 'FAIL\|^:test-result: ERROR\|^:test-result: XPASS')
skipped=$(count SKIP)
for log in build/check/tests/*/*.trs build/sanitized/tests/*/*.trs; do
    [ -f "$log" ] || continue
    if grep -q '^:test-result: \(FAIL\|ERROR\|XPASS\)' "$log"; then
        printf '\n== %s\n' "${log%.trs}.log"
        # What failed, and what it said: not the hundreds that passed before.
        awk '/^(ok|PASS|SKIP)/ { told = 0 } /^(not ok|FAIL|ERROR|XPASS|Bail out)/ { told = 1 } told' "${log%.trs}.log" | head -n 60
        tail -n 5 "${log%.trs}.log"
    fi
done
if [ -n "$failed_steps" ]; then
    printf '\nsteps that failed:%s\n' "$failed_steps"
    [ "$failed" -gt 0 ] || failed=1
fi
echo
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
