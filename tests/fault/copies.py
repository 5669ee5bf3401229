# copies: scenes of escalate backup and escalate restore.
import glob
import os
import shutil
import subprocess

from common import DESK, WORK, Scene, check, differences, files_below, once, put, rows_of, run, state

ESCALATE = os.environ["ESCALATE"]
BACKUPS = WORK + "/backups"
BACKUP = BACKUPS + "/desk.tar"


def command(at, fault, prefix, *words):
    return run(list(prefix) + [ESCALATE, "-c", DESK + "/escalate.yaml", "--now", at] + list(words), fault)


class Backup(Scene):
    """escalate backup FILE. It says that it failed, and then FILE is not there, nor anything else beside it (or it was killed, and then FILE, if it is there, is
    whole); or it is done, and then FILE is whole. Where there was a FILE, it stays as it was, or is the new one. The desk is as before, and the next backup is
    made."""

    first = "command"
    roles = ("command",)
    kills = (("command", False),)
    old = None  # what is under that name before
    target = BACKUPS  # where it writes what is to stay

    def learn(self):
        self.want = state()
        with open(BACKUP, "rb") as f:
            self.fresh = f.read()

    def lay_out_target(self):
        shutil.rmtree(BACKUPS, ignore_errors=True)
        os.makedirs(BACKUPS)
        if self.old is not None:
            with open(BACKUP, "wb") as f:
                f.write(self.old)

    def act(self, fault=None, prefix=()):
        self.lay_out_target()
        self.call = fault["FAULT_CALL"] if fault is not None else None
        self.status, self.out = command(self.at, fault, prefix, "backup", BACKUP)
        return self.status, self.out

    def is_whole(self):
        return command(self.at, None, (), "restore", "--verify", BACKUP)[0] == 0

    def judge(self):
        wrong, names = [], sorted(os.listdir(BACKUPS))
        is_killed = self.status < 0 or self.status == 137
        content = files_below(BACKUPS).get("desk.tar")
        if self.status == 0 and not self.is_whole():
            wrong.append("done, but it is not whole")
        if self.status != 0 and not is_killed and self.out.strip() == b"":
            wrong.append("failed, and nothing is said")
        if self.status != 0 and content is not None and content != self.old and not (self.is_whole() and (is_killed or self.old is not None)):
            wrong.append("failed, but it is there")
        if content is None and self.old is not None:
            wrong.append("the one before is gone")
        if not is_killed and self.call != "unlink" and [n for n in names if n != "desk.tar"]:
            wrong.append("left beside it: %s" % names)
        wrong += differences(self.want, state())
        if command(self.at, None, (), "backup", BACKUP)[0] != 0 or not self.is_whole():
            wrong.append("the next one fails")
        if os.listdir(BACKUPS) != ["desk.tar"]:
            wrong.append("the next one does not sweep: %s" % os.listdir(BACKUPS))
        return wrong + [self.out[-300:].decode(errors="replace")] if wrong else []


class BackupOver(Backup):
    """The same over one of the day before."""

    def learn(self):
        super().learn()
        self.old = b"yesterday's"


class Restore(Scene):
    """escalate restore --aside, on a desk that was restored before and has worked since. However it ends, it can be called again, and then all is as if it had
    ended well: the facts of the backup, each mail once, and no number twice."""

    first = "command"
    roles = ("command",)
    kills = (("command", False),)
    later = "2026-05-26T09:40:00+02:00"  # when it is called again
    target = DESK

    def __init__(self, before, at, after):
        put(before)
        shutil.rmtree(BACKUPS, ignore_errors=True)
        os.makedirs(BACKUPS)
        for words in (("backup", BACKUP), ("restore", "--aside", BACKUP)):
            status, out = command(at, None, (), *words)
            check(status == 0, words[0], out.decode(errors="replace"))
        once(at)
        for path in glob.glob(DESK + "/*.aside-*"):
            os.unlink(path)
        self.used = self.highest()
        lived = WORK + "/lived"
        shutil.rmtree(lived, ignore_errors=True)
        subprocess.run(["cp", "-a", DESK, lived], check=True)
        super().__init__(lived, at, after)

    def lay_out_target(self):
        """It is there."""

    def highest(self):
        return max(r["id"] for r in rows_of(DESK + "/escalate.db")[0]["ticket"])

    def restore(self, at, fault=None, prefix=()):
        return command(at, fault, prefix, "restore", "--aside", BACKUP)

    def act(self, fault=None, prefix=()):
        self.call = fault["FAULT_CALL"] if fault is not None else None
        self.status, self.out = self.restore(self.at, fault, prefix)
        return self.status, self.out

    def facts(self):
        """What is there after it has worked again: tickets but for their numbers, and mails by their names, wherever they are."""
        got = state()
        tickets = sorted("%s %s" % (r["subject"], r["state"]) for r in got["rows"].get("ticket", ()))
        mails = sorted(os.path.basename(n) for folder in ("incoming", "hold", "archive") for n in got["folders"][folder]
                       if not os.path.basename(n).startswith("out-") and not n.endswith(".reason"))
        return tickets, mails, got["problems"]

    def learn(self):
        once(self.later)
        check(self.highest() > self.used, "new numbers are behind all that were given")
        self.want = self.facts()
        check(not self.want[2] and len(set(self.want[1])) == len(self.want[1]), "its result is sound", *self.want[2])

    def judge(self):
        wrong = []
        if self.status not in (0, 137) and self.status >= 0 and self.out.strip() == b"":
            wrong.append("failed, and nothing is said")
        if self.status != 0:
            status, out = self.restore(self.later)
            if status != 0:
                return wrong + ["again: exit %s" % status, out[-300:].decode(errors="replace")]
        left = glob.glob(DESK + "/.escalate-restore.*") + glob.glob(DESK + "/spool/.escalate-restore.*")
        if left and (self.status != 0 or self.call not in ("unlink", "directory", "stat")):
            wrong.append("left: %s" % left)
        status, out = once(self.later)
        if status != 0:
            return wrong + ["then: exit %s" % status, out[-300:].decode(errors="replace")]
        got = self.facts()
        wrong += got[2]
        for a, b in zip(self.want[:2], got[:2]):
            wrong += ["- " + x for x in a if a.count(x) > b.count(x)] + ["+ " + x for x in b if b.count(x) > a.count(x)]
        if self.highest() <= self.used:
            wrong.append("a new ticket has number %d, and %d was given before" % (self.highest(), self.used))
        return wrong + [self.out[-300:].decode(errors="replace")] if wrong else []
