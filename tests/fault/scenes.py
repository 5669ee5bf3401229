# scenes: all that faults happen to, by their names; here those of one process and its helpers.
import glob
import os
import subprocess

from common import DESK, Scene, check, once, signal_name, state, use_server
from copies import Backup, BackupOver, Restore
from daemons import Alarm, Daemon, Lmtp, Reload


class Smtp(Scene):
    """What core and parse do is the same as with a directory."""

    roles = ("deliver",)
    kills = (("deliver", False), ("deliver", True))  # what is handed over and not yet marked goes twice, and is the same

    def __init__(self, before, at, after):
        use_server(before)
        super().__init__(before, at, after)


# ---- helpers of core and of deliver ----

class Signed(Scene):
    """Two signed acknowledgments. Each counts, or was refused, since it could not be checked, and he was told; never is one on hold or lost; and when he
    sends the same text again, each counts, once."""

    roles = ("sign", "core")
    calls = ("open", "read", "write", "close", "fork", "descriptor", "poll", "wait", "mkdir", "unlink", "socket", "send", "receive", "directory")
    kills = (("sign", False), ("sign", True))

    def learn(self):
        once(self.at)
        self.check_twice()
        check(not self.wrong, "both acknowledgments count", *self.wrong)

    def held(self):
        """Tickets whose ladder he holds, and those about which he was told why not."""
        got = state()
        self.wrong += got["problems"] + ["%s: %s" % (folder, sorted(got["folders"][folder])) for folder in ("incoming", "hold") if got["folders"][folder]]
        held = {r["ticket_id"] for r in got["rows"].get("run", ()) if r["hold_until"] is not None}
        told = {r["ticket_id"] for r in got["rows"].get("outbox", ()) if r["class"] == "refusal" and r["contact"] == "bob" and r["state"] == "sent"}
        return held, told, len(got["rows"].get("signature", ()))

    def check_twice(self):
        self.wrong = []
        held, told, used = self.held()
        if held | told != {1, 2} or used != len(held):
            self.wrong += [line["line"] for line in state()["rows"].get("decision", ()) if "signature" in line["line"]]
            self.wrong.append("held: %s, told why not: %s, %d signatures used" % (sorted(held), sorted(told), used))
        for path in glob.glob(os.path.dirname(self.before) + "/again/incoming/*"):
            subprocess.run(["cp", "-a", path, DESK + "/spool/incoming"], check=True)
        once(self.at)
        held, _, used = self.held()
        if held != {1, 2} or used != 2:
            self.wrong.append("sent again: held: %s, %d signatures used" % (sorted(held), used))

    def judge(self):
        status, out = once(self.at)
        if status != 0:
            return ["the run after it: exit %s" % signal_name(status), out[-300:].decode(errors="replace")]
        self.check_twice()
        return self.wrong


class Paged(Scene):
    """A program pages somebody, twice. It was run for each page, with all of it, once, or twice where nobody could know of the first time; or that it could
    not be run is an event of the ladder, and he is reached in another way, or somebody else is."""

    roles = ("deliver", "core")
    calls = ("open", "read", "write", "close", "fork", "descriptor", "poll", "wait", "truncate", "socket", "send", "receive")
    kills = (("deliver", False), ("deliver", True))

    def pages(self):
        return sorted(open(path, "rb").read() for path in glob.glob(DESK + "/paged.*"))

    def learn(self):
        super().learn()
        self.want_pages = self.pages()
        check(len(self.want_pages) == 2, "two pages")

    def judge(self):
        wrong = super().judge()
        got = state()
        pages, failed = self.pages(), [r for r in got["rows"].get("outbox", ()) if r["class"] == "command" and r["state"] == "failed"]
        if failed:  # then the rows are others
            events = [r for r in got["rows"]["audit"] if r["event"] in ("unreachable", "channel-failed")]
            wrong = list(got["problems"])
            if len(events) < len(failed):
                wrong.append("%d failed, %d events" % (len(failed), len(events)))
            for r in failed:
                if not any(n["ticket_id"] == r["ticket_id"] and n["delivered_at"] is not None for n in got["rows"]["notification"]):
                    wrong.append("ticket %d: nobody was told" % r["ticket_id"])
        if any(p not in self.want_pages for p in pages) or any(pages.count(p) > 2 for p in pages) or len(set(pages)) < len(self.want_pages) - len(failed):
            wrong.append("%d pages, %d others, %d failed" % (len(pages), sum(p not in self.want_pages for p in pages), len(failed)))
        return wrong


CLASSES = {"first": Scene, "busy": Scene, "smtp": Smtp, "daemon": Daemon, "lmtp": Lmtp, "signed": Signed, "paged": Paged, "reload": Reload, "alarm": Alarm, "backup": Backup,
           "backup-over": BackupOver, "restore": Restore}


def scene(name, before, at, after):
    return CLASSES[name](before, at, after)
