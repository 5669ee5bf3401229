#!/bin/sh
# replay.sh: old mailboxes through the present policy, on the mails' own clock: order, dates, answers of the team, queues, whom it believes,
# totals, two configurations side by side; without a trace.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
command -v python3 >/dev/null || skip_all "no python3"

desk observe
asked() { awk -F'\t' '$2 ~ /\// { split($4, who, " "); print $1, $2, who[1], $5 }'; }
total() { echo "$out" | awk -v g="$1" -v n="$2" 'index($0, g) == 1 && index(substr($0, 17), n) == 1 { print $NF }'; }
# old NAME DATE FROM TO SUBJECT [HEADER…]: a mail at the end of the mailbox; its Message-ID counts up.
old() {
    old_box=$WORK/$1.mbox
    old_date=$2
    old_from=$3
    old_to=$4
    old_subject=$5
    shift 5
    next_mail
    {
        printf 'From someone@old.test Mon May 25 08:00:00 2026\n'
        printf 'From: %s\nTo: %s\nSubject: %s\nMessage-ID: <%s>\n' "$old_from" "$old_to" "$old_subject" "$MESSAGE_ID"
        [ -z "$old_date" ] || printf 'Date: %s\n' "$old_date"
        for old_header in "$@"; do printf '%s\n' "$old_header"; done
        printf '\n%s\n\nRegards\n\n' "${BODY:-Our shop is down.}"
    } >>"$old_box"
}

# ---- one mail that nobody answered ----
old one 'Tue, 26 May 2026 10:00:00 +0200' 'Kim Lee <kim@acme.test>' support@desk.test 'Shop'
out=$(escalate replay "$WORK/one.mbox")
same "what the policy would have sent, on the mail's own clock" '2026-05-26T10:22:30+02:00 1/1 bob #1
2026-05-26T10:30:00+02:00 2/1 carol #1
2026-05-26T11:10:00+02:00 3/1 dana #1
2026-05-26T11:42:30+02:00 1/1 bob #2
2026-05-26T11:50:00+02:00 2/1 carol #2
2026-05-26T12:30:00+02:00 3/1 dana #2' "$(echo "$out" | asked)"
match "a line shows what it is about" '	escalation	bob <bob@desk.test>	#1	Kim Lee: "Our shop is down."$' "$out"
same "totals: mails, tickets, escalations" '1 1 1 1 1' \
    "$(total mails 'taken in') $(total tickets opened) $(total tickets about) $(total escalations total) $(total escalations exhausted)"
same "breaches by target" '1 1 0' "$(total breaches respond) $(total breaches resolve) $(total breaches update)"
same "pages by person and hour" '6 2 2 2 2 3 1' \
    "$(total pages total) $(total 'pages to' bob) $(total 'pages to' carol) $(total 'pages to' dana) $(total 'pages at hour' 10) $(total 'pages at hour' 11) $(total 'pages at hour' 12)"
same "none at night or at a weekend" '0 0' "$(total pages 'at night') $(total pages 'at weekends')"
same "twice the same, to the byte" "$out" "$(TZ=America/New_York escalate replay "$WORK/one.mbox")"
out=$(escalate replay --until 2026-05-26T10:25:00+02:00 "$WORK/one.mbox")
same "--until ends it" 1 "$(total pages total)"

# ---- a night at a weekend: a queue that is always open ----
old night 'Sat, 30 May 2026 23:00:00 +0200' kim@acme.test ops@desk.test 'Shop'
out=$(escalate replay --until 2026-05-30T23:45:00+02:00 "$WORK/night.mbox")
same "at night and at a weekend" '2 2 2' "$(total pages total) $(total pages 'at night') $(total pages 'at weekends')"

# ---- order and dates ----
old late 'Tue, 26 May 2026 11:00:00 +0200' 'B <b@acme.test>' support@desk.test 'Second'
old late 'Tue, 26 May 2026 09:00:00 +0200' 'A <a@acme.test>' support@desk.test 'First'
old early 'Tue, 26 May 2026 10:00:00 +0200' 'C <c@acme.test>' support@desk.test 'Between'
out=$(escalate replay "$WORK/late.mbox" "$WORK/early.mbox")
same "in order of their time, whatever file they are in" '2026-05-26T09:22:30+02:00 1/1 bob #1
2026-05-26T10:22:30+02:00 1/1 bob #2
2026-05-26T11:22:30+02:00 1/1 bob #4' "$(echo "$out" | asked | grep -E '1/1 bob #[124]$')"
BODY='My shop is down.'
sed 's/Mon May 25 08:00:00 2026/Tue May 26 08:00:00 2026/' "$WORK/one.mbox" | grep -v '^Date:' >"$WORK/from.mbox"
same "no Date: the time of its From line, which is UTC" '2026-05-26T10:22:30+02:00 1/1 bob #1' "$(escalate replay "$WORK/from.mbox" | asked | head -n 1)"
sed 's/08:00:00 2026/10:00:00 2026 +0200/' "$WORK/from.mbox" >"$WORK/east.mbox"
same "or has an offset" '2026-05-26T10:22:30+02:00 1/1 bob #1' "$(escalate replay "$WORK/east.mbox" | asked | head -n 1)"
sed -e 's/^Date: .*/Date: yesterday, I think/' -e 's/Mon May 25 08/Tue May 26 08/' "$WORK/one.mbox" >"$WORK/odd.mbox"
same "so where the Date cannot be read" '2026-05-26T10:22:30+02:00 1/1 bob #1' "$(escalate replay "$WORK/odd.mbox" | asked | head -n 1)"
sed '1s/.*/From someone/' "$WORK/from.mbox" >"$WORK/undated.mbox"
out=$(escalate replay "$WORK/undated.mbox" "$WORK/one.mbox")
same "neither: counted, and left out" '1 1' "$(total mails 'without a date') $(total mails 'taken in')"
BODY=

old before 'Tue, 27 May 2025 10:00:00 +0200' 'Kim Lee <kim@acme.test>' support@desk.test 'Shop'
match "hours that begin later than the mail are told" "^escalate: queue 'support': calendar 'office' has no open time in the 30 days" \
    "$(escalate replay "$WORK/before.mbox" 2>&1 >/dev/null)"
same "others are not" '' "$(escalate replay "$WORK/one.mbox" 2>&1 >/dev/null)"

# ---- the team answered ----
old answered 'Tue, 26 May 2026 10:00:00 +0200' 'Kim Lee <kim@acme.test>' support@desk.test 'Shop'
first=$MESSAGE_ID
BODY='We restarted it.'
old answered 'Tue, 26 May 2026 10:20:00 +0200' 'Bob <bob@desk.test>' 'Kim Lee <kim@acme.test>' 'Re: Shop' 'Cc: support@desk.test' "In-Reply-To: <$first>"
BODY=
out=$(escalate replay "$WORK/answered.mbox")
same "an answer in time meets respond" '0 1 1' "$(total breaches respond) $(total breaches update) $(total breaches resolve)"
out=$(escalate replay --answers-resolve "$WORK/answered.mbox")
same "and resolves, if one says so" '0 0 0 0' "$(total breaches respond) $(total breaches update) $(total breaches resolve) $(total pages total)"
relay=$WORK/relay.yaml
sed 's/mode: observe/mode: relay/' "$CONF" >"$relay"
out=$("$ESCALATE" -c "$relay" replay --answers-resolve "$WORK/answered.mbox")
same "in a relay queue too, which had no work addresses then" 0 "$(total pages total)"
trusting=$WORK/trusting.yaml
{ echo 'trusted-authserv: [mx.desk.test]'; cat "$CONF"; } >"$trusting"
out=$("$ESCALATE" -c "$trusting" replay --answers-resolve "$WORK/answered.mbox")
same "From is believed as trusted-authserv says" 1 "$(total breaches respond)"
sed 's/^From: Bob/Authentication-Results: mx.desk.test; dmarc=pass header.from=desk.test\n&/' "$WORK/answered.mbox" >"$WORK/proven.mbox"
out=$("$ESCALATE" -c "$trusting" replay --answers-resolve "$WORK/proven.mbox")
same "and where it says pass" 0 "$(total breaches respond)"

# ---- which queue, which policy ----
old other 'Tue, 26 May 2026 10:00:00 +0200' kim@acme.test info@elsewhere.test 'Shop'
out=$(escalate replay "$WORK/other.mbox")
same "for no queue: counted" '1 0' "$(total mails 'for no queue') $(total tickets opened)"
out=$(escalate replay --queue sales "$WORK/other.mbox")
same "--queue takes it" '0 1' "$(total mails 'for no queue') $(total tickets opened)"
sed 's/^policies:/&\n  brief: {levels: [{notify: [xeno], at: [50% respond]}], exhausted: queue:operations}/' "$CONF" >"$WORK/two.yaml"
same "--policy: as if the queue had it" '2026-05-26T10:15:00+02:00 1/1 xeno #1' \
    "$("$ESCALATE" -c "$WORK/two.yaml" replay --policy brief --queue support "$WORK/one.mbox" | asked | head -n 1)"

# ---- what escalate wrote then ----
old ours 'Tue, 26 May 2026 10:00:00 +0200' 'Kim Lee <kim@acme.test>' support@desk.test 'Shop'
old ours 'Tue, 26 May 2026 10:01:00 +0200' support@desk.test kim@acme.test '[support #1] Shop'
sed -i "s/<$MESSAGE_ID>/<m.7.aaaaaaaaaaaaaaaa@desk.test>/" "$WORK/ours.mbox"
BODY=ack
old ours 'Tue, 26 May 2026 10:02:00 +0200' bob@desk.test support+a3.aaaaaaaaaaaaaaaa@desk.test 'Re: [support #1] Shop'
BODY=
out=$(escalate replay "$WORK/ours.mbox")
same "mail of ours, and answers to it, are left out" '2 1' "$(total mails 'of escalate') $(total tickets opened)"
match "and hold nothing" '^2026-05-26T10:22:30\+02:00	1/1	' "$out"

# ---- mailboxes of any shape ----
python3 - "$WORK" <<'END'
import sys
def mail(n, size):
    return (b"From x@y Tue May 26 08:00:%02d 2026\nFrom: k%d@acme.test\nTo: support@desk.test\nSubject: Mail %d\nMessage-ID: <s%d@x>\n\n" % (n, n, n, n))[:], size
for shift in range(0, 12):
    out, at = b"", 1024 * 1024 - 9 + shift
    head, _ = mail(1, 0)
    out = head + b"a" * (at - len(head) - 2) + b"\n\n"          # the next "From " begins at `at`
    out += mail(2, 0)[0] + b"Hello there.\n\nFrom here on it is text.\n>From too\n\n"
    out += mail(3, 0)[0].replace(b"\n", b"\r\n") + b"Hello there.\r\n\r\n"
    out += mail(4, 0)[0] + b"no end of line"
    open("%s/shape%d.mbox" % (sys.argv[1], shift), "wb").write(out)
open("%s/empty.mbox" % sys.argv[1], "wb")
END
for shift in 0 1 2 3 4 5 6 7 8 9 10 11; do
    out=$(escalate replay --until 2026-05-26T09:00:00Z "$WORK/shape$shift.mbox")
    echo "$(total mails 'taken in') $(total mails 'without') $(total tickets opened)"
done >"$WORK/shapes"
same "mails are found across the blocks that are read" '12 4 1 4' "$(sort "$WORK/shapes" | uniq -c | sed 's/^ *//')"
out=$(escalate replay "$WORK/empty.mbox")
same "an empty mailbox" '0 0' "$(total mails 'taken in') $(total pages total)"

# ---- two configurations ----
sed 's/at: \[75% respond, 80% update, 80% resolve\], ack-within: 10m, tries: 2/at: [10% respond], ack-within: 5m/' "$CONF" >"$WORK/new.yaml"
out=$("$ESCALATE" replay --diff "$CONF" "$WORK/new.yaml" "$WORK/one.mbox")
match "side by side, and what differs" '^pages  +total  +6  +6$' "$out"
match "by person" '^pages to  +bob  +2  +2$' "$out"
match "by hour: from ten to eleven" '^pages at hour  +10  +2  +3  +\+1$' "$out"
no_match "no line a page" '	' "$out"
same "JSON: the same" 'pages at hour 10 2 3' "$("$ESCALATE" replay --diff "$CONF" "$WORK/new.yaml" --json "$WORK/one.mbox" | python3 -c '
import json, sys
for row in json.load(sys.stdin)["diff"]:
    if row["group"] == "pages at hour" and row["name"] == "10": print(row["group"], row["name"], row["old"], row["new"])')"
exits "one of them is broken" 78 "$ESCALATE" replay --diff "$CONF" "$WORK/empty.mbox" "$WORK/one.mbox"
same "JSON of one: pages, then totals" '6 escalation 6' "$(escalate --json replay "$WORK/one.mbox" | python3 -c '
import json, sys
rows = [json.loads(line) for line in sys.stdin]
print(len(rows) - 1, rows[0]["template"], rows[-1]["totals"]["pages"]["total"])')"

# ---- no trace, and wrong input ----
before=$(find "$WORK/spool" | sort; ls "$WORK" | grep -v -e '^\.' -e shapes)
mkdir "$WORK/tmp"
TMPDIR=$WORK/tmp escalate replay "$WORK/one.mbox" >/dev/null
same "no temporary file is left" '' "$(ls "$WORK/tmp")"
rmdir "$WORK/tmp"
same "nor spool, database or key made" "$before" "$(find "$WORK/spool" | sort; ls "$WORK" | grep -v -e '^\.' -e shapes)"
exits "no such mailbox" 1 escalate replay "$WORK/none.mbox"
exits "none named" 2 escalate replay
exits "an unknown option" 2 escalate replay --thread "$WORK/one.mbox"
exits "no such queue" 1 escalate replay --queue none "$WORK/one.mbox"
exits "a pipe cannot be read twice" 75 sh -c "cat '$WORK/one.mbox' | '$ESCALATE' -c '$CONF' replay /dev/stdin"
same "--threads needs no configuration, as before" "<$first>	1" "$("$ESCALATE" -c "$WORK/none.yaml" replay --threads "$WORK/answered.mbox" | head -n 1)"

done_testing
