#!/bin/sh
# keys.sh: keys of signed addresses: changed while mails that the old one signed are still to be answered, for as long as key-life says; whose
# files others may touch.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
command -v python3 >/dev/null || skip_all "no python3"

desk observe 'key-life: 30d'
open_ticket() {
    NOW=2026-05-26T10:00:00+02:00 make_mail 'Joe <joe@acme.test>' support@desk.test "$1" | deliver joe@acme.test support@desk.test
}
key() { escalate --now "$1" key rotate; }

# ---- a mail signed by the key before ----
open_ticket 'It is down'
at 2026-05-26T10:00:00+02:00
at 2026-05-26T10:23:00+02:00
page=$(templated escalation)
old=$(reply_to "$page")
exits "the key is changed" 0 key 2026-05-26T10:24:00+02:00
match "which is said without telling it" '^[0-9a-f]{8} signs from now on; what was signed before verifies for 30d; 0 keys dropped' "$(cat "$WORK/out")"
same "the file is its owner's alone" 600 "$(stat -c %a "$WORK/key")"
same "two keys" 2 "$(escalate key list | wc -l | tr -d ' ')"
match "the new one signs" '^[0-9a-f]{8}  signs' "$(escalate key list | head -n 1)"
match "the old one verifies, until" 'verifies  until 2026-06-25T08:24:00Z' "$(escalate --now 2026-05-26T10:25:00+02:00 key list)"
match "in JSON" '"state":"verifies","retired":"2026-05-26T08:24:00Z","until":"2026-06-25T08:24:00Z"' "$(escalate --json --now 2026-05-26T10:25:00+02:00 key list)"
match "it is on record" 'key-rotated' "$(sqlite_value "select event from audit where event like 'key%'")"
reply "$page" bob@desk.test 'ACK'
at 2026-05-26T10:26:00+02:00
match "a reply to the mail of before acknowledges" '"acker":"bob"' "$(escalate --json show 1)"

# ---- new mails bear the new key; the old one ends ----
at 2026-05-26T11:30:00+02:00
open_ticket 'The printer is down again'
at 2026-05-26T11:31:00+02:00
at 2026-05-26T11:54:00+02:00
page=$(templated escalation | tail -n 1)
check "another page" test "$old" != "$(reply_to "$page")"
exits "and changed again" 0 key 2026-05-26T11:55:00+02:00
reply "$page" bob@desk.test 'ACK'
at 2026-06-25T11:55:00+02:00
no_match "after key-life the reply proves nothing" '"acker":"bob"' "$(escalate --json show 2)"
match "it is over" 'over +until 2026-06-25T09:55:00Z' "$(escalate --now 2026-06-25T11:55:00+02:00 key list)"
exits "the next change drops what is over" 0 key 2026-06-25T11:55:01+02:00
match "both of them" '2 keys dropped' "$(cat "$WORK/out")"
same "two are left" 2 "$(escalate key list | wc -l | tr -d ' ')"

# ---- the daemon reads the file again by itself ----
start_daemon
cleanup() { stop_daemon; }
check "a daemon" eventually grep -q event=start "$WORK/daemon.log"
exits "a key is made beside it" 0 escalate key rotate
open_ticket 'Anything new' # wakes it
check "it goes by the new one without being told" eventually grep -q 'event=keys count=2' "$WORK/daemon.log"
chmod 644 "$WORK/key"
touch "$WORK/key"
open_ticket 'And more'
check "a file that is wrong now is told, what it had stays" eventually grep -q 'mode is 0644' "$WORK/daemon.log"
nothing_waits() { [ "$(count incoming)" = 0 ]; }
check "and the mail is taken in" eventually nothing_waits
chmod 600 "$WORK/key"
stop_daemon

# ---- refusals ----
exits "the audit key stays" 1 escalate key rotate --audit
match "and why" 'heads kept elsewhere' "$(cat "$WORK/err")"
exits "usage" 2 escalate key
chmod 640 "$WORK/audit.key"
exits "an audit key that others may read" 78 at 2026-06-25T12:00:00+02:00
match "is named" "audit.key': mode is 0640, must be 0600" "$(tail -n 1 "$WORK/log")"
chmod 600 "$WORK/audit.key"
mv "$WORK/key" "$WORK/key.away"
mkdir "$WORK/key"
exits "no file" 78 at 2026-06-25T12:00:00+02:00
rmdir "$WORK/key"
mv "$WORK/key.away" "$WORK/key"
for lost in key audit.key; do
    mv "$WORK/$lost" "$WORK/away"
    exits "$lost is lost, the database is not: nothing new is made in silence" 78 at 2026-06-25T12:00:00+02:00
    match "$lost: and what to do" "$lost': is missing, but the database .* take it from a backup" "$(tail -n 1 "$WORK/log")"
    mv "$WORK/away" "$WORK/$lost"
done
match "the record is whole" '^good: ' "$(escalate audit verify)"

# ---- a backup that holds a key which was taken out of use since ----
now=2026-06-25T13:00:00+02:00
keys() { escalate --now "$now" "$@" key list; }
restore() { escalate --now "$now" restore --aside "$WORK/backup.tar"; }
leaked=$(keys | sed -n '1s/ .*//p')
exits "a backup" 0 escalate --now "$now" backup "$WORK/backup.tar"
exits "the key leaked: another one" 0 key "$now"
sed -n '1,2p' "$WORK/key" >"$WORK/key.one"
chmod 600 "$WORK/key.one"
python3 -c 'for n in range(64): print("%064x" % (n + 1))' >"$WORK/key"
exits "no room for the keys of a backup" 1 restore
match "which is said" 'would hold 6[5-9] keys with those of the backup, no more than 64 may' "$(cat "$WORK/err")"
same "before anything is done" "" "$(find "$WORK" -name '*.aside-*')"
cp -p "$WORK/key.one" "$WORK/key"
no_match "the leaked one is taken out" "$leaked" "$(keys)"
: >"$WORK/escalate.db.aside-2026-06-25T11:00:00Z-wal" # in the way of the last step
exits "a restore that ends behind the keys" 1 restore
match "has it back" "^$leaked  verifies" "$(keys)"
rm "$WORK/escalate.db.aside-2026-06-25T11:00:00Z-wal"
exits "called again" 0 restore
match "a key that comes back is told" "^key $leaked had been taken out and verifies again until 2026-07-25T11:00:00Z: if it leaked, take its line out of $WORK/key\$" \
    "$(cat "$WORK/out")"
match "is on record" "key=$leaked until=2026-07-25T11:00:00Z" "$(sqlite_value "select detail from audit where event = 'key-restored'")"
match "and listed" "^$leaked  verifies  until 2026-07-25T11:00:00Z  back by a restore of 2026-06-25T11:00:00Z\$" "$(keys)"
match "in JSON" "\"key\":\"$leaked\".*\"restored\":\"2026-06-25T11:00:00Z\"" "$(keys --json)"
match "the record is whole then too" '^good: ' "$(escalate audit verify)"

# ---- root looks before the first start ----
if [ "$(id -u)" -eq 0 ]; then
    mkdir "$WORK/theirs" && cp "$CONF" "$WORK/theirs/escalate.yaml" && cp "$WORK"/*.ics "$WORK/theirs/"
    sed -i -e "s|^\\(spool\\): .*|\\1: $WORK/theirs/spool|" -e "s|^\\(database\\): .*|\\1: $WORK/theirs/escalate.db|" "$WORK/theirs/escalate.yaml"
    chown 65533 "$WORK/theirs"
    exits "root asks what is due before the first start" 0 "$ESCALATE" -c "$WORK/theirs/escalate.yaml" next
    same "all that it made is whose the directory is" '' "$(find "$WORK/theirs" ! -user 65533 ! -name '*.ics' ! -name escalate.yaml)"
    same "keys and all" 2 "$(find "$WORK/theirs" -name '*key' -user 65533 | wc -l | tr -d ' ')"
fi

done_testing
