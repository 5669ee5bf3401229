# shellcheck shell=sh
# desk.sh: a small support desk for end-to-end scripts, sourced after lib.sh. Everything lies in $WORK.
ESCALATE_DATADIR=$TOP_SRCDIR
export ESCALATE_DATADIR

# Monday to Friday, 9 to 17 in Berlin, closed on Whit Monday 2026-05-25.
desk_calendars() {
    cat >"$WORK/office.ics" <<'END'
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//escalate//tests//EN
BEGIN:VEVENT
UID:office@tests
DTSTAMP:20260101T000000Z
DTSTART;TZID=Europe/Berlin:20260105T090000
DTEND;TZID=Europe/Berlin:20260105T170000
RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR
SUMMARY:Office hours
END:VEVENT
END:VCALENDAR
END
    cat >"$WORK/holidays.ics" <<'END'
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//escalate//tests//EN
BEGIN:VEVENT
UID:whit-monday@tests
DTSTAMP:20260101T000000Z
DTSTART;VALUE=DATE:20260525
SUMMARY:Whit Monday
END:VEVENT
END:VCALENDAR
END
}

# desk MODE [LINE…]: configuration of one queue `support` in that mode, with `operations` beside it. LINEs stand before the blocks.
# POLICY may hold other levels.
desk() {
    mode=$1
    shift
    desk_calendars
    make_spool
    {
        echo "domain: desk.test"
        for line in "$@"; do echo "$line"; done
        cat <<END
spool: spool
database: escalate.db
key-file: key
audit-key-file: audit.key
${DELIVERY:-delivery: {method: directory\}}
calendars:
  office: {hours: [office.ics], holidays: [holidays.ics], timezone: Europe/Berlin}
contacts:
  bob:   {email: [bob@desk.test], roles: [agent], backup: ann}
  ann:   {email: [ann@desk.test], roles: [agent], backup: bob}
  carol: {email: [carol@desk.test], roles: [lead]}
  dana:  {name: Dana Ruiz, email: [dana@desk.test, dana@home.test], roles: [director]}
  xeno:  {email: [xeno@desk.test], roles: [guest]}
roles:
  guest: {may: [note, status, help]}
rules:
  - {name: outage, text: '\b(down|outage)\b', severity: S1, category: outage}
  - {name: spam, header: 'X-Spam-Flag: YES', file: other}
plans:
  basic: {S1: {respond: 30bm, update: 2bh, resolve: 4bh}, S3: {respond: 4bh, resolve: 3bd}}
policies:
  standard:
    levels:
${LEVELS:-      - {notify: [bob], at: [75% respond, 80% update, 80% resolve], ack-within: 10m, tries: 2\}
      - {notify: [carol], at: [100% respond, 100% update, 100% resolve], ack-within: 10m\}
      - {notify: [role:director], after: 30m, ack-within: 10m\}}
    exhausted: queue:operations
queues:
  support: {address: [support@desk.test, help@desk.test], mode: $mode, team: [role:agent], lead: carol, plans: [basic], policy: standard, calendar: office, default-severity: S3}
  sales: {address: [sales@desk.test], mode: $mode, team: [ann], lead: carol, plans: [basic], policy: standard, calendar: office, default-severity: S3}
  operations: {address: [ops@desk.test], mode: observe, announce: yes, team: [role:director], lead: dana, plans: [basic], policy: standard, calendar: always, default-severity: S1}
END
    } >"$CONF"
}

# The Reply-To of a mail that was sent: its file's name.
reply_to() { header "$1" Reply-To; }

# templated NAME: the files of that template, oldest first.
templated() { outgoing | grep -e "-$1\\.eml\$"; }

# mailed: how many mails went out, but for the leads' daily ones.
mailed() { outgoing | grep -vc -e '-daily\.eml$'; }

# templated_count NAME
templated_count() { templated "$1" | wc -l | tr -d ' '; }

# reply FILE FROM BODY: delivers a reply to a mail that was sent, to its Reply-To, quoting it.
reply() {
    reply_file=$1
    reply_from=$2
    {
        printf '%s\n\nOn Monday, escalate wrote:\n' "$3"
        printf '> Reply ACK to take it, NO if you cannot.\n> ACK\n'
    } | make_mail -H "In-Reply-To: $(header "$reply_file" Message-ID)" "$reply_from" "$(reply_to "$reply_file")" \
        "Re: $(header "$reply_file" Subject)" - | deliver "$reply_from" "$(reply_to "$reply_file")"
}

# start_daemon: escalated itself, on the real clock; its log is $WORK/daemon.log. cleanup() must call stop_daemon.
daemon=
start_daemon() {
    "$ESCALATED" -c "$CONF" -f 2>>"$WORK/daemon.log" &
    daemon=$!
}
stop_daemon() {
    [ -z "$daemon" ] || { kill "$daemon" && wait "$daemon"; } 2>/dev/null
    daemon=
}

# The b-address of the last mail of a template: the envelope sender is in the database only.
envelope_sender() { sqlite_value "select sender from outbox where template = '$1' order by id desc limit 1"; }
# transport_down, transport_up [CONFIGURATION]: nobody listens where mail should go; mail is files again.
transport_is() { sed -i "s/^delivery: .*/delivery: {$1}/" "$2"; }
transport_down() { transport_is 'method: smtp, host: 127.0.0.1, port: 1, tls: off' "${1:-$CONF}"; }
transport_up() { transport_is 'method: directory' "${1:-$CONF}"; }

# sqlite_value QUERY [DATABASE]
sqlite_value() { python3 -c 'import sqlite3,sys
for row in sqlite3.connect(sys.argv[1]).execute(sys.argv[2]): print(row[0])' "${2:-$WORK/escalate.db}" "$1"; }

# plain FILE: the text part of a mail as a reader sees it.
plain() { python3 -c 'import sys,email,email.policy
m=email.message_from_binary_file(open(sys.argv[1],"rb"),policy=email.policy.default)
sys.stdout.write(m.get_body(("plain",)).get_content().replace("\r\n","\n"))' "$1"; }
