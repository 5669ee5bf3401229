#!/bin/sh
# large.sh: large attachments: what one mail can carry is passed on; what it cannot is named, with where it lies, and takes nothing else
# with it; memory stays bounded.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
command -v python3 >/dev/null || skip_all "no python3"
desk relay

# parts NAME:MEGABYTES…: a multipart body of random files behind a line of text.
parts() {
    python3 -c 'import base64, os, sys
print("--b\nContent-Type: text/plain\n\nHere it is.")
for arg in sys.argv[1:]:
    name, mb = arg.split(":")
    print("--b\nContent-Type: application/octet-stream; name=%s\nContent-Transfer-Encoding: base64\n" % name)
    print(base64.encodebytes(os.urandom(int(float(mb) * 1048576))).decode(), end="")
print("--b--")' "$@"
}
# send FROM TO SUBJECT NAME:MEGABYTES…
send() {
    send_from=$1 send_to=$2 send_subject=$3
    shift 3
    parts "$@" | make_mail -H 'MIME-Version: 1.0' -H 'Content-Type: multipart/mixed; boundary=b' "$send_from" "$send_to" "$send_subject" - | deliver "$send_from" "$send_to"
}
attachments() { python3 -c 'import sys,email,email.policy
m=email.message_from_binary_file(open(sys.argv[1],"rb"),policy=email.policy.default)
print(" ".join("%s:%d" % (p.get_filename(), len(p.get_payload(decode=True))) for p in m.iter_attachments()))' "$1"; }
flat() { plain "$1" | tr '\n' ' ' | tr -s ' '; }

send kim@acme.test support@desk.test 'Logs' logs.bin:20
peak=$(python3 -c 'import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)' "$ESCALATED" -c "$CONF" --now 2026-05-26T10:00:00+02:00 --once)
bob=$(sent_to bob@desk.test | tail -n 1)
same "20 MB are passed on to the team, byte for byte" 'logs.bin:20971520' "$(attachments "$bob")"
no_match "nothing is missing" 'Not attached' "$(plain "$bob")"
if grep -q 'SANITIZE = -' "$BUILDDIR/Makefile" 2>/dev/null; then skip "in bounded memory" "sanitizers"; else check "in bounded memory: $peak MiB" test "$peak" -lt 400; fi
work=$(reply_to "$bob")

send bob@desk.test "$work" 'Re: Logs' first.txt:0.001 dump.bin:30 last.txt:0.002
at 2026-05-26T10:10:00+02:00
out=$(templated relay | tail -n 1)
same "what fits goes to the customer, before and behind what does not" 'first.txt:1048 last.txt:2097' "$(attachments "$out")"
match "he reads what is missing" 'Here it is. Not attached, too large for one mail: dump.bin \(30 MB\)\.' "$(flat "$out")"
no_match "and nothing of our machine" "$WORK" "$(cat "$out")"
match "so does the agent" 'was sent without dump.bin \(30 MB\)' "$(flat "$(templated transcript | tail -n 1)")"
match "respond is met" '"target":"respond".*"state":"met"' "$(escalate --json show 1)"

before=$(templated_count relay-in)
send kim@acme.test "$(reply_to "$out")" 'Re: [support #1] Logs' core.bin:26 note.txt:0.001
at 2026-05-26T10:20:00+02:00
in=$(templated relay-in | tail -n 1)
same "from the customer too, to both" $((before + 2)) "$(templated_count relay-in)"
same "the small one comes" 'note.txt:1048' "$(attachments "$in")"
match "with where the large one is" 'Not attached, too large for one mail: core.bin \(26 MB\)\. The whole mail lies at .*/archive/' "$(flat "$in")"
path=$(plain "$in" | tr -d '\n' | sed -n 's/.*The whole mail lies at \(.*\)on the machine.*/\1/p')
check "it is there: $path" test -s "$path"
match "the log says so" 'attachments not passed on, too large for one mail: core.bin' "$(escalate log 1)"

# more parts than the parser lists
many=
for i in 1 2 3 4 5 6 7 8 9 10; do for k in 1 2 3 4 5 6 7 8 9 10; do for l in 1 2 3 4 5 6 7 8 9 10 11; do many="$many f$i-$k-$l.txt:0.00001"; done; done; done
# shellcheck disable=SC2086
send kim@acme.test "$(reply_to "$out")" 'Re: [support #1] Logs' $many
at 2026-05-26T10:30:00+02:00
same "a mail of 1100 files is not held" 0 "$(count hold)"
same "its text arrives" $((before + 4)) "$(templated_count relay-in)"

send kim@acme.test support@desk.test 'All' all.bin:50
at 2026-05-26T10:40:00+02:00
match "larger than what is read at all: held, with the reason" 'large|bytes' "$(cat "$SPOOL"/hold/*.reason)"
done_testing
