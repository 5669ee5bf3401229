#!/bin/sh
# health.sh: escalate health in its four states, on the pinned clock and without a daemon, a database or a configuration; and what only the daemon can
# see: workers that die, a clock that was set, an alarm that does not travel by our own mail.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
command -v python3 >/dev/null || skip_all "no python3"
need_shim poison-shim
daemon=
small=
cleanup() {
    [ -z "$daemon" ] || kill -9 "$daemon" 2>/dev/null
    wait 2>/dev/null
    [ -z "$small" ] || umount -l "$small" 2>/dev/null
}
desk observe
cp "$WORK/holidays.ics" "$WORK/dry.ics"
sed -i 's/^SUMMARY/RRULE:FREQ=YEARLY\n&/' "$WORK/holidays.ics" # it does not run dry
cp "$WORK/holidays.ics" "$WORK/good.ics"
T=2026-05-26T10:00:00+02:00

# health TIME: its output in $WORK/out
health() { escalate --now "$1" health; }
# says NAME STATE-OF-CHECK CHECK REGEX: of the last one
says() { match "$1" "^$2 +$3: $4" "$(cat "$WORK/out")"; }
headline() { head -n 1 "$WORK/out"; }
logged() { grep -Eq -e "$1" "$WORK/log"; }

# ---- nothing there yet ----
exits 'before the first start it is critical' 2 health "$T"
says 'for core' CRITICAL core 'has never worked on this spool'
says 'and the database' CRITICAL database '.*is not there'
says 'what that would say is unknown' UNKNOWN timers 'the database was not read'
check 'and it made none' test ! -e "$WORK/escalate.db"

# ---- OK ----
make_mail 'Kim <kim@acme.test>' support@desk.test 'It is down' | deliver kim@acme.test support@desk.test
at "$T"
exits 'OK is 0' 0 health 2026-05-26T10:00:20+02:00
match 'the headline' '^ESCALATE OK - [0-9]+ checks \| core=20s;120;300 incoming=0s;300;900 hold=0;1; timers=0s;120;600 outbox=0s;600;3600$' "$(headline)"
same 'a line each: all are OK' '' "$(sed 1d "$WORK/out" | grep -v '^OK ')"
exits 'in JSON too' 0 escalate --json --now 2026-05-26T10:00:20+02:00 health
same 'which names the checks' 'OK 0 2026-05-26T08:00:20Z core rounds handover clock configuration workers incoming hold disk-spool disk-database database timers outbox transport audit calendars' \
    "$(python3 -c 'import json,sys; o=json.load(sys.stdin); print(o["state"], o["code"], o["at"], *[c["name"] for c in o["checks"]])' <"$WORK/out")"
same 'and their figures' '20 s 120 300' "$(python3 -c 'import json,sys; c=json.load(sys.stdin)["checks"][0]; print(c["value"], c["unit"], c["warning"], c["critical"])' <"$WORK/out")"
exits 'an argument is wrong usage: unknown, to a monitor' 3 escalate health now

# ---- WARNING ----
exits 'core that did nothing for 3 minutes is a warning' 1 health 2026-05-26T10:03:00+02:00
says 'of core' WARNING core 'last step 3 min ago'
match 'the headline says which' '^ESCALATE WARNING - core: last step 3 min ago \|' "$(headline)"
echo x >"$SPOOL/incoming/1779782400.000002-1-0-2.host"
ln "$SPOOL/incoming/1779782400.000002-1-0-2.host" "$WORK/second"
at 2026-05-26T10:04:00+02:00
exits 'a mail on hold is one' 1 health 2026-05-26T10:04:10+02:00
says 'it says why' WARNING hold '1 mail, the newest is .* old: .*not a regular file with one link'
rm "$SPOOL"/hold/*
cp "$WORK/dry.ics" "$WORK/holidays.ics"
at 2026-05-26T10:05:00+02:00
exits 'a calendar that runs dry is one' 1 health 2026-05-26T10:05:10+02:00
says 'it says which' WARNING calendars "1: calendar 'office': .*runs dry"
cp "$WORK/good.ics" "$WORK/holidays.ics"
echo '# changed' >>"$CONF"
exits 'a configuration that core does not have yet is one' 1 health 2026-05-26T10:05:10+02:00
says 'it says what to do' WARNING configuration 'escalated works with version .* it wants SIGHUP'
at 2026-05-26T10:06:00+02:00
exits 'and then it is well' 0 health 2026-05-26T10:06:10+02:00

# ---- CRITICAL ----
make_mail 'Joe <joe@acme.test>' support@desk.test 'Waiting' | deliver joe@acme.test support@desk.test
name=$(basename "$(spool_files incoming)")
mv "$SPOOL/incoming/$name" "$SPOOL/incoming/1779782400.000003-1-0-3.host" # of 10:00
exits 'a core that does nothing is critical' 2 health 2026-05-26T10:43:00+02:00
says 'by itself' CRITICAL core 'last step 37 min ago'
says 'by the mail that waits' CRITICAL incoming '1 mail, the oldest waits for 43 min'
says 'by what is due' CRITICAL timers '3 are due, the first for 20 min'
at 2026-05-26T10:43:00+02:00
exits 'when it works again' 0 health 2026-05-26T10:43:10+02:00

mkfifo "$WORK/hold-it" "$WORK/held"
python3 -c 'import sqlite3,sys
c=sqlite3.connect(sys.argv[1], isolation_level=None); c.execute("pragma locking_mode=exclusive"); c.execute("begin exclusive"); c.execute("delete from strike"); open(sys.argv[2],"w").write("x"); open(sys.argv[3]).read()' \
    "$WORK/escalate.db" "$WORK/held" "$WORK/hold-it" &
locker=$!
read -r _ <"$WORK/held" || :
exits 'a database that is locked is' 2 health 2026-05-26T10:43:10+02:00
says 'it says so' CRITICAL database '.*locked'
echo >"$WORK/hold-it"
wait "$locker"
cp "$WORK/escalate.db" "$WORK/good.db"
mv "$WORK/escalate.db" "$WORK/kept.db"
exits 'one that is missing' 2 health 2026-05-26T10:43:10+02:00
printf 'this is no database, and never was one, as anybody can see' >"$WORK/escalate.db"
exits 'one that is none' 2 health 2026-05-26T10:43:10+02:00
says 'it says so' CRITICAL database '.*not a database'
mkdir "$WORK/a"
rm "$WORK/escalate.db"
mv "$WORK/a" "$WORK/escalate.db"
exits 'one that cannot be read' 2 health 2026-05-26T10:43:10+02:00
rmdir "$WORK/escalate.db"
mv "$WORK/kept.db" "$WORK/escalate.db"
exits 'a spool that is away' 2 env sh -c 'mv "$1/incoming" "$1/gone"; "$2" -c "$3" --now 2026-05-26T10:43:10+02:00 health; rc=$?; mv "$1/gone" "$1/incoming"; exit $rc' sh "$SPOOL" "$ESCALATE" "$CONF"
says 'it says so' CRITICAL incoming '.*No such file'
mv "$SPOOL/archive" "$SPOOL/archive.away"
echo >"$SPOOL/archive"
make_mail 'Ida <ida@acme.test>' support@desk.test 'No archive' | deliver ida@acme.test support@desk.test
at 2026-05-26T10:44:00+02:00
exits 'rounds that fail are a warning at first' 1 health 2026-05-26T10:44:30+02:00
says 'with the reason' WARNING rounds 'fail for 30 s: .*archive'
at 2026-05-26T10:48:00+02:00
at 2026-05-26T10:50:00+02:00
exits 'and then critical' 2 health 2026-05-26T10:50:10+02:00
says 'since they began' CRITICAL rounds 'fail for 6 min: .*archive'
rm "$SPOOL/archive"
mv "$SPOOL/archive.away" "$SPOOL/archive"
at 2026-05-26T10:51:00+02:00
exits 'mended' 0 health 2026-05-26T10:51:10+02:00
echo '{' >"$SPOOL/alive-core"
exits 'a damaged pulse is critical, no crash' 2 health 2026-05-26T10:51:10+02:00
at 2026-05-26T10:52:00+02:00

# ---- UNKNOWN ----
cp "$CONF" "$WORK/good.yaml"
echo 'nonsense: yes' >>"$CONF"
exits 'a configuration that is wrong is unknown' 3 health 2026-05-26T10:52:10+02:00
says 'it says why' UNKNOWN configuration "cannot be loaded, 1 error: .*nonsense"
exits 'in JSON' 3 escalate --json --now "$T" health
match 'with the code' '"state":"UNKNOWN","code":3' "$(cat "$WORK/out")"
cp "$WORK/good.yaml" "$CONF"

# ---- no mail leaves ----
sed -i 's,^delivery: .*,delivery: {method: smtp\, port: 1\, tls: off},' "$CONF"
make_mail 'Una <una@other.test>' support@desk.test 'Question' | deliver una@other.test support@desk.test
at 2026-05-26T10:53:00+02:00
exits 'a transport that is down is critical at once' 2 health 2026-05-26T10:53:10+02:00
says 'it says since when' CRITICAL transport 'down for 10 s, since 2026-05-26T08:53:00Z: no mail leaves; next try 2026-05-26T08:5.:..Z; the last try: .*refused'
says 'and what waits' OK outbox '1 queued, 1 due, the first for 10 s'
cp "$WORK/good.yaml" "$CONF"
at 2026-05-26T11:00:00+02:00
exits 'up again' 0 health 2026-05-26T11:00:10+02:00

# ---- the disk is nearly full ----
if [ "$(id -u)" = 0 ] && mkdir "$WORK/small" && mount -t tmpfs -o size=20m,nr_inodes=2000 tmpfs "$WORK/small" 2>/dev/null; then
    small=$WORK/small
    cp -a "$SPOOL" "$small/spool"
    sed -i 's,^spool: .*,spool: small/spool,' "$CONF"
    at 2026-05-26T11:00:00+02:00
    exits 'a small disk with room is good' 0 health 2026-05-26T11:00:10+02:00
    dd if=/dev/zero of="$small/fill" bs=1M count=17 2>/dev/null
    exits 'little room is a warning' 1 health 2026-05-26T11:00:10+02:00
    says 'of the spool' WARNING disk-spool '2 MiB and [0-9]+ inodes free'
    dd if=/dev/zero of="$small/fill" bs=1k count=19900 2>/dev/null
    exits 'less than its floor is critical' 2 health 2026-05-26T11:00:10+02:00
    says 'and says what follows' CRITICAL disk-spool '0 MiB .*new mail is put off'
    rm "$small/fill"
    i=0
    while [ $i -lt 1950 ]; do
        : >"$small/$i" || break
        i=$((i + 1))
    done
    exits 'so are few inodes' 2 health 2026-05-26T11:00:10+02:00
    says 'of the spool' CRITICAL disk-spool '[0-9]+ MiB and [0-9][0-9]? inodes free'
    umount -l "$small"
    small=
    cp "$WORK/good.yaml" "$CONF"
else
    skip 'a full disk' 'no tmpfs can be mounted here'
fi

# ---- what the daemon sees ----
cat >"$WORK/alarm" <<END
#!/bin/sh
{ cat; env | sort | sed 's/^/env /'; echo end; } >>"$WORK/alarms"
[ ! -p "$WORK/hold" ] || cat "$WORK/hold"
echo told
END
chmod 755 "$WORK/alarm"
: >"$WORK/alarms"
: >"$WORK/log"
printf 00000000 >"$WORK/clock"
rm -f "$WORK/escalate.db" "$WORK"/escalate.db-*
{ sed 's,^delivery: .*,delivery: {method: smtp\, port: 1\, tls: off},' "$WORK/good.yaml"; echo "alarm: {argv: [$WORK/alarm, now], after: 1s, timeout: 300s}"; } >"$CONF"
LD_PRELOAD=$SHIM SHIM_CLOCK=$WORK/clock NOTIFY_SOCKET=/nobody WATCHDOG_USEC=600000000 \
    "$ESCALATED" -c "$CONF" -f 2>>"$WORK/log" &
daemon=$!
well() { escalate health >"$WORK/out"; }
is() { escalate health >"$WORK/out"; grep -Eq -e "$1" "$WORK/out"; }
is_told() { ! grep -q alarm_raised_at "$SPOOL/alive-watch"; }
alarms() { [ "$(grep -c '^end$' "$WORK/alarms")" -ge "$1" ]; }
check 'a daemon is well' eventually well
core() { pgrep -P "$daemon" -x core; }
dies() {
    before=$(core) || return 1
    kill -9 "$before"
}
died() { [ "$(grep -c 'event=worker-died worker=core' "$WORK/log")" -ge "$1" ]; }
check 'core is killed' eventually dies
check 'which is noticed' eventually is '^WARNING +workers: core died [0-9]+ (s|min) ago \(signal 9\)'
check 'again' eventually dies
check 'seen' eventually died 2
check 'and again' eventually dies
check 'one that keeps dying is critical' eventually is '^CRITICAL workers: core died 3 times since the start, 3 of the last within an hour'
check 'that raises the alarm' eventually alarms 1
match 'with what is wrong' '"alarm":"raised".*"domain":"desk.test".*"state":"CRITICAL"' "$(cat "$WORK/alarms")"
check 'it is in the log' eventually logged 'event=health state=CRITICAL text="ESCALATE CRITICAL - '
check 'with what the program said' eventually logged 'event=alarm result=done reply="exit 0: told"'
no_match 'the program gets nothing of our environment' '^env (NOTIFY_SOCKET|WATCHDOG_USEC|LD_PRELOAD|SHIM)' "$(cat "$WORK/alarms")"
kill -TERM "$daemon"
wait "$daemon"

# it is over when mail leaves again
told=$(grep -c '"alarm":"over"' "$WORK/alarms") # on a slow machine core may have been well for a look
: >"$WORK/alarms"
: >"$WORK/log"
LD_PRELOAD=$SHIM SHIM_CLOCK=$WORK/clock "$ESCALATED" -c "$CONF" -f 2>>"$WORK/log" &
daemon=$!
check 'started anew it is well' eventually well
if [ "$told" -eq 0 ]; then
    check 'the end of an alarm is told by the next daemon, too' eventually alarms 1
    match 'as over' '"alarm":"over"' "$(cat "$WORK/alarms")"
    check 'once its program has ended' eventually logged 'event=alarm result=done'
else
    skip 'the end of an alarm is told by the next daemon, too' 'it was told before'
fi
check 'then no other will tell it' eventually is_told
: >"$WORK/alarms"
: >"$WORK/log"
mkfifo "$WORK/hold" # from now on the alarm's program waits
make_mail 'Zoe <zoe@other.test>' support@desk.test 'Question' | deliver zoe@other.test support@desk.test
check 'no mail leaves' eventually is '^CRITICAL transport: down for'
check 'that raises the alarm' eventually alarms 1
{ cat "$WORK/good.yaml"; echo "alarm: {argv: [$WORK/alarm, now], after: 1s, timeout: 300s}"; } >"$CONF"
python3 -c 'import sqlite3,sys; c=sqlite3.connect(sys.argv[1], timeout=20); c.execute("update fact set value = substr(value, 1, instr(value, '"' '"')) || ?  where name = '"'transport-down'"'", ("0",)); c.commit()' "$WORK/escalate.db"
kill -HUP "$daemon"
check 'when it does, that is noticed while the program still runs' eventually logged 'event=health state=(OK|WARNING)'
no_match 'which does' 'event=alarm' "$(cat "$WORK/log")"
match 'one that ends now would leave it to the next' '"alarm_raised_at":-?[0-9]' "$(cat "$SPOOL/alive-watch")"
mv "$WORK/hold" "$WORK/let-go"
echo 3<>"$WORK/let-go" >&3
check 'when the program is ready, that is told too' eventually alarms 2
match 'as over' '"alarm":"over".*"state":"(OK|WARNING)"' "$(cat "$WORK/alarms")"
same 'once each' '1 1' "$(grep -c '"alarm":"raised"' "$WORK/alarms") $(grep -c '"alarm":"over"' "$WORK/alarms")"

printf 00000060 >"$WORK/clock"
kill -HUP "$daemon" # wakes core
check 'a clock that was set is noticed' eventually logged 'event=clock-step seconds=(59|60|61)'
check 'and told for a day' eventually is '^WARNING +clock: was set by \+(59|60|61) s at '
kill -TERM "$daemon"
wait "$daemon"
same 'the daemon ends' 0 "$?"
daemon=
done_testing
