#!/bin/sh
# demo.sh BUILDDIR [FOLDER]: the main job before the reader's eyes. Sample mails go through the real filter into a real spool, the
# real daemon works on them, and the mails that it would send are files. The clock is pinned, so that a Friday, a weekend and a
# holiday pass in seconds; between two scenes the daemon runs at every instant at which something is due. No root, no network.
# What each scene claims is checked: the first claim that does not hold ends the demo with exit 1.
set -eu
umask 022
unset CDPATH
LC_ALL=C.UTF-8
TZ=Europe/Berlin
export LC_ALL TZ

case $# in 1 | 2) ;; *) echo 'usage: demo.sh BUILDDIR [FOLDER]' >&2; exit 2 ;; esac
TOP=$(cd "$(dirname "$0")/.." && pwd)
BUILD=$(cd "$1" 2>/dev/null || cd "$TOP/$1" && pwd)
DEMO=$TOP/tests/demo
FOLDER=${2:-$(mktemp -d "${TMPDIR:-/tmp}/escalate-demo.XXXXXX")}
mkdir -p "$FOLDER"
FOLDER=$(cd "$FOLDER" && pwd)
SPOOL=$FOLDER/spool
OUT=$SPOOL/outgoing
CONF=$FOLDER/escalate.yaml
NOW=
MAIL=
MAIL_TO=
DECIDED=
SENT=
SEEN=0 # mails of ours that were counted
ESCALATE_DATADIR=$TOP
export ESCALATE_DATADIR

for program in escalate escalated escalate-filter; do
    [ -x "$BUILD/$program" ] || { echo "demo.sh: not built: $BUILD/$program" >&2; exit 2; }
done
if [ -e "$CONF" ]; then
    echo "demo.sh: there was a demo in $FOLDER already: name another folder" >&2
    exit 2
fi

# ---- words for the reader ----

if [ -t 1 ]; then bold=$(printf '\033[1m') plain=$(printf '\033[0m'); else bold='' plain=''; fi
scene() { printf '\n%s== %s%s\n' "$bold" "$1" "$plain"; }
say() { printf '%s\n' "$@"; }
# Four blanks before each line; without the empty lines at the end.
indent() { awk '/^$/ { empty++; next } { while (empty > 0) { print ""; empty-- } print "    " $0 }'; }

# ---- claims ----

failed() {
    printf '\ndemo.sh: this does not hold: %s\n' "$1" >&2
    [ $# -lt 2 ] || printf '%s\n' "$2" | sed 's/^/    /' >&2
    printf 'demo.sh: stopped; all of it is in %s\n' "$FOLDER" >&2
    exit 1
}

# has CLAIM REGEX TEXT: a line of the text matches. lacks: none does. same CLAIM EXPECTED ACTUAL.
has() { printf '%s\n' "$3" | grep -Eq -e "$2" || failed "$1" "no line has '$2' in:
$3"; }
lacks() { if printf '%s\n' "$3" | grep -Eq -e "$2"; then failed "$1" "$(printf '%s\n' "$3" | grep -E -e "$2")"; fi; }
same() { [ "$2" = "$3" ] || failed "$1" "expected '$2', got '$3'"; }

# ---- the programs ----

utc() { date -u -d "@$(date -d "$1" +%s)" +%Y-%m-%dT%H:%M:%SZ; }
escalate() { "$BUILD/escalate" -c "$CONF" --now "$(utc "$NOW")" "$@"; }

daemon_at() {
    "$BUILD/escalated" -c "$CONF" --once --now "$1" 2>>"$FOLDER/escalated.log" \
        || failed "escalated runs at $1" "$(tail -n 3 "$FOLDER/escalated.log")"
}

# clock TIME: the clock goes to this local time, by way of every instant at which something is due before it.
clock() {
    clock_end=$(utc "$1")
    clock_last=
    while :; do
        clock_due=$(escalate --json next -n 1 | sed 's/.*"at":"\([^"]*\)".*/\1/')
        [ -n "$clock_due" ] || break
        clock_due=$(utc "$clock_due")
        [ "$(printf '%s\n%s\n' "$clock_due" "$clock_end" | sort | head -n 1)" = "$clock_due" ] || break
        [ "$clock_due" != "$clock_last" ] || failed 'the daemon does what is due' "$(escalate next -n 3)"
        daemon_at "$clock_due"
        clock_last=$clock_due
    done
    NOW=$1
}

# deliver FILE SENDER RECIPIENT: as an MTA would run the filter; the daemon then takes the mail in.
deliver() {
    (cd / && exec env -i PATH="$PATH" "$BUILD/escalate-filter" -d "$SPOOL" -f "$2" -- "$3") <"$1" >>"$FOLDER/filter.log" 2>&1 \
        || failed "the filter takes in $1" "$(cat "$FOLDER/filter.log")"
    daemon_at "$(utc "$NOW")"
}

# ---- mails ----

# part WHAT FILE: a header's value, `text` or `all`, decoded.
part() { LC_ALL=C awk -v want="$1" -f "$DEMO/read.awk" "$2"; }
address() { sed -e 's/.*<//' -e 's/>.*//'; }
display_name() { part From "$1" | sed 's/ *<.*//'; }
headers_of() { tr -d '\r' <"$1" | sed '/^$/,$d'; }

# last TEMPLATE [RECIPIENT]: the file of the newest mail of ours of this kind.
last() {
    find "$OUT" -name "*-$1.eml" | sort -r | while IFS= read -r last_file; do
        case $(part To "$last_file") in *"${2:-}"*) echo "$last_file" && break ;; esac
    done
}

# fill SAMPLE ANSWERED: a sample mail as the answer to a mail of ours: addresses, ids and quoted text are taken from that mail.
fill() {
    fill_to=$(part Reply-To "$2" | address)
    fill_subject=$(part Subject "$2")
    part text "$2" | sed -e 's/^/> /' >"$FOLDER/quoted"
    headers_of "$2" >"$FOLDER/headers"
    sed -e "s|@TO@|$fill_to|g" -e "s|@SUBJECT@|$fill_subject|g" -e "s|@MESSAGE_ID@|$(part Message-ID "$2")|g" \
        -e "s|@QSUBJECT@|$(printf '%s' "$fill_subject" | tr ' ' _)|" -e "s|@FROM@|$(display_name "$2")|g" \
        -e "/^@QUOTE@$/{r $FOLDER/quoted
d
}" -e "/^@HEADERS@$/{r $FOLDER/headers
d
}" "$DEMO/mail/$1.eml" >"$FOLDER/mail/$1.eml"
    MAIL=$FOLDER/mail/$1.eml
    MAIL_TO=$fill_to
}

# sample NAME: one that answers nothing.
sample() {
    MAIL=$FOLDER/mail/$1.eml
    cp "$DEMO/mail/$1.eml" "$MAIL"
}

# What the program decided on the mail delivered last.
decisions() { escalate log "$(part Message-ID "$MAIL")"; }

# The respond clock in the output of explain, without the UIDs.
clock_of() { say "$1" | sed -n -e 's/ ([^ ]*@[^ ]*)$//' -e '/^respond/,/^$/p' | indent; }

# The mails sent since the last call but the daily ones to leads, in $SENT: "auto-ack to lena@…; new-ticket to jonas, mia".
sent() {
    for sent_file in "$OUT"/*.eml; do
        [ -e "$sent_file" ] || continue
        sent_name=${sent_file##*/}
        [ "${sent_name%%-*}" -gt "$SEEN" ] || continue
        sent_kind=${sent_name#*-}
        [ "$sent_kind" != daily.eml ] || continue # the leads' morning mail is another story
        printf '%s %s\n' "${sent_kind%.eml}" "$(part To "$sent_file" | address)"
    done >"$FOLDER/sent"
    sent_count=$(find "$OUT" -name '*.eml' | wc -l)
    SEEN=$((sent_count))
    SENT=$(awk '{ printf "%s%s", $1 == kind ? ", " : (kind == "" ? "" : "; ") $1 " to ", $2; kind = $1 }' "$FOLDER/sent" \
        | sed 's/@nordlicht\.example//g')
}

# arrives TIME SENDER RECIPIENT WHAT: $MAIL comes in; prints what it is, what was decided on it, and what was sent.
arrives() {
    clock "$1"
    sent
    deliver "$MAIL" "$2" "$3"
    sent
    DECIDED=$(decisions) || failed "the daemon knows what became of $MAIL"
    printf '\n  %s  %s\n' "${1#* }" "$4"
    printf '%s\n' "$DECIDED" \
        | grep -E '^  (kind|joins|opens|filed|appended|verb|relayed|an answer|outbox row|.* cannot be reached)' \
        | sed 's/^/       /'
    say "         sent: ${SENT:-nothing}"
}

# ---- the folder ----

mkdir -p "$FOLDER/mail" "$SPOOL" "$SPOOL/tmp" "$SPOOL/incoming" "$SPOOL/hold" "$OUT" "$SPOOL/archive"
chmod 0755 "$SPOOL"
chmod 0750 "$SPOOL/hold" "$OUT" "$SPOOL/archive"
chmod 3777 "$SPOOL/tmp" "$SPOOL/incoming"
cp "$DEMO/escalate.yaml" "$DEMO/office.ics" "$DEMO/rota.ics" "$TOP/contrib/holidays/DE-BE.ics" "$FOLDER"
NOW='2026-05-22 14:00'

scene 'The desk'
say 'Nordlicht runs web shops for others. support@ and hilfe@ (German) are relay queues: the team answers' \
    'through them. billing@ is only observed. S2 is answered within 2 business hours. The clock is pinned.'
CHECKED=$(escalate check) || failed 'the configuration is good' "$CHECKED"
say "$CHECKED"
say 'Open hours from Friday 22 May 2026, by office.ics and the shipped public holidays of Berlin:'
OPEN=$(escalate calendar office --from "$(utc '2026-05-22')" --to "$(utc '2026-05-28')" | cut -f 1,2)
say "$OPEN" | indent
same 'the weekend and Whit Monday are closed' '22 26 27' \
    "$(say "$OPEN" | cut -c 9-10 | tr '\n' ' ' | sed 's/ $//')"

scene 'Friday 22 May 2026: the mails of an afternoon'
sample new-issue
arrives '2026-05-22 14:02' lena@brightside.example support@nordlicht.example \
    'Lena Fischer: Invoice PDF cannot be opened (text and HTML)'
has 'the first mail opens ticket 1' 'opens ticket 1 in support, severity S3' "$DECIDED"
same 'an acknowledgment goes out, and the team is told' \
    'auto-ack to lena@brightside.example; new-ticket to jonas, mia, tom' "$SENT"
ISSUE_TEAM=$(last new-ticket tom@)

sample html-only
arrives '2026-05-22 14:08' marc.dubois@atelier-dubois.example support@nordlicht.example \
    'Marc Dubois: Password mail does not arrive (HTML only, Windows-1252)'
has 'the HTML-only mail opens ticket 2' 'opens ticket 2 in support' "$DECIDED"
has 'the team reads its text' 'arrives one hour later or not at all\. It.s the same' \
    "$(part text "$(last new-ticket tom@)" | tr '\n' ' ')"
fill customer-away "$(last auto-ack marc)"
arrives '2026-05-22 14:09' '' "$MAIL_TO" 'the machine of Marc Dubois: "Réponse automatique" to our acknowledgment'
same 'an automatic answer is never answered' '' "$SENT"
lacks 'an automatic answer opens nothing' 'opens ticket' "$DECIDED"

sample german
arrives '2026-05-22 14:15' juergen@koehler-buch.example hilfe@nordlicht.example \
    'Jürgen Köhler: Falsche Mehrwertsteuer für Bücher (German, with a picture)'
has 'the German mail opens ticket 3' 'opens ticket 3 in hilfe' "$DECIDED"
has 'the picture is relayed to the team' 'Warenkorb' "$(tr -d '\n' <"$(last new-ticket mia@)")"
has 'the picture is the same' "$(sed -n '/^iVBOR/{p;q;}' "$MAIL" | cut -c 1-60)" "$(cat "$(last new-ticket mia@)")"

sample japanese
arrives '2026-05-22 14:23' tanaka@yamato.example support@nordlicht.example \
    '田中 由美: 商品名の文字化けについて (Japanese, ISO-2022-JP)'
has 'the Japanese mail opens ticket 4' 'opens ticket 4 in support' "$DECIDED"
has 'the team reads its text' '日本語の商品名を保存すると文字化けします' "$(part text "$(last new-ticket tom@)")"
has 'the acknowledgment bears its subject' '商品名の文字化けについて' "$(part Subject "$(last auto-ack tanaka@)")"

sample newsletter
arrives '2026-05-22 14:32' bounce-884213@sendfleet.example support@nordlicht.example \
    'CloudSummit Weekly: Your site is down? 7 lessons from … (a newsletter)'
same 'the newsletter pages nobody' '' "$SENT"
has 'the newsletter is filed' 'filed under other' "$DECIDED"
OTHER=$(escalate hold --other)
same 'nothing else is filed there' 1 "$(say "$OTHER" | wc -l | tr -d ' ')"

sample billing
arrives '2026-05-22 14:45' brandt@hofladen.example billing@nordlicht.example \
    'Peter Brandt: Charged twice in April (to billing@, an observed queue)'
has 'the billing mail opens ticket 5' 'opens ticket 5 in billing' "$DECIDED"
same 'the team has it in its mailbox already' 'auto-ack to brandt@hofladen.example' "$SENT"

scene 'What two customers got at once'
part text "$(last auto-ack lena@)" | indent
say '    ----'
part text "$(last auto-ack juergen@)" | indent
has 'the acknowledgment promises Tuesday: the weekend and Monday are closed' 'Tuesday 26 May, 14:02' \
    "$(part text "$(last auto-ack lena@)")"
has 'the German one is German' 'Dienstag, 26. Mai, 14:15 Uhr' "$(part text "$(last auto-ack juergen@)")"

scene 'An answer stops the clock'
say "Tom answers the team mail; its Reply-To is his own work address, $(part Reply-To "$ISSUE_TEAM" | address):"
fill agent-answer "$ISSUE_TEAM"
sed '1,/^$/d' "$MAIL" | sed '/^On /,$d' | indent
arrives '2026-05-22 14:50' tom@nordlicht.example "$MAIL_TO" 'Tom Okafor'
has 'the answer is relayed' 'relayed to the requester' "$DECIDED"
RELAYED=$(last relay lena@)
say '' 'Lena gets, from the queue and without any address of the team:'
part all "$RELAYED" | grep -E '^(From|To|Subject|Reply-To): ' | indent
say ''
part text "$RELAYED" | sed '/^> /,$d' | indent
lacks 'no work address leaves the house' '\+[abw][0-9]+\.|#take|tom@' "$(cat "$RELAYED")"
has 'the answer is in it' 'It is$|rolled back; please open 2026-0518 again' "$(part text "$RELAYED")"
CLOCK=$(escalate explain 1)
has 'respond of ticket 1 is met' '^respond in support: .* met$' "$CLOCK"
say '' 'and the clock of ticket 1 stands:'
clock_of "$CLOCK"

fill quoted-reply "$RELAYED"
arrives '2026-05-22 14:57' lena@brightside.example "$MAIL_TO" 'Lena Fischer replies, with everything quoted below'
has 'the reply joins ticket 1' 'joins ticket 1' "$DECIDED"
lacks 'the team gets the new text alone' '^> ' "$(part text "$(last relay-in mia@)")"
say '         What the team reads:'
part text "$(last relay-in mia@)" | indent | sed 's/^/       /'

sample billing-answer
arrives '2026-05-22 15:06' eva@nordlicht.example billing@nordlicht.example \
    'Eva Lindt answers Peter Brandt from her own mailbox, billing@ in Cc'
has 'the answer is known as one' 'an answer of eva to the requester' "$DECIDED"
has 'the observed answer meets respond' '^respond in billing: .* met$' "$(escalate explain 5)"

scene 'Ten past four, before a long weekend'
sample unanswered
arrives '2026-05-22 16:10' kim.lee@kitestore.example support@nordlicht.example 'Kim Lee: Order export to the warehouse stopped'
has 'the rule makes it S2' 'opens ticket 6 in support, severity S2' "$DECIDED"
ACK=$(last auto-ack kim.lee@)
say '' 'Kim Lee is told the truth at once:'
part text "$ACK" | indent
has 'two business hours end on Tuesday' 'by Tuesday 26 May, 10:10 \(CEST\)' "$(part text "$ACK")"
say 'and escalate explain 6 says why it is that minute:'
WHY=$(escalate explain 6)
clock_of "$WHY"
has 'the holiday comes from the calendar file' 'DE-BE.ics: Pfingstmontag' "$WHY"
has 'the open pieces add up' '= 2 h 00 min open; due Tue 26 May 10:10 CEST' "$WHY"

scene 'Whit Monday, closed: the customer writes again'
fill any-news "$ACK"
arrives '2026-05-25 11:20' kim.lee@kitestore.example "$MAIL_TO" 'Kim Lee: "112 orders wait now", with our acknowledgment quoted'
has 'it joins ticket 6' 'joins ticket 6' "$DECIDED"
has 'a second mail does not restart the clock' 'due Tue 26 May 10:10 CEST' "$(escalate explain 6)"
lacks 'what was quoted does not reach the team again' 'A person will answer' "$(part text "$(last relay-in tom@)")"
say '         The answer is still due Tuesday 10:10.'

scene 'Tuesday 26 May: nobody has answered'
clock '2026-05-26 09:39'
sent
same 'nobody is paged before three quarters of the time are over' '' "$SENT"
clock '2026-05-26 09:40'
sent
same 'the rota says who is asked first' 'escalation to jonas' "$SENT"
PAGE=$(last escalation jonas@)
say '09:40  three quarters of two business hours are over. rota.ics has Jonas on duty; his phone shows:' ''
say "    $(display_name "$PAGE")" "    $(part Subject "$PAGE")" "    $(part text "$PAGE" | head -n 2 | tr '\n' ' ' | cut -c 1-90)"
fill duty-away "$PAGE"
arrives '2026-05-26 09:41' '' "$MAIL_TO" 'the mailbox of Jonas: "I am out of the office until Monday, 1 June 2026"'
same 'his stand-in is asked at once' 'escalation to mia' "$SENT"
PAGE=$(last escalation mia@)
part text "$PAGE" | sed -n '/^Why/,/^[A-Z][a-z]* *nobody/p' | grep -v ^Owner | sed 's/^/         /'
clock '2026-05-26 10:12'
sent
say '' '  10:10  the two hours are over, and no answer. Mia has until 10:26 to say that she has it.'
has 'the clock has run out' '^  breach   Tue 26 May 10:10 CEST' "$(escalate explain 6)"
fill bounce "$PAGE"
arrives '2026-05-26 10:13' '' support@nordlicht.example \
    'the mail system: the mailbox of Mia is full, 552 5.2.2 (an RFC 3464 report)'
same 'nobody of level 1 is left: level 2 is asked at once' 'escalation to carol' "$SENT"

PAGE=$(last escalation carol@)
scene "The escalation mail to Carol Winter, level 2, whole ($(basename "$PAGE"); its HTML part is left out)"
part all "$PAGE" | indent
TEXT=$(part text "$PAGE")
has 'it says how late' '^Our answer was due 10:10, 3 min ago\.$' "$TEXT"
has 'it says what was tried' 'Jonas Weber was mailed 09:40: out of office, back on Tue 2 Jun; Mia Petrova was mailed 09:41: bounced' \
    "$(say "$TEXT" | tr -s '\n ' '  ')"
has 'it says what happens otherwise' '^No answer by 10:43: .*Dana Ruiz' "$TEXT"
has 'it shows the newest mail of the customer' '^> .*112 orders wait now' "$TEXT"
has 'it may be answered by out-of-office' '^X-Auto-Response-Suppress: DR, RN, NRN, AutoReply$' "$(headers_of "$PAGE")"

scene 'Carol answers from her phone'
fill manager-ack "$PAGE"
sed '1,/^$/d' "$MAIL" | indent | sed '13,$d'
say '    > …'
arrives '2026-05-26 10:16' carol.winter@mobile.example "$MAIL_TO" 'Carol Winter'
has 'two words on a line are an acknowledgment' 'verb ack: "Ack, thanks"' "$DECIDED"
say '' 'She gets:'
part text "$(last transcript carol@)" | indent
has 'she has it for as long as S2 allows' '^You have it, until 14:16 CEST' "$(part text "$(last transcript carol@)")"
say '' 'The others are told:'
part text "$(last line mia@)" | head -n 3 | indent
fill manager-answered "$PAGE"
arrives '2026-05-26 10:31' carol@nordlicht.example "$MAIL_TO" 'Carol Winter phones the customer, and says so to the same address'
WHY=$(escalate explain 6)
has 'it is kept as an answer' 'verb answered' "$DECIDED"
has 'the answer by phone stops the clock' '^respond in support: .* met$' "$WHY"

scene 'What is left: escalate list'
clock '2026-05-26 10:35'
escalate list | indent
scene 'The record of ticket 6: escalate audit 6'
AUDIT=$(escalate audit 6)
say "$AUDIT" | indent
for row in 'open .*severity=S2' 'clock .*target=respond change=start due=2026-05-26T08:10:00Z' 'page .*level=1 .*contact=jonas' \
    'unreachable .*contact=jonas' 'page .*level=1 .*contact=mia' 'breach .*target=respond' 'unreachable .*contact=mia' \
    'page .*level=2 .*contact=carol' 'verb .*verb=ack by=carol' 'owner .*owner=carol' 'clock .*target=respond change=met' \
    'run-end'; do
    has "the record has the row '$row'" "  $row" "$AUDIT"
done
VERIFIED=$(escalate audit verify) || failed 'the chain of the record verifies' "$VERIFIED"
say '' 'escalate audit verify:' "    $VERIFIED"

scene 'Look for yourself'
say "The folder is $FOLDER" \
    '    spool/outgoing   the mails that would have gone out, by number' \
    '    spool/archive    the mails that came in, as they were' \
    '    mail             the samples as they were delivered, with addresses and quotes filled in' \
    '    escalated.log    what the daemon logged' \
    "and the programs speak about it, for example:" \
    "    export ESCALATE_DATADIR=$TOP" \
    "    $BUILD/escalate -c $CONF show 6"
