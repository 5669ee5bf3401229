#!/bin/sh
# desks.sh: three desks as organisations run them (tests/data/desks): each is good without a warning, and keeps what its configuration promises.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
command -v python3 >/dev/null || skip_all "no python3"
DESKS=$TOP_SRCDIR/tests/data/desks

# What the manual shows is what is tested here: each example is lines of these files, one behind the other, but where the page's source says
# that it is of no desk.
same "the examples of escalate.yaml(5) are extracts of the desks" "" "$(python3 - "$TOP_SRCDIR/man/escalate.yaml.5" "$DESKS" <<'PY'
import pathlib, re, sys
page = open(sys.argv[1]).read()
blocks = re.findall(r"(?<!of no desk\n)\.Bd -literal\n(.*?)\.Ed\n", page[page.index(".Sh EXAMPLES"):page.index(".Sh SEE ALSO")], re.S)
files = ["\n" + f.read_text() for f in pathlib.Path(sys.argv[2]).rglob("*.yaml")]
for block in blocks:
    if not any("\n" + block.replace("\\e", "\\") in text for text in files):
        print("in no file:", block.splitlines()[0])
if len(blocks) < 6:
    print("few examples:", len(blocks))
PY
)"

take() { # take NAME: a copy of that desk, kept and mailing in its own directory
    cp -r "$DESKS/$1" "$WORK/$1"
    CONF=$WORK/$1/escalate.yaml
    same "$1: nothing is wrong, nothing doubtful" "${2:-}" "$(escalate --now 2026-10-01T00:00:00Z check 2>&1 | grep -v ': good: ' | sed 's/.*: the last/the last/')"
    chmod -R u+w "$WORK/$1"
    site='spool: spool
database: escalate.db
key-file: key
audit-key-file: audit.key
delivery: {method: directory}'
    if [ -f "$WORK/$1/site.yaml" ]; then
        echo "$site" >"$WORK/$1/site.yaml"
    else
        { echo "$site"; cat "$DESKS/$1/escalate.yaml"; } >"$CONF"
    fi
    DOMAIN=$1.example
    make_spool "$WORK/$1/spool"
}
letter() { # letter FROM TO SUBJECT BODY
    make_mail -H "Authentication-Results: mx.$DOMAIN; dmarc=pass" "$1" "$2" "$3" "$4" | deliver "$(echo "$1" | sed 's/.*<\(.*\)>/\1/')" "$2"
}
# asked TEMPLATE: who got such mails, oldest first, a word each.
asked() { templated "$1" | while read -r f; do header "$f" To | sed 's/.*<\([^@]*\)@.*/\1/'; done | sort | tr '\n' ' ' | sed 's/ $//'; }
of() { # of TEMPLATE NAME: the newest of them to that person
    templated "$1" | while read -r f; do if header "$f" To | grep -Fq "<$2@"; then echo "$f"; fi; done | tail -n 1
}
words() { plain "$1" | tr -s ' \n' ' '; }
forget() { rm -f "$SPOOL"/outgoing/*.eml; } # what was sent is in the database

# ---- the small one ----
# Its director has no backup, and that is true of most companies of five.
take tiny "the last level of policy 'standard' asks dana alone, who has no backup: nobody is asked when dana is away"
letter 'Kim Lee <kim@acme.test>' support@tiny.example 'Question' 'Where do I find the manual?'
at 2026-10-14T16:00:00+02:00
match "S3 on Wednesday at four: four hours of the office, so Thursday at noon" 'Thu 15 Oct 12:00 CEST' "$(escalate explain 1)"
at 2026-10-15T11:00:00+02:00
same "at three quarters the agents are asked: Eve is away, so Ann" ann "$(asked escalation)"
at 2026-10-15T12:00:00+02:00
same "in the end the lead" 'ann carol' "$(asked escalation)"

# ---- the desk that follows the sun ----
take sun
gaps() { escalate oncall --gaps --from 2026-10-24T00:00:00Z --to 2026-10-27T00:00:00Z | grep -v -E '^gap	rota (singapore|berlin|denver)	'; }
same "over the weekend when Berlin's clocks change nobody is on duty twice or never" "" "$(gaps)"
sed -i.utc -e 's/DTSTART:\(.*\)T080000Z/DTSTART;TZID=Europe\/Berlin:\1T100000/' -e 's/DTEND:\(.*\)T160000Z/DTEND;TZID=Europe\/Berlin:\1T180000/' "$WORK/sun/berlin.ics"
match "with shifts of local time there would be an hour with nobody" '^gap	rota duty	2026-10-25T08:00:00.00:00	2026-10-25T09:00:00' "$(gaps)"
match "and one with two" '^overlap	rota duty	2026-10-25T16:00:00.00:00	2026-10-25T17:00:00' "$(gaps)"
mv "$WORK/sun/berlin.ics.utc" "$WORK/sun/berlin.ics"
escalate simulate --policy incident --queue support --severity S1 --from 2026-10-24T23:50:00Z --until 2026-10-25T04:00:00Z >"$WORK/weekend" 2>&1
same_file "what the incident ladder does over that weekend" "$DESKS/sun/weekend.txt" "$WORK/weekend"
# A question of Friday evening, from then to Monday evening. What each line must be: 8bh to answer on the calendar of weekdays are over on Monday at
# 04:00 UTC, half of them on Friday at midnight: then duty, twice 5m apart, the manager, 10m later the two directors, and after 15m the ticket of
# operations, at a tenth of its 15m; its last level again after 15m more, 30m, 1h, 2h, 4h and each 4h, the manager who is on duty by then; the
# handoffs at 0, 8 and 16 UTC, which Berlin reads as 10 and 18 on Saturday, and as 9 and 17 from Sunday on; no update, since S3 has no cadence; and
# the note 5m before the answer is late.
escalate simulate --policy incident --queue support --severity S3 --from 2026-10-23T20:00:00Z --until 2026-10-26T20:00:00Z >"$WORK/dst" 2>&1
same_file "a question of Friday evening over the whole weekend" "$DESKS/sun/dst.txt" "$WORK/dst"
same "the ladder, and where its last level is asked again" "$(cat <<'END'
24T00:00:00 raj
24T00:05:00 raj
24T00:10:00 hank
24T00:20:00 vera amit
24T00:36:30 hank vera amit
24T01:06:30 hank vera amit
24T01:36:30 hank vera amit
24T02:36:30 hank vera amit
24T04:36:30 hank vera amit
END
)" "$(awk -F '\t' '$2 != "-" && NF > 5 { split($4, who, " "); at = substr($1, 9, 11); if (at != last) printf "%s%s", (last != "" ? "\n" : ""), at; printf " %s", who[1]; last = at }' "$WORK/dst" | head -n 9)"
same "each 4h after that" '08:36:30 12:36:30 16:36:30 20:36:30 00:36:30 04:36:30 08:36:30 12:36:30 16:36:30 20:36:30 00:36:30 04:36:30 08:36:30 12:36:30 16:36:30' \
    "$(awk -F '\t' '$4 ~ /^vera/ { print substr($1, 12, 8) }' "$WORK/dst" | tail -n +7 | tr '\n' ' ' | sed 's/ $//')"
same "from Monday's handoff on another manager" '26T08:36:30' "$(awk -F '\t' '$2 != "-" && $4 ~ /^nora/ { print substr($1, 9, 11); exit }' "$WORK/dst")"
same "the customer hears once, before it is late" '2026-10-26T03:55:00+00:00 delay' "$(awk -F '\t' '$4 ~ /^customer/ { print $1, $3 }' "$WORK/dst")"
match "a shift's end in local time before the change" 'until Saturday 24 October, 18:00 .CEST' "$(cat "$WORK/dst")"
match "and after it" 'until Sunday 25 October, 17:00 .CET' "$(cat "$WORK/dst")"

letter 'Ed Fox <ed@bigbank.example>' support@sun.example 'Payments are down' 'No payment goes through.'
at 2026-10-24T03:00:00+02:00
same "S1 at 03:00 in Berlin: the mail is Singapore's" raj "$(asked new-ticket)"
same "who writes hears that it came" ed "$(asked auto-ack)"
match "a service of Berlin's belongs to whoever is on duty while Berlin sleeps" ' raj ' "$(escalate list)"
at 2026-10-24T03:07:30+02:00
same "at half the time to answer Singapore is paged" raj "$(asked escalation)"
match "in his own time" 'SGT|\+08' "$(words "$(of escalation raj)")"
match "explain says by when" 'due Sat 24 Oct 03:15 CEST' "$(escalate explain 1 --tz Europe/Berlin)"
at 2026-10-24T03:10:00+02:00
same "five minutes before the time is over the customer hears" ed "$(asked delay)"
at 2026-10-24T03:12:30+02:00
forget
letter 'Ed Fox <ed@bigbank.example>' support@sun.example 'Re: [support #1] Payments are down' 'We see personal data of others.'
at 2026-10-24T03:14:00+02:00
same "risk: counsel and the engineer are asked at once, beside" 'cora lisa raj' "$(asked escalation)"
match "who is asked by both reads it in one mail" 'also by policy' "$(words "$(of escalation raj)")"
no_match "counsel is asked by one" 'also by policy' "$(words "$(of escalation lisa)")"
at 2026-10-24T03:17:30+02:00
same "after two mails to him the duty manager is asked" 'cora hank lisa raj' "$(asked escalation)"
match "with what he may decide" 'You may wake the next site and call the vendor' "$(words "$(of escalation hank)")"
forget
letter 'Di Orr <di@acme.example>' support@sun.example 'The CDN is slow' 'Images of acme arrive late.'
at 2026-10-24T16:05:00Z
at 2026-10-24T16:20:00Z
vendor=$(templated vendor | tail -n 1)
match "the vendor is asked under its contract" 'QC-2291' "$(words "$vendor")"
no_match "and reads nothing of the customer" '[Aa]cme|Di Orr|late|@sun.example>.*Luis' "$(cat "$vendor")"
# a promise that is kept too long, two directors, and an answer through the queue
answer() { # answer FILE FROM BODY
    printf '%s\n' "$3" | make_mail -H "Authentication-Results: mx.$DOMAIN; dmarc=pass" -H "In-Reply-To: $(header "$1" Message-ID)" "$2" "$(reply_to "$1")" \
        "Re: $(header "$1" Subject)" - | deliver "$2" "$(reply_to "$1")"
}
asks() { python3 -c 'import sqlite3,sys
for row in sqlite3.connect(sys.argv[1]).execute(sys.argv[2]): print(row[0])' "$WORK/sun/escalate.db" "$1"; }
run() { asks "select state || ' ' || level || ' ' || coalesce(acker, '-') from run where policy = 'incident' order by id desc limit 1"; }
for ticket in $(asks "select id from ticket where state in ('new', 'open', 'waiting')"); do escalate --now 2026-10-28T08:00:00Z resolve "$ticket" done >/dev/null; done
at 2026-10-28T08:00:00Z
forget
letter 'Ed Fox <ed@bigbank.example>' support@sun.example 'Orders are down' 'Nobody can order.'
at 2026-10-28T09:00:00Z
work=$WORK/work.eml
cp "$(templated new-ticket | tail -n 1)" "$work"
duty=$(header "$work" To | sed 's/.*<\(.*\)>/\1/')
at 2026-10-28T09:07:30Z
at 2026-10-28T09:12:30Z
at 2026-10-28T09:17:30Z
answer "$(of escalation nora)" nora@sun.example ack
at 2026-10-28T09:18:00Z
same "the manager has it" '1 2 nora' "$(run)"
at 2026-10-28T10:18:00Z
answer "$(of reminder nora)" nora@sun.example ack
at 2026-10-28T10:19:00Z
at 2026-10-28T10:47:59Z
same "an ack renewed" '1 2 nora' "$(run)"
at 2026-10-28T10:48:00Z
same "but 90m without a way round, and the directors are asked" '0 3 -' "$(run)"
same "both, in their own words" 'amit vera' "$(asked executive)"
answer "$(of executive vera)" vera@sun.example ack
at 2026-10-28T10:50:00Z
same "one of two is not enough" '0 3 -' "$(run)"
match "which she is told" 'Recorded. More of your level must acknowledge' "$(words "$(of transcript vera)")"
answer "$(of executive amit)" amit@sun.example ack
at 2026-10-28T10:51:00Z
same "the second is" '1 3 amit' "$(run)"
forget
answer "$work" "$duty" 'Dear Ed, orders work again.'
at 2026-10-28T10:52:00Z
relay=$(templated relay | tail -n 1)
same "an answer at the work address goes to the customer" 'ed@bigbank.example' "$(header "$relay" To | sed 's/.*<\(.*\)>/\1/')"
match "from the queue, with nothing of who wrote where" 'orders work again' "$(words "$relay")"
no_match "of an address inside" "$duty|[+]w" "$(cat "$relay")"
same "and meets the time to answer, late as it is" 1 "$(asks "select count(*) from clock where target = 'respond' and queue = 'support' and state = 2 and met_at = strftime('%s', '2026-10-28T10:52:00Z') and breached_at is not null")"
check "the record is whole" escalate audit verify

# ---- the hospital ----
take hospital
letter 'ICU 1 <icu@hospital.example>' it-desk@hospital.example 'Charts' 'The patient charts show a wrong dose.'
at 2026-10-20T02:00:00+01:00
match "a ward's harm is S1" ' S1 ' "$(escalate list)"
same "the safety officers are asked at once, by night" 'a.shah j.webb' "$(asked escalation)"
match "the owner is away: his backup owns it" ' rob ' "$(escalate list)"
at 2026-10-20T02:05:00+01:00
same "at half the time who is on call, and no agent" 1 "$(asked escalation | grep -c -w -e rob -e sue -e ned)"
no_match "no agent" 'ida|tom|uma' "$(asked escalation)"
exits "an officer says that it is contained" 0 escalate --now 2026-10-20T02:06:00+01:00 contained --as shah 1 'system taken out of use'
match "and is asked for a second word" 'Say CONTAINED again by' "$(cat "$WORK/out")"
at 2026-10-20T02:07:00+01:00
forget
at 2026-10-20T02:37:00+01:00
check "without one the officers are asked again" test -n "$(asked escalation)"
at 2026-10-20T03:01:00+01:00
same "after an hour the board reads of it" board "$(asked board)"
at 2026-10-20T05:00:00+01:00
same "once" board "$(asked board)"
letter 'Finance <finance@hospital.example>' it-desk@hospital.example 'Hello' 'Could somebody call me back?'
at 2026-10-20T10:00:00+01:00
same "what no rule knows is sorted by a person" 'ida tom' "$(asked triage)"
letter 'Ward 7 <ward-7@hospital.example>' it-desk@hospital.example 'Letter' 'It went to the wrong address.'
at 2026-10-20T10:01:00+01:00
match "privacy has its own ladder" 'privacy' "$(asked escalation)"
check "the record is whole" escalate audit verify
done_testing
