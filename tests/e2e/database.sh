#!/bin/sh
# database.sh: check --database finds each kind of fact that does not fit, one at a time, repairs what follows from others and nothing else, and
# leaves what is well alone.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
command -v python3 >/dev/null || skip_all "no python3"

desk relay
NOW1=2026-05-26T10:00:00+02:00
mail() { NOW=$NOW1 make_mail "$1@acme.test" support@desk.test "$2" "$3" | deliver "$1@acme.test" support@desk.test; }
sql() { python3 -c 'import sqlite3,sys
c=sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()' "$WORK/escalate.db" "$1"; }
database() { escalate --now 2026-05-26T10:30:00+02:00 check --database "$@"; }
mail joe 'It is down' 'the zebra printer'
mail kim 'A question' 'about giraffes'
echo junk | deliver x@acme.test nobody@elsewhere.test
at $NOW1
at 2026-05-26T10:25:00+02:00
escalate --now 2026-05-26T10:26:00+02:00 wait 2 until 2026-05-28T10:00:00+02:00 >/dev/null
at 2026-05-26T10:26:00+02:00

exits "all is well" 0 database
match "and counted" '^good: 2 rows of mail|^good: [0-9]+ rows of mail, [0-9]+ files, [0-9]+ rows of the record; 0 wrong, 0 to be repaired' "$(cat "$WORK/out")"
exits "in JSON" 0 escalate --json check --database
match "too" '^{"good":true,"wrong":0,"repairable":0,"repaired":0,"notes":0,' "$(cat "$WORK/out")"
exits "a repair of what is well" 0 database --repair
match "repairs nothing" ' 0 repaired$' "$(cat "$WORK/out")"

# finds NAME REGEX: it is found, and stays as it is without --repair. repairs NAME: and then it is well.
finds() {
    exits "$1" 1 database
    match "$1: what, where, why" "$2" "$(cat "$WORK/out")"
}
repairs() {
    exits "$1: repaired" 0 database --repair
    match "$1: is told" '^repaired' "$(cat "$WORK/out")"
    exits "$1: and well" 0 database
}

# ---- what is due ----
dues() { sqlite_value "select what || ' ' || next_at || ' ' || coalesce(clock_id, '') || ' ' || coalesce(run_id, '') from due order by 1"; }
was=$(dues)
sql "delete from due where what = 'breach'"
finds "a deadline that nothing watches" '^repairable	due	clock [0-9]+	its deadline would pass unseen'
repairs "a deadline that nothing watches"
sql "delete from due where what = 'run'"
finds "a ladder that stands still" '^repairable	due	run 1	it would stand still'
repairs "a ladder that stands still"
sql "update due set next_at = next_at + 9000000 where what in ('run', 'wait', 'breach')"
finds "all of them, far too late" '^repairable	due	ticket 2	nobody would be reminded'
repairs "all of them, far too late"
same "what is due is what was due" "$was" "$(dues)"

# ---- the outbox ----
mail lea 'Another one' 'x'
at 2026-05-26T10:26:30+02:00
sql "update outbox set state = 'queued', next_at = null, is_archived = 0, bytes = x'41' where id = (select max(id) from outbox)"
finds "a mail that waits for no time" '^repairable	outbox	mail [0-9]+	waits, but for no time'
repairs "a mail that waits for no time"
sql "update outbox set bytes = x'' where state = 'queued'"
finds "a mail without bytes" '^wrong	outbox	mail [0-9]+	is to be sent, and has no bytes'
exits "a person must look" 1 database --repair
sql "update outbox set state = 'sent', next_at = null, is_archived = 1 where state = 'queued'"

# ---- words ----
sql "delete from message_word where rowid = 1"
finds "an index that lost a mail" '^repairable	words	index'
same "list does not find it" '' "$(escalate list zebra)"
repairs "an index that lost a mail"
match "list finds it again" '#?1 ' "$(escalate list zebra)"

# ---- files of rows ----
name=$(sqlite_value "select spool_name from message where id = 2")
file=$SPOOL/$(sqlite_value "select archive from message where id = 2")
mv "$file" "$WORK/away"
finds "a mail whose file is gone" '^wrong	mail-missing	message 2	archive/2026/05/26/'
exits "cannot be made again" 1 database --repair
cp "$WORK/away" "$SPOOL/incoming/$name"
finds "a mail that was committed, and not moved" "^repairable	mail-waits	incoming/$name"
repairs "a mail that was committed, and not moved"
same_file "its bytes are as they were" "$WORK/away" "$file"
sent=$(find "$SPOOL/archive" -name 'out-1.eml')
mv "$sent" "$WORK/sent"
finds "a mail that was sent, and is gone" '^wrong	sent-missing	mail 1'
mv "$WORK/sent" "$sent"

# ---- rows of files ----
mail ida 'Never taken in' 'x'
stray=$(basename "$(spool_files incoming)")
mv "$SPOOL/incoming/$stray" "$(dirname "$file")/$stray"
finds "a mail that nobody took in" "^repairable	mail-unknown	archive/2026/05/26/$stray"
repairs "a mail that nobody took in"
same "it waits" "$stray" "$(basename "$(spool_files incoming)")"
at 2026-05-26T10:27:00+02:00
same "and is a ticket" 'Never taken in' "$(sqlite_value 'select subject from ticket order by id desc limit 1')"
echo x >"$(dirname "$file")/out-900.eml"
exits "a mail that was sent before a restore is a note" 0 database
match "which says so" '^note	sent-unknown	archive/2026/05/26/out-900.eml' "$(cat "$WORK/out")"
rm "$(dirname "$file")/out-900.eml"

# ---- hold ----
held=$(basename "$(spool_files hold)")
rm "$SPOOL/hold/$held.reason"
finds "held without a reason" "^repairable	reason	hold/$held"
repairs "held without a reason"
match "hold says so" 'no reason was beside it' "$(escalate hold)"
escalate --now 2026-05-26T10:28:00+02:00 requeue "$held" >/dev/null
exits "a mail that was taken back is not missing" 0 database
at 2026-05-26T10:28:00+02:00

# ---- a filed mail, taken back from the archive ----
NOW=$NOW1 make_mail -H 'X-Spam-Flag: YES' off@acme.test support@desk.test 'Buy' | deliver off@acme.test support@desk.test
at 2026-05-26T10:28:10+02:00
escalate --now 2026-05-26T10:28:20+02:00 requeue --as human "$(sqlite_value 'select spool_name from message order by id desc limit 1')" >/dev/null
exits "its first row has its file under another name" 0 database
at 2026-05-26T10:28:30+02:00
exits "and after it was taken in" 0 database

# ---- the database itself ----
sql "update audit set detail = detail || 'x' where number = 3"
finds "a record that was changed" '^wrong	audit	record	audit row 3: was changed'
sql "update audit set detail = substr(detail, 1, length(detail) - 1) where number = 3"
exits "changed back" 0 database
python3 -c 'import sqlite3,sys
c=sqlite3.connect(sys.argv[1]); c.execute("pragma foreign_keys=off"); c.execute("insert into work (ticket_id, contact) values (777, 1)"); c.commit()' "$WORK/escalate.db"
finds "a reference into nothing" '^wrong	integrity	database	row [0-9]+ of work refers to a row of ticket that is not there'
sql "delete from work where ticket_id = 777"
exits "usage" 2 escalate check --database --mend

# ---- while a daemon works ----
start_daemon
cleanup() { stop_daemon; }
check "a daemon" eventually grep -q event=start "$WORK/daemon.log"
i=0
while [ $i -lt 20 ]; do
    mail "busy$i" "Busy $i" x
    i=$((i + 1))
done
exits "beside it" 0 escalate check --database --repair
nothing_waits() { [ "$(count incoming)" = 0 ]; }
check "it takes all in" eventually nothing_waits
stop_daemon
exits "and all is well afterwards" 0 escalate check --database
same "each mail is there once" 20 "$(sqlite_value "select count(*) from ticket where subject like 'Busy %'")"
match "the record is whole" '^good: ' "$(escalate audit verify)"

done_testing
