#!/bin/sh
# main.sh: the main job: a mail becomes a ticket, its business-hours clock runs out over a weekend and a holiday, two levels are
# mailed, the second acknowledges by replying, and the audit tells.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
command -v python3 >/dev/null || skip_all "no python3"
desk observe

exits "the configuration is good" 0 escalate check

# Friday 16:50 before a weekend and Whit Monday: 4 business hours end on Tuesday 12:50.
make_mail 'Kim Lee <kim@acme.test>' support@desk.test 'Cannot print' 'The printer eats paper.' | deliver kim@acme.test support@desk.test
exits "a round takes it in" 0 at 2026-05-22T16:50:00+02:00
same "nothing is left in incoming" 0 "$(count incoming)"
same "one mail went out" 1 "$(sent)"
ack=$(templated auto-ack)
same "to the customer" 'Kim Lee <kim@acme.test>' "$(header "$ack" To)"
same "with the ticket's number" '[support #1] Cannot print' "$(header "$ack" Subject)"
match "it promises an honest time" 'by Tuesday 26 May, 12:50 \(CEST\)' "$(plain "$ack" | tr '\n' ' ')"
same "it is marked as automatic" auto-replied "$(header "$ack" Auto-Submitted)"
no_match "no address of the team's kinds is in it" '\+[awb][0-9]+\.' "$(cat "$ack")"
match "explain names the holiday" 'holidays.ics: Whit Monday \(whit-monday@tests\)' "$(escalate explain 1)"
match "explain gives the sum and the due time" '= 4 h 00 min open; due Tue 26 May 12:50 CEST' "$(escalate explain 1)"

exits "nothing is due on the holiday" 0 at 2026-05-25T12:00:00+02:00
same "nobody was mailed" 1 "$(mailed)"
at 2026-05-26T11:49:00+02:00
same "nor a minute before 75 %" 1 "$(mailed)"
match "the lead has had her daily mail" "support on 2026-05-26: 1 open, 0 late, 1 without an owner" "$(plain "$(sent_to carol@desk.test | head -n 1)")"
no_match "the first day has none" 2026-05-22 "$(header "$(templated daily | head -n 1)" Subject)"
at 2026-05-26T11:50:00+02:00
page=$(templated escalation | tail -n 1)
same "at 75 % level 1 is mailed" 'Bob <bob@desk.test>' "$(header "$page" To)"
at 2026-05-26T12:00:00+02:00
same "again after ack-within" 2 "$(templated_count escalation)"
at 2026-05-26T12:10:00+02:00
page=$(templated escalation | tail -n 1)
same "spent: level 2" 'Carol <carol@desk.test>' "$(header "$page" To)"
same "paging mail has no Auto-Submitted" '' "$(header "$page" Auto-Submitted)"
same "and suppresses reports, not out-of-office" 'DR, RN, NRN, AutoReply' "$(header "$page" X-Auto-Response-Suppress)"
match "the sender's name says how urgent" 'S3 . reply due in 40 min . support' "$(python3 -c 'import sys,email.header as h; print(h.make_header(h.decode_header(sys.argv[1])))' "$(header "$page" From)")"
text=$(plain "$page")
match "the first 90 characters say who, what, how late" '^Kim Lee: "The printer eats paper\." Our answer is due 12:50' "$(printf '%s' "$text" | tr '\n' ' ' | cut -c1-90)"
same "no line is over 72" '' "$(printf '%s\n' "$text" | awk 'length($0) > 72')"
match "no more than 25 lines" '^([0-9]|1[0-9]|2[0-5])$' "$(printf '%s\n' "$text" | wc -l | tr -d ' ')"
match "it says what happens if nobody answers" 'No answer by 12:20: it goes to Dana Ruiz \(director\) at 12:50' "$text"
match "and who was asked before" 'Bob was mailed 11:50 and 12:00: no answer' "$(printf '%s' "$text" | tr '\n' ' ' | tr -s ' ')"

reply "$page" carol@desk.test 'On it, thanks'
exits "her reply is taken in" 0 at 2026-05-26T12:15:00+02:00
transcript=$(templated transcript)
same "she gets a transcript" 'Carol <carol@desk.test>' "$(header "$transcript" To)"
match "that says until when" 'You have it, until Wed 12:15 CEST' "$(plain "$transcript")"
line=$(templated line | tail -n 1)
same "Bob is told" 'Bob <bob@desk.test>' "$(header "$line" To)"
match "that Carol has it" 'Carol has taken it' "$(plain "$line")"
before=$(sent)
at 2026-05-26T13:30:00+02:00
same "nobody else is asked while she holds it, but she hears of the breach" $((before + 1)) "$(sent)"
match "the log says why" 'verb ack: "On it, thanks"' "$(escalate log 1)"
match "the run is held" '"state":"held"' "$(escalate --json show 1)"

make_mail -H 'Cc: support@desk.test' carol@desk.test kim@acme.test 'Re: [support #1] Cannot print' 'Take out the paper.' |
    deliver carol@desk.test support@desk.test
at 2026-05-26T14:00:00+02:00
match "her answer meets respond" '"target":"respond".*"state":"met"' "$(escalate --json show 1)"
exits "she resolves by the command line" 0 escalate --now 2026-05-26T15:00:00+02:00 resolve --as carol 1 'Paper was damp'
at 2026-05-26T15:00:00+02:00
match "the customer is told" 'Paper was damp' "$(plain "$(templated resolved)")"
exits "the audit verifies" 0 escalate audit verify
match "it tells the story" 'verb=ack by=carol' "$(escalate audit 1)"
head=$(escalate audit head)
exits "and holds against a head written down" 0 escalate audit verify --head "$head"
python3 -c 'import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.execute("delete from audit where number = (select max(number) from audit)"); c.commit()' "$WORK/escalate.db"
exits "without it a cut tail goes unseen" 0 escalate audit verify
exits "with it, it is found" 1 escalate audit verify --head "$head"
python3 -c 'import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.execute("update audit set detail = detail || char(32) where number = 3"); c.commit()' "$WORK/escalate.db"
exits "a changed row is found" 1 escalate audit verify
done_testing
