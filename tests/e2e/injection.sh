#!/bin/sh
# injection.sh: what a sender writes into names, subjects, texts, file names and directories must stay text: in headers, HTML, templates,
# logs, on terminals. Each point is named in SECURITY.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
command -v python3 >/dev/null || skip_all "no python3"

ESC=$(printf '\033')
CSI=$(printf '\302\233')
RLO=$(printf '\342\200\256')

# A customer directory as a CRM may export it: what a spreadsheet would run is a name here.
desk relay 'customers: {file: customers.csv, columns: {address: Mail, name: Name, segment: Class, language: Language}}'
cat >"$WORK/customers.csv" <<'END'
Mail,Name,Class,Language
kim@acme.test,"=cmd|' /C calc'!A0","=HYPERLINK(""https://evil.test"")",../../etc
eve@acme.test,"@SUM(1+9)*{{ticket.id}}<b>","=HYPERLINK(""https://evil.test"")",en
,nobody,gold,en
END
exits "the desk is good" 0 escalate check

# A mail that tries everything at once.
attack() {
    cat <<END
From: "Kim ${CSI}31m {{ticket.owner}} <script>alert(1)</script>" <kim@acme.test>
To: support@desk.test
Subject: =?utf-8?Q?Shop_is_down=0D=0ABcc:_mallory@evil.test=0A=0ASee_{{{ticket.owner}}}_{{=3D<%_%>=3D}}?=
 =?utf-8?Q?_<script>alert(2)</script>_=1B]0;owned=07_=C2=9B2J_=E2=80=AEfdp.exe_=7F?= "><img src=x>
Message-ID: <m1@acme.test> <x@y>
X-Mailer: $ESC[2J
References: <a@b>
 <c d e> <$(printf '%0900d' 1)@x>
Date: Tue, 26 May 2026 08:00:00 +0000
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain; charset=utf-8

Our shop is down. {{> escalation}} {{{ticket.owner}}} {{=<% %>=}} <%ticket.id%> {{#people}}x{{/people}}
<img src=x onerror=alert(3)> "quoted" 'single' & &amp; <a href="javascript:x">y</a> ${ESC}[31m ${CSI}31m $RLO
.
QUIT
MAIL FROM:<mallory@evil.test>
END: ticket=1 event=ack by=bob

--b
Content-Type: text/html; name*=utf-8''..%2F..%2Fetc%2Fpasswd%0D%0AX-Evil:%201
Content-Disposition: attachment; filename*=utf-8''..%2F..%2F..%2F..%2F..%2F..$(echo "$WORK" | sed 's,/,%2F,g')%2Fwritten%0D%0AX-Evil:%201%00.txt

<script>alert(4)</script>
--b
Content-Type: application/pdf; name="$WORK/written.pdf"
Content-Disposition: attachment; filename="..\\\\..\\\\$RLO$WORK/written${ESC}.pdf"

x
--b
Content-Type: text/plain
Content-Disposition: attachment; filename=".."

x
--b
Content-Type: text/plain
Content-Disposition: attachment; filename="a|sh; rm -rf \$(x) \`y\`"

x
--b--
END
}
attack | deliver kim@acme.test support@desk.test
at 2026-05-26T10:00:00+02:00
at 2026-05-26T10:23:00+02:00
make_mail eve@acme.test support@desk.test 'Second' 'Two.' | deliver eve@acme.test support@desk.test
at 2026-05-26T10:24:00+02:00
bob=$(sent_to bob@desk.test | head -n 1)
page=$(templated escalation | head -n 1)
ack=$(sent_to kim@acme.test | head -n 1)
same "taken in: acknowledged, given to the team, paged" '2 4 1' "$(templated_count auto-ack) $(templated_count new-ticket) $(templated_count escalation)"

# ---- header injection ----

heads() { outgoing | while IFS= read -r f; do tr -d '\r' <"$f" | sed '/^$/q'; done; }
same "header injection: every header field is ours" '' "$(heads |
    grep -vE '^(Date|From|To|Cc|Subject|Message-ID|In-Reply-To|References|Reply-To|Auto-Submitted|X-Auto-Response-Suppress|MIME-Version|Content-Type|Content-Transfer-Encoding): |^[[:blank:]]|^$')"
same "header injection: nobody else is written to" 'ann@desk.test bob@desk.test eve@acme.test kim@acme.test' \
    "$(sqlite_value "select distinct recipient from outbox order by 1" | tr '\n' ' ' | sed 's/ $//')"
same "header injection: nor by the parts" '' "$(outgoing | xargs cat | tr -d '\r' | grep -i '^X-Evil')"
no_match "header injection: what is no identifier is not repeated" '<[^>]* |000000' "$(header "$ack" References) $(header "$ack" In-Reply-To)"
no_match "header injection: no raw byte in a header" '[^ -~[:blank:]]' "$(heads)"
same "SMTP injection: no bare line end in what is handed over" '' "$(outgoing | while IFS= read -r f; do
    python3 -c 'import re,sys
b = open(sys.argv[1], "rb").read()
if re.search(rb"[^\r]\n|\r[^\n]", b): print("bare line end", sys.argv[1])' "$f"; done)"

# ---- templates and HTML ----

match "template injection: tags in a mail are text" '\{\{> escalation\}\} \{\{\{ticket.owner\}\}\} \{\{=<% %>=\}\} <%ticket.id%>' "$(plain "$bob")"
match "template injection: in a subject too" '\{\{\{ticket.owner\}\}\} \{\{=<% %>=\}\}' "$(escalate show 1)"
html_of() { python3 -c 'import sys,email,email.policy
m = email.message_from_binary_file(open(sys.argv[1], "rb"), policy=email.policy.default)
print(m.get_body(("html",)).get_content())' "$1"; }
same "HTML escaped: no element of the sender's, no attribute" '' "$(for f in "$page" "$bob" "$ack"; do html_of "$f" | python3 -c 'import sys,html.parser
known = {"html", "head", "meta", "body", "p", "b", "br", "a", "blockquote"}
class P(html.parser.HTMLParser):
    def handle_starttag(self, tag, attrs):
        for k, v in attrs:
            if k.startswith("on") or (k == "href" and not v.startswith("mailto:support+")): print(tag, k, v)
        if tag not in known: print(tag)
P().feed(sys.stdin.read())'; done)"
match "HTML escaped: his text stands there" '&lt;img src=x onerror=alert\(3\)&gt;' "$(html_of "$page" | tr '\n' ' ' | sed 's/<br>/ /g')"
no_match "HTML escaped: no control character" "[$ESC$(printf '\007')]" "$(html_of "$page")"

# ---- attachments ----

attached_names() { python3 -c 'import sys,email,email.policy
m = email.message_from_binary_file(open(sys.argv[1], "rb"), policy=email.policy.default)
for p in m.iter_attachments(): print(repr(p.get_filename()))' "$1"; }
same "attachment names: no directory, no direction, no line end" "'written X-Evil: 1' 'written .pdf' None 'a|sh; rm -rf \$(x) \`y\`'" \
    "$(attached_names "$bob" | tr '\n' ' ' | sed 's/ $//')"
same "attachment names: no file is made of them" '' "$(find "$WORK" -name '*written*')"

# ---- terminal and log ----

for words in list 'show 1' 'log 1' outbox 'explain 1' 'hold --other' 'next -n 20' 'audit 1'; do
    # shellcheck disable=SC2086
    escalate --now 2026-05-26T10:25:00+02:00 $words
done >"$WORK/terminal" 2>&1
match "terminal: the subject is there" 'Shop is down' "$(cat "$WORK/terminal")"
same "terminal: no escape, no C1, no direction, no DEL" '' "$(python3 -c 'import sys
t = open(sys.argv[1], encoding="utf-8", errors="surrogateescape").read()
for i, c in enumerate(t):
    o = ord(c)
    if (o < 32 and c not in "\n\t") or 0x7f <= o < 0xa0 or 0x202a <= o <= 0x202e or 0x2066 <= o <= 0x2069 or 0xdc80 <= o <= 0xdcff:
        print(hex(o), ascii(t[i - 20 : i + 5]))' "$WORK/terminal")"
same "log: each line is ours, without control characters" '' "$(python3 -c 'import re,sys
t = open(sys.argv[1], encoding="utf-8", errors="surrogateescape").read()
for line in t.split("\n"):
    if line and not line.startswith("escalated: "): print(ascii(line))
    if re.search("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\udc80-\udcff]", line): print(ascii(line))' "$WORK/log")"
no_match "log: no event of the sender's making" 'event=ack' "$(cat "$WORK/log")"
printf '%s\n' "From: ${ESC}[2Jx" >"$SPOOL/hold/1790000000.000001-17-1-99.${ESC}[2Jx"
printf '%s\n' "From: ${ESC}[2Jx" >"$SPOOL/incoming/1790000000.000001-17-1-98.${ESC}[2Jx"
at 2026-05-26T10:25:00+02:00
escalate hold >"$WORK/held" 2>&1
no_match "terminal, log: nor by the name of a file in the spool" "$ESC" "$(cat "$WORK/held" "$WORK/log")"

# ---- the customer directory ----

team_html() { for f in $(templated new-ticket); do html_of "$f"; done; }
no_match "CSV formula: what a spreadsheet would run is a cell, and reaches no mail to a customer and no log" "=cmd|@SUM|=HYPERLINK" \
    "$(templated auto-ack | xargs cat) $(cat "$WORK/log")"
match "CSV formula: in mails of the house it is text, and no template" '@SUM\(1\+9\)\*\{\{ticket\.id\}\}&lt;b&gt; \(=HYPERLINK\(&quot;' "$(team_html)"
match "CSV formula: on a terminal it is text" "customer =cmd\|' /C calc'!A0, segment =HYPERLINK" "$(cat "$WORK/terminal")"
same "CSV formula: a language is no path" 0 "$(grep -c 'No such file' "$WORK/log")"
exits "the audit verifies" 0 escalate audit verify

done_testing
