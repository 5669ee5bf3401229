#!/bin/sh
# triggers.sh: what escalates beside clocks: rules by words, history and category, the customer's own words, and a spike of similar tickets.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"

export DELIVERY='delivery: {method: directory}'
desk observe 'trusted-authserv: [mx.desk.test]'
sed -i -e "s/^rules:\$/rules:\\
  - {name: legal, text: 'our lawyer', escalate: yes}\\
  - {name: again, history: 'reopened >= 2', escalate: yes}\\
  - {name: bill, text: 'invoice', category: billing}\\
  - {name: money, attribute: 'category:billing', subject: 'double', escalate: yes, severity: S1}/" \
    -e '/^  sales:/s/calendar: office,/calendar: office, spike: 4\/15m, customer-escalates: no,/' \
    -e '/^  support:/s/calendar: office,/calendar: office, language: en,/' "$CONF"
check "check is content" escalate check

minute=0
tick() { minute=$((minute + 1)); at "$(date -u -d "2026-05-26T08:00:00Z + $minute minutes" +%Y-%m-%dT%H:%M:%SZ)"; }
now() { date -u -d "2026-05-26T08:00:00Z + $minute minutes" +%Y-%m-%dT%H:%M:%SZ; }
from() { # from ADDRESS SUBJECT BODY [-H HEADER]…: to $TO or support
    from_address=$1
    from_subject=$2
    from_body=$3
    shift 3
    make_mail "$@" "$from_address" "${TO:-support@desk.test}" "$from_subject" "$from_body" | deliver "$from_address" "${TO:-support@desk.test}"
    tick
}
causes() { sqlite_value "select c.cause from run r join run_cause c on c.run_id = r.id where r.ticket_id = ${1:-(select max(id) from ticket)} order by c.cause"; }
decided() { sqlite_value "select line from decision where message_id = (select max(id) from message where direction = 'in')"; }
pages() { templated_count escalation; }
to_last() { sent_to "$1" | tail -1; }
last() { sqlite_value 'select max(id) from ticket'; }

# ---- rules ----
from kim@acme.test 'Question' 'Where is the manual?'
same "no rule, no run" "" "$(causes)"
from kim@acme.test 'Contract' 'This goes to our lawyer.'
same "words escalate at the opening" "rule:legal" "$(causes)"
same "level 1 is paged at once" 1 "$(pages)"
match "and knows why" 'Why you   rule legal; level 1 of 3' "$(plain "$(templated escalation | tail -1)")"
match "show says it" 'rule legal' "$(escalate show 2)"
from kim@acme.test '[support #2] Contract' 'Once more: our lawyer waits.'
same "once a ticket and rule" "1 rule:legal" "$(pages) $(causes 2)"
from kim@acme.test '[support #1] Question' 'Well then: our lawyer will write.'
same "words in a later mail do too" "rule:legal" "$(causes 1)"
from kim@acme.test 'Charged double' 'See the invoice.'
same "a category does" "rule:money" "$(causes)"
from x@forged.test 'Letter' 'You hear of our lawyer.' -H 'Authentication-Results: mx.desk.test; dmarc=fail header.from=forged.test'
same "whose authentication failed pages nobody" "" "$(causes)"
match "and the log says why" 'rule legal does not escalate: its authentication failed' "$(decided)"
from x@spam.test 'Letter' 'You hear of our lawyer.' -H 'X-Spam-Status: Yes, score=9'
same "nor does spam" "" "$(causes)"

from kim@acme.test 'Printer' 'It does not print.'
printer=$(last)
for i in 1 2 3; do
    escalate --now "$(now)" resolve "$printer" done >/dev/null
    same "reopened $((i - 1)) times: no run yet" "" "$(causes "$printer")"
    from kim@acme.test "[support #$printer] Printer" "Not solved, no. $i"
done
same "who comes back for the third time is a cause" "rule:again" "$(causes "$printer")"

# ---- the customer's own words ----
from eve@acme.test 'Delivery' 'When will it come?'
ticket=$(last)
before=$(pages)
from eve@acme.test "[support #$ticket] Delivery" 'We will not escalate this, take your time.'
from eve@acme.test "[support #$ticket] Delivery" 'We had to escalate privileges for it. The escalator is broken.'
same "near misses do nothing" "" "$(causes "$ticket")"
from mallory@evil.test "[support #$ticket] Delivery" 'Please escalate this.'
same "a stranger with the tag escalates nothing of hers" "" "$(causes "$ticket")"
before=$(pages)
from eve@acme.test "[support #$ticket] Delivery" 'Please escalate this.' -H 'Authentication-Results: mx.desk.test; dmarc=fail header.from=acme.test'
same "a forged mail pages nobody" "$before " "$(pages) $(causes "$ticket")"
from eve@acme.test "[support #$ticket] Delivery" 'This is the third mail. Please escalate this to your manager!'
same "asked in her own words" "$((before + 1)) customer" "$(pages) $(causes "$ticket")"
match "the page knows why" 'Why you   the customer asked for it; level 1' "$(plain "$(templated escalation | tail -1)")"
raised=$(templated raised | tail -1)
same "she is told" eve@acme.test "$(header "$raised" To | sed 's/.*<//; s/>.*//')"
same "once" 1 "$(templated raised | while read -r f; do header "$f" To; done | grep -c eve@acme)"
match "that it was passed on" 'was passed on to the' "$(plain "$raised")"
match "and when she hears" 'A person will answer you by Tuesday 26 May, 1[0-9]:[0-9][0-9] .CEST.' "$(plain "$raised" | tr '\n' ' ')"
no_match "no internal name" '[Bb]ob|[Cc]arol|standard|level' "$(plain "$raised")"
same "as an automatic answer" auto-replied "$(header "$raised" Auto-Submitted)"
match "the audit has it, without her words" "^appeal message=[0-9]+ run=[0-9]+ how=asked\$" "$(sqlite_value "select event || ' ' || detail from audit where ticket_id = $ticket")"
from eve@acme.test "[support #$ticket] Delivery" 'Please escalate this. Again!'
same "once a run" "$((before + 1)) 2" "$(pages) $(templated_count raised)" # the other was of the stranger's own ticket

# on an acked run: the acker and the next level hear of it, once; nobody is paged
from ida@acme.test 'Our lawyer' 'You hear of our lawyer.'
ticket=$(last)
reply "$(templated escalation | tail -1)" bob@desk.test 'ack'
tick
paged() { sqlite_value "select count(*) from notification n join run r on r.id = n.run_id where r.ticket_id = $ticket"; }
lines_to() { sent_to "$1" | while read -r f; do plain "$f" | tr '\n' ' '; echo; done; }
before=$(paged)
from ida@acme.test "[support #$ticket] Our lawyer" 'I want to speak to your supervisor.'
same "no page" "$before" "$(paged)"
match "the acker is told, with her words" 'ida@acme.test asks for escalation. You have it still: *I want to speak to your supervisor' "$(lines_to bob@desk.test)"
match "and the next level" 'The customer asks for escalation. Bob has it' "$(lines_to carol@desk.test)"
same "the run is held still" bob "$(sqlite_value "select acker from run where ticket_id = $ticket and ended_at is null")"
raised=$(templated_count raised)
from ida@acme.test "[support #$ticket] Our lawyer" 'Please escalate this now.'
same "once" "1 1" "$(lines_to carol@desk.test | grep -c 'The customer asks for escalation. Bob has it') $(lines_to bob@desk.test | grep -c 'ida@acme.test asks for')"
same "and he gets no second mail" "$raised" "$(templated_count raised)"

# in the mail that opens the ticket: one answer, that says both
acks=$(templated_count auto-ack)
raised=$(templated_count raised)
from jo@beta.test 'Order 4711' 'Hello,

please escalate this, we wait for two weeks.'
same "at the opening" customer "$(causes)"
same "he gets one mail" "$acks $((raised + 1))" "$(templated_count auto-ack) $(templated_count raised)"
match "with the number" '\[support #' "$(plain "$(templated raised | tail -1)")"
from jo@gamma.test 'Re: Order' 'Thanks.

On Monday Bob wrote:
> please escalate this'
same "what is quoted does not count" "" "$(causes)"
from pat@delta.test 'Hallo' 'Bitte eskalieren Sie diesen Fall.'
same "German" customer "$(causes)"
TO=sales@desk.test from jo@epsilon.test 'Offer' 'Please escalate this.'
same "where the queue says no, no" "" "$(causes)"

# ---- a spike ----
TO=sales@desk.test
export TO
for i in 1 2 3 4 5 6; do from flood@one.test "Shop $i is slow" 'It is slow.'; done
same "one sender is no spike" 0 "$(sqlite_value 'select count(*) from surge')"
minute=$((minute + 30))
tick
first=$(($(last) + 1))
from a@a.test 'Checkout is slow' 'It takes long.'
from b@b.test 'Re: checkout is SLOW!' 'Very slow.'
from c@c.test '[shop] Checkout is slow (12)' 'Please help.'
from a@a.test 'Checkout is slow' 'Still.'
same "three senders are none yet" 0 "$(sqlite_value 'select count(*) from surge')"
from d@d.test 'Checkout is slow order' 'Slow.'
same "nor is another subject one of them" 0 "$(sqlite_value 'select count(*) from surge')"
from e@e.test 'Checkout is slow' 'Slow here.'
surge=$(sqlite_value 'select ticket_id from surge')
same "the fourth makes a surge" 1 "$(sqlite_value 'select count(*) from surge')"
match "with its subject" "^Surge: 5 tickets like 'Checkout is slow' in 15 min\$" "$(sqlite_value "select subject from ticket where id = $surge")"
ticket=$surge
same "its cause, one page" "spike 1" "$(causes "$surge") $(paged)"
same "the tickets are linked" 5 "$(sqlite_value "select count(*) from likeness where surge_id = $surge")"
match "show names them" "^surge of +#$first, #" "$(escalate show "$surge")"
match "and the surge of each" "^part of surge +$surge\$" "$(escalate show "$first")"
match "the team is told what it is" '4 senders wrote much the same within 15 min' "$(plain "$(sent_to ann@desk.test | xargs grep -l 'Surge: 5' | head -1)" | tr '\n' ' ')"
same "each goes on alone" "" "$(causes "$first")"
for i in 1 2 3 4 5 6 7 8 9; do from "more$i@f$i.test" 'Checkout is slow' 'Slow.'; done
same "further ones join it" "1 14" "$(sqlite_value 'select count(*) from surge') $(sqlite_value "select joined from surge where ticket_id = $surge")"
from z@z.test 'Checkout is slow' 'Slow.'
match "a line for every ten" '10 more tickets like that came: 15 by now' "$(plain "$(templated line | tail -1)" | tr '\n' ' ')"
same "and no page for them" 1 "$(sqlite_value "select count(*) from notification n join run r on r.id = n.run_id where r.ticket_id = $surge and n.level = 1 and n.attempt = 1")"
escalate --now "$(now)" resolve "$first" done >/dev/null
escalate --now "$(now)" resolve "$surge" 'Cache was full.' >/dev/null
tick
told=$(sent_to ann@desk.test | while read -r f; do plain "$f" | tr '\n' ' '; echo; done | grep 'The surge is resolved')
match "resolved: the team hears whose customers wait" "still open, and their customers wait: #$((first + 1)), #" "$told"
no_match "and not of those that are done" "wait: #$first," "$told"
from late@z.test 'Checkout is slow' 'Slow.'
same "then it begins anew" 1 "$(sqlite_value 'select count(*) from surge')"
same "nobody got mail at the queue's own address" "" "$(sent_to sales@desk.test)"
# by category
minute=$((minute + 30))
tick
for i in 1 2 3 4; do from "bill$i@g$i.test" "Subject number $(echo "one two three four" | cut -d' ' -f$i)" 'The invoice is wrong.'; done
same "one category is alike, whatever the subject" 2 "$(sqlite_value 'select count(*) from surge')"
check "the chain holds" escalate audit verify
# ---- spam in somebody's name ----
from lou@acme.test 'Buy now' 'Pills.' # anybody wrote it
escalate --now "$(now)" spam "$(last)" >/dev/null
acks=$(templated_count auto-ack)
from lou@acme.test 'Contract' 'This goes to our lawyer.'
same "who is spam by a From that nobody proved pages nobody by one" "" "$(causes)"
from lou@acme.test 'Contract' 'This goes to our lawyer.' -H 'Authentication-Results: mx.desk.test; dmarc=pass header.from=acme.test'
same "who is proven is not silenced by that" "rule:legal $((acks + 1))" "$(causes) $(templated_count auto-ack)"
escalate --now "$(now)" spam "$(last)" >/dev/null
from lou@acme.test 'Contract' 'This goes to our lawyer.' -H 'Authentication-Results: mx.desk.test; dmarc=pass header.from=acme.test'
same "but by what is his" " $((acks + 1))" "$(causes) $(templated_count auto-ack)"

done_testing
