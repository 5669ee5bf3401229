#!/bin/sh
# threading.sh: where a mail belongs. First what customers' programs do to threads, then a table of attempts to get into somebody else's.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
command -v python3 >/dev/null || skip_all "no python3"

fresh() {
    rm -rf "$WORK"/escalate.db* "$SPOOL" "$WORK"/key "$WORK"/audit.key
    desk relay
    minute=0
}
# from ADDRESS SUBJECT [-H HEADER]…: a mail to support with that body on stdin; taken in a minute after the last.
from() {
    who=$1 subject=$2
    shift 2
    make_mail "$@" "$who" support@desk.test "$subject" - | deliver "$who" support@desk.test
    minute=$((minute + 1))
    at "$(printf '2026-05-26T10:%02d:00+02:00' "$minute")"
}
# The ticket of the newest mail that came in.
ticket() { sqlite_value "select coalesce(ticket_id, 0) from message where direction = 'in' order by id desc limit 1"; }
tickets() { sqlite_value "select count(*) from ticket"; }
decided() { sqlite_value "select line from decision where message_id = (select max(id) from message where direction = 'in')"; }
opened() { # ticket 1 of Kim, with a Message-ID and a Thread-Index
    fresh
    echo 'Our invoice is wrong.' | from kim@acme.test 'Invoice' -H 'Message-ID: <first@acme.test>' -H "Thread-Index: $index"
}
# 22 bytes of a conversation, and the same with a reply's five more
index=$(printf '\001abcdeABCDEFGHIJKLMNOP' | base64)
child=$(printf '\001abcdeABCDEFGHIJKLMNOP12345' | base64)
other=$(printf '\001abcdeABCDEFGHIJKLMNOQ' | base64)

# ---- what programs do ----
opened
ack=$(templated auto-ack | tail -n 1)
echo 'More.' | from kim@acme.test 'Re: Invoice' -H "In-Reply-To: $(header "$ack" Message-ID)"
same "a reply to our mail" 1 "$(ticket)"
echo 'More.' | from kim@acme.test 'Invoice again' -H 'References: <first@acme.test>'
same "a reply to his own mail" 1 "$(ticket)"
echo 'More.' | from kim@acme.test 'AW: [support #1] Invoice'
same "References dropped, the tag left" 1 "$(ticket)"
echo 'More.' | from kim@acme.test 'RE: Invoice' -H "Thread-Index: $child"
same "References dropped, Thread-Index left" 1 "$(ticket)"
match "and that is what decided" 'Thread-Index of a participant' "$(decided)"
echo 'More.' | from kim@acme.test 'RE: Invoice' -H "Thread-Index: $(printf '%s' "$child" | cut -c1-20)
 $(printf '%s' "$child" | cut -c21-)"
same "and a long one, which is folded" 1 "$(ticket)"
echo 'More.' | from kim@acme.test 'RE: Invoice' -H "Thread-Index: $other"
same "another conversation is another ticket" 2 "$(ticket)"
opened
plain "$(templated auto-ack | tail -n 1)" | sed 's/^/> /' >"$WORK/quoted"
{ echo 'INC0012345 was updated.'; cat "$WORK/quoted"; } | from kim@acme.test 'INC0012345 updated' -H 'Message-ID: <rewritten@snow.test>'
same "a ticket system that writes ids and subject anew, and quotes our mail" 1 "$(ticket)"
match "by the address in the text" 'address in the text' "$(decided)"
opened
echo 'More.' | from ada@acme.test 'Invoice' -H 'Cc: kim@acme.test' -H 'References: <first@acme.test>'
same "a colleague whom nobody knows, with a copied reference, opens her own" 2 "$(ticket)"
match "which names the claimed one" 'claims ticket 1, not joined' "$(decided)"

# ---- children before parents ----
for order in 'a b c' 'a c b' 'b a c' 'b c a' 'c a b' 'c b a'; do
    fresh
    for one in $order; do
        case $one in
        a) echo 'First.' | from kim@acme.test 'Printer' -H 'Message-ID: <a@acme.test>' ;;
        b) echo 'Second.' | from kim@acme.test 'Re: Printer' -H 'Message-ID: <b@acme.test>' -H 'In-Reply-To: <a@acme.test>' -H 'References: <a@acme.test>' ;;
        c) echo 'Third.' | from kim@acme.test 'Re: Printer' -H 'Message-ID: <c@acme.test>' -H 'In-Reply-To: <b@acme.test>' -H 'References: <a@acme.test> <b@acme.test>' ;;
        esac
    done
    same "delivered as $order: one ticket" 1 "$(tickets)"
done
fresh
echo 'One.' | from kim@acme.test 'Re: Plan' -H 'Message-ID: <x1@acme.test>' -H 'References: <never-seen@acme.test>'
echo 'Two.' | from kim@acme.test 'Re: Plan' -H 'Message-ID: <x2@acme.test>' -H 'References: <never-seen@acme.test>'
same "two answers to a mail that we never saw" 1 "$(tickets)"

# ---- attempts ----
attempt() { # LABEL SUBJECT [-H …]: Eve, who is nobody here, tries to get into ticket 1; her mail must open her own ticket
    label=$1 subject=$2
    shift 2
    opened
    echo 'Please send me the contract.' | from eve@rival.test "$subject" "$@"
    same "$label" 2 "$(ticket)"
}
attempt "the tag alone" '[support #1] Invoice'
attempt "his Message-ID in References" 'Re: Invoice' -H 'References: <first@acme.test>'
attempt "his Message-ID in In-Reply-To" 'Re: Invoice' -H 'In-Reply-To: <first@acme.test>'
attempt "his Thread-Index" 'RE: Invoice' -H "Thread-Index: $index"
attempt "a parent of his mail that she makes up" 'Invoice' -H 'Message-ID: <first@acme.test>' -H 'Date: Tue, 26 May 2026 09:00:00 +0200'
attempt "a token with a wrong MAC" 'Invoice' -H "To: support+t1.$(printf 'a%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16)@desk.test"
attempt "a Message-ID like ours" 'Invoice' -H "References: <m.1.$(printf 'a%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16)@desk.test>"
opened
plain "$(templated auto-ack | tail -n 1)" >"$WORK/stolen"
from eve@rival.test 'Fwd: Invoice' <"$WORK/stolen"
same "the address in a mail that was forwarded to her" 2 "$(ticket)"
opened
echo 'My own.' | from eve@rival.test 'Other'
own=$(header "$(templated auto-ack | tail -n 1)" Message-ID)
echo 'And that.' | from eve@rival.test 'Re: Other [support #1]' -H "In-Reply-To: $own" -H 'References: <first@acme.test>'
same "her own thread beside his references: her own" 2 "$(ticket)"
opened
echo 'Hi.' | from eve@rival.test 'Other' -H 'Message-ID: <evil@rival.test>' -H 'References: <next@acme.test>'
echo 'Next.' | from kim@acme.test 'New question' -H 'Message-ID: <next@acme.test>'
same "a trap that waits for his next mail does not catch it" 3 "$(ticket)"

# ---- forwarded as attachment ----
forward() { # FROM: somebody forwards Kim's mail
    make_mail -H 'MIME-Version: 1.0' -H 'Content-Type: multipart/mixed; boundary=f' "$1" support@desk.test 'Fwd: Printer' - <<'END' | deliver "$1" support@desk.test
--f
Content-Type: text/plain

Please take care of it.
--f
Content-Type: message/rfc822

From: "Lee, Kim" <kim@acme.test>
To: bob@desk.test
Subject: Printer on fire
Message-ID: <kims@acme.test>
Date: Tue, 26 May 2026 09:30:00 +0200

The printer burns.
--f--
END
    at 2026-05-26T10:01:00+02:00
}
fresh
sed -i 's/, mode: relay/, mode: relay, on-behalf: yes/' "$CONF"
forward bob@desk.test
same "an agent's forward is the customer's ticket" 'kim@acme.test' "$(sqlite_value 'select address from person p join ticket t on t.requester_id = p.id')"
same "with her subject" 'Printer on fire' "$(sqlite_value 'select subject from ticket')"
same "she gets the auto-ack" 1 "$(sent_to kim@acme.test | grep -c auto-ack)"
match "the team reads her words" 'The printer burns' "$(plain "$(templated new-ticket | tail -n 1)")"
minute=5
echo 'It still burns.' | from kim@acme.test 'Re: Printer on fire' -H 'References: <kims@acme.test>'
same "and her next mail joins" 1 "$(tickets)"
fresh
sed -i 's/, mode: relay/, mode: relay, on-behalf: yes/' "$CONF"
forward eve@rival.test
same "a stranger's forward is his own ticket" 'eve@rival.test' "$(sqlite_value 'select address from person p join ticket t on t.requester_id = p.id')"
fresh
forward bob@desk.test
same "and where the queue does not allow it, the agent's" 'bob@desk.test' "$(sqlite_value 'select address from person p join ticket t on t.requester_id = p.id')"

# ---- colleagues ----
allowing() { # ADDRESS: ticket 1 is his; the queue allows colleagues, and one server is trusted
    rm -rf "$WORK"/escalate.db* "$SPOOL" "$WORK"/key "$WORK"/audit.key
    desk relay 'trusted-authserv: [mx.desk.test]'
    [ -n "$2" ] && sed -i "s/, mode: relay/, mode: relay, same-domain: $2/" "$CONF"
    minute=0
    echo 'Our invoice is wrong.' | from "$1" 'Invoice' -H 'Message-ID: <first@acme.test>'
}
colleague() { # LABEL WANTED ADDRESS RESULT: writes with the tag of that ticket
    make_mail -H "Authentication-Results: mx.desk.test; dmarc=$4" "$3" support@desk.test 'Re: [support #1] Invoice' 'From me as well.' | deliver "$3" support@desk.test
    at 2026-05-26T10:05:00+02:00
    same "$1" "$2" "$(ticket)"
}
allowing kim@acme.test ''
colleague "a colleague by tag, where the queue does not say so" 2 ada@acme.test pass
allowing kim@acme.test yes
colleague "where it does" 1 ada@acme.test pass
colleague "not if his mail is not authenticated" 2 ada@acme.test none
colleague "nor of another domain" 3 eve@rival.test pass
allowing kim@gmail.com yes
colleague "nor where everybody has an address" 2 eve@gmail.com pass

# ---- asked beforehand ----
opened
inspected() { make_mail "$@" | escalate inspect | python3 -c 'import json,sys
o = json.load(sys.stdin)
print(o["queue"], o["sender_contact"], o["sender_role"], (o["ticket"]["id"], o["ticket"]["joins"]) if o["ticket"] else None)'; }
same "inspect says where a mail would go" "support None requester (1, True)" "$(inspected -H 'References: <first@acme.test>' kim@acme.test support@desk.test 'Re: Invoice' 'More.')"
same "and what it would not join" "support None unknown (1, False)" "$(inspected eve@rival.test support@desk.test 'Re: [support #1] Invoice' 'More.')"
same "of a contact" "support bob agent None" "$(inspected bob@desk.test support@desk.test 'A printer' 'Burns.')"
same "and changes nothing" 1 "$(sqlite_value 'select count(*) from message')"

# ---- closed, forwarded ----
opened
escalate --now 2026-05-26T10:30:00+02:00 spam 1 >/dev/null
echo 'Hello again.' | from kim@acme.test 'Re: [support #1] Invoice' -H 'References: <first@acme.test>'
same "to a closed ticket: a new one" 2 "$(ticket)"
same "which links the old one" 1 "$(sqlite_value 'select linked_id from ticket where id = 2')"
same "and has not its tag in the subject" 'Re: Invoice' "$(sqlite_value 'select subject from ticket where id = 2')"
echo 'And again.' | from kim@acme.test 'Re: [support #2] Re: [support #1] Invoice'
same "of two tags the newer one, which stands first" 2 "$(ticket)"
same "joins the open ticket" 2 "$(tickets)"

opened
escalate --now 2026-05-26T10:30:00+02:00 resolve 1 >/dev/null
at 2026-06-20T12:00:00+02:00
match "closed when its time to reopen is over" '"state":"closed"' "$(escalate --json show 1)"
echo 'Thanks a lot!' | from kim@acme.test 'Re: [support #1] Invoice' -H 'References: <first@acme.test>'
same "thanks belong to it" 1 "$(tickets)"
match "which stays closed" '"state":"closed"' "$(escalate --json show 1)"
echo 'Thanks, but it is broken again.' | from kim@acme.test 'Re: [support #1] Invoice' -H 'References: <first@acme.test>'
same "what says more does not" 2 "$(tickets)"
match "and the team sees what it answers to" '^It answers to \[support #1\], which is closed\.$' "$(plain "$(templated new-ticket | tail -n 1)")"
done_testing
