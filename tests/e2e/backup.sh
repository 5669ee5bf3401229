#!/bin/sh
# backup.sh: a backup while mail comes in, and yesterday restored: nothing that was accepted is missing, no number is given twice, answers to
# what was lost are told to a person, and a damaged backup is found before anything is touched.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
command -v python3 >/dev/null || skip_all "no python3"
command -v tar >/dev/null || skip_all "no tar"

desk observe
mail() { # TIME WHO SUBJECT
    NOW=$1 make_mail "$2@acme.test" support@desk.test "$3" | deliver "$2@acme.test" support@desk.test
}
facts() { # what must be the same afterwards
    for table in ticket message clock run notification outbox due; do
        sqlite_value "select '$table ' || group_concat(id) from (select id from $table order by id)"
    done
    sqlite_value "select number || ' ' || hash from audit where event <> 'restored' order by number"
}
B=$WORK/backup.tar

# ---- a morning ----
mail 2026-05-26T09:00:00+02:00 joe 'The printer is dead'
mail 2026-05-26T09:01:00+02:00 kim 'It is down'
mail 2026-05-26T09:02:00+02:00 spam 'Nobody has this' # filed by hand, below
at 2026-05-26T09:05:00+02:00
echo junk | deliver x@acme.test nobody@elsewhere.test
at 2026-05-26T09:06:00+02:00
same "one in hold" 1 "$(count hold)"
at 2026-05-26T09:28:00+02:00
page=$(templated escalation | head -n 1)
mail 2026-05-26T09:30:00+02:00 ida 'Waits while the backup is taken'
waiting=$(basename "$(spool_files incoming)")

# ---- the backup ----
exits "a backup" 0 escalate --now 2026-05-26T09:31:00+02:00 backup "$B"
match "says what is in it" 'database, keys and [0-9]+ files of mail, verified; audit head [0-9]+:' "$(cat "$WORK/out")"
same "is its owner's alone" 600 "$(stat -c %a "$B")"
same "leaves nothing beside it" "$B" "$(find "$WORK" -name 'backup.tar*')"
tar -tf "$B" >"$WORK/list"
for name in escalate-backup escalate.db key audit.key "spool/incoming/$waiting" SHA256SUMS; do
    check "any tar finds $name" grep -qx "$name" "$WORK/list"
done
same "as many mails as there are" "$(find "$SPOOL/incoming" "$SPOOL/hold" "$SPOOL/archive" -type f | wc -l)" "$(grep -c '^spool/' "$WORK/list")"
mkdir "$WORK/look"
tar -xf "$B" -C "$WORK/look"
check "sha256sum agrees" sh -c 'cd "$1" && sha256sum --quiet -c SHA256SUMS' sh "$WORK/look"
exits "it can be tried" 0 escalate restore --verify "$B"
match "without changing anything" 'whole, database and audit good' "$(cat "$WORK/out")"
before=$(facts)
cp "$B" "$WORK/first.tar"
true & # whose number nobody has any more
gone=$!
wait
for left in "new.$gone" "db.$gone" "db.$gone-journal" "new.$$" "new.$gone.mine" new. new.20261127; do (umask 077 && : >"$B.$left"); done
exits "again, over it" 0 escalate --now 2026-05-26T09:32:00+02:00 backup "$B"
same "what a killed one left goes, nothing else" "$(printf '%s\n' "$B" "$B.new." "$B.new.$$" "$B.new.$gone.mine" "$B.new.20261127" | sort | tr '\n' ' ' | sed 's/ $//')" "$(find "$WORK" -name 'backup.tar*' | sort | tr '\n' ' ' | sed 's/ $//')"
rm -f "$B".?*
mv "$WORK/first.tar" "$B"

lost=$(find "$SPOOL/archive" -name '*.eml' | sort | head -n 1)
mv "$lost" "$WORK/lost"
exits "with a mail that the database knows and nobody finds" 0 escalate --now 2026-05-26T09:32:00+02:00 backup "$B.poor"
match "that is told" "^warning: mails that the database knows, but are not in the spool, so not in it either: 1: ${lost#"$SPOOL/"} " "$(cat "$WORK/out")"
mv "$WORK/lost" "$lost"
rm "$B.poor"

mkdir -m 0555 "$WORK/closed"
[ "$(id -u)" -ne 0 ] || rmdir "$WORK/closed" # whom no mode keeps out
exits "into a directory that cannot be written" 75 escalate backup "$WORK/closed/b.tar"
match "which is named" "^escalate: directory '$WORK/closed': not writable: " "$(cat "$WORK/err")"

# ---- what happens afterwards, and is lost ----
mail 2026-05-26T09:40:00+02:00 lea 'New since the backup'
at 2026-05-26T09:41:00+02:00
mail 2026-05-26T09:42:00+02:00 lars 'This one is down too'
at 2026-05-26T09:43:00+02:00
at 2026-05-26T10:10:00+02:00
highest=$(sqlite_value "select max(id) from ticket")
lost_page=$(outgoing | grep -e '-escalation\.eml$' | tail -n 1)
head_of_before=$(escalate audit head)
lost_ack=$(outgoing | grep -e '-auto-ack\.eml$' | tail -n 1)
same "six tickets" 6 "$highest"

# ---- refusals ----
exits "over a database: no" 1 escalate restore "$B"
match "and how" 'is there: --aside gives it another name' "$(cat "$WORK/err")"
mkfifo "$WORK/hold-it" "$WORK/held"
python3 -c 'import sqlite3,sys
c=sqlite3.connect(sys.argv[1]); c.execute("select count(*) from ticket").fetchall(); open(sys.argv[2],"w").write("x"); open(sys.argv[3]).read()' \
    "$WORK/escalate.db" "$WORK/held" "$WORK/hold-it" &
read -r _ <"$WORK/held" || :
exits "while somebody has it open: no" 1 escalate restore --aside "$B"
match "and what to do" 'stop escalated first' "$(cat "$WORK/err")"
echo >"$WORK/hold-it"
wait
head -c 20000 "$B" >"$WORK/cut.tar"
exits "a backup that was cut off" 1 escalate restore --aside "$WORK/cut.tar"
python3 - "$B" "$WORK/bad.tar" <<'END'
import sys
b = bytearray(open(sys.argv[1], 'rb').read())
at = b.index(b'The printer is dead')  # in the database
b[at] ^= 1
open(sys.argv[2], 'wb').write(b)
END
exits "one with a bit that turned" 1 escalate restore --aside "$WORK/bad.tar"
match "is said to be damaged" 'is not as it was written' "$(cat "$WORK/err")"
(cd "$WORK/look" && tar -cf "$WORK/other.tar" key)
exits "a tar of something else" 1 escalate restore --aside "$WORK/other.tar"
match "is none of ours" 'is no backup of escalate' "$(cat "$WORK/err")"
ln -s /etc "$WORK/look/spool/evil"
(cd "$WORK/look" && tar -cf "$WORK/evil.tar" escalate-backup spool/evil)
exits "one with a link in it" 1 escalate restore --aside "$WORK/evil.tar"
tar -cPf "$WORK/up.tar" -C "$WORK/look" escalate-backup --transform 's,^key$,spool/archive/../../../key,' key
exits "one whose name leads out" 1 escalate restore --aside "$WORK/up.tar"
same "after all that, nothing was changed" "$highest" "$(sqlite_value 'select max(id) from ticket')"
same "and nothing lies about" "" "$(find "$WORK" -name '.escalate-restore.*')"

# ---- yesterday ----
left=$(sh -c 'echo $$') # of a process that has ended
kept="$WORK/.escalate-restore.$$ $WORK/.escalate-restore.20251127 $WORK/.escalate-restore.plan $WORK/restore.$left"
mkdir -m 700 "$WORK/.escalate-restore.$left" "$SPOOL/.escalate-restore.$left" $kept
cp "$WORK/key" "$WORK/.escalate-restore.$left/key"
exits "a backup is verified" 0 escalate restore --verify "$B"
check "which takes nothing away" test -e "$WORK/.escalate-restore.$left/key"
exits "yesterday is restored" 0 escalate --now 2026-05-26T12:00:00+02:00 restore --aside "$B"
out=$(cat "$WORK/out")
match "three mails are taken in again" '^3 mails since then are taken in again' "$out"
match "they are named" '^again	archive/2026/05/26/' "$out"
match "and those that were sent" '^sent since then, and in the archive \(sent, above\): [0-9]+; ' "$out"
match "numbers" 'numbered above 1000000;' "$out"
same "what a killed one left, with keys in it, is gone; what is somebody's is not" "$(printf '%s\n' $kept | sort)" "$(find "$WORK" -name '*restore.*' -type d | sort)"
rmdir $kept
same "the database that was there is kept" 1 "$(find "$WORK" -name 'escalate.db.aside-*' ! -name '*-wal' ! -name '*-shm' | wc -l)"
same "rows as they were" "$before" "$(facts)"
match "the record is whole" '^good: ' "$(escalate audit verify)"
match "and has the restore" 'restored' "$(sqlite_value 'select event from audit order by number desc limit 1')"
same "three mails wait" 3 "$(count incoming)"
at 2026-05-26T12:05:00+02:00
same "all are in" 0 "$(count incoming)"
same "new tickets, above what was given away" "1
2
3
1000001
1000002
1000003" "$(sqlite_value 'select id from ticket order by id')"
same "each mail once" 0 "$(sqlite_value 'select count(*) from (select message_id from message where message_id is not null group by message_id having count(*) > 1)')"
match "mails too" '^100000[0-9]+$' "$(sqlite_value 'select max(id) from outbox')"

# ---- answers to what was lost ----
make_mail -H 'Auto-Submitted: auto-replied' -H "In-Reply-To: $(header "$lost_page" Message-ID)" bob@desk.test "$(reply_to "$lost_page")" 'Out of office' 'I am away.' |
    deliver '' "$(reply_to "$lost_page")"
at 2026-05-26T12:09:00+02:00
same "a machine's answer is told to nobody" 0 "$(outgoing | grep -e '-notice\.eml$' | while read -r f; do header "$f" Subject; done | grep -c -e lost -e NOT)"
reply "$lost_page" bob@desk.test 'ACK'
make_mail lars@acme.test "$(reply_to "$lost_ack")" 'Re: what I wrote' | deliver lars@acme.test "$(reply_to "$lost_ack")"
at 2026-05-26T12:10:00+02:00
no_match "an ack of a notification that is gone does nothing" '"acker":"bob"' "$(for t in 1 2 3 1000001 1000002 1000003; do escalate --json show $t; done)"
match "its log says why" 'it answers notification [0-9]+, which was made after the backup' "$(escalate log 1000004)"
same "the lead is told of both" 2 "$(outgoing | grep -e '-notice\.eml$' | while read -r f; do header "$f" Subject; done | grep -c 'answers what was lost')"
not_counted=$(outgoing | grep -e '-notice\.eml$' | while read -r f; do case $(header "$f" To) in *bob@*) cat "$f" ;; esac; done)
match "who answered is told that it did not count" '^Subject: .*Your answer was NOT counted' "$not_counted"
match "and which answer" '^It begins: ACK' "$not_counted"
match "on record" 'lost' "$(sqlite_value "select distinct event from audit where event = 'lost'")"
reply "$page" bob@desk.test 'ACK'
at 2026-05-26T12:11:00+02:00
match "a page of before the backup can still be answered" '"acker":"bob"' "$(escalate --json show 2)"
exits "all is well" 0 escalate audit verify
exits "a head of before the restore is not in it" 1 escalate audit verify --head "$head_of_before"
match "and that is said" "audit row [0-9]+: is .*; or it is of before the restore of row [0-9]+," "$(cat "$WORK/err")"

# ---- the same backup once more: numbers that the first restore gave away ----
exits "restored a second time" 0 escalate --now 2026-05-26T13:00:00+02:00 --json restore --aside --leave "$B"
match "above those too" '"above":2000000' "$(tail -n 1 "$WORK/out")"
match "what is newer is left where it is" '"what":"left"' "$(cat "$WORK/out")"
same "nothing is taken in again" 1 "$(count incoming)"

# ---- a machine that has nothing ----
NEW=$WORK/new
mkdir "$NEW"
cp "$WORK"/*.ics "$NEW/"
cp "$CONF" "$NEW/escalate.yaml"
exits "on an empty machine" 0 "$ESCALATE" -c "$NEW/escalate.yaml" --now 2026-05-26T13:00:00+02:00 restore --above 3000000 "$B"
match "above what somebody remembers" 'numbered above 4000000;' "$(cat "$WORK/out")"
same_file "the same key" "$WORK/key" "$NEW/key"
same "as many mails as in the backup" "$(grep -c '^spool/' "$WORK/list")" "$(find "$NEW/spool" -type f | wc -l)"
exits "it works on" 0 "$ESCALATED" -c "$NEW/escalate.yaml" --once --now 2026-05-26T13:01:00+02:00
exits "a mail that waits to leave" 0 "$ESCALATE" -c "$NEW/escalate.yaml" --now 2026-05-26T13:02:00+02:00 escalate 1
exits "is in the backup" 0 "$ESCALATE" -c "$NEW/escalate.yaml" --now 2026-05-26T13:02:00+02:00 backup "$WORK/waiting.tar"
exits "which is restored" 0 "$ESCALATE" -c "$NEW/escalate.yaml" --now 2026-05-26T13:03:00+02:00 restore --aside "$WORK/waiting.tar"
match "that it leaves, if it has since or not, is told" '^what waits in the outbox .[0-9]+. leaves when escalated starts, even where it has left since the backup$' "$(cat "$WORK/out")"
exits "with a whole record" 0 "$ESCALATE" -c "$NEW/escalate.yaml" audit verify

# ---- a backup of an outage ----
new_at() { exits "$1" 0 "$ESCALATED" -c "$NEW/escalate.yaml" --once --now "$2"; }
transport_down "$NEW/escalate.yaml"
new_at "an outage" 2026-05-26T13:04:00+02:00
exits "is in a backup" 0 "$ESCALATE" -c "$NEW/escalate.yaml" --now 2026-05-26T13:05:00+02:00 backup "$WORK/outage.tar"
exits "which is restored two days later" 0 "$ESCALATE" -c "$NEW/escalate.yaml" --now 2026-05-28T13:00:00+02:00 restore --aside "$WORK/outage.tar"
new_at "it may be one again" 2026-05-28T13:01:00+02:00
outages() { sqlite_value "select count(*) from ticket where subject = 'Mail cannot leave'" "$NEW/escalate.db"; }
same "which began then" 0 "$(outages)"
new_at "and lasts" 2026-05-28T13:12:00+02:00
same "or it is a ticket" 1 "$(outages)"
match "of minutes, not of days" 'No mail has left for 1[0-9] minutes' "$(sqlite_value "select cast(bytes as text) from outbox where template = 'new-ticket' order by id desc limit 1" "$NEW/escalate.db")"
transport_up "$NEW/escalate.yaml"

# ---- names and sizes that anybody may choose ----
odd=$(printf '1779780000.000001-17-1-99.\377\303\244')
echo odd >"$NEW/spool/incoming/$odd"
truncate -s 1T "$NEW/spool/incoming/1779780000.000001-17-2-99.mx"
exits "a name that is no text, and a file with a hole" 0 env LC_ALL=C.UTF-8 "$ESCALATE" -c "$NEW/escalate.yaml" backup "$WORK/odd.tar"
match "the long one is told, not written" '^warning: 1 files .* are too long.*1779780000\.000001-17-2-99' "$(cat "$WORK/out")"
check "the other is in it" grep -qaF "$odd" "$WORK/odd.tar"
exits "which can be read" 0 env LC_ALL=C.UTF-8 "$ESCALATE" -c "$NEW/escalate.yaml" restore --verify "$WORK/odd.tar"
exits "anywhere" 0 env LC_ALL=C "$ESCALATE" -c "$NEW/escalate.yaml" restore --verify "$WORK/odd.tar"
rm -f "$NEW/spool/incoming"/*

# ---- another user's files: his envelope counts nowhere, and his names leave nothing out ----
place() { # DIRECTORY: a desk like this one
    mkdir "$WORK/$1"
    cp "$WORK"/*.ics "$WORK/$1/"
    cp "$CONF" "$WORK/$1/escalate.yaml"
}
of() { # DIRECTORY COMMAND…
    of_place=$WORK/$1
    shift
    "$ESCALATE" -c "$of_place/escalate.yaml" --now 2026-05-26T14:00:00+02:00 "$@"
}
once() { "$ESCALATED" -c "$WORK/$1/escalate.yaml" --once --now 2026-05-26T14:01:00+02:00 2>>"$WORK/log"; }
queues_of() { # DIRECTORY SUBJECT: those that owe an answer
    python3 -c 'import sqlite3,sys
print(*sorted(row[0] for row in sqlite3.connect(sys.argv[1]).execute("select c.queue from clock c join ticket t on t.id = c.ticket_id"
    " where t.subject = ? and target = ?", [sys.argv[2], "respond"])))' "$WORK/$1/escalate.db" "$2"
}
his() { # FILE SUBJECT: a mail to sales whose envelope says support
    {
        printf 'X-Escalate-Envelope-%s\n' 'Sender: kim@acme.test' 'Recipient: support@desk.test' 'Queue: support' 'Uid: 0' 'End: 1'
        make_mail mallory@evil.test sales@desk.test "$2" 'Hello.'
    } >"$1"
    # who is not root cannot give a file away: as a restore leaves it
    if [ "$(id -u)" -eq 0 ]; then chmod 0440 "$1" && chown 65533 "$1"; else chmod 1440 "$1"; fi
}
H=1779780000.000001-17 # how his names begin
place near
near=$WORK/near/spool
exits "a desk" 0 once near
SPOOL=$near NOW=2026-05-26T10:00:00+02:00 make_mail joe@acme.test support@desk.test 'Everything is down' >"$WORK/mail"
(SPOOL=$near && deliver joe@acme.test support@desk.test <"$WORK/mail")
exits "with a mail" 0 once near
known=$(find "$near/archive" -type f ! -name 'out-*')
his "$near/incoming/$(basename "$known")" 'Under a name that is known'
his "$near/incoming/$H-1-99.mx" 'Waiting'
his "$near/hold/$H-2-99.mx" 'Held'
echo 'for a reason' >"$near/hold/$H-2-99.mx.reason"
his "$near/archive/2026/05/26/$H-3-99.mx" 'Newer than the database'
exits "a backup with another user's files" 0 of near backup "$WORK/his.tar"
tar -tf "$WORK/his.tar" >"$WORK/list" 2>/dev/null
check "another user's name in incoming leaves nothing out of the archive" grep -qxF "spool/${known#"$near/"}" "$WORK/list"
place far
exits "they are restored" 0 of far restore "$WORK/his.tar"
exits "that desk works" 0 once far
same "another user's file that waited, restored: his envelope does not count" sales "$(queues_of far Waiting)"
same "one of the archive that the database has not: nor does it" sales "$(queues_of far 'Newer than the database')"
same "one with the name of another mail is held" "another mail has this name" "$(cut -d: -f1 "$WORK/far/spool/hold/$(basename "$known").reason")"
same_file "whose own file is where it was" "$known" "$WORK/far/spool/${known#"$near/"}"
exits "a backup of what was restored" 0 of far backup "$WORK/his2.tar"
place third
exits "restored again" 0 of third restore "$WORK/his2.tar"
exits "what was held is tried again" 0 of third requeue "$H-2-99.mx"
exits "by a third desk" 0 once third
same "one of hold, restored twice and requeued: nor does it" sales "$(queues_of third Held)"

# ---- backups that have no marks yet, and entries that cannot both be put in place ----
made() { # TAR WHAT: $B with a mail of his, and changed: "plain", "twice", or the name of what is left out
    python3 - "$B" "$1" "$2" "$WORK/mail" "$H-4-99.mx" <<'END'
import hashlib, io, os, sys, tarfile
source, target, what, mail, his = sys.argv[1:]
sums = ""
old, new = tarfile.open(source), tarfile.open(target, "w", format=tarfile.PAX_FORMAT)
def put(name, data, uid):
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.uid = len(data), 0o600, uid
    new.addfile(entry, io.BytesIO(data))
def add(name, data, uid):
    global sums
    put(name, data, uid)
    sums += f"{hashlib.sha256(data).hexdigest()}  {name}\n"
for entry in old:
    data = old.extractfile(entry).read()
    if entry.name == "escalate-backup":
        data = data.replace(b"strangers: marked\n", b"")
    if entry.name not in ("SHA256SUMS", what):
        add(entry.name, data, entry.uid)
add(f"spool/incoming/{his}", open(mail, "rb").read(), 65533)
add(f"spool/hold/{his}.reason", b"held while the backup was taken\n", os.geteuid())
if what == "twice":
    add(f"spool/incoming/{his}", b"", os.geteuid())
put("SHA256SUMS", sums.encode(), os.geteuid())
new.close()
END
}
his "$WORK/his.mail" 'Held meanwhile'
cp "$WORK/his.mail" "$WORK/mail"
made "$WORK/made.tar" plain
place older
exits "a file of another user that was held while the backup was taken is tried" 0 of older restore --verify "$WORK/made.tar"
exits "and restored" 0 of older restore "$WORK/made.tar"
exits "its desk works" 0 once older
same "where only owners tell: his envelope does not count" sales "$(queues_of older 'Held meanwhile')"
made "$WORK/twice.tar" twice
place fourth
exits "one with a file twice is tried" 1 of fourth restore --verify "$WORK/twice.tar"
match "and found" "holds 'spool/incoming/$H-4-99.mx' twice" "$(cat "$WORK/err")"
exits "nor is it restored" 1 of fourth restore "$WORK/twice.tar"
made "$WORK/keyless.tar" key
exits "one without keys is tried" 1 of fourth restore --verify "$WORK/keyless.tar"
match "and found too" "has no file 'key'" "$(cat "$WORK/err")"
check_not "nothing was restored" test -e "$WORK/fourth/escalate.db"

# ---- another user's file with the name of a mail that is taken in again ----
place fifth
mkdir -p "$WORK/fifth/spool/incoming"
cp -R "$near/archive" "$WORK/fifth/spool/"
rm "$WORK/fifth/spool/archive/2026/05/26/$H-3-99.mx"
his "$WORK/fifth/spool/incoming/$(basename "$known")" 'In its place'
exits "it is there when the restore begins" 0 of fifth restore "$B"
exits "the fifth desk works" 0 once fifth
same "the mail is taken in all the same" support "$(queues_of fifth 'Everything is down')"
same "so is his, as his" sales "$(queues_of fifth 'In its place')"

# ---- cut off at any moment and called again, it ends as if it had not been ----
end_of() { # DIRECTORY: what there is when the desk works again; numbers, and what has them in it, are others
    once "$1"
    (cd "$WORK/$1" && find key audit.key spool/incoming spool/hold spool/archive -type f ! -name 'out-*' -printf '%m %p ' -exec cksum '{}' ';' | sort)
    python3 -c 'import sqlite3,sys
c = sqlite3.connect(sys.argv[1])
print(sorted(c.execute("select subject, queue from ticket")), [c.execute(f"select count(*) from {t}").fetchone() for t in ("message", "clock", "outbox", "audit")])' \
        "$WORK/$1/escalate.db"
}
cut_off() { # N: killed at the N-th system call; the counts are in $WORK/counts
    rm -rf "$WORK/cut"
    place cut
    "$BUILDDIR/tests/fault/killat" -d "$WORK/cut" -n "$1" -c "$WORK/counts" -- \
        "$ESCALATE" -c "$WORK/cut/escalate.yaml" --now 2026-05-26T14:00:00+02:00 restore "$WORK/his.tar" >"$WORK/out" 2>&1
}
if "$BUILDDIR/tests/fault/killat" -d / -c "$WORK/counts" -- /bin/true 2>/dev/null; then
    cut_off 0
    end_of cut >"$WORK/whole"
    read -r calls _ <"$WORK/counts"
    for n in $(seq 1 $((calls / 8 + 1)) "$calls"); do
        cut_off "$n"
        if ! of cut restore --aside "$WORK/his.tar" >"$WORK/out" 2>&1; then
            echo "call $n: cannot be called again: $(cat "$WORK/out")"
        elif ! end_of cut | cmp -s - "$WORK/whole"; then
            echo "call $n: ends otherwise"
        fi
    done >"$WORK/cuts"
    nothing "a restore that is killed at some of its $calls calls, from the first to the last, can be called again" "$(cat "$WORK/cuts")"
else
    skip "a restore that is killed can be called again" "processes cannot be traced here"
fi

# ---- a database that is not whole is not saved ----
sed -i 's,^database: .*,database: broken.db,' "$CONF"
cp "$NEW/escalate.db" "$WORK/broken.db"
python3 -c 'import sqlite3,sys
c=sqlite3.connect(sys.argv[1]); c.execute("update audit set detail = detail || 1 where number = 2"); c.commit(); c.close()' "$WORK/broken.db"
cksum "$B" >"$WORK/sum"
exits "a record that was changed" 1 escalate backup "$B"
match "is named" 'audit row 2: was changed' "$(cat "$WORK/err")"
same "and the backup of before is kept" "$(cat "$WORK/sum")" "$(cksum "$B")"
exits "usage" 2 escalate restore
exits "usage of backup" 2 escalate backup

done_testing
