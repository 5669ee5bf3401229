# common: what the scripts of faults share: TAP, runs under the shim or the tracer, a desk's state as a value, and the comparison of two of them.
import errno
import hashlib
import hmac
import os
import re
import shutil
import signal
import sqlite3
import struct
import subprocess
import sys

WORK = os.environ["WORK"]
BUILD = os.environ["BUILDDIR"]
FILTER, ESCALATED = os.environ["FILTER"], os.environ["ESCALATED"]
SHIM = BUILD + "/tests/fault/shim.so"
EVERYTHING = os.environ.get("FAULTS") == "all"  # not a sample
TIME_LIMIT = 120  # of a run, in seconds: past it something hangs

# ---- TAP ----

tests = failures = 0


def check(good, name, *notes):
    global tests, failures
    tests += 1
    if not good:
        failures += 1
    print(("ok %d - %s" if good else "not ok %d - %s") % (tests, name))
    if not good:
        for note in notes[:6]:
            for line in str(note).splitlines()[:8]:
                print("#   " + line[:200])
        if len(notes) > 6:
            print("#   and %d more" % (len(notes) - 6))
    sys.stdout.flush()


def say(text):
    print("# " + text)
    sys.stdout.flush()


def done():
    print("1..%d" % tests)
    sys.exit(failures > 0)


# ---- points of a sample ----

def step_for(count, budget):
    """Every which one of `count` points is tried, so that about `budget` are."""
    return 1 if EVERYTHING or budget >= count else -(-count // budget)


# ---- runs ----

ENVIRONMENT = {"PATH": "/usr/bin:/bin", "ESCALATE_DATADIR": os.environ["ESCALATE_DATADIR"], "TZ": "UTC", "LC_ALL": "C.UTF-8", "LD_PRELOAD": SHIM}
END = b"X-Escalate-Envelope-End: 1\n"
STATE = WORK + "/shim-state"
ROLES = ("core", "deliver", "parse", "sign", "supervisor", "watch", "lmtp", "sync", "alarm", "command", "other")  # as in shim.c and killat.c


def run(argv, fault=None, stdin=None, **more):
    """The exit status (negative: a signal), and standard output and error together. `fault` is environment of the shim."""
    environment = dict(ENVIRONMENT, **more)
    if fault is not None:
        if os.path.exists(STATE):
            os.unlink(STATE)
        environment.update(fault, FAULT_STATE=STATE)
    try:
        p = subprocess.run(argv, env=environment, stdin=stdin or subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=TIME_LIMIT)
        return p.returncode, p.stdout
    except subprocess.TimeoutExpired as e:
        return "hangs", e.stdout or b""


def counted():
    """What the shim counted in the last run: calls by role, failures, and the call that failed."""
    with open(STATE, "rb") as f:
        data = f.read()
    n = struct.unpack_from("%di" % (2 + len(ROLES)), data)
    return dict(zip(ROLES, n[2:])), n[1], data[4 * len(n):].split(b"\0")[0].decode(errors="replace")


def fault(call, n, error, role=None, stay=False, **more):
    number = error if error in ("short", "zero") else SQLITE.get(error) or getattr(errno, error, 0)
    f = {"FAULT_CALL": call, "FAULT_N": str(n), "FAULT_ERROR": str(number)}
    if role:
        f["FAULT_ROLE"] = role
    if stay:
        f["FAULT_STAY"] = "yes"
    f.update(more)
    return f


SQLITE = {"SQLITE_BUSY": 5, "SQLITE_LOCKED": 6, "SQLITE_NOMEM": 7, "SQLITE_IOERR": 10, "SQLITE_FULL": 13}

# ---- a desk and its state ----

DESK = WORK + "/desk"  # always the same place: paths stand in replies of the transport


def put(state):
    """The desk becomes a copy of the directory `state`."""
    shutil.rmtree(DESK, ignore_errors=True)
    subprocess.run(["cp", "-a", state, DESK], check=True)
    if server is not None:
        server.forget()


def once(at, fault=None, **more):
    return run([ESCALATED, "-c", DESK + "/escalate.yaml", "--once", "--now", at], fault, **more)


def files_below(path):
    found = {}
    for directory, _, names in os.walk(path):
        for name in names:
            whole = os.path.join(directory, name)
            with open(whole, "rb") as f:
                found[os.path.relpath(whole, path)] = f.read()
    return found


# ---- a mail server ----

class Server:
    """tests/e2e/fake-smtp; the desk in `before` is to send its mail there."""

    def __init__(self, before):
        self.log = WORK + "/smtp-log"
        self.process = subprocess.Popen([BUILD + "/tests/e2e/fake-smtp", self.log], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        port = int(self.process.stdout.readline())
        path = before + "/escalate.yaml"
        with open(path) as f:
            text = f.read()
        with open(path, "w") as f:
            f.write(text.replace("delivery: {method: directory}", "delivery: {method: smtp, host: 127.0.0.1, port: %d, tls: off}" % port))
        self.forget()

    def forget(self, but=None):
        """Counts only what comes from now on, and those."""
        self.offset, self.had = os.path.getsize(self.log), but or {}

    def mails(self):
        """What was received whole since, by recipient: a mail that was sent twice stands there twice."""
        found = {recipient: list(mails) for recipient, mails in self.had.items()}
        with open(self.log, "rb") as f:
            f.seek(self.offset)
            talk = f.read()
        for connection in re.split(rb"(?m)^== \d+\n", talk):
            recipient = None
            while connection:
                line, _, connection = connection.partition(b"\r\n")
                if line.upper().startswith(b"RCPT TO:"):
                    recipient = line.split(b">")[0].split(b"<")[1].decode()
                elif line.upper() == b"DATA" and recipient is not None:
                    mail, dot, connection = connection.partition(b"\r\n.\r\n")
                    if dot:
                        found.setdefault(recipient, []).append(mail)
        return found


server = None


def use_server(before):
    global server
    server = Server(before)


def sent_differences(want, got):
    """Each mail is there, once or twice (handed over, and then not marked), and never another."""
    lines = []
    for recipient in sorted(set(want) | set(got)):
        a, b = want.get(recipient, []), got.get(recipient, [])
        lines += ["smtp: a mail to %s is missing" % recipient for m in a if m not in b]
        lines += ["smtp: another mail to %s: %r" % (recipient, m[:200]) for m in b if m not in a]
        lines += ["smtp: a mail to %s, three times" % recipient for m in a if b.count(m) > 2]
    return lines


# What an attempt leaves besides its result: how often it was tried (`strike`, `attempts`), and the index of words, whose shape depends on the number
# of rounds; its content is checked instead.
NO_RESULT = {"strike"}
NO_COLUMNS = {"outbox": {"attempts"}}


def rows_of(database):
    """All tables as {name: [rows]}, or the error of a damaged database."""
    c = sqlite3.connect(database)
    try:
        tables = [r[0] for r in c.execute("select name from sqlite_master where type = 'table' order by name")]
        found = {}
        for table in tables:
            if table in NO_RESULT or table.startswith("message_word") or table.startswith("sqlite_"):
                continue
            columns = [r[1] for r in c.execute("pragma table_info(%s)" % table) if r[1] not in NO_COLUMNS.get(table, ())]
            found[table] = [dict(zip(columns, r)) for r in c.execute("select %s from %s order by %s" % (", ".join(columns), table, ", ".join(columns)))]
        problems = [r[0] for r in c.execute("pragma integrity_check") if r[0] != "ok"] + [str(r) for r in c.execute("pragma foreign_key_check")]
        c.execute("insert into message_word (message_word) values ('integrity-check')")
        return found, problems
    except sqlite3.Error as e:
        return {}, ["%s: %s" % (database, e)]
    finally:
        c.close()


def chain_problems(audit, key_file):
    """The audit chain, reckoned again."""
    key = bytes.fromhex([line for line in open(key_file).read().split("\n") if line and line[0] != "#"][0])
    before, problems = "", []
    for number, row in enumerate(sorted(audit, key=lambda r: r["number"]), 1):
        text = "%s\n%d\n%d\n%d\n%s\n%s" % (before, row["number"], row["at"], row["ticket_id"] or 0, row["event"], row["detail"])
        before = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
        if row["number"] != number or row["hash"] != before:
            problems.append("audit row %d does not fit" % number)
    return problems


def is_half(path):
    """Left by a crash in the middle of writing: nobody may take it for a file of its directory."""
    name = os.path.basename(path)
    return name.startswith(".") and ".new." in name


def state():
    """The desk as a value: rows, mails out, archive, hold, what still waits; and what is wrong with it by itself."""
    rows, problems = rows_of(DESK + "/escalate.db")
    if not problems:
        problems = chain_problems(rows["audit"], DESK + "/audit.key")
    folders = {}
    for folder in ("incoming", "hold", "outgoing", "archive"):
        folders[folder] = {n: b for n, b in files_below(DESK + "/spool/" + folder).items() if not is_half(n)}
    return {"rows": rows, "folders": folders, "problems": problems, "sent": server.mails() if server is not None else {}}


def differences(want, got):
    """Lines that say in what two states differ; none: in nothing."""
    lines = list(got["problems"]) + sent_differences(want["sent"], got["sent"])
    for table in sorted(set(want["rows"]) | set(got["rows"])):
        a, b = want["rows"].get(table, []), got["rows"].get(table, [])
        if a != b:
            lines += ["%s - %s" % (table, short(r)) for r in a if r not in b] + ["%s + %s" % (table, short(r)) for r in b if r not in a] or ["%s: order" % table]
    for folder in want["folders"]:
        a, b = want["folders"][folder], got["folders"][folder]
        lines += ["%s: %s is missing" % (folder, n) for n in a if n not in b] + ["%s: %s is too many" % (folder, n) for n in b if n not in a]
        lines += ["%s: %s is not the same" % (folder, n) for n in a if n in b and a[n] != b[n]]
    return lines


def short(row):
    return " ".join("%s=%s" % (k, str(v)[:60]) for k, v in row.items() if v is not None)


# ---- a fault that was a failed hand-over ----

# A mail that could not be handed over goes a little later, and everything that counts from its hand-over is as much later: these columns say when.
WHEN = {
    "outbox": {"handed_at", "next_at", "reply"},
    "notification": {"delivered_at", "deadline_at"},
    "run": {"next_level_at", "repeat_at", "repeat_after", "suspended_at", "suspended_for", "hold_until", "resolve_by"},
    "due": {"id", "next_at"},
    "clock_event": set(),
}
OUTAGE = ("transport-down", "transport-up")


def without_when(s):
    """The state but for the outage and the instants that it moved."""
    rows = {}
    for table, all_rows in s["rows"].items():
        if table == "audit":
            kept = [(r["ticket_id"] or 0, r["event"], r["detail"]) for r in all_rows if r["event"] not in OUTAGE]
            rows[table] = [{"audit": k} for k in sorted(kept)]
            continue
        drop = WHEN.get(table, ())
        kept = [{k: v for k, v in r.items() if k not in drop} for r in all_rows]
        rows[table] = sorted(kept, key=repr)
    return dict(s, rows=rows)


def had_outage(s):
    return any(r["event"] in OUTAGE for r in s["rows"].get("audit", ()))


# ---- what happens ----

class Scene:
    """A run that faults happen to, act(), and what must hold after it: judge() says in lines what does not, once the fault is gone and it has run again.
    Here: the directory `before`, what a run at the instant `at` makes of it, and what one at `after` does, when a transport that failed is tried again."""

    roles = ("core", "deliver", "parse")
    first = "core"
    calls = None  # the families that fail; None: all
    ends = (0, 1, 75, 78)
    limit = None  # of failures "from then on"; None: they never end
    brought = {}  # files that act() put into the desk, by path
    # who is killed alone, or with the others; core takes them with it in any case
    kills = (("core", True), ("deliver", False), ("deliver", True), ("parse", False), ("parse", True))

    def __init__(self, before, at, after):
        self.before, self.at, self.after = before, at, after
        put(before)
        status, out = self.act()
        check(status == 0, "the run without a fault", out.decode(errors="replace"))
        self.learn()

    def learn(self):
        """What is to be of it."""
        once(self.at)
        self.want = state()
        check(not self.want["problems"], "its result is sound", "\n".join(self.want["problems"]))
        once(self.after)
        self.want_later = without_when(state())

    def act(self, fault=None, prefix=()):
        """The exit status, and what it said. `prefix`: a tracer."""
        return run(list(prefix) + [ESCALATED, "-c", DESK + "/escalate.yaml", "--once", "--now", self.at], fault)

    def judge(self):
        status, out = once(self.at)
        if status != 0:
            return ["the run after it: exit %s" % signal_name(status), out[-300:].decode(errors="replace")]
        got = state()
        if not had_outage(got):
            return differences(self.want, got)
        once(self.after)
        return differences(self.want_later, without_when(state()))


def signal_name(status):
    if isinstance(status, int) and status < 0:
        return signal.Signals(-status).name
    return str(status)
