#!/usr/bin/env python3
"""A year of a support desk: generate.py DIRECTORY MAILS [SEED] writes a configuration of ten queues in three zones with forty people, their
calendars and rotas, and a mailbox of that many mails of 2026. The same arguments give the same bytes."""
import datetime as D, os, random, sys
from zoneinfo import ZoneInfo

out, mails, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 1
rnd = random.Random(seed)
ZONES = [("berlin", "Europe/Berlin", ["20260101", "20260403", "20260406", "20260501", "20261225"]),
         ("denver", "America/Denver", ["20260101", "20260525", "20260907", "20261126", "20261225"]),
         ("singapore", "Asia/Singapore", ["20260101", "20260217", "20260501", "20260809", "20261225"])]
QUEUES = ["orders", "billing", "login", "shipping", "returns", "print", "network", "mobile", "partners", "general"]
PEOPLE = ["p%02d" % i for i in range(40)]  # four a queue: three agents and a lead

def calendar(name, events):
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//year//EN"]
    for i, event in enumerate(events):
        lines += ["BEGIN:VEVENT", "UID:%d@%s" % (i, name), "DTSTAMP:20250101T000000Z", *event, "END:VEVENT"]
    with open(os.path.join(out, name), "w", newline="") as f:
        f.write("\r\n".join(lines + ["END:VCALENDAR", ""]))

def configuration():
    conf = ["domain: year.example", "spool: spool", "database: escalate.db", "delivery: {method: directory}", "calendars:"]
    for name, zone, holidays in ZONES:
        calendar(name + ".ics", [["DTSTART;TZID=%s:20250106T090000" % zone, "DTEND;TZID=%s:20250106T170000" % zone, "RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"]])
        calendar(name + "-holidays.ics", [["DTSTART;VALUE=DATE:" + d, "RRULE:FREQ=YEARLY"] for d in holidays])
        conf.append("  %s: {hours: [%s.ics], holidays: [%s-holidays.ics], timezone: %s}" % (name, name, name, zone))
    conf.append("contacts:")
    for i, p in enumerate(PEOPLE):
        conf.append("  %s: {email: [%s@year.example], roles: [%s], backup: %s}" % (p, p, "lead" if i % 4 == 3 else "agent", PEOPLE[i // 4 * 4 + (i + 1) % 4]))
    conf.append("rotas:")
    for q, queue in enumerate(QUEUES):
        monday = D.date(2025, 1, 6)
        calendar(queue + ".ics", [["DTSTART;TZID=%s:%sT000000" % (ZONES[q % 3][1], (monday + D.timedelta(7 * k)).strftime("%Y%m%d")),
                                   "DTEND;TZID=%s:%sT000000" % (ZONES[q % 3][1], (monday + D.timedelta(7 * k + 7)).strftime("%Y%m%d")),
                                   "RRULE:FREQ=WEEKLY;INTERVAL=3", "ATTENDEE:mailto:%s@year.example" % PEOPLE[q * 4 + k]] for k in range(3)])
        conf.append("  %s: {files: [%s.ics], timezone: %s, handoff: no}" % (queue, queue, ZONES[q % 3][1]))
    conf += ["rules:", r"  - {name: outage, text: '\b(down|outage)\b', severity: S1, category: outage}",
             "plans:", "  basic: {S1: {respond: 2bh, resolve: 8bh}, S3: {respond: 8bh, resolve: 5bd}}", "policies:"]
    for q, queue in enumerate(QUEUES):
        conf += ["  %s:" % queue, "    levels:", "      - {notify: [rota:%s], at: [90%% respond, 90%% resolve], ack-within: 30bm}" % queue,
                 "      - {notify: [%s, %s], at: [100%% respond, 100%% resolve], ack-within: 1bh}" % (PEOPLE[q * 4 + 3], PEOPLE[(q * 4 + 7) % 40]),
                 "    exhausted: queue:%s" % ("general" if queue != "general" else "orders")]
    conf.append("queues:")
    for q, queue in enumerate(QUEUES):
        conf.append("  %s: {address: [%s@year.example], mode: observe, team: [%s], lead: %s, plans: [basic], policy: %s, calendar: %s}"
                    % (queue, queue, ", ".join(PEOPLE[q * 4:q * 4 + 3]), PEOPLE[q * 4 + 3], queue, ZONES[q % 3][0]))
    with open(os.path.join(out, "escalate.yaml"), "w") as f:
        f.write("\n".join(conf) + "\n")

OPEN = ["the {t} is {b} since this morning.", "we cannot use the {t} any more, it is {b}.", "could you look at the {t}? It seems {b}.", "a question about the {t}: is it {b}?"]
THING = ["invoice", "label printer", "order form", "tracking page", "mobile app", "export", "scanner", "report"]
BROKEN = ["wrong", "empty", "very slow", "gone", "odd", "stuck"]
BYE = ["Regards", "Kind regards", "Thanks", "Best"]
box = []

def add(when, sender, to, subject, body, number, *headers):
    box.append((when, len(box), "From: %s\nTo: %s\nSubject: %s\nDate: %s\nMessage-ID: <%s@mail.example>\n%s\n%s\n" % (
        sender, to, subject, when.strftime("%a, %d %b %Y %H:%M:%S +0000"), number, "".join(h + "\n" for h in headers), body)))

def working(zone, when):
    """The next quarter past nine of a working day, but for what lies in the morning already."""
    local = when.astimezone(ZoneInfo(zone))
    if local.weekday() < 5 and 9 <= local.hour < 14:
        return when
    local = (local + D.timedelta(days=1 if local.hour >= 9 else 0)).replace(hour=9, minute=15)
    while local.weekday() >= 5:
        local += D.timedelta(days=1)
    return local.astimezone(D.timezone.utc)

def ticket(n):
    q = rnd.randrange(len(QUEUES))
    queue, zone = QUEUES[q] + "@year.example", ZONES[q % 3][1]
    # the space of a year, thinner at night: two draws of the hour
    when = D.datetime(2026, 1, 5, tzinfo=D.timezone.utc) + D.timedelta(days=rnd.randrange(350), seconds=(rnd.randrange(86400) + rnd.randrange(86400)) // 2)
    who = "customer%d@c%d.example" % (rnd.randrange(20000), rnd.randrange(3000))
    kind = rnd.random()
    thing, broken = rnd.choice(THING), rnd.choice(BROKEN)
    if kind < 0.05:
        return add(when, "news@shop%d.example" % rnd.randrange(90), queue, "Offers of the week", "Buy now.", "n%d" % n,
                   "List-Id: <news.shop.example>", "List-Unsubscribe: <mailto:off@shop.example>", "Precedence: bulk")
    if kind < 0.09:
        return add(when, who, queue, "Automatic reply: your mail", "I am out of office until Monday.", "n%d" % n, "Auto-Submitted: auto-replied")
    subject = "%s is %s" % (thing.capitalize(), broken)
    body = "Hello,\n\n" + rnd.choice(OPEN).format(t=thing, b="down" if rnd.random() < 0.02 else broken) + "\n\n%s\n%s" % (rnd.choice(BYE), who.split("@")[0])
    first = "n%d" % n
    add(when, who, queue, subject, body, first)
    refs = ("In-Reply-To: <%s@mail.example>" % first, "References: <%s@mail.example>" % first)
    late = rnd.random() < 0.04
    answered = working(zone, when + D.timedelta(minutes=rnd.randrange(5, 60))) + D.timedelta(days=rnd.randrange(3, 6) if late else 0, minutes=rnd.randrange(50))
    if rnd.random() < 0.15:
        add(when + (answered - when) / 2, who, queue, "Re: " + subject, "Is there any news on the %s?" % thing, first + "f", *refs)
    agent = PEOPLE[q * 4 + rnd.randrange(3)] + "@year.example"
    quoted = "\n".join("> " + line for line in body.splitlines())
    add(answered, agent, who, "Re: " + subject, "Hello,\n\nwe have mended the %s.\n\nOn %s, %s wrote:\n%s" % (thing, when.date(), who, quoted), first + "a", "Cc: " + queue, *refs)
    if rnd.random() < 0.3:
        add(answered + D.timedelta(minutes=rnd.randrange(3, 300)), who, queue, "Re: " + subject, rnd.choice(["Thank you!", "Thanks a lot", "Great, thanks."]), first + "t", *refs)

os.makedirs(out, exist_ok=True)
configuration()
count = 0
while len(box) < mails:
    ticket(count)
    count += 1
box.sort()
with open(os.path.join(out, "year.mbox"), "w") as f:
    for when, _, text in box[:mails]:
        f.write("From MAILER %s\n%s\n" % (when.strftime("%a %b %d %H:%M:%S %Y"), text))
