#!/bin/sh
# alerts.sh: mails of monitoring with the very rules that escalate.yaml(5) shows: one ticket a problem, resolved by the mail that says so, back when
# it is; and a heartbeat that is missed.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"

desk relay 'trusted-authserv: [mx.desk.test]'
# the block behind the mark in the page, as a reader sees it
awk '/^\.\\" tests\/e2e\/alerts.sh/ { on = 1; next } on && /^\.Bd/ { copy = 1; next } on && /^\.Ed/ { exit } copy' "$TOP_SRCDIR/man/escalate.yaml.5" \
    | sed -e 's/\\e/\\/g' -e 's/\\&//g' >"$WORK/recipes"
check "the page has its example" grep -q '^  - name: monit$' "$WORK/recipes"
sed -i "/^rules:\$/{
r $WORK/recipes
d
}" "$CONF"
sed -i -e '/^  - name: zabbix$/a\    severity: S1' \
    -e "/^plans:\$/i\\  - {name: open-nagios, from: '@outside.test', header: 'X-Kind: alert', alert: {key: 'ALERT (.+)', closes: 'OVER'}, severity: S2, escalate: yes}" \
    -e "/^plans:\$/i\\  - {name: sensor, alert: {key: '^SENSOR (\\\\w+)', closes: 'back'}}" "$CONF"
check "check is content with them" escalate check

AUTH='Authentication-Results: mx.desk.test; dmarc=pass header.from=monitor.example'
monitor() { # monitor NAME TIME SUBJECT BODY [-H HEADER]…
    monitor_from="$1@monitor.example"
    monitor_time=$2
    monitor_subject=$3
    monitor_body=$4
    shift 4
    make_mail -H "${AUTH_LINE-$AUTH}" "$@" "$monitor_from" support@desk.test "$monitor_subject" "$monitor_body" | deliver "$monitor_from" support@desk.test
    at "2026-05-26T$monitor_time:00+02:00"
}
tickets() { sqlite_value 'select count(*) from ticket where is_operational = 0'; } # but for those of ladders that ran out
state() { sqlite_value "select state from ticket where id = ${1:-(select max(id) from ticket)}"; }
decided() { sqlite_value "select line from decision where message_id = (select max(id) from message where direction = 'in')"; }
mails_of() { sqlite_value "select count(*) from message where ticket_id = $1 and direction = 'in'"; }

# ---- Nagios: problem, again, over ----
nagios_text='***** Nagios *****

Notification Type: PROBLEM

Service: HTTP
Host: web1
Address: 192.0.2.10
State: CRITICAL

Date/Time: Tue May 26 10:00:00 CEST 2026

Additional Info:

CRITICAL - Socket timeout after 10 seconds'
monitor nagios 10:00 '** PROBLEM Service Alert: web1/HTTP is CRITICAL **' "$nagios_text"
same "a problem opens a ticket" "1 new" "$(tickets) $(state)"
match "its rule and name are in the decision log" 'rule nagios: an alert of "web1/http"' "$(decided)"
same "the team is mailed" 2 "$(templated_count new-ticket)"
same "the monitor is not" "" "$(sent_to nagios@monitor.example)"
monitor nagios 10:05 '** PROBLEM Service Alert: web1/HTTP is WARNING **' "$nagios_text"
same "the next of that name joins it" "1 2" "$(tickets) $(mails_of 1)"
same "without a mail" 2 "$(sent)"
monitor nagios 10:06 '** PROBLEM Host Alert: db1 is DOWN **' 'Host: db1'
same "another name is another ticket" "2 new" "$(tickets) $(state)"
monitor nagios 10:10 '** RECOVERY Service Alert: web1/HTTP is OK **' "$nagios_text"
same "the recovery resolves the first alone" "resolved new" "$(state 1) $(state 2)"
same "its words stay" recovered "$(sqlite_value 'select resolution from ticket where id = 1')"
match "by whom is in the audit" 'resolved by=alert:nagios' "$(sqlite_value "select event || ' ' || detail from audit where ticket_id = 1")"
same "no clock of it runs on" 0 "$(sqlite_value 'select count(*) from clock where ticket_id = 1 and state in (0, 1)')"
same "nothing was mailed to the monitor" "" "$(sent_to nagios@monitor.example)"
match "which is the guard's doing" 'event=no-mail class=update reason=monitor' "$(cat "$WORK/log")"
before=$(tickets)
monitor nagios 10:11 '** RECOVERY Service Alert: web9/HTTP is OK **' 'never heard of'
same "a recovery of nothing opens nothing" "$before" "$(tickets)"
match "and is filed" 'recovery' "$(escalate --now 2026-05-26T10:12:00+02:00 hold --other)"

# ---- flapping ----
monitor nagios 10:20 '** PROBLEM Service Alert: WEB1/http is CRITICAL **' "$nagios_text"
same "back within the window: the same ticket, open" "2 open 1" "$(tickets) $(state 1) $(sqlite_value 'select reopened from ticket where id = 1')"
match "that is in the audit" '^reopened ' "$(sqlite_value "select event || ' ' || detail from audit where ticket_id = 1")"
monitor nagios 10:21 '** RECOVERY Service Alert: web1/HTTP is OK **' ''
same "and over again" resolved "$(state 1)"
at 2026-06-15T12:00:00+02:00
same "after the window it is closed" closed "$(state 1)"
make_mail -H "$AUTH" nagios@monitor.example support@desk.test '** PROBLEM Service Alert: web1/HTTP is CRITICAL **' '' | deliver nagios@monitor.example support@desk.test
at 2026-06-15T12:01:00+02:00
same "then it is a new ticket that links the old" "3 1" "$(tickets) $(sqlite_value 'select linked_id from ticket where id = 3')"

# ---- the others; bulk and automatic mail too ----
monitor icinga 11:00 '[PROBLEM] http on web2 is CRITICAL!' 'Info: Socket timeout'
icinga=$(sqlite_value 'select max(id) from ticket')
monitor icinga 11:01 '[RECOVERY] http on web2 is OK!' 'Info: HTTP OK'
same "Icinga" "4 resolved" "$(tickets) $(state "$icinga")"
monitor alertmanager 11:02 '[FIRING:1] HighLatency shop (web3 critical)' '1 alert for alertname=HighLatency' -H 'Precedence: bulk' -H 'Auto-Submitted: auto-generated'
same "Alertmanager, bulk or not" "5 new" "$(tickets) $(state)"
monitor alertmanager 11:03 '[FIRING:2] HighLatency shop (critical)' '2 alerts' -H 'Auto-Submitted: auto-generated'
same "how many fire is no part of the name" "5" "$(tickets)"
monitor alertmanager 11:04 '[RESOLVED] HighLatency shop (web3 critical)' '' -H 'Precedence: bulk'
same "Alertmanager, over" resolved "$(state)"
monitor zabbix 11:05 'Problem: High CPU utilization on db2' 'Problem started at 11:05:01'
same "Zabbix, with the severity of its rule" "6 0" "$(tickets) $(sqlite_value 'select severity from ticket where id = 6')"
monitor zabbix 11:06 'Resolved in 1m 2s: High CPU utilization on db2' ''
same "Zabbix, over" resolved "$(state 6)"
monitor monit 11:07 'monit alert --  Connection failed nginx' 'Connection failed Service nginx'
monitor monit 11:08 'monit alert --  Does not exist nginx' 'Does not exist Service nginx'
same "Monit: two events of a service are two tickets" "8 new new" "$(tickets) $(state 7) $(state 8)"
monitor monit 11:09 'monit alert --  Exists nginx' ''
same "Monit, over" "new resolved" "$(state 7) $(state 8)"
monitor monit 11:10 'monit alert --  Connection succeeded nginx' ''
same "and the other" "8 resolved" "$(tickets) $(state 7)"

# ---- whom it does not believe ----
monitor nagios 11:11 '** PROBLEM Service Alert: mail/SMTP is CRITICAL **' ''
AUTH_LINE='X-Nothing: here'
monitor nagios 11:12 '** RECOVERY Service Alert: mail/SMTP is OK **' ''
same "a recovery that nobody vouches for is a note" "new 2" "$(state 9) $(mails_of 9)"
match "and says so" 'not authenticated: a note' "$(decided)"
AUTH_LINE='Authentication-Results: mx.desk.test; dmarc=fail header.from=monitor.example'
monitor nagios 11:13 '** PROBLEM Service Alert: forged/X is CRITICAL **' ''
same "a forged alert is nobody's alert" "0" "$(sqlite_value "select count(*) from alert where key like 'forged%'")"
unset AUTH_LINE
before=$(tickets)
monitor nagios 11:14 '** PROBLEM Service Alert: spam/X is CRITICAL **' '' -H 'X-Spam-Flag: YES'
same "nor is what is marked as spam" "$before" "$(tickets)"
make_mail -H 'Authentication-Results: mx.desk.test; dmarc=pass header.from=desk.test' bob@desk.test support@desk.test 'Fwd: ** PROBLEM Service Alert: a/b is CRITICAL **' 'see below' \
    | deliver bob@desk.test support@desk.test
at 2026-05-26T11:15:00+02:00
same "a colleague's forward is no alert" 0 "$(sqlite_value "select count(*) from alert where key = 'a/b'")"

long=$(awk 'BEGIN { for (i = 0; i < 15000; i++) printf "\303\244" }')
monitor nagios 11:16 '** PROBLEM Service Alert: long/TEXT is CRITICAL **' "x$long"
same "a long text, cut between its characters, is one too" 1 "$(sqlite_value "select count(*) from alert where key = 'long/text'")"
escalate --now 2026-05-26T11:16:30+02:00 wait "$(sqlite_value "select ticket_id from alert where key = 'long/text'")" for vendor >/dev/null
monitor nagios 11:17 '** PROBLEM Service Alert: long/TEXT is CRITICAL **' ''
same "a further one does not end a wait" waiting "$(sqlite_value "select state from ticket t join alert a on a.ticket_id = t.id where a.key = 'long/text'")"

# ---- alert and escalate; a pattern that takes everything for a name ----
make_mail -H 'X-Kind: alert' probe@outside.test support@desk.test 'ALERT disk 1' '' | deliver probe@outside.test support@desk.test
at 2026-05-26T11:20:00+02:00
disk=$(sqlite_value 'select max(id) from ticket')
match "an alert may escalate at once" '^rule:open-nagios$' "$(sqlite_value "select c.cause from run r join run_cause c on c.run_id = r.id where r.ticket_id = $disk")"
match "the page says why" 'Why you   rule open-nagios; level 1' "$(plain "$(templated escalation | tail -1)")"
long=$(awk 'BEGIN { for (i = 0; i < 100; i++) printf "very long name " }')
make_mail -H 'X-Kind: alert' probe@outside.test support@desk.test "ALERT $long" '' | deliver probe@outside.test support@desk.test
at 2026-05-26T11:21:00+02:00
check "a name has at most 200 bytes" [ "$(sqlite_value 'select max(length(key)) from alert')" -le 200 ]
before=$(tickets)
python3 -c 'import sqlite3,sys
db = sqlite3.connect(sys.argv[1])
at, ticket = db.execute("select max(opened_at), max(ticket_id) from alert where rule = \"open-nagios\"").fetchone()
db.executemany("insert into alert (rule, key, ticket_id, opened_at) values (?, ?, ?, ?)", [("open-nagios", "old %d" % i, ticket, at) for i in range(196)])
db.commit()' "$WORK/escalate.db"
for i in 1 2 3 4; do
    make_mail -H 'X-Kind: alert' probe@outside.test support@desk.test "ALERT number $i" '' | deliver probe@outside.test support@desk.test
done
at 2026-05-26T11:30:00+02:00
same "200 new names of a rule within an hour, no more" $((before + 2)) "$(tickets)"
same "the rest is in the last of them" 3 "$(mails_of "$(sqlite_value "select max(ticket_id) from alert")")"

make_mail -H 'X-Kind: alert' -H 'Authentication-Results: mx.desk.test; dmarc=pass header.from=outside.test' probe@outside.test support@desk.test 'ALERT fire' '' \
    | deliver probe@outside.test support@desk.test
at 2026-05-26T11:31:00+02:00
same "who is authenticated is counted apart: nobody uses up his number" $((before + 3)) "$(tickets)"
same "so his pages somebody" 1 "$(sqlite_value "select count(*) from run where ticket_id = $(sqlite_value "select ticket_id from alert where key = 'fire'")")"

# ---- an alert that another queue has ----
AUTH_LINE='X-Nothing: here'
make_mail nagios@monitor.example sales@desk.test '** PROBLEM Service Alert: web7/HTTP is CRITICAL **' '' | deliver nagios@monitor.example sales@desk.test
at 2026-05-26T11:32:00+02:00
web7=$(sqlite_value "select ticket_id from alert where key = 'web7/http'")
same "is in that" sales "$(sqlite_value "select queue from ticket where id = $web7")"
unset AUTH_LINE
before=$(templated_count new-ticket)
monitor nagios 11:33 '** PROBLEM Service Alert: web7/HTTP is CRITICAL **' ''
same "the queue that gets it too is told, and has its clock" "$((before + 2)) 1" "$(templated_count new-ticket
    ) $(sqlite_value "select count(*) from clock where ticket_id = $web7 and queue = 'support' and target = 'respond' and state = 0")"
monitor nagios 11:34 '** PROBLEM Service Alert: web7/HTTP is CRITICAL **' ''
same "once" "$((before + 2))" "$(templated_count new-ticket)"

# ---- a rule that says nothing of From ----
monitor sensor 11:35 'SENSOR pump stopped' ''
pump=$(sqlite_value "select ticket_id from alert where key = 'pump'")
make_mail -H 'Authentication-Results: mx.desk.test; dmarc=pass header.from=evil.test' mallory@evil.test support@desk.test 'SENSOR pump back' '' \
    | deliver mallory@evil.test support@desk.test
at 2026-05-26T11:36:00+02:00
same "a stranger who is authenticated ends no alert of another" new "$(state "$pump")"
match "and the log says why" 'not of who sent the alert: a note' "$(decided)"
monitor sensor 11:37 'SENSOR tank stopped' ''
monitor sensor 11:38 'SENSOR tank back' ''
same "who sent it does" resolved "$(sqlite_value "select t.state from ticket t join alert a on a.ticket_id = t.id where a.key = 'tank'")"

# ---- heartbeat ----
beat() { make_mail -H "$AUTH" backup@monitor.example support@desk.test 'Backup of db1 done' '3.2 GB' | deliver backup@monitor.example support@desk.test; }
before=$(tickets)
at 2026-06-16T08:00:00+02:00
same "what never came is not missed" 0 "$(sqlite_value "select count(*) from due where what = 'heartbeat'")"
beat
at 2026-06-17T03:00:00+02:00
same "a heartbeat opens nothing" "$before" "$(tickets)"
no_match "nor is it listed" 'heartbeat' "$(escalate --now 2026-06-17T03:00:00+02:00 hold --other)"
match "the next one is expected" 'no mail of rule backup by then: a ticket is opened' "$(escalate --now 2026-06-17T03:00:00+02:00 next -n 500)"
at 2026-06-18T04:59:00+02:00
same "in time: nothing" "$before" "$(tickets)"
beat
at 2026-06-18T04:59:30+02:00
at 2026-06-19T06:00:00+02:00
same "heard again: counted anew" "$before" "$(tickets)"
at 2026-06-19T07:00:00+02:00
same "missed: a ticket" $((before + 1)) "$(tickets)"
make_mail backup@monitor.example support@desk.test 'Backup of db1 done' '3.2 GB' | deliver backup@monitor.example support@desk.test
at 2026-06-19T07:00:10+02:00
same "who is not authenticated gives no sign of life" new "$(state)"
missed=$(sqlite_value 'select max(id) from ticket')
match "with its subject" '^No mail of backup since Thu 18 Jun 04:59 CEST$' "$(sqlite_value "select subject from ticket where id = $missed")"
same "and its cause" heartbeat "$(sqlite_value "select c.cause from run r join run_cause c on c.run_id = r.id where r.ticket_id = $missed")"
match "in words" 'a mail of monitoring did not come' "$(escalate show "$missed")"
match "and for explain" 'because: a mail of monitoring did not come' "$(escalate explain "$missed")"
page=$(plain "$(templated escalation | tail -1)")
match "the page begins with it" '^No mail of backup since' "$(echo "$page" | head -1)"
no_match "and names no customer" '^Customer' "$page"
match "the team's mail says that nobody waits" 'There is no customer in this ticket' "$(plain "$(templated new-ticket | tail -1)")"
at 2026-06-22T07:00:00+02:00
same "once" $((before + 1)) "$(sqlite_value "select count(*) from ticket where is_operational = 0")"
beat
at 2026-06-22T07:01:00+02:00
same "the next one resolves it" resolved "$(state "$missed")"
match "in the audit" 'heartbeat rule=backup state=back' "$(sqlite_value "select event || ' ' || detail from audit where ticket_id = $missed")"
same "and is expected again" 1 "$(sqlite_value "select count(*) from due where what = 'heartbeat'")"
sed -i 's/alert: {heartbeat: 26h}/alert: {heartbeat: 26h}, file: other/; s/^    alert: {heartbeat: 26h}, file: other/    file: other/' "$CONF"
at 2026-06-29T07:00:00+02:00
same "a rule that expects none any more misses none" 0 "$(sqlite_value "select count(*) from due where what = 'heartbeat'")"
check "the chain holds" escalate audit verify
done_testing
