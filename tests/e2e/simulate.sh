#!/bin/sh
# simulate.sh: every mail that a policy would send: the times and people of the real daemon, over the end of summer time, with answers from a
# file, with nothing there but the configuration, and without a trace.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
command -v python3 >/dev/null || skip_all "no python3"

desk observe
FROM=2026-05-26T10:00:00+02:00
simulate() { escalate simulate --policy standard --severity S1 --from "$FROM" "$@"; }
# Time, level/try, contact of the lines that ask somebody.
asked() { awk -F'\t' '$2 ~ /\// { split($4, who, " "); print $1, $2, who[1] }'; }

# ---- the ladder ----
out=$(simulate)
same "whom it asks, and when" '2026-05-26T10:22:30+02:00 1/1 bob
2026-05-26T10:30:00+02:00 2/1 carol
2026-05-26T11:10:00+02:00 3/1 dana' "$(echo "$out" | grep '#1' | asked)"
same "a line: time, level, template, address, ticket, first line" \
    '2026-05-26T10:22:30+02:00	1/1	escalation	bob <bob@desk.test>	#1	A customer: "This is a simulated problem."' "$(echo "$out" | head -n 1)"
match "how it ended" '^ticket #1, policy standard: exhausted at 2026-05-26T11:20:00\+02:00$' "$out"
match "the ticket about it belongs to it" '^2026-05-26T11:20:00\+02:00	-	new-ticket	dana <dana@desk.test>	#2	' "$out"
match "and its ladder" '^2026-05-26T12:30:00\+02:00	3/1	escalation	dana <dana@desk.test>	#2	' "$out"
match "which asks again for ever" '^ticket #2, .*asked again until somebody answers' "$out"
same "totals count the lines" "$(echo "$out" | grep -c '^2026') mails, $(echo "$out" | grep '^2026' | asked | wc -l | tr -d ' ') of them ask somebody" \
    "$(echo "$out" | tail -n 1)"
later=$(simulate --until 2026-05-28T10:00:00+02:00)
check "with --until all of them are shown" test "$(echo "$later" | wc -l)" -gt "$(echo "$out" | wc -l)"
no_match "none is later than that" '^2026-05-(28T1[1-9]|29|3)' "$later"
same "twice the same, to the byte" "$out" "$(simulate)"
same "whatever the zone of the machine" "$out" "$(TZ=America/New_York simulate)"
same "the severity of the queue where none is said" '2026-05-26T13:00:00+02:00 1/1 bob' \
    "$(escalate simulate --policy standard --from "$FROM" | asked | head -n 1)"
same "S1, and nothing escalates before --until" 'nothing escalates until 2026-05-26T10:10:00+02:00
0 mails, 0 of them ask somebody' "$(simulate --until 2026-05-26T10:10:00+02:00)"

# ---- the same as the daemon ----
make_mail 'Kim Lee <kim@acme.test>' support@desk.test 'Shop is down' 'Our shop is down.' | deliver kim@acme.test support@desk.test
at "$FROM"
echo "$out" | grep '#1' | asked >"$WORK/simulated"
for t in 22:30 30:00 32:30 40:00; do at "2026-05-26T10:$t+02:00"; done # each timer at its time, as a daemon that never sleeps
at 2026-05-26T11:10:00+02:00
for mail in $(templated escalation); do
    echo "$(date -u -d "$(header "$mail" Date)" +%Y-%m-%dT%H:%M:%SZ) $(header "$mail" To | sed 's/.*<\([a-z]*\)@.*/\1/')"
done >"$WORK/mailed"
same "the daemon mails the same people at the same times" \
    "$(while read -r time level who; do echo "$(date -u -d "$time" +%Y-%m-%dT%H:%M:%SZ) $who"; done <"$WORK/simulated")" "$(cat "$WORK/mailed")"

# ---- no trace, and nothing needed ----
sums() { (cd "$1" && find . -type f -exec sha256sum {} + | sort; find . -printf '%p %m %T@\n' | sort); }
before=$(sums "$WORK/spool"; sha256sum "$WORK"/escalate.db* "$WORK/key")
simulate >/dev/null
same "spool, database and key are as they were" "$before" "$(sums "$WORK/spool"; sha256sum "$WORK"/escalate.db* "$WORK/key")"
mkdir "$WORK/bare" "$WORK/bare/tmp"
cp "$CONF" "$WORK"/*.ics "$WORK/bare"
before=$(sums "$WORK/bare")
bare=$(TMPDIR=$WORK/bare/tmp "$ESCALATE" -c "$WORK/bare/escalate.yaml" simulate --policy standard --severity S1 --from "$FROM")
same "without spool, database and keys the same" "$out" "$bare"
same "and none was made, nor a temporary file left" "$(echo "$before" | sed 's/ [0-9.]*$//')" "$(sums "$WORK/bare" | sed 's/ [0-9.]*$//')"
same "a shadow queue as if it sent" "$(echo "$out" | grep '#1' | asked)" \
    "$(sed 's/mode: observe/mode: shadow/' "$CONF" >"$WORK/shadow.yaml"
       "$ESCALATE" -c "$WORK/shadow.yaml" simulate --policy standard --severity S1 --from "$FROM" | grep '#1' | asked)"
chmod 0500 "$WORK/bare/tmp"
if [ "$(id -u)" -ne 0 ]; then
    exits "no room for it: try again" 75 env TMPDIR="$WORK/bare/tmp" "$ESCALATE" -c "$CONF" simulate --policy standard --from "$FROM"
fi

# ---- answers ----
cat >"$WORK/answers" <<'END'
# Bob takes it, and does not finish

+25m bob ack 20m
+26m carol status
2026-05-26T10:40:00+02:00 customer It is still down!
END
out=$(simulate --answers "$WORK/answers")
match "an answer stands in the list" '^2026-05-26T10:25:00\+02:00	-	answer	bob	-	ack 20m$' "$out"
match "with what he is told" '^2026-05-26T10:25:00\+02:00	-	result	bob	-	You have it, until 10:45 CEST' "$out"
match "who was not asked has nothing to answer" '	result	carol	-	Not done: Carol was not asked before' "$out"
match "the acker is told of the customer's mail" '^2026-05-26T10:40:00\+02:00	-	line	bob <bob@desk.test>	#1	A new mail of A customer: It is still down!' "$out"
match "and reminded when his hold is over" '^2026-05-26T10:45:00\+02:00	1/1	reminder	bob <bob@desk.test>' "$out"
no_match "nobody else is asked while it holds" '^2026-05-26T10:3.*	2/1	' "$out"
printf '+25m bob ack\n+30m bob resolve Restarted\n' >"$WORK/answers"
out=$(simulate --answers "$WORK/answers")
match "resolved: it ends" '^ticket #1, policy standard: ended at 2026-05-26T10:30:00\+02:00: it is resolved$' "$out"
match "the customer is told" '	resolved	customer <customer@customer.example>	#1	' "$out"
printf '+25m bob ack\n' >"$WORK/answers"
match "held at the end" '^ticket #1, policy standard: held by bob until 2026-05-26T11:25:00\+02:00$' \
    "$(simulate --answers "$WORK/answers" --until 2026-05-26T10:50:00+02:00)"
printf '+8bh xeno status\n+25m bob decline\n' >"$WORK/answers"
out=$(simulate --answers "$WORK/answers")
match "no: his backup is asked at once" '^2026-05-26T10:25:00\+02:00	1/1	escalation	ann <ann@desk.test>' "$out"
match "business time after the start" '^2026-05-27T10:00:00\+02:00	-	answer	xeno	-	status$' "$out"

# ---- wrong input ----
bad() { # WANT LINE
    printf '# one\n%s\n' "$2" >"$WORK/bad"
    exits "refused: $2" 1 simulate --answers "$WORK/bad"
    match "and said where" "bad:2: .*$1" "$(cat "$WORK/err")"
}
bad "'bert' is no contact" '+20m bert ack'
bad 'no such verb' '+20m bob frobnicate'
bad 'nobody answers' '+20m'
bad 'the customer says nothing' '+20m customer'
bad 'soon' 'soon bob ack'
bad 'not within the time' '2026-05-26T09:59:59+02:00 bob ack'
bad 'not within the time' '+40d bob ack'
bad '20x' '+20x bob ack'
exits "no such file" 1 simulate --answers "$WORK/none"
exits "no such policy" 1 escalate simulate --policy standrad --from "$FROM"
match "it is named" "policy 'standrad'" "$(cat "$WORK/err")"
exits "no such queue" 1 simulate --queue help
exits "no severity" 2 escalate simulate --policy standard --severity S9 --from "$FROM"
exits "no time" 2 escalate simulate --policy standard
exits "a time that ends before it begins" 2 simulate --until 2026-05-25T10:00:00+02:00
exits "an unknown option" 2 simulate --frm "$FROM"
exits "a broken configuration" 78 "$ESCALATE" -c "$WORK/answers" simulate --policy standard --from "$FROM"

# ---- JSON ----
escalate simulate --policy standard --severity S1 --from "$FROM" --json >"$WORK/json"
same "JSON: the same, an object a line" '1 1 bob 2026-05-26T10:22:30+02:00 exhausted 2026-05-26T11:20:00+02:00 12' "$(python3 -c '
import json, sys
rows = [json.loads(line) for line in open(sys.argv[1])]
first, run, totals = rows[0], [r for r in rows if r.get("state")][0], rows[-1]["totals"]
print(first["level"], first["try"], first["contact"], first["at"], run["state"], run["exhausted_at"], totals["mails"])' "$WORK/json")"

# ---- channels beside mail ----
desk observe "channels:" "  sms: {method: mail, address: '{{phone_digits}}@sms.gateway.test'}" "  chat: {method: command, argv: [$WORK/chat]}"
printf '#!/bin/sh\ntouch "%s/ran"\n' "$WORK" >"$WORK/chat"
chmod +x "$WORK/chat"
sed -i -e "s/^  bob: .*/  bob: {email: [bob@desk.test], phone: '+49 30 1234', roles: [agent], channels: [sms, chat]}/" \
    -e 's/\(notify: \[bob\],\)/\1 channel: [sms, chat],/' "$CONF"
out=$(simulate)
match "a short message stands beside its mail" '^2026-05-26T10:22:30\+02:00	-	sms	bob <49301234@sms.gateway.test>	#1	S1 reply due in 7 min: ' "$out"
match "so does a command, by the channel's name, with what it would say" '^2026-05-26T10:22:30\+02:00	-	sms	bob <chat>	#1	S1 reply due in 7 min: ' "$out"
check "it is not run" test ! -e "$WORK/ran"
same "and they ask nobody a second time" '1' "$(echo "$out" | grep '#1' | asked | grep -c bob)"
match "the ladder goes on" '^ticket #1, policy standard: exhausted at 2026-05-26T11:20:00\+02:00$' "$out"

# ---- the end of summer time, with a rota ----
cat >"$WORK/rota.ics" <<'END'
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//escalate//tests//EN
BEGIN:VEVENT
UID:night@tests
DTSTAMP:20260101T000000Z
DTSTART;TZID=Europe/Berlin:20261024T200000
DTEND;TZID=Europe/Berlin:20261025T030000
SUMMARY:bob
END:VEVENT
BEGIN:VEVENT
UID:morning@tests
DTSTAMP:20260101T000000Z
DTSTART;TZID=Europe/Berlin:20261025T030000
DTEND;TZID=Europe/Berlin:20261026T080000
SUMMARY:ann
END:VEVENT
END:VCALENDAR
END
LEVELS='      - {notify: [rota:primary], at: [100% respond], ack-within: 30m, tries: 5}
      - {notify: [role:director], ack-within: 30m}' desk observe 'rotas: {primary: {files: [rota.ics], timezone: Europe/Berlin}}'
FROM=2026-10-25T01:30:00+02:00
night() { escalate simulate --policy standard --queue operations --severity S1 --from "$FROM" "$@"; }
same "an hour comes twice; at three the next on duty" '2026-10-25T02:00:00+02:00 1/1 bob
2026-10-25T02:30:00+02:00 1/2 bob
2026-10-25T02:00:00+01:00 1/3 bob
2026-10-25T02:30:00+01:00 1/4 bob
2026-10-25T03:00:00+01:00 1/5 ann
2026-10-25T03:30:00+01:00 2/1 dana' "$(night | grep '#1' | asked | head -n 6)"
match "the handoff is told to whom it concerns" '^2026-10-25T03:00:00\+01:00	-	notice	ann <ann@desk.test>	-	You are on duty now' "$(night)"
echo '2026-10-25T02:30:00+01:00 bob ack 2h' >"$WORK/answers"
out=$(night --answers "$WORK/answers")
same "an ack at that instant comes before the next try" '2026-10-25T02:00:00+02:00 1/1 bob
2026-10-25T02:30:00+02:00 1/2 bob
2026-10-25T02:00:00+01:00 1/3 bob
2026-10-25T03:00:00+01:00 1/1 ann' "$(echo "$out" | asked | head -n 4)"
match "a hold ends with the shift: the next is asked" '^2026-10-25T03:00:00\+01:00	1/1	escalation	ann ' "$out"

# ---- the policy to read ----
out=$(escalate --now 2026-10-25T00:00:00+02:00 policy standard)
same "a line a level" '1	at 100% respond, at once when a person escalates	rota:primary (Bob)	5 tries, 30m to answer each	then level 2
2	when level 1 is spent	role:director (Dana Ruiz)	30m to answer	then a ticket in queue operations' "$out"
sed -e 's/name: Dana Ruiz/name: "D\\" -> x [a=\\\\b]"/' "$CONF" >"$WORK/quoted.yaml"
dot=$("$ESCALATE" -c "$WORK/quoted.yaml" policy standard --dot)
match "as a graph: who" 'level2 \[shape=box, label="2  role:director \(D\\" -> x \[a=\\\\b\]\)\\n30m to answer"\];' "$dot"
match "what leads there" '^  respond -> level1 \[label="100%"\];$' "$dot"
match "and what follows" '^  level2 -> exhausted \[label="nobody took it"\];$' "$dot"
if command -v dot >/dev/null; then
    check "Graphviz reads it" sh -c "printf '%s\n' \"\$1\" | dot -Tdot" sh "$dot"
fi
exits "no such policy to show" 1 escalate policy standrad
exits "which policy?" 2 escalate policy

done_testing
