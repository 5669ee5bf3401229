# shellcheck shell=sh
# lib.sh: what the end-to-end scripts share. TAP on standard output (testanything.org), each script its own directory, no
# sleeping. Source it first:  . "$(dirname "$0")/../lib.sh"
# Programs: ESCALATE, ESCALATED, FILTER (absolute paths), else BUILDDIR/escalate…, else the current directory. TOP_SRCDIR is the
# tree, KEEP=1 leaves the work directory, NOW (RFC 3339) is the Date of mails made here.

set -u
umask 022
LC_ALL=C.UTF-8
TZ=UTC
export LC_ALL TZ

TOP_SRCDIR=${TOP_SRCDIR:-$(dirname "$0")/../..}
TOP_SRCDIR=$(cd "$TOP_SRCDIR" && pwd)
BUILDDIR=$(cd "${BUILDDIR:-.}" && pwd)
ESCALATE=${ESCALATE:-$BUILDDIR/escalate}
ESCALATED=${ESCALATED:-$BUILDDIR/escalated}
FILTER=${FILTER:-$BUILDDIR/escalate-filter}
export TOP_SRCDIR BUILDDIR ESCALATE ESCALATED FILTER

SCRIPT=$(basename "$0" .sh)
WORK=$(mktemp -d "${TMPDIR:-/tmp}/escalate-$SCRIPT.XXXXXX") || exit 99
SPOOL=${SPOOL:-$WORK/spool}
CONF=${CONF:-$WORK/escalate.yaml}
TESTS_RUN=0
TESTS_FAILED=0
MAILS_MADE=0
PLANNED=
FINISHED=no

# ---- life of a script ----

# Run at exit; a script with things to stop overrides it.
cleanup() { :; }

at_exit() {
    status=$?
    trap - EXIT
    cleanup
    if [ "${KEEP:-0}" = 1 ]; then
        echo "# kept $WORK"
    else
        chmod -R u+rwX "$WORK" 2>/dev/null
        rm -rf "$WORK"
    fi
    if [ "$FINISHED" = no ] && [ "$status" -eq 0 ]; then
        echo "Bail out! $SCRIPT ended before done_testing"
        status=99
    fi
    exit "$status"
}
trap at_exit EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# plan N: how many tests are to come; done_testing prints the line where this was not called.
plan() {
    PLANNED=$1
    echo "1..$1"
}

# skip_all REASON: this machine cannot run the script.
skip_all() {
    echo "1..0 # SKIP $1"
    FINISHED=yes
    exit 0
}

# need PROGRAM…: programs of this tree; without them the script cannot say anything.
need() {
    for need_program in "$@"; do
        if [ ! -x "$need_program" ]; then
            echo "Bail out! not built: $need_program"
            FINISHED=yes
            exit 99
        fi
    done
}

# need_shim NAME: the library of tests/e2e that goes before others, as $SHIM for LD_PRELOAD; with sanitizers too, which want to be first.
need_shim() {
    SHIM=$BUILDDIR/tests/e2e/$1.so
    need "$SHIM"
    ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0
    export ASAN_OPTIONS
}

done_testing() {
    [ -n "$PLANNED" ] || echo "1..$TESTS_RUN"
    if [ -n "$PLANNED" ] && [ "$PLANNED" -ne "$TESTS_RUN" ]; then
        diag "planned $PLANNED tests, ran $TESTS_RUN"
        TESTS_FAILED=$((TESTS_FAILED + 1))
    fi
    FINISHED=yes
    [ "$TESTS_FAILED" -eq 0 ] || exit 1
    exit 0
}

# ---- results ----

# diag TEXT: comment lines, shown by every harness.
diag() { printf '%s\n' "$1" | sed 's/^/# /'; }

pass() {
    TESTS_RUN=$((TESTS_RUN + 1))
    echo "ok $TESTS_RUN - $1"
}

fail() {
    TESTS_RUN=$((TESTS_RUN + 1))
    TESTS_FAILED=$((TESTS_FAILED + 1))
    echo "not ok $TESTS_RUN - $1"
}

# nothing NAME TEXT: what must be empty; its lines are the findings.
nothing() {
    if [ -z "$2" ]; then
        pass "$1"
    else
        fail "$1"
        printf '%s\n' "$2" | head -40 | sed 's/^/#   /'
    fi
}

# skip NAME REASON
skip() {
    TESTS_RUN=$((TESTS_RUN + 1))
    echo "ok $TESTS_RUN - $1 # SKIP $2"
}

# check NAME COMMAND…: the command must succeed; its output is shown where it does not.
check() {
    check_name=$1
    shift
    if "$@" >"$WORK/.check" 2>&1; then
        pass "$check_name"
    else
        check_status=$?
        fail "$check_name"
        diag "exit $check_status: $*"
        head -50 "$WORK/.check" | sed 's/^/#   /'
    fi
}

# check_not NAME COMMAND…: the command must fail.
check_not() {
    check_name=$1
    shift
    if "$@" >"$WORK/.check" 2>&1; then
        fail "$check_name"
        diag "succeeded: $*"
        head -50 "$WORK/.check" | sed 's/^/#   /'
    else
        pass "$check_name"
    fi
}

# exits NAME STATUS COMMAND…: the exit status must be this one. Output is in $WORK/out and $WORK/err.
exits() {
    exits_name=$1
    exits_want=$2
    shift 2
    "$@" >"$WORK/out" 2>"$WORK/err"
    exits_status=$?
    if [ "$exits_status" -eq "$exits_want" ]; then
        pass "$exits_name"
    else
        fail "$exits_name"
        diag "exit $exits_status, expected $exits_want: $*"
        head -20 "$WORK/out" "$WORK/err" | sed 's/^/#   /'
    fi
}

# same NAME EXPECTED ACTUAL: two texts, with their difference where there is one.
same() {
    if [ "$2" = "$3" ]; then
        pass "$1"
    else
        fail "$1"
        printf '%s\n' "$2" >"$WORK/.expected"
        printf '%s\n' "$3" >"$WORK/.actual"
        diff -u "$WORK/.expected" "$WORK/.actual" | sed -e '1,2d' -e 's/^/#   /'
    fi
}

# same_file NAME EXPECTED ACTUAL: two files, byte for byte.
same_file() {
    if cmp "$2" "$3" >"$WORK/.check" 2>&1; then
        pass "$1"
    else
        fail "$1"
        diag "$(cat "$WORK/.check")"
        diff -ua "$2" "$3" | head -30 | sed 's/^/#   /'
    fi
}

# match NAME REGEX TEXT: an extended regular expression that a line of the text must match.
match() {
    if printf '%s\n' "$3" | grep -Eq -e "$2"; then
        pass "$1"
    else
        fail "$1"
        diag "no line matches: $2"
        printf '%s\n' "$3" | head -30 | sed 's/^/#   /'
    fi
}

# no_match NAME REGEX TEXT
no_match() {
    if printf '%s\n' "$3" | grep -Eq -e "$2"; then
        fail "$1"
        diag "a line matches: $2"
        printf '%s\n' "$3" | grep -E -e "$2" | head -10 | sed 's/^/#   /'
    else
        pass "$1"
    fi
}

# eventually COMMAND…: until it succeeds, for 30 s at most: for what runs by itself (a daemon, an MTA). Nothing else may wait.
eventually() {
    eventually_tries=0
    until "$@" >/dev/null 2>&1; do
        eventually_tries=$((eventually_tries + 1))
        [ $eventually_tries -le 300 ] || return 1
        sleep 0.1
    done
}

# free_port: a TCP port of the loopback network that nobody has just now.
free_port() {
    python3 -c 'import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# ---- mail in ----

# make_spool [DIR]: an empty spool with the modes of escalate-spool(5); $SPOOL is set to it.
make_spool() {
    SPOOL=${1:-$SPOOL}
    mkdir -p "$SPOOL" "$SPOOL/tmp" "$SPOOL/incoming" "$SPOOL/hold" "$SPOOL/outgoing" "$SPOOL/archive" || return 1
    chmod 0755 "$SPOOL"
    chmod 0750 "$SPOOL/hold" "$SPOOL/outgoing" "$SPOOL/archive"
    chmod 3777 "$SPOOL/tmp" "$SPOOL/incoming"
}

mail_date() {
    date -u -d "${NOW:-2026-11-23T09:00:00Z}" '+%a, %d %b %Y %H:%M:%S +0000'
}

# next_mail: counts up and sets MESSAGE_ID. In a pipe or $(…) a counter would be lost with the subshell, so it lives in a file.
next_mail() {
    MAILS_MADE=$(($(cat "$WORK/.mails" 2>/dev/null || echo 0) + 1))
    echo "$MAILS_MADE" >"$WORK/.mails"
    MESSAGE_ID="mail.$MAILS_MADE@$SCRIPT.test"
}

# make_mail [-H 'Header: value']… FROM TO SUBJECT [BODY]: an RFC 5322 mail on standard output. Message-IDs count up from
# <mail.1@SCRIPT.test>; a -H of Message-ID, Date or Content-Type takes the place of the one made here. BODY - is standard input.
make_mail() {
    mail_headers=
    while [ $# -ge 2 ] && [ "$1" = -H ]; do
        mail_headers="$mail_headers$2
"
        shift 2
    done
    next_mail
    printf 'From: %s\nTo: %s\nSubject: %s\n' "$1" "$2" "$3"
    own_header Message-ID "<$MESSAGE_ID>"
    own_header Date "$(mail_date)"
    if ! printf '%s' "$mail_headers" | grep -qi '^content-type:'; then
        printf 'MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n'
    fi
    printf '%s\n' "$mail_headers"
    if [ "${4:-}" = - ]; then
        cat
    else
        printf '%s\n' "${4:-Hello.}"
    fi
}

own_header() {
    printf '%s' "$mail_headers" | grep -qi "^$1:" || printf '%s: %s\n' "$1" "$2"
}

# last_message_id: of the mail that make_mail made last, also when it ran in a pipe.
last_message_id() { echo "mail.$(cat "$WORK/.mails")@$SCRIPT.test"; }

# deliver SENDER RECIPIENT [OPTION…]: mail on standard input, as pipe(8) would run the filter. SENDER "" is the null sender.
deliver() {
    deliver_from=$1
    deliver_to=$2
    shift 2
    (
        umask 077
        cd / || exit 75
        exec env -i PATH=/usr/bin:/bin "$FILTER" -d "$SPOOL" -f "$deliver_from" "$@" -- "$deliver_to"
    )
}

# spool_files DIRECTORY: the names of message files in a state of the spool, a line each, oldest first.
spool_files() {
    [ -d "$SPOOL/$1" ] || return 0
    find "$SPOOL/$1" -type f ! -name '*.reason' | sort
}

count() { spool_files "$1" | wc -l | tr -d ' '; }

# mail_of FILE: the mail without envelope; envelope_of FILE: the envelope lines without their prefix.
mail_of() { LC_ALL=C sed '1,/^X-Escalate-Envelope-End: /d' "$1"; }
envelope_of() { LC_ALL=C sed -n -e 's/^X-Escalate-Envelope-//p' -e '/^End: /q' "$1"; }

# ---- the daemon ----

# at TIME [ARGUMENT…]: rounds of the daemon until nothing is left to do, at this time.
at() {
    at_time=$1
    shift
    "$ESCALATED" -c "$CONF" --now "$at_time" --once "$@" 2>>"$WORK/log"
}

# escalate ARGUMENT…: the command with this script's configuration.
escalate() { "$ESCALATE" -c "$CONF" "$@"; }

# ---- mail out (the directory transport) ----

# outgoing: the .eml files, in the order of their writing (then by name).
outgoing() {
    [ -d "$SPOOL/outgoing" ] || return 0
    find "$SPOOL/outgoing" -type f -name '*.eml' -printf '%T@ %p\n' | sort -k1,1n -k2 | cut -d' ' -f2-
}

# sent: how many mails went out. sent N: the name of the N-th file (from 1; -1 is the last).
sent() {
    case ${1:-} in
    '') outgoing | wc -l | tr -d ' ' ;;
    -1) outgoing | tail -n 1 ;;
    *) outgoing | sed -n "${1}p" ;;
    esac
}

# sent_to ADDRESS: the names of the mails whose To has this address.
sent_to() {
    outgoing | while IFS= read -r sent_file; do
        if header "$sent_file" To | grep -Fqi -e "$1"; then printf '%s\n' "$sent_file"; fi
    done
}

# header FILE NAME: the unfolded value of the first header of that name. body FILE: what follows the header block, without CR.
header() {
    tr -d '\r' <"$1" | awk -v want="$2" '
        /^$/ { exit }
        /^[ \t]/ { if (on) { sub(/^[ \t]+/, " "); value = value $0 }; next }
        { if (on) exit
          i = index($0, ":")
          if (i && tolower(substr($0, 1, i - 1)) == tolower(want)) {
              on = 1; value = substr($0, i + 1); sub(/^[ \t]+/, "", value) } }
        END { if (on) print value }'
}
body() { tr -d '\r' <"$1" | sed '1,/^$/d'; }
