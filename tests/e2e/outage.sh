#!/bin/sh
# outage.sh: mail that cannot leave is an incident of its own: a ticket in operations after ten minutes, one for one outage, resolved by itself.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"

DELIVERY='delivery: {method: smtp, host: 127.0.0.1, port: 1, tls: off}'
desk observe
ops() { sqlite_value "select state || ' ' || subject from ticket where queue = 'operations' order by id"; }
make_mail kim@shop.test support@desk.test 'Slow' 'The checkout is slow.' | deliver kim@shop.test support@desk.test
at 2026-05-26T10:00:00+02:00
same "an outage is none at once" "" "$(ops)"
at 2026-05-26T10:09:00+02:00
same "nor within ten minutes" "" "$(ops)"
at 2026-05-26T10:10:30+02:00
same "then it is a ticket" "new Mail cannot leave" "$(ops)"
match "which says what to do" 'whoever reads this must tell people by other means' "$(sqlite_value "select cast(bytes as text) from outbox where template = 'new-ticket'")"
at 2026-05-26T12:00:00+02:00
same "one for one outage" 1 "$(ops | grep -c .)"
sed -i '/^  sales:/s/mode: observe/mode: shadow/' "$CONF"
make_mail kim@shop.test sales@desk.test 'How much' 'What does it cost?' | deliver kim@shop.test sales@desk.test
at 2026-05-26T13:05:00+02:00
at 2026-05-26T13:10:00+02:00
same "a mail that shadow mode keeps back does not end it" "new Mail cannot leave" "$(ops)"
match "nor is it said to" '^none' "none$(outgoing | grep -e '-notice')"
match "next says of what waits that it leaves with the next try at best" '14:05 CEST +[^ ]+ #1. mail to kim@shop.test is sent' "$(escalate --now 2026-05-26T13:11:00+02:00 next)"
same "in the audit" 1 "$(escalate --json audit 2 | grep -c '"outage"')"
transport_up
at 2026-05-26T14:06:00+02:00
same "when mail leaves again it is resolved" "resolved Mail cannot leave" "$(ops)"
told=$(cat "$SPOOL"/outgoing/*-notice.eml)
match "the lead hears of it" '^Subject: .operations. Mail leaves again' "$told"
match "the lead is told since when none left" '^ *(- )?None left from (Tue 26 May )?10:00 CEST until now' "$told"
match "that mails which wait may speak of what is past" 'leaving now: [0-9]+\. Times in such mails may be past' "$told"
match "and what the server said" 'What was said at the last try: .*refused' "$told"
same "and nobody is escalated about it" "" "$(sqlite_value "select id from run where ticket_id = 2 and ended_at is null")"
transport_down
make_mail kim@shop.test support@desk.test 'Slower' 'The checkout is slower.' | deliver kim@shop.test support@desk.test
at 2026-05-26T15:00:00+02:00
transport_up
at 2026-05-26T15:09:00+02:00
same "a short one opens none" 1 "$(ops | grep -c .)"
at 2026-05-26T15:10:00+02:00
transport_down
make_mail kim@shop.test support@desk.test 'Outage' 'The shop is down.' | deliver kim@shop.test support@desk.test
at 2026-05-26T15:11:00+02:00
transport_up
at 2026-05-26T15:12:00+02:00
transport_down
make_mail kim@shop.test support@desk.test 'Question' 'Which one?' | deliver kim@shop.test support@desk.test
at 2026-05-26T15:32:00+02:00
at 2026-05-26T15:34:00+02:00
match "an escalation that begins meanwhile stands still since it does" 'stands still since Tue 26 May 15:34 CEST: no mail leaves' "$(escalate explain 5)"
transport_up
at 2026-05-26T18:00:00+02:00
same "one that was over when it was looked at again opens none" 1 "$(ops | grep -c .)"
no_match "and then it goes on" 'stands still' "$(escalate explain 5)"
done_testing
