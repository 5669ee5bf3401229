#!/bin/sh
# faults.sh: bad input and bad times: broken mails, a file that is no file, a crash between commit and rename, a locked, damaged or
# full database: each a clear message, and nothing is lost.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
command -v python3 >/dev/null || skip_all "no python3"
T=2026-05-26T10:00:00+02:00
desk observe
tickets() { escalate list --all | wc -l | tr -d ' '; }
raw() { deliver kim@acme.test support@desk.test; }

# ---- mails ----
printf 'From: kim@acme.test\nTo: support@desk.test\nSubject: n\000ul\n\nbody with \000 NUL\n' | raw
printf 'From: K\344te <kim2@acme.test>\nTo: support@desk.test\nSubject: gr\374n\n\n\374ber\n' | raw
printf 'no header at all, only words\n' | raw
printf '\n\nbody only\n' | raw
printf 'From: kim3@acme.test\nTo: support@desk.test\nSubject: cut off\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nThe text\n' | raw
python3 -c 'import sys; sys.stdout.write("From: kim4@acme.test\nTo: support@desk.test\nSubject: groups\nCc: " + "a:"*60000 + "\n\nx\n")' | raw
exits "all are taken in" 0 at $T
same "each is a ticket" 6 "$(tickets)"
same "none is left" 0 "$(count incoming)"
same "8-bit header" 'grün' "$(escalate --json show 2 | python3 -c 'import json,sys; print(json.load(sys.stdin)["ticket"]["subject"])')"
match "cut off is noted" 'defect' "$(escalate log 5)"

printf 'From: "b o"@acme.test\nTo: support@desk.test\nSubject: odd address\n\nHello\n' | raw
exits "an address that we cannot write to" 0 at $T
same "keeps no mail out" 7 "$(tickets)"
match "the guard says why it gets no answer" "event=no-mail class=auto-ack reason=bad-address" "$(cat "$WORK/log")"

# ---- files ----
ln -s /etc/passwd "$SPOOL/incoming/1779782400.000001-1-0-1.host"
echo x >"$SPOOL/incoming/1779782400.000002-1-0-2.host"
ln "$SPOOL/incoming/1779782400.000002-1-0-2.host" "$WORK/second"
mkfifo "$SPOOL/incoming/1779782400.000003-1-0-3.host"
echo junk >"$SPOOL/incoming/not-ours"
exits "things that are no message files" 0 at $T
same "go to hold" 3 "$(escalate hold | wc -l | tr -d ' ')"
match "with the reason" 'is not a regular file with one link' "$(escalate hold)"
check "a foreign name is left alone" test -f "$SPOOL/incoming/not-ours"
rm -f "$SPOOL/incoming/not-ours" "$SPOOL"/hold/*

# ---- a reply that was cut off acknowledges nothing ----
make_mail 'Joe <joe@acme.test>' support@desk.test 'It is down' | deliver joe@acme.test support@desk.test
at $T
at 2026-05-26T10:23:00+02:00
page=$(templated escalation)
printf -- '--b\nContent-Type: text/plain\n\nACK\n' | make_mail -H 'Content-Type: multipart/mixed; boundary=b' bob@desk.test "$(reply_to "$page")" 'Re: x' - |
    deliver bob@desk.test "$(reply_to "$page")"
at 2026-05-26T10:24:00+02:00
match "no verb from a mail that was cut off" 'no verb' "$(escalate log 8)"
match "the run goes on" '"state":"climbing"' "$(escalate --json show 8)"

# ---- a crash between commit and rename ----
before=$(tickets)
mails=$(sent)
make_mail kim5@acme.test support@desk.test 'Crash' | deliver kim5@acme.test support@desk.test
name=$(basename "$(spool_files incoming)")
at $T
mv "$(find "$SPOOL/archive" -name "$name")" "$SPOOL/incoming/$name"
exits "the file that was committed already" 0 at $T
same "makes no second ticket" $((before + 1)) "$(tickets)"
same "no second mail" $((mails + 1)) "$(sent)"
same "and is archived" 0 "$(count incoming)"

# ---- the archive cannot be written ----
mv "$SPOOL/archive" "$SPOOL/archive.away"
echo >"$SPOOL/archive"
make_mail kim6@acme.test support@desk.test 'No archive' | deliver kim6@acme.test support@desk.test
exits "no archive: try again" 75 at $T
match "the log says why" "archive" "$(tail -n 3 "$WORK/log")"
same "the mail is still there" 1 "$(count incoming)"
rm "$SPOOL/archive"
mv "$SPOOL/archive.away" "$SPOOL/archive"
exits "mended" 0 at $T
same "one ticket" $((before + 2)) "$(tickets)"

# ---- the database is locked, damaged ----
make_mail kim7@acme.test support@desk.test 'Locked' | deliver kim7@acme.test support@desk.test
mkfifo "$WORK/hold-it" "$WORK/held"
python3 -c 'import sqlite3,sys
c=sqlite3.connect(sys.argv[1], isolation_level=None); c.execute("begin exclusive"); open(sys.argv[2],"w").write("x"); open(sys.argv[3]).read()' \
    "$WORK/escalate.db" "$WORK/held" "$WORK/hold-it" &
read -r _ <"$WORK/held" || :
exits "locked for longer than we wait: try again" 75 at $T
match "the log says why" 'database' "$(tail -n 3 "$WORK/log")"
echo >"$WORK/hold-it"
wait
exits "unlocked" 0 at $T
same "one ticket more" $((before + 3)) "$(tickets)"
cp "$WORK/escalate.db" "$WORK/good.db"
rm -f "$WORK"/escalate.db-*
printf 'this is no database, and never was one, as anybody can see' >"$WORK/escalate.db"
make_mail kim8@acme.test support@desk.test 'Damaged' | deliver kim8@acme.test support@desk.test
exits "damaged: try again, nothing is touched" 75 at $T
same "the mail waits" 1 "$(count incoming)"
mv "$WORK/good.db" "$WORK/escalate.db"
exits "restored" 0 at $T
same "one ticket more" $((before + 4)) "$(tickets)"

# ---- keys that others may read ----
chmod 644 "$WORK/key"
exits "a key that others may read is refused" 78 at $T
match "by name" 'mode is 0644, must be 0600' "$(tail -n 2 "$WORK/log")"
chmod 600 "$WORK/key"

# ---- the disk is full ----
if [ "$(id -u)" = 0 ] && mkdir "$WORK/small" && mount -t tmpfs -o size=2m tmpfs "$WORK/small" 2>/dev/null; then
    cleanup() { umount -l "$WORK/small" 2>/dev/null || :; }
    sed -i 's,^database: .*,database: small/escalate.db,' "$CONF"
    make_mail kim9@acme.test support@desk.test 'Full' | deliver kim9@acme.test support@desk.test
    at $T # makes the tables
    dd if=/dev/zero of="$WORK/small/fill" bs=4k 2>/dev/null || :
    i=0
    while [ $i -lt 5 ]; do
        make_mail "full$i@acme.test" support@desk.test "Full $i" "$(head -c 20000 /dev/zero | tr '\0' x | fold -w 70)" | deliver "full$i@acme.test" support@desk.test
        i=$((i + 1))
    done
    exits "full: try again" 75 at $T
    same "all mails are there" 5 "$(count incoming)"
    rm "$WORK/small/fill"
    exits "space again" 0 at $T
    same "all are tickets" 6 "$(tickets)"
    exits "and the audit verifies" 0 escalate audit verify
else
    skip "a full disk" "no tmpfs can be mounted here"
fi
done_testing
