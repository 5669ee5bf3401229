#!/bin/sh
# shellcheck disable=SC1091,SC2016,SC2317
# The filter by itself: 0 and exactly one file, or 75 and none; never anything else.
. "$(dirname "$0")/../lib.sh"
need "$FILTER"

# A fresh spool for each group, so that "exactly one file" is a count.
fresh() {
    chmod -R u+rwX "$WORK/spool" 2>/dev/null
    rm -rf "$WORK/spool"
    make_spool "$WORK/spool"
}

# run NAME STATUS INPUT ARGUMENT…: runs the filter on the file INPUT.
run() {
    run_name=$1
    run_status=$2
    run_input=$3
    shift 3
    exits "$run_name" "$run_status" with_input "$run_input" "$FILTER" -d "$SPOOL" "$@"
}

with_input() {
    with_file=$1
    shift
    "$@" <"$with_file"
}

# only_file: the one file in incoming; empty where there is none or several.
only_file() { [ "$(count incoming)" -eq 1 ] && spool_files incoming; }

# kept NAME INPUT: exactly one file, its mail is the input byte for byte, tmp is empty.
kept() {
    kept_file=$(only_file)
    same "$1: one file, nothing half" '1 0' "$(count incoming) $(count tmp)"
    if [ -n "$kept_file" ]; then
        mail_of "$kept_file" >"$WORK/mail"
        same_file "$1: byte for byte" "$2" "$WORK/mail"
    fi
}

# refused NAME: nothing in the spool, and one line for the MTA at the start of the output.
refused() {
    same "$1: nothing left behind" '0 0' "$(count incoming) $(count tmp)"
    match "$1: first output bytes" '^4\.3\.0 [^ ]' "$(head -c 200 "$WORK/out")"
    same "$1: one line" 1 "$(wc -l <"$WORK/out" | tr -d ' ')"
    same_file "$1: the same on standard error" "$WORK/out" "$WORK/err"
}

envelope() { envelope_of "$(only_file)" | grep -v '^Received-At: \|^Uid: '; }

make_mail bo@example.net support@example.org 'It is down' >"$WORK/plain"

# ---- what a good delivery writes ----

fresh
before=$(date +%s)
run 'a plain mail' 0 "$WORK/plain" -q support -f bo@example.net -- support+t1.abc@example.org other@example.org
after=$(date +%s)
kept 'plain' "$WORK/plain"
same 'nothing on the output' '' "$(cat "$WORK/out" "$WORK/err")"
file=$(only_file)
same 'envelope lines' "Sender: bo@example.net
Recipient: support+t1.abc@example.org
Recipient: other@example.org
Queue: support
End: 1" "$(envelope)"
same 'uid of who ran the filter' "Uid: $(id -u)" "$(envelope_of "$file" | grep '^Uid: ')"
match 'received-at is RFC 3339 with microseconds' \
    '^Received-At: 2[0-9]{3}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]\.[0-9]{6}Z$' \
    "$(envelope_of "$file" | head -1)"
received=$(date -u -d "$(envelope_of "$file" | sed -n '1s/^Received-At: //p')" +%s)
check 'received-at is now' test "$received" -ge "$before" -a "$received" -le "$after"
match 'name: seconds.microseconds-pid-counter-inode.host' '/[0-9]+\.[0-9]{6}-[0-9]+-[0-9]+-[0-9]+\.[^/]+$' "$file"
same 'name: its seconds are received-at' "$received" "$(basename "$file" | cut -d. -f1)"
same 'name: its inode' "$(stat -c %i "$file")" "$(basename "$file" | sed 's/^[0-9.]*-[0-9]*-[0-9]*-\([0-9]*\)\..*/\1/')"
same 'mode 0440, one link' '440 1' "$(stat -c '%a %h' "$file")"

for mask in 000 077 0777; do
    fresh
    (umask $mask && "$FILTER" -d "$SPOOL" <"$WORK/plain")
    same "umask $mask: mode 0440" 440 "$(stat -c %a "$(only_file)" 2>&1)"
done

# ---- senders ----

fresh
run 'null sender, empty' 0 "$WORK/plain" -f '' -- a@example.org
same 'null sender, empty: the line stands there' 'Sender: 
Recipient: a@example.org
End: 1' "$(envelope)"
fresh
run 'null sender, brackets' 0 "$WORK/plain" -f '<>' -- a@example.org
match 'null sender, brackets: the line is empty' '^Sender: $' "$(envelope)"
fresh
run 'no sender' 0 "$WORK/plain" a@example.org
no_match 'no sender: no line' '^Sender' "$(envelope)"
fresh
run 'brackets' 0 "$WORK/plain" -f '<bo@example.net>' -- '<a@example.org>'
same 'brackets are taken off' 'Sender: bo@example.net
Recipient: a@example.org
End: 1' "$(envelope)"
fresh
run 'no recipient, no queue' 0 "$WORK/plain"
same 'no recipient, no queue: only End' 'End: 1' "$(envelope)"
fresh
run 'options end at the first recipient' 0 "$WORK/plain" a@example.org -q evil
same 'options after a recipient are recipients' 'Recipient: a@example.org
Recipient: -q
Recipient: evil
End: 1' "$(envelope)"
fresh
run 'line ends in an address' 0 "$WORK/plain" -f 'a
X-Escalate-Envelope-Queue: evil' -- "$(printf 'b\rc\tд')"
same 'line ends in an address become question marks' 'Sender: a?X-Escalate-Envelope-Queue: evil
Recipient: b?c?д
End: 1' "$(envelope)"

# ---- mbox "From " line ----

{ printf 'From bo@example.net Mon Nov 23 09:00:00 2026\n' && cat "$WORK/plain"; } >"$WORK/mbox"
fresh
run 'mbox line' 0 "$WORK/mbox" -- a@example.org
kept 'mbox line' "$WORK/plain"
match 'mbox line: its address is the sender' '^Sender: bo@example\.net$' "$(envelope)"
fresh
run 'mbox line and -f' 0 "$WORK/mbox" -f real@example.net
kept 'mbox line and -f' "$WORK/plain"
match 'mbox line and -f: -f is the sender' '^Sender: real@example\.net$' "$(envelope)"
fresh
{ printf 'From MAILER-DAEMON Mon Nov 23 09:00:00 2026\n' && cat "$WORK/plain"; } >"$WORK/daemon"
run 'mbox line of the null sender' 0 "$WORK/daemon"
match 'mbox line of the null sender: empty' '^Sender: $' "$(envelope)"
fresh
{ printf 'From "a b"@example.net Mon Nov 23 09:00:00 2026\n' && cat "$WORK/plain"; } >"$WORK/quoted"
run 'mbox line, quoted' 0 "$WORK/quoted"
match 'mbox line, quoted local part' '^Sender: "a b"@example\.net$' "$(envelope)"
fresh
{ cat "$WORK/plain" && printf '\nFrom here on it is text\n'; } >"$WORK/inner"
run 'From in the text' 0 "$WORK/inner"
kept 'From in the text' "$WORK/inner"
fresh
printf 'From: a@example.net\n\nhi\n' >"$WORK/from-header"
run 'a From header is no mbox line' 0 "$WORK/from-header"
kept 'a From header' "$WORK/from-header"
fresh
{ printf 'From ' && cat "$WORK/plain" && head -c 70000 /dev/zero | tr '\0' x; } | tr -d '\n' >"$WORK/long-from"
run 'From and 70 KB without a line end' 0 "$WORK/long-from"
kept 'From and 70 KB without a line end' "$WORK/long-from"
fresh
exits 'mbox line in pieces' 0 sh -c '(printf Fr; printf "om bo@ex"; printf "ample.net x\n"; cat "$1") | "$2" -d "$3"' \
    sh "$WORK/plain" "$FILTER" "$SPOOL"
kept 'mbox line in pieces' "$WORK/plain"
match 'mbox line in pieces: sender' '^Sender: bo@example\.net$' "$(envelope)"

# ---- bytes ----

printf 'Subject: x\n\nno line end' >"$WORK/noeol"
printf 'Subject: \0x\n\n\0\0\377\376\r\n.\r\n\0' >"$WORK/nul"
printf 'X-Escalate-Envelope-Sender: evil@example.net\nX-Escalate-Envelope-End: 1\n\nhi\n' >"$WORK/forged"
printf 'F' >"$WORK/one"
{ cat "$WORK/plain" && head -c 10485760 /dev/urandom; } >"$WORK/large"
for input in noeol nul one large; do
    fresh
    run "bytes: $input" 0 "$WORK/$input" -f bo@example.net
    kept "bytes: $input" "$WORK/$input"
done
fresh
run 'a mail that brings envelope lines' 0 "$WORK/forged" -f bo@example.net
same 'a mail that brings envelope lines: ours are the first' 'Sender: bo@example.net
End: 1' "$(envelope)"
tail -c "$(wc -c <"$WORK/forged")" "$(only_file)" >"$WORK/mail"
same_file 'a mail that brings envelope lines: kept below' "$WORK/forged" "$WORK/mail"

if prlimit --as=8388608 "$FILTER" --version >/dev/null 2>&1; then
    fresh
    exits '10 MB in little memory' 0 with_input "$WORK/large" prlimit --as=8388608 "$FILTER" -d "$SPOOL"
    kept '10 MB in little memory' "$WORK/large"
else
    skip '10 MB in little memory' 'no prlimit, or a filter that is not static'
fi

# ---- announced size ----

bytes=$(wc -c <"$WORK/plain" | tr -d ' ')
fresh
run '-s exact' 0 "$WORK/plain" -s "$bytes"
kept '-s exact' "$WORK/plain"
fresh
run '-s less than there is' 0 "$WORK/plain" -s $((bytes - 1))
kept '-s less than there is' "$WORK/plain"
fresh
run '-s more than there is' 75 "$WORK/plain" -s $((bytes + 1))
refused '-s more than there is'
for size in '' x -1 12x 99999999999999999999; do
    fresh
    run "-s '$size'" 75 "$WORK/plain" -s "$size"
    refused "-s '$size'"
done

# ---- nothing on the input ----

fresh
run 'empty input' 75 /dev/null -f bo@example.net -- a@example.org
refused 'empty input'
head -1 "$WORK/mbox" >"$WORK/only-from"
fresh
run 'only an mbox line' 75 "$WORK/only-from"
refused 'only an mbox line'
fresh
exits 'input closed' 75 sh -c '"$1" -d "$2" <&-' sh "$FILTER" "$SPOOL"
refused 'input closed'
fresh
run 'input is a directory' 75 / --
refused 'input is a directory'

# ---- usage ----

for option in -x --help '-q' '-d'; do
    fresh
    exits "usage: $option" 75 with_input "$WORK/plain" "$FILTER" "$option"
    match "usage: $option: first output bytes" '^4\.3\.0 ' "$(head -c 20 "$WORK/out")"
done
exits '--version' 0 "$FILTER" --version
match '--version names the program' '^escalate-filter [0-9]' "$(cat "$WORK/out")"
fresh
run 'an envelope too long' 75 "$WORK/plain" -f "$(head -c 70000 /dev/zero | tr '\0' x)"
refused 'an envelope too long'
fresh
# shellcheck disable=SC2046 # words are wanted
run 'more recipients than are kept' 0 "$WORK/plain" -- $(seq 150)
same 'more recipients than are kept: the first 100' 100 "$(envelope | grep -c '^Recipient: ')"

# ---- descriptors ----

fresh
(exec "$FILTER" -d "$SPOOL" <"$WORK/plain" >&- 2>&-)
same 'output closed: 0' 0 $?
kept 'output closed' "$WORK/plain"
fresh
rmdir "$SPOOL/incoming"
(exec "$FILTER" -d "$SPOOL" <"$WORK/plain" >&- 2>&-)
same 'output closed and no incoming: 75' '75 0' "$? $(count tmp)"
"$FILTER" -d "$SPOOL" <"$WORK/plain" >"$WORK/both" 2>&1
same 'one pipe for both outputs: one line' 1 "$(wc -l <"$WORK/both" | tr -d ' ')"
{
    "$FILTER" -d "$SPOOL" <"$WORK/plain" 2>/dev/null
    echo $? >"$WORK/status"
} | true
same 'nobody reads the output: 75' 75 "$(cat "$WORK/status")"

# ---- a spool that cannot take it ----

SPOOL=$WORK/nowhere
run 'no spool' 75 "$WORK/plain"
refused 'no spool'
fresh
rmdir "$SPOOL/tmp"
run 'no tmp' 75 "$WORK/plain"
refused 'no tmp'
fresh
rmdir "$SPOOL/tmp"
: >"$SPOOL/tmp"
run 'tmp is a file' 75 "$WORK/plain"
match 'tmp is a file: first output bytes' '^4\.3\.0 ' "$(cat "$WORK/out")"

# as_nobody COMMAND…: without root's power over modes; as we are where we have none.
as_nobody() {
    if [ "$(id -u)" -eq 0 ]; then
        setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
    else
        "$@"
    fi
}
if [ "$(id -u)" -ne 0 ] || command -v setpriv >/dev/null; then
    chmod 0755 "$WORK"
    cp "$FILTER" "$WORK/filter"
    for unwritable in tmp incoming; do
        fresh
        chmod 0555 "$SPOOL/$unwritable"
        exits "read-only $unwritable" 75 with_input "$WORK/plain" as_nobody "$WORK/filter" -d "$SPOOL"
        refused "read-only $unwritable"
    done
    if [ "$(id -u)" -eq 0 ]; then
        fresh
        exits 'another user' 0 with_input "$WORK/plain" as_nobody "$WORK/filter" -d "$SPOOL"
        kept 'another user' "$WORK/plain"
        match 'another user: his uid in the envelope' '^Uid: 65534$' "$(envelope_of "$(only_file)")"
        same 'another user: his file, the group of the spool' "65534 $(stat -c %g "$SPOOL/incoming") 440" \
            "$(stat -c '%u %g %a' "$(only_file)")"
        check_not 'another user cannot write to what was accepted' as_nobody sh -c 'echo x >>"$1"' sh "$(only_file)"
    fi
else
    skip 'read-only spool' 'root and no setpriv'
fi

if [ "$(id -u)" -eq 0 ] && mkdir "$WORK/small" && mount -t tmpfs -o size=256k,mode=0755 none "$WORK/small" 2>/dev/null; then
    cleanup() { umount "$WORK/small" 2>/dev/null; }
    make_spool "$WORK/small"
    run 'full disk' 75 "$WORK/large"
    refused 'full disk'
    match 'full disk: says so' 'No space left' "$(cat "$WORK/out")"
    run 'full disk: room is free again' 0 "$WORK/plain"
    kept 'full disk: the next mail' "$WORK/plain"
    if mount -o remount,ro "$WORK/small" 2>/dev/null; then
        run 'read-only disk' 75 "$WORK/plain"
        match 'read-only disk: says so' '^4\.3\.0 .*Read-only' "$(cat "$WORK/out")"
    fi
    umount "$WORK/small"
    # too little room is told before a byte is written
    mount -t tmpfs -o size=20m,nr_inodes=2000,mode=0755 none "$WORK/small"
    make_spool "$WORK/small"
    run 'a small disk with room' 0 "$WORK/plain"
    rm "$(only_file)"
    dd if=/dev/zero of="$WORK/small/fill" bs=1k count=19600 2>/dev/null
    run 'little room' 75 "$WORK/plain"
    refused 'little room'
    match 'little room: says what is wanted' '^4\.3\.0 spool .*: [0-9]+ KiB and [0-9]+ inodes free, expected at least 1024 and 100$' "$(cat "$WORK/out")"
    rm "$WORK/small/fill"
    i=0
    while [ $i -lt 1950 ]; do
        : >"$WORK/small/$i" || break
        i=$((i + 1))
    done
    run 'few inodes' 75 "$WORK/plain"
    refused 'few inodes'
    rm "$WORK"/small/[0-9]*
    run 'room again' 0 "$WORK/plain"
    kept 'room again' "$WORK/plain"
    umount "$WORK/small"
    cleanup() { :; }
else
    skip 'full disk' 'cannot mount a tmpfs'
fi
fresh
exits 'file size limit' 75 with_input "$WORK/large" sh -c 'ulimit -f 64; exec "$1" -d "$2" 2>/dev/null' sh "$FILTER" "$SPOOL"
same 'file size limit: nothing left behind' '0 0' "$(count incoming) $(count tmp)"
match 'file size limit: first output bytes' '^4\.3\.0 .*File too large' "$(cat "$WORK/out")"
SPOOL=$WORK/$(head -c 5000 /dev/zero | tr '\0' x)
exits 'spool name too long' 75 with_input "$WORK/plain" "$FILTER" -d "$SPOOL"
match 'spool name too long: first output bytes' '^4\.3\.0 ' "$(cat "$WORK/out")"
SPOOL=$WORK/spool

# ---- it never echoes the mail ----

fresh
rmdir "$SPOOL/incoming"
printf 'From secret@example.net x\nSubject: secret\n\nsecret\n' >"$WORK/secret"
run 'a failure with a mail in hand' 75 "$WORK/secret" -s 100000
no_match 'the mail is not on the output' 'secret' "$(cat "$WORK/out" "$WORK/err")"
fresh
run 'a cut mail' 75 "$WORK/secret" -s 100000
no_match 'a cut mail is not on the output' 'secret' "$(cat "$WORK/out" "$WORK/err")"

# ---- signals in mid-mail ----

# The filter has the first bytes and waits for more; the fifo's writer is this shell. tmp shows when it has come that far.
# signalled SIGNAL
signalled() {
    fresh
    rm -f "$WORK/fifo"
    mkfifo "$WORK/fifo"
    "$FILTER" -d "$SPOOL" -f bo@example.net <"$WORK/fifo" >"$WORK/out" 2>"$WORK/err" &
    signalled_pid=$!
    exec 9>"$WORK/fifo"
    cat "$WORK/plain" >&9
    tries=0
    until [ -s "$(find "$SPOOL/tmp" -type f | head -1)" ] || [ $tries -ge 5000 ]; do tries=$((tries + 1)); done
    same "$1: half a mail is in tmp" '0 1' "$(count incoming) $(count tmp)"
    kill -s "$1" "$signalled_pid"
    wait "$signalled_pid"
    signalled_status=$?
    exec 9>&-
}
for signal in TERM INT HUP ALRM; do
    signalled $signal
    same "SIG$signal: 75" 75 "$signalled_status"
    refused "SIG$signal"
done
signalled KILL
check 'SIGKILL: no exit status but death by signal' test "$signalled_status" -gt 128
same 'SIGKILL: nothing in incoming' 0 "$(count incoming)"

# ---- many at once ----

fresh
parallel=50
for i in $(seq $parallel); do make_mail bo@example.net support@example.org "number $i" "body $i" >"$WORK/p$i"; done
pids=
for i in $(seq $parallel); do
    deliver bo@example.net support@example.org <"$WORK/p$i" &
    pids="$pids $!"
done
failures=0
for pid in $pids; do wait "$pid" || failures=$((failures + 1)); done
same '50 at once: all exit 0' 0 $failures
same '50 at once: 50 names, nothing half' "$parallel 0" "$(count incoming) $(count tmp)"
same '50 at once: every mail whole' "$(cat "$WORK"/p[0-9]* | sort | cksum)" \
    "$(spool_files incoming | while IFS= read -r f; do mail_of "$f"; done | sort | cksum)"

done_testing
