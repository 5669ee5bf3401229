#!/bin/sh
# lint.sh [TREE]: what checks itself without building: shell scripts, manual, and a quick look at the C sources. Each tool that is
# absent is named and passed over. Exit 1 where anything was found.
# shellcheck disable=SC2317 # functions are called through run
set -u
top=$(cd "${1:-$(dirname "$0")/..}" && pwd) || exit 99
cd "$top" || exit 99
found=0

# run NAME COMMAND…: its output is the finding.
run() {
    name=$1
    shift
    if output=$("$@" 2>&1); then
        echo "ok      $name"
    else
        echo "FOUND   $name"
        printf '%s\n' "$output" | head -200
        found=1
    fi
}

has() {
    command -v "$1" >/dev/null && return 0
    echo "absent  $1"
    return 1
}

# Shell scripts by their name or their first line; not those that autotools made.
scripts() {
    find . -type f \( -name '*.sh' -o -path './.ci/run' \) ! -path './build-aux/*' ! -path './.git/*' | sort
    # scripts that are installed without a suffix
    find contrib filters tests/fault -type f ! -name '*.*' -exec sh -c 'for f; do head -c 20 "$f" | grep -q "^#!.*sh" && echo "$f"; done' - {} + | sort
}

shell() {
    status=0
    for script in $(scripts); do
        # -nt and -ot (3013): dash, bash and busybox have them; 2034: what a sourced file reads
        shellcheck -x -S warning -e SC3013,SC2034 "$script" || status=1
    done
    return "$status"
}

manual() {
    status=0
    for page in man/*.[1-8]; do
        lint=$(mandoc -Tlint -Wwarning "$page" | grep -v -e 'referenced manual not found' -e 'date')
        [ -z "$lint" ] || { printf '%s\n' "$lint"; status=1; }
    done
    return "$status"
}

# quick: no configurations, no system headers; what GLib's macros look like must be said.
sources() {
    cppcheck --quiet --std=c11 --language=c --enable=warning,portability --error-exitcode=1 --inline-suppr \
        -D'G_DEFINE_AUTOPTR_CLEANUP_FUNC(a,b)=' -D'G_GNUC_PRINTF(a,b)=' -D'g_autoptr(a)=a*' -D'g_auto(a)=a' -Dg_autofree= \
        -D'G_N_ELEMENTS(a)=(sizeof(a)/sizeof(a[0]))' -D'ESCALATE_DATADIR="/usr/share/escalate"' -D'ESCALATE_SPOOLDIR="/var/spool/escalate"' \
        -D'ESCALATE_STATEDIR="/var/lib/escalate"' -D'ESCALATE_CONFIG="/etc/escalate/escalate.yaml"' \
        --suppress=missingIncludeSystem --suppress=unknownMacro --suppress=arrayIndexThenCheck --suppress=va_list_usedBeforeStarted \
        --max-configs=1 -Isrc src filters
}

if has shellcheck; then run "shell scripts" shell; fi
if has mandoc; then run "man pages" manual; fi
if has cppcheck; then run "C sources" sources; fi
exit $found
