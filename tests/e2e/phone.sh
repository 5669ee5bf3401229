#!/bin/sh
# phone.sh: a ticket for a customer who phoned: it opens as by his mail, by the same rules; he gets no auto-ack unless that is wanted;
# the team is told and answers him; what no mail could say is refused.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
command -v python3 >/dev/null || skip_all "no python3"
desk relay
at 2026-05-26T09:00:00+02:00
T=2026-05-26T10:00:00+02:00
new() { escalate --now $T new "$@"; }

same "prints the number" 1 "$(new --queue support --from kim@acme.test --name 'Kim Lée' --subject 'Label printer' --as bob 'It prints' 'nothing since noon.')"
show=$(escalate --now $T --json show 1)
match "for the customer" '"requester":"kim@acme.test"' "$show"
match "by name" 'Kim Lée' "$show"
match "the queue's severity" '"severity":"S3"' "$show"
match "clocks run" '"target":"respond".*"state":"running"' "$show"
same "his message is a person's, and says who entered it" 'human kim@acme.test entered by bob  0' "$(sqlite_value "select kind || ' ' || from_address || ' ' || filed || ' ' || coalesce(contact, '') || ' ' || is_note from message where ticket_id = 1")"
match "so do the log" 'entered by bob for <kim@acme.test>' "$(escalate log 1)"
match "and the audit" 'entered .*by=bob' "$(escalate audit 1)"
at 2026-05-26T10:01:00+02:00
same "both of the team are told, who entered it too: he needs its work address" 2 "$(templated_count new-ticket)"
match "with what was said" 'It prints nothing since noon' "$(plain "$(templated new-ticket | head -n 1)")"
same "he himself hears nothing" '' "$(sent_to kim@acme.test)"
work=$(reply_to "$(sent_to bob@desk.test | head -n 1)")
make_mail bob@desk.test "$work" 'Re: Label printer' 'Dear Kim, a new one is on its way.' | deliver bob@desk.test "$work"
at 2026-05-26T10:10:00+02:00
match "an answer reaches him" 'a new one is on its way' "$(plain "$(sent_to kim@acme.test | tail -n 1)")"
match "and meets respond" '"target":"respond".*"state":"met"' "$(escalate --json show 1)"
out=$(sent_to kim@acme.test | tail -n 1)
make_mail -H "In-Reply-To: $(header "$out" Message-ID)" kim@acme.test "$(reply_to "$out")" 'Re: Label printer' 'Thank you, when?' | deliver kim@acme.test "$(reply_to "$out")"
at 2026-05-26T10:20:00+02:00
same "his own mail joins it" 1 "$(sqlite_value "select ticket_id from message order by id desc limit 1")"

# ---- rules, text, acknowledgment ----
printf 'The whole site is down.\n#resolve\n> all of it\n-- \nsince ten\n' | new --queue support --from eve@acme.test --ack >"$WORK/id"
same "the text from standard input, the rules' severity, the first words as subject" 'S1 outage The whole site is down. #resolve' \
    "$(escalate --json show "$(cat "$WORK/id")" | python3 -c 'import json,sys; t=json.load(sys.stdin)["ticket"]; print(t["severity"], t["category"], t["subject"])')"
match "all that was said is kept, and nothing of it is a verb" 'new .*since ten' "$(sqlite_value "select t.state || ' ' || replace(m.new_text, char(10), ' ') from ticket t join message m on m.ticket_id = t.id where t.id = $(cat "$WORK/id")")"
at 2026-05-26T10:21:00+02:00
same "an auto-ack where it is wanted" 1 "$(sent_to eve@acme.test | grep -c auto-ack)"
new --queue support --from eve@acme.test --severity s2 --category network 'The site is down' >"$WORK/id"
same "severity and category as given" 'S2 network' "$(escalate --json show "$(cat "$WORK/id")" | python3 -c 'import json,sys; t=json.load(sys.stdin)["ticket"]; print(t["severity"], t["category"])')"
match "--json" '"tag":"\[support #4\]"' "$(escalate --now $T --json new --queue support --from eve@acme.test again)"
match "found by what was said" 'Label printer' "$(escalate list noon)"

# ---- refused ----
exits "no queue" 2 new --from eve@acme.test hello
exits "a queue that there is not" 1 new --queue supprt --from eve@acme.test hello
exits "a contact that there is not" 1 new --queue support --from eve@acme.test --as bop hello
exits "no address" 2 new --queue support --from Eve hello
exits "two lines" 2 new --queue support --from eve@acme.test --subject 'a
Bcc: x@evil.test' hello
exits "an address of ours" 2 new --queue support --from support@desk.test hello
exits "a severity that there is not" 2 new --queue support --from eve@acme.test --severity S9 hello
exits "nothing said" 2 sh -c "printf '\n' | '$ESCALATE' -c '$CONF' new --queue support --from eve@acme.test"
exits "no text but bytes" 2 sh -c "printf '\377\376' | '$ESCALATE' -c '$CONF' new --queue support --from eve@acme.test"
same "nothing of that opened one" 4 "$(sqlite_value 'select count(*) from ticket')"
check "the audit is whole" escalate audit verify
done_testing
