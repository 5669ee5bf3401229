#!/bin/sh
# find.sh: tickets by words of their mails and by fields: every word must occur, nothing that is typed is syntax, what is mistyped is
# refused with what there is.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
command -v python3 >/dev/null || skip_all "no python3"
desk relay

mail() { make_mail "$1" "$2" "$3" "$4" | deliver "${1#*<}" "$2"; }
mail 'kim@acme.test' support@desk.test 'Drucker in Halle 3' 'Der Drucker hängt: "paper jam" seit Montag.'
at 2026-05-26T09:00:00+02:00
mail 'eve@beta.test' support@desk.test 'Invoice 4711' 'It is wrong; the café in Łódź pays 100% of C3PO_x.'
at 2026-05-26T10:00:00+02:00
mail 'sub@mail.acme.test' sales@desk.test 'The shop is down' 'Nobody can log in. Cannot pay either.'
at 2026-05-27T11:00:00+02:00
NOW_T=2026-05-27T11:05:00+02:00
list() { escalate --now $NOW_T list "$@" 2>"$WORK/err" | awk '{print $1}' | tr '\n' ' ' | sed 's/ $//'; }

# ---- words ----
same "a word of the text" 1 "$(list hängt)"
same "of the subject" 2 "$(list invoice)"
same "case and accents do not count" 2 "$(list CAFE łodz)"
same "nor does an umlaut's" 1 "$(list hangt)"
same "all must occur" '' "$(list invoice drucker)"
same "in one argument or several" 1 "$(list 'drucker halle' montag)"
same "a phrase" 3 "$(list '"log in"')"
same "in its order" '' "$(list '"in log"')"
same "the words alone in any" 3 "$(list in log)"
same "the beginning of a word only with a star" '|1' "$(list druck)|$(list 'druck*')"
same "of a phrase's last word too" 3 "$(list '"can lo"*')"
same "an open quote ends with the argument" 3 "$(list '"log in')"
make_mail -H "In-Reply-To: $(header "$(templated auto-ack | head -n 1)" Message-ID)" kim@acme.test "$(reply_to "$(templated auto-ack | head -n 1)")" 'Re: Drucker' 'Zebra.' |
    deliver kim@acme.test "$(reply_to "$(templated auto-ack | head -n 1)")"
at 2026-05-27T11:01:00+02:00
same "each in any mail of the ticket" 1 "$(list zebra montag)"
escalate --now $NOW_T note 2 'quokka seen' >/dev/null
same "notes of the command line at once" 2 "$(list quokka)"

# ---- nothing is syntax ----
for odd in 'AND' 'drucker OR invoice' 'NOT' 'NEAR(a b)' 'subject:' '{subject}:drucker' '^drucker' '-drucker' 'a"b' '"a""b"' "x'; drop table ticket; --" 'drucker)' '(drucker' 'new_text' '+a' 'C3PO_x' '100%' 'col.umn' '"*'; do
    escalate --now $NOW_T list "$odd" >"$WORK/out" 2>"$WORK/err"
    status=$?
    case $odd in subject: | '"*') want=2 ;; *) want=0 ;; esac
    same "$odd" "$want " "$status $(grep -i 'syntax\|fts5\|database' "$WORK/err")"
done
same "a dash between words is none" 1 "$(list 'drucker - montag')"
same "an operator is a word" '' "$(list drucker OR invoice)"
same "a column is none" '' "$(list '{subject}:drucker')"
exits "without a letter or digit: refused" 2 escalate --now $NOW_T list '!!!'
match "and why" 'no letter or digit' "$(cat "$WORK/err")"
exits "no UTF-8" 2 escalate --now $NOW_T list "$(printf '\377')"
exits "too many words" 2 escalate --now $NOW_T list a b c d e f g h i j k l m n o p q r s t u v w x y z 1 2 3 4 5 6 7
exits "too long a word" 2 escalate --now $NOW_T list "$(printf '%0300d' 1)"

# ---- fields ----
escalate --now $NOW_T take --as bob 2 >/dev/null
same "worst first, then oldest" '3 1 2' "$(list)"
same "an address" 1 "$(list requester:KIM@acme.test)"
same "a domain, and it alone" 1 "$(list requester:acme.test)"
same "with its sign" 3 "$(list requester:@mail.acme.test)"
same "a domain ends where it ends" '' "$(list requester:test)"
same "no sign of like" '' "$(list requester:%)"
exits "nor nothing" 2 escalate --now $NOW_T list requester:
same "owner" 2 "$(list owner:bob)"
same "unowned:yes" '3 1' "$(list unowned:yes)"
same "unowned:no" 2 "$(list unowned:no)"
same "late:yes" '1 2' "$(list late:yes)"
same "late:no" 3 "$(list late:no)"
same "opened on a day" '1 2' "$(list opened:2026-05-26)"
same "since" 3 "$(list 'opened:>=2026-05-27')"
same "after" 3 "$(list 'opened:>2026-05-26')"
same "before" '1 2' "$(list 'opened:<2026-05-27')"
same "until" '3 1 2' "$(list 'opened:<=2026-05-27')"
same "to the second" 2 "$(list opened:2026-05-26T10:00:00+02:00)"
for wrong in opened:yesterday opened:2026-02-30 'opened:=>2026-05-26' late:maybe policy:gold risk:fire stat:new severity:S9; do
    exits "$wrong is refused" 2 escalate --now $NOW_T list "$wrong"
done
exits "an unknown field" 2 escalate --now $NOW_T list customer:acme
match "names the known ones" 'expected state, queue, owner, unowned, requester, .* risk before the colon' "$(cat "$WORK/err")"
same "of a policy's runs" '1 2' "$(list policy:standard)"
same "escalated" '1 2' "$(list escalated:yes)"
same "acked by nobody" '' "$(list acked:yes)"
escalate --now $NOW_T ack --as bob 2 >/dev/null
same "acked" 2 "$(list acked:yes)"
same "not acked" '3 1' "$(list acked:no)"
same "several together, with words" 1 "$(list late:yes unowned:yes queue:support montag)"
match "as JSON" '"id":1,' "$(escalate --now $NOW_T --json list zebra)"

# ---- what is over, what was merged, what was replaced ----
escalate --now $NOW_T resolve 2 done >/dev/null
same "what is over is not looked at" '' "$(list invoice)"
same "but with --all" 2 "$(list --all invoice)"
same "or by when it was resolved" 2 "$(list resolved:2026-05-27 invoice)"
same "or by its state" 2 "$(list state:resolved invoice)"
mail 'kim@acme.test' support@desk.test 'Again' 'Still the wombat.'
at 2026-05-27T11:10:00+02:00
match "a ticket is merged" Merged "$(escalate --now $NOW_T merge 4 1)"
same "its words are the other's" 1 "$(list wombat)"
{ printf 'From: kim@acme.test\nTo: support@desk.test\nSubject: Cut\nDate: Wed, 27 May 2026 09:00:00 +0000\nMessage-ID: <cut@acme.test>\n\nfirst aardvark\n' >"$WORK/short"; }
cat "$WORK/short" - >"$WORK/whole" <<'END'
second pangolin
END
deliver kim@acme.test support@desk.test <"$WORK/short"
at 2026-05-27T11:20:00+02:00
same "the beginning of a mail" '5|' "$(list aardvark)|$(list pangolin)"
deliver kim@acme.test support@desk.test <"$WORK/whole"
at 2026-05-27T11:21:00+02:00
match "the whole of it takes its place" 'which broke off' "$(for f in $(spool_files archive | grep -v /out-); do escalate log "$(basename "$f")"; done)"
same "with all its words" '5|5' "$(list aardvark)|$(list pangolin)"
same "the index holds what the mails hold" ok "$(python3 -c 'import sqlite3,sys
db = sqlite3.connect(sys.argv[1])
db.execute("insert into message_word (message_word, rank) values (?, 1)", ("integrity-check",))
print("ok")' "$WORK/escalate.db")"
# ---- the first few ----
first() { escalate --now $NOW_T list "$@" 2>"$WORK/err" | awk '{print $1}' | tr '\n' ' ' | sed 's/ $//'; }
all=$(first)
same "-n: the first few of all" "$(echo "$all" | cut -d ' ' -f 1-2)" "$(first -n 2)"
same "-n and --all in any order" "$(first --all | cut -d ' ' -f 1)" "$(first --all -n 1)"
same "of those that are found" "$(first 'i*' | cut -d ' ' -f 1)" "$(first -n 1 'i*')"
exits "none is no number" 2 escalate --now $NOW_T list -n 0
exits "nor is a word" 2 escalate --now $NOW_T list -n many
match "and why" "'-n': expected -n N and --all before the words" "$(cat "$WORK/err")"
done_testing
