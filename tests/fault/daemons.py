# daemons: scenes in which escalated runs as it does in life, with its supervisor: by itself, while mail comes in by LMTP, while its configuration changes.
import glob
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import threading
import time

from common import DESK, END, ENVIRONMENT, ESCALATED, STATE, WORK, Scene, check, files_below, once, signal_name, state

PATIENCE = 40  # seconds, in which it must have done all by itself


def seconds_of(at):
    return int(subprocess.run(["date", "-d", at, "+%s"], check=True, stdout=subprocess.PIPE).stdout)


class Daemon(Scene):
    """escalated with its supervisor, on a clock that stands. Whatever fails in one of its processes, or whichever is killed, it does all that there is to
    do by itself, and leaves when it is told to. One that could not begin, or was killed, is started again, as a service manager does it."""

    roles = ("supervisor", "core", "watch")
    first = "supervisor"
    calls = ("open", "read", "write", "close", "fork", "socket", "directory", "stat", "rename", "descriptor", "signal", "poll", "wait")
    limit = 2
    kills = (("supervisor", False), ("core", False), ("watch", False), ("core", True))
    children = ("core", "watch")
    speed = 10  # of the time that is waited for
    more = {}  # of its environment

    def __init__(self, before, at, after):
        self.clock = seconds_of(at)
        self.before = WORK + "/daemon-before"
        shutil.rmtree(self.before, ignore_errors=True)
        subprocess.run(["cp", "-a", before, self.before], check=True)
        self.prepare()
        super().__init__(self.before, at, after)

    def prepare(self):
        """Mails came at the instant of the clock: that is when --once takes them in, too."""
        when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.clock)).encode()
        for name, mail in files_below(self.before + "/spool/incoming").items():
            path = self.before + "/spool/incoming/" + name
            os.chmod(path, 0o600)
            with open(path, "wb") as f:
                f.write(re.sub(rb"(X-Escalate-Envelope-Received-At: ).*", rb"\g<1>" + when, mail, count=1))
            os.chmod(path, 0o440)

    def start(self, prefix=(), fault=None):
        environment = dict(ENVIRONMENT, FAULT_CLOCK=str(self.clock), FAULT_SPEED=str(self.speed), FAULT_FIRST="supervisor", **self.more)
        if fault is not None:
            environment.update(fault, FAULT_STATE=STATE)
        self.starts += 1
        self.process = subprocess.Popen(list(prefix) + [ESCALATED, "-c", DESK + "/escalate.yaml", "-f"], env=environment, stdin=subprocess.DEVNULL,
                                        stdout=self.log, stderr=self.log, start_new_session=True)

    def pid_of(self, name):
        """Of a child that says that it lives; 0: none."""
        try:
            with open(DESK + "/spool/alive-" + name) as f:
                pid = json.load(f)["pid"]
            with open("/proc/%d/stat" % pid) as f:
                return 0 if f.read().rsplit(")", 1)[1].split()[0] == "Z" else pid
        except (OSError, ValueError, KeyError):
            return 0

    def waits_for_files(self):
        dead = [name for name in self.children if self.pid_of(name) == 0]
        return "%s" % (dead or "incoming") if dead or os.listdir(DESK + "/spool/incoming") else ""

    def waits(self):
        """What is still to do, in words; none: nothing."""
        waits = self.waits_for_files()
        if waits:
            return waits
        try:
            c = sqlite3.connect("file:%s/escalate.db?mode=ro" % DESK, uri=True, timeout=0)
        except sqlite3.Error as e:
            return str(e)
        try:
            n = c.execute("select count(*) from outbox where state = 'queued' and next_at <= ?", (self.clock,)).fetchone()[0]
            n += c.execute("select count(*) from outbox where state <> 'queued' and is_archived = 0").fetchone()[0]
            return "%d rows of the outbox" % n if n > 0 else ""
        except sqlite3.Error as e:
            return str(e)
        finally:
            c.close()

    def work(self):
        """Until nothing waits; FALSE after too long a time."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            status = self.process.poll()
            if status is not None:
                if status in (0, 78, 99):
                    self.wrong.append("the daemon left by itself: exit %s" % status)
                self.start()
            waits = self.waits()
            if waits == "":
                return True
            time.sleep(0.01)
        self.wrong.append("not done in time: " + waits)
        return False

    def leave(self):
        """It is told to; 0 is what it says."""
        pid = self.daemon_pid()
        if pid:
            os.kill(pid, signal.SIGTERM)
        try:
            status = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            status = "hangs"
        if status not in (0, 137):
            self.wrong.append("told to leave: exit %s" % status)
        return status

    def daemon_pid(self):
        """Under a tracer, its only child."""
        with open("/proc/%d/cmdline" % self.process.pid, "rb") as f:
            if os.path.basename(f.read().split(b"\0")[0]) != b"killat":
                return self.process.pid
        with open("/proc/%d/task/%d/children" % (self.process.pid, self.process.pid)) as f:
            return int((f.read().split() or ["0"])[0])

    def act(self, fault=None, prefix=()):
        self.wrong, self.starts = [], 0
        if fault is not None and os.path.exists(STATE):
            os.unlink(STATE)
        with open(WORK + "/daemon-log", "w+b") as self.log:
            self.start(prefix, fault)
            self.work()
            status = self.leave()
            self.log.seek(0)
            self.said = self.log.read()
        return 0 if status == 137 else status, self.said

    def judge(self):
        wrong = self.wrong + super().judge()
        return wrong + [self.said[-400:].decode(errors="replace")] if wrong else []


# ---- an alarm ----

class Alarm(Daemon):
    """No mail leaves, and the alarm's program is to be told, which fails the first time. It is told whole lines, and often enough: that it was told is not known
    where its answer, or who was to hear it, was lost."""

    roles = ("alarm", "watch")
    calls = ("open", "read", "write", "close", "fork", "descriptor", "poll", "wait", "socket", "send", "receive", "truncate", "signal")
    kills = (("alarm", False), ("watch", False))
    speed = 50
    more = {"FAULT_BOOT": "goes"}

    def prepare(self):
        super().prepare()
        path, program = self.before + "/escalate.yaml", self.before + "/alarm"
        with open(path) as f:
            text = f.read()
        with open(path, "w") as f:
            f.write(text.replace("delivery: {method: directory}", "delivery: {method: smtp, host: 127.0.0.1, port: 1, tls: off}"))
            f.write("alarm: {argv: [%s/alarm], after: 20s, timeout: 300s}\n" % DESK)
        with open(program, "w") as f:
            f.write("#!/bin/sh\ncd %s\nif [ ! -e failed ]; then : >failed; exit 1; fi\ncat >new.$$ && mv new.$$ told.$$\n" % DESK)
        os.chmod(program, 0o755)

    def told(self):
        """What it was told, whole or not."""
        return [open(path, "rb").read() for path in glob.glob(DESK + "/told.*")]

    def waits(self):
        return self.waits_for_files() or ("" if any(b'"alarm":"raised"' in line for line in self.told()) else "nobody was told")

    def judge(self):
        wrong, raised = super().judge(), 0
        for line in self.told():
            try:
                message = json.loads(line)
                if line[-1:] != b"\n" or (message["alarm"] == "raised") != (message["state"] == "CRITICAL"):
                    wrong.append("told %r" % line)
                raised += message["alarm"] == "raised"
            except (ValueError, KeyError):
                wrong.append("told what is no message: %r" % line)
        return wrong + (["raised %d times" % raised] if raised > 2 else [])


# ---- mail in by LMTP ----

class Lmtp(Daemon):
    """Four clients at once hand over mails to the daemon's LMTP process. Whoever is told 250 is content; whoever is not comes again, with the same mail.
    250: exactly one whole file for that attempt; else at most one; and core makes one ticket of each mail."""

    roles = ("lmtp", "sync")
    calls = Daemon.calls + ("fsync", "unlink", "chmod", "link", "connect", "send", "receive", "accept", "epoll")
    kills = (("lmtp", False), ("sync", False), ("lmtp", True))
    mails = [b"From: m%d@acme.test\nTo: support@desk.test\nSubject: mail %d\nMessage-ID: <%d@lmtp.test>\n\n" % (i, i, i) + b"line %d\n" % i * lines
             for i, lines in enumerate((3, 3, 9000, 40))]

    def prepare(self):
        for name in os.listdir(self.before + "/spool/incoming"):
            os.unlink(self.before + "/spool/incoming/" + name)
        with open(self.before + "/escalate.yaml") as f:
            text = f.read()
        with open(self.before + "/escalate.yaml", "w") as f:
            f.write("lmtp: {listen: lmtp.sock}\n" + text)

    def learn(self):
        """Every ticket has another number from run to run: what is to be is reckoned, not compared."""

    def attempt(self, i, together):
        """One session; TRUE: it was told 250 for the mail."""
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(PATIENCE)
        try:
            s.connect(DESK + "/lmtp.sock")
            f = s.makefile("rb")
            say = lambda text: s.sendall(text.replace(b"\n", b"\r\n"))
            if not f.readline().startswith(b"220"):
                return False
            say(b"LHLO client\nMAIL FROM:<m%d@acme.test>\nRCPT TO:<support@desk.test>\nDATA\n" % i)
            while True:
                line = f.readline()
                if not line.startswith((b"2", b"3")):
                    return False
                if line.startswith(b"354"):
                    break
            say(self.mails[i])
            together()
            self.tries[i] += 1
            say(b".\n")
            return f.readline().startswith(b"250")
        except OSError:
            return False
        finally:
            s.close()

    def client(self, i, until):
        def together():  # the first time: so that one sync is for all
            if barrier is not None:
                try:
                    barrier.wait(1)
                except threading.BrokenBarrierError:
                    pass
        barrier = self.barrier
        while time.monotonic() < until:
            if self.attempt(i, together):
                self.accepted[i] = True
                return
            barrier = None
            time.sleep(0.02)

    def waits(self):
        refused = [i for i, is_accepted in enumerate(self.accepted) if not is_accepted]
        return "mails %s are not accepted" % refused if refused else super().waits()

    def act(self, fault=None, prefix=()):
        n = len(self.mails)
        self.tries, self.accepted, self.barrier = [0] * n, [False] * n, threading.Barrier(n)
        until = time.monotonic() + PATIENCE
        clients = [threading.Thread(target=self.client, args=(i, until)) for i in range(n)]
        for c in clients:
            c.start()
        result = super().act(fault, prefix)
        for c in clients:
            c.join()
        return result

    def judge(self):
        wrong = list(self.wrong)
        status, out = once(self.at)
        if status != 0:
            wrong.append("the run after it: exit %s" % signal_name(status))
        got = state()
        wrong += got["problems"]
        files = [mail.split(END, 1)[-1] for folder in ("incoming", "hold", "archive") for name, mail in got["folders"][folder].items()
                 if not os.path.basename(name).startswith("out-")]
        wrong += ["a file is not a whole mail: %r" % f[-60:] for f in files if f not in self.mails]
        if got["folders"]["incoming"] or got["folders"]["hold"]:
            wrong.append("not taken in: %s" % sorted(got["folders"]["hold"]))
        for i, mail in enumerate(self.mails):
            n = files.count(mail)
            if not 1 <= n <= self.tries[i]:
                wrong.append("mail %d: handed over %d times, %d files" % (i, self.tries[i], n))
            n = sum(1 for t in got["rows"].get("ticket", ()) if t["subject"] == "mail %d" % i)
            if n != 1:
                wrong.append("mail %d: %d tickets" % (i, n))
        return wrong + [self.said[-600:].decode(errors="replace")] if wrong else []


# ---- a new configuration ----

class Reload(Daemon):
    """The configuration and a calendar change, and the daemon is told (SIGHUP); only then the faults begin. It takes both or stays with what it had, and says
    so; when it is told once more, without a fault, it has both, and nothing is missing: clocks are those of the new calendar."""

    roles = ("core", "watch", "lmtp")
    calls = ("open", "read", "write", "fork", "directory", "stat", "prepare", "statement", "script")
    kills = (("core", False), ("watch", False), ("supervisor", False))
    tables = ("ticket", "clock", "message", "run", "due")

    def prepare(self):
        with open(self.before + "/escalate.yaml") as f:
            text = f.read()
        with open(self.before + "/escalate.yaml", "w") as f:
            f.write("lmtp: {listen: lmtp.sock}\n" + text)
        super().prepare()

    def learn(self):
        self.want = self.facts(state())
        check("fresh@desk.test" in self.want[1] and not self.wrong, "the new configuration is taken", *self.wrong)

    def facts(self, got):
        """Rows of what does not depend on how often it was tried, and all mails but those that say that it was refused."""
        mails = sorted("%s %s %s" % (r["recipient"], r["template"], r["subject"]) for r in got["rows"].get("outbox", ()) if r["template"] != "notice")
        return [repr([{k: v for k, v in r.items() if k not in ("id", "version")} for r in got["rows"].get(t, ())]) for t in self.tables], " ".join(mails)

    def config_of(self, name):
        try:
            with open(DESK + "/spool/alive-" + name) as f:
                return json.load(f)["config"]
        except (OSError, ValueError):
            return ""

    def arm(self, is_armed):
        if os.path.exists(STATE):
            with open(STATE, "r+b") as f:
                f.write(bytes([is_armed, 0, 0, 0]))

    def heard(self, words):
        self.log.flush()
        with open(self.log.name, "rb") as f:
            said = f.read()
        return sum(said.count(w) for w in words)

    def until(self, done, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if done():
                return True
            time.sleep(0.01)
        return False

    changes = {"escalate.yaml": ("help@desk.test]", "help@desk.test, fresh@desk.test]"), "holidays.ics": ("20260525", "20260527")}

    def change(self):
        for name, (old, new) in self.changes.items():
            with open(DESK + "/" + name) as f:
                text = f.read()
            with open(DESK + "/.new", "w") as f:
                f.write(text.replace(old, new))
            os.rename(DESK + "/.new", DESK + "/" + name)

    def tell(self):
        if self.process.poll() is None:
            os.kill(self.daemon_pid(), signal.SIGHUP)

    def work(self):
        if not super().work():
            return False
        ends = (b"event=reload result=", b"event=worker-died", b"event=start version")
        before, old = self.heard(ends), self.config_of("core")
        self.change()
        self.arm(1)
        self.tell()
        if not self.until(lambda: self.heard(ends) > before, PATIENCE):
            self.wrong.append("nothing was said of the new configuration")
        self.until(lambda: self.config_of("watch") != old, 0.3)
        self.arm(0)
        is_new = lambda: all(self.pid_of(name) and self.config_of(name) not in ("", old) for name in self.children)
        taken = (b"event=reload result=done", b"event=start version")
        n = self.heard(taken)
        self.tell()
        if not self.until(lambda: is_new() and self.heard(taken) > n, PATIENCE):
            self.wrong.append("not the new configuration: %s" % [(name, self.config_of(name), old) for name in self.children])
        mail, path = DESK + "/spool/tmp/mail", "spool/incoming/1999999999.000001-1-1-1.test"  # the last, in any state
        self.brought = {path: b"X-Escalate-Envelope-Received-At: %s\nX-Escalate-Envelope-Sender: lee@acme.test\nX-Escalate-Envelope-Recipient: fresh@desk.test\n%sFrom: lee@acme.test\n"
                        b"To: fresh@desk.test\nSubject: fresh@desk.test\nMessage-ID: <fresh@acme.test>\n\nHello\n"
                        % (time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.clock)).encode(), END)}
        with open(mail, "wb") as f:
            f.write(self.brought[path])
        os.rename(mail, DESK + "/" + path)
        return super().work()

    def act(self, fault=None, prefix=()):
        return super().act(dict(fault, FAULT_ARMED="yes") if fault is not None else None, prefix)

    def judge(self):
        status, out = once(self.at)
        got = state()
        wrong = self.wrong + got["problems"] + (["the run after it: exit %s" % signal_name(status)] if status != 0 else [])
        for a, b in zip(self.want[0] + [self.want[1]], self.facts(got)[0] + [self.facts(got)[1]]):
            if a != b:
                wrong += ["- " + a, "+ " + b]
        if got["folders"]["incoming"] or got["folders"]["hold"]:
            wrong.append("not taken in: %s" % sorted(got["folders"]["hold"]))
        if b"result=refused" in self.said and b"event=reload" in self.said and not any(r["template"] == "notice" for r in got["rows"].get("outbox", ())):
            wrong.append("refused, and nobody was told")
        return wrong + [self.said[-600:].decode(errors="replace")] if wrong else []
