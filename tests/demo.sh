#!/bin/sh
# demo.sh BUILDDIR [FOLDER]: the main job before the reader's eyes. Sample mails go through the real filter into a real spool, the
# real daemon works on them, and the mails that it would send are files. The clock is pinned, so that a Friday, a weekend and a
# holiday pass in seconds; between two scenes the daemon runs at every instant at which something is due. No root, no network.
# What each scene claims is checked: the first claim that does not hold ends the demo with exit 1.
set -eu
umask 022
LC_ALL=C.UTF-8
TZ=Europe/Berlin
export LC_ALL TZ

case $# in 1 | 2) ;; *) echo 'usage: demo.sh BUILDDIR [FOLDER]' >&2; exit 2 ;; esac
TOP=$(cd "$(dirname "$0")/.." && pwd)
[ -d "$1" ] || set -- "$TOP/$@"
BUILD=$(cd "$1" && pwd)
DEMO=$TOP/tests/demo
FOLDER=${2:-$(mktemp -d "${TMPDIR:-/tmp}/escalate-demo.XXXXXX")}
mkdir -p "$FOLDER"
FOLDER=$(cd "$FOLDER" && pwd)
SPOOL=$FOLDER/spool
OUT=$SPOOL/outgoing
CONF=$FOLDER/escalate.yaml
NOW=
SEEN= # the last mail of ours that was shown
ESCALATE_DATADIR=$TOP
export ESCALATE_DATADIR

for program in escalate escalated escalate-filter; do
    [ -x "$BUILD/$program" ] || { echo "demo.sh: not built: $BUILD/$program" >&2; exit 2; }
done
if [ -e "$CONF" ]; then
    echo "demo.sh: there was a demo in $FOLDER already: name another folder" >&2
    exit 2
fi

# ---- words for the reader ----

if [ -t 1 ]; then bold=$(printf '\033[1m') plain=$(printf '\033[0m'); else bold='' plain=''; fi
scene() { printf '\n%s== %s%s\n' "$bold" "$1" "$plain"; }
say() { printf '%s\n' "$@"; }
indent() { sed 's/^\(.\)/    \1/'; }

# ---- claims ----

failed() {
    printf '\ndemo.sh: this does not hold: %s\n' "$1" >&2
    [ $# -lt 2 ] || printf '%s\n' "$2" | sed 's/^/    /' >&2
    printf 'demo.sh: stopped; all of it is in %s\n' "$FOLDER" >&2
    exit 1
}

# has CLAIM REGEX TEXT: a line of the text matches. lacks: none does. same CLAIM EXPECTED ACTUAL.
has() { printf '%s\n' "$3" | grep -Eq -e "$2" || failed "$1" "no line has '$2' in:
$3"; }
lacks() { if printf '%s\n' "$3" | grep -Eq -e "$2"; then failed "$1" "$(printf '%s\n' "$3" | grep -E -e "$2")"; fi; }
same() { [ "$2" = "$3" ] || failed "$1" "expected '$2', got '$3'"; }

# ---- the programs ----

utc() { date -u -d "$1" +%Y-%m-%dT%H:%M:%SZ; }
escalate() { "$BUILD/escalate" -c "$CONF" --now "$(utc "$NOW")" "$@"; }

daemon_at() {
    "$BUILD/escalated" -c "$CONF" --once --now "$1" 2>>"$FOLDER/escalated.log" \
        || failed "escalated runs at $1" "$(tail -n 3 "$FOLDER/escalated.log")"
}

# clock TIME: the clock goes to this local time, by way of every instant at which something is due before it.
clock() {
    clock_end=$(utc "$1")
    clock_last=
    while :; do
        clock_due=$(escalate next -n 1 | cut -f 1)
        [ -n "$clock_due" ] || break
        [ "$(printf '%s\n%s\n' "$clock_due" "$clock_end" | sort | head -n 1)" = "$clock_due" ] || break
        [ "$clock_due" != "$clock_last" ] || failed 'the daemon does what is due' "$(escalate next -n 3)"
        daemon_at "$clock_due"
        clock_last=$clock_due
    done
    NOW=$1
    daemon_at "$clock_end"
}

# deliver FILE SENDER RECIPIENT: as an MTA would run the filter; the daemon then takes the mail in.
deliver() {
    (cd / && exec env -i PATH="$PATH" "$BUILD/escalate-filter" -d "$SPOOL" -f "$2" -- "$3") <"$1" >>"$FOLDER/filter.log" 2>&1 \
        || failed "the filter takes in $1" "$(cat "$FOLDER/filter.log")"
    daemon_at "$(utc "$NOW")"
}

# ---- mails ----

# part WHAT FILE: a header's value, `text` or `all`, decoded.
part() { LC_ALL=C awk -v want="$1" -f "$DEMO/read.awk" "$2"; }
address() { sed -e 's/.*<//' -e 's/>.*//'; }
display_name() { part From "$1" | sed 's/ *<.*//'; }
headers_of() { sed '/^$/,$d' "$1"; }

# last TEMPLATE [RECIPIENT]: the file of the newest mail of ours of this kind.
last() {
    for last_file in "$OUT"/*-"$1".eml; do
        case $(part To "$last_file") in *"${2:-}"*) echo "$last_file" ;; esac
    done | tail -n 1
}

# fill SAMPLE ANSWERED: a sample mail as the answer to a mail of ours: addresses, ids and quoted text are taken from that mail.
fill() {
    fill_to=$(part Reply-To "$2" | address)
    fill_subject=$(part Subject "$2")
    part text "$2" | sed -e 's/^/> /' >"$FOLDER/quoted"
    headers_of "$2" >"$FOLDER/headers"
    sed -e "s|@TO@|$fill_to|g" -e "s|@SUBJECT@|$fill_subject|g" -e "s|@MESSAGE_ID@|$(part Message-ID "$2")|g" \
        -e "s|@QSUBJECT@|$(printf '%s' "$fill_subject" | tr ' ' _)|" -e "s|@FROM@|$(display_name "$2")|g" \
        -e "/^@QUOTE@$/{r $FOLDER/quoted
d
}" -e "/^@HEADERS@$/{r $FOLDER/headers
d
}" "$DEMO/mail/$1.eml" >"$FOLDER/mail/$1.eml"
    MAIL=$FOLDER/mail/$1.eml
    MAIL_TO=$fill_to
}

# sample NAME: one that answers nothing.
sample() {
    MAIL=$FOLDER/mail/$1.eml
    cp "$DEMO/mail/$1.eml" "$MAIL"
}

# What the program decided on the mail delivered last.
decisions() { escalate log "$(part Message-ID "$MAIL")"; }

# The mails sent since the last call, a line for each kind: "auto-ack to lena@…".
sent() {
    sent_new=
    for sent_file in "$OUT"/*.eml; do
        [ -e "$sent_file" ] || return 0
        if [ -z "$SEEN" ] || [ "$(basename "$sent_file")" \> "$SEEN" ]; then
            sent_new="$sent_new$(basename "$sent_file" .eml | cut -d- -f2-) $(part To "$sent_file" | address)
"
            sent_last=$(basename "$sent_file")
        fi
    done
    SEEN=${sent_last:-$SEEN}
    SENT=$(printf '%s' "$sent_new" | awk '{ if ($1 != kind) printf "%s%s to %s", kind == "" ? "" : "; ", $1, $2; else printf ", %s", $2; kind = $1 }' \
        | sed 's/@nordlicht\.example//g')
}

# arrives TIME SAMPLE SENDER RECIPIENT WHAT: a mail comes in; prints what it is, what was decided, what was sent.
arrives() {
    clock "$1"
    sent
    [ "$MAIL" != "" ] || sample "$2"
    deliver "$MAIL" "$3" "$4"
    sent
    DECIDED=$(decisions)
    printf '\n  %s  %s\n' "${1#* }" "$5"
    printf '%s\n' "$DECIDED" | sed -n -e 's/^  \(kind .*\)/         \1/p' -e 's/^  \(joins ticket .*\)/         \1/p' -e '$s/^  /         /p'
    say "         sent: ${SENT:-nothing}"
}
