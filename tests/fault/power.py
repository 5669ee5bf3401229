# power: the power goes at every moment of a trace of the filter and of the daemon: what may then be on disk is laid out, the daemon runs on it, and the
# result must be that of a run without it: what the filter took is there once and whole, facts agree, nothing that was committed is lost.
import os
import random
import re
import shutil
import sqlite3
import sys

import common
from common import BUILD, DESK, END, ESCALATED, EVERYTHING, FILTER, WORK, check, differences, done, files_below, once, put, run, say, signal_name, state, step_for
from replay import Trace, fingerprint, materialise
from scenes import scene

KILLAT = BUILD + "/tests/fault/killat"
RANDOM_STATES = 2000


def record(trace, directory, argv, stdin=None):
    """Runs it; what it did to files becomes part of the trace."""
    lines = WORK + "/record"
    status, out = run([KILLAT, "-d", directory, "-c", WORK + "/killat-counts", "-o", lines, "--"] + argv, stdin=stdin)
    with open(lines) as f:
        trace.add(f.read())
    return status, out


def record_scene(it, directory):
    """As record(), of what a scene does; the trace with it."""
    trace, lines = Trace(directory), WORK + "/record"
    status, out = it.act(prefix=[KILLAT, "-d", directory, "-f", it.first, "-c", WORK + "/killat-counts", "-o", lines, "--"])
    for path, content in it.brought.items():
        trace.bring(path, content)
    with open(lines) as f:
        trace.add(f.read())
    return trace, status, out


def cases(trace, seed):
    """(how many operations had begun, which of them are lost): for every prefix all kept, nothing kept that was not synced, each single one lost; and random
    ones."""
    for prefix in range(len(trace.ops) + 1):
        waiting = trace.open_ops(prefix)
        yield prefix, frozenset()
        yield prefix, frozenset(waiting)
        for i in waiting:
            yield prefix, frozenset((i,))
    chance = random.Random(seed)
    for _ in range(RANDOM_STATES):
        prefix = chance.randrange(len(trace.ops) + 1)
        part = chance.random()
        yield prefix, frozenset(i for i in trace.open_ops(prefix) if chance.random() < part)


def chosen(trace, seed, budget):
    """The cases that are tried: equal states once, but for some of the random ones, which show that what looks equal to the model is so to SQLite."""
    everything = list(cases(trace, seed))
    regular = len(everything) - RANDOM_STATES
    step, random_step = step_for(regular, budget * 20), step_for(RANDOM_STATES, budget * 5)
    seen, different, again = set(), [], []
    for i, (prefix, lost) in enumerate(everything):
        if i % step if i < regular else i % random_step:
            continue
        mark = fingerprint(trace.state(prefix, lost))
        if mark not in seen:
            seen.add(mark)
            different.append((prefix, lost))
        elif i >= regular and i % 10 == 0:
            again.append((prefix, lost))
    for those, share in ((different, budget), (again, budget // 4)):
        for prefix, lost in those[::step_for(len(those), share)]:
            yield prefix, lost, trace.state(prefix, lost)


def describe(trace, prefix, lost):
    last = trace.ops[prefix - 1] if prefix else {"kind": "start"}
    words = ["after %d of %d (%s)" % (prefix, len(trace.ops), " ".join(str(last.get(k))[:80] for k in ("kind", "op", "object", "paths") if last.get(k)))]
    for i in sorted(lost)[:6]:
        op = trace.ops[i]
        words.append("lost %d: %s" % (i, " ".join(str(op.get(k))[:120] for k in ("kind", "op", "object", "paths", "offset") if op.get(k) is not None)))
    return "; ".join(words)


def lay_out(s):
    shutil.rmtree(DESK, ignore_errors=True)
    os.makedirs(DESK)
    materialise(s, DESK)


def judge_states(name, trace, seed, budget, judge):
    """judge(ops, s): what is wrong after the power went when these operations had been done and the files s were on disk; None: nothing is asked of that one."""
    wrong, tried = [], 0
    for prefix, lost, s in chosen(trace, seed, budget):
        found = judge(trace.ops[:prefix], s)
        if found is None:
            continue
        tried += 1
        if found:
            wrong.append("\n".join([describe(trace, prefix, lost)] + ["    " + line for line in found]))
    total = sum(1 for _ in cases(trace, 1))
    check(not wrong, "%s: the power goes (%d operations, %d states)" % (name, len(trace.ops), total), *wrong)
    say("%s: %d operations, %d states%s, %d tried" % (name, len(trace.ops), total, "" if EVERYTHING else ", of a sample", tried))


# ---- a run of escalated ----

def has_facts(s):
    """Whether somebody may already rely on what is in the database of this state."""
    root = WORK + "/peek"
    shutil.rmtree(root, ignore_errors=True)
    os.makedirs(root)
    materialise({p: b for p, b in s.items() if p.startswith("escalate.db")}, root)
    c = sqlite3.connect(root + "/escalate.db")
    try:
        return c.execute("select count(*) from audit").fetchone()[0] > 0
    except sqlite3.Error:
        return False
    finally:
        c.close()


def judge_before(s, want):
    """What must hold before the daemon runs again: mails that went out are whole, and keys are there before facts that hang on them."""
    wrong = []
    for path, content in s.items():
        name = path[len("spool/outgoing/"):]
        if path.startswith("spool/outgoing/") and path.endswith(".eml") and content != want["folders"]["outgoing"].get(name):
            wrong.append("%s went out as another mail" % name)
    if ("key" not in s or "audit.key" not in s) and has_facts(s):
        wrong.append("facts are there, but no key")
    return wrong


def accepted_by_server(ops, mails):
    """Of the mails that a server got in the whole trace, by recipient, those whose last 250 had been heard by then: a loss of power cannot unsend them."""
    to, in_mail, done = {}, {}, {}
    for op in ops:
        fd, what = op.get("fd"), op.get("what", b"")
        if op["kind"] == "said" and what.upper().startswith(b"RCPT TO:<"):
            to[fd] = what.split(b">")[0].split(b"<")[1].decode()
        elif op["kind"] == "heard" and what.startswith(b"354"):
            in_mail[fd] = True
        elif op["kind"] == "heard" and in_mail.pop(fd, False) and what.startswith(b"250"):
            done[to[fd]] = done.get(to[fd], 0) + 1
    return {recipient: mails[recipient][:n] for recipient, n in done.items()}


def once_through(name, before, at, after, budget):
    it = scene(name, before, at, after)
    put(before)
    trace = Trace(DESK)
    status, out = record(trace, DESK, [ESCALATED, "-c", DESK + "/escalate.yaml", "--once", "--now", at])
    check(status == 0 and len(trace.ops) > 100, "%s: the trace" % name, out[-300:].decode(errors="replace"))
    check(not differences(it.want, state()), "%s: the traced run does the same" % name)
    sent = common.server.mails() if common.server is not None else {}
    check(accepted_by_server(trace.ops, sent) == sent and (sent or common.server is None), "%s: what was handed over is in the trace" % name)
    lay_out(trace.state(len(trace.ops), frozenset()))
    check(not differences(it.want, state()), "%s: the model's files at the end are those of the run" % name, *differences(it.want, state()))

    def judge(ops, s):
        found = judge_before(s, it.want)
        lay_out(s)
        if common.server is not None:
            common.server.forget(accepted_by_server(ops, sent))
        return found + it.judge()

    judge_states(name, trace, 1, budget, judge)


# ---- mail in by LMTP ----

def answered(ops):
    """The numbers of the mails that were answered with 250, by the sender's address that was heard on the connection."""
    sender, done = {}, set()
    for op in ops:
        if op["kind"] == "heard":
            for number in re.findall(rb"MAIL FROM:<m(\d+)@", op["what"]):
                sender[op["fd"]] = int(number)
        elif op["kind"] == "said" and b"250 2.0.0 on disk" in op["what"]:
            done.add(sender[op["fd"]])
    return done


def lmtp(before, at, after, budget):
    it = scene("lmtp", before, at, after)
    put(it.before)
    trace, status, out = record_scene(it, DESK)
    check(status == 0 and answered(trace.ops) == set(range(len(it.mails))), "lmtp: the trace", out[-300:].decode(errors="replace"))

    def judge(ops, s):
        promised = answered(ops)
        there = [b.split(END, 1)[-1] for p, b in s.items() if b is not None and p.startswith(("spool/incoming/", "spool/archive/", "spool/hold/"))]
        found = ["mail %d was accepted, and is gone" % i for i in sorted(promised) if it.mails[i] not in there]
        found += ["a half file: %s" % p for p, b in s.items() if p.startswith("spool/incoming/") and b.split(END, 1)[-1] not in it.mails]
        lay_out(s)
        status, out = once(at)
        got = state()
        subjects = [t["subject"] for t in got["rows"].get("ticket", ())]
        found += got["problems"] + ["mail %d: %d tickets" % (i, subjects.count("mail %d" % i)) for i in promised if subjects.count("mail %d" % i) != 1]
        if status != 0:
            found.append("exit %s" % signal_name(status))
        return found

    judge_states("lmtp", trace, 3, budget, judge)


# ---- a new configuration ----

def reload(before, at, after, budget):
    """The power goes while a daemon takes a new configuration, which is on disk: who starts then takes it, and nothing is missing."""
    it = scene("reload", before, at, after)
    put(it.before)
    trace, status, out = record_scene(it, DESK)
    check(status == 0 and not it.wrong and it.brought, "reload: the trace", *it.wrong, out[-300:].decode(errors="replace"))
    new = {name: content for name, content in files_below(DESK).items() if name in it.changes}

    def judge(ops, s):
        if not has_facts(s):  # the first mail was not taken in yet, and would be under the new one from its beginning
            return None
        lay_out(dict(s, **new))
        it.wrong, it.said = [], b""
        return it.judge()

    judge_states("reload", trace, 5, budget, judge)


# ---- copies ----

def copies(name, before, at, after, budget):
    """escalate backup and escalate restore: as when they are killed, but for what was not synced. What they have said is done, is."""
    it = scene(name, before, at, after)
    put(it.before)
    it.lay_out_target()
    trace, status, out = record_scene(it, it.target)
    check(status == 0 and len(trace.ops) > 10, "%s: the trace" % name, out[-300:].decode(errors="replace"))
    model, there = trace.state(len(trace.ops), frozenset()), files_below(it.target)
    apart = sorted(p for p in set(model) | set(there) if model.get(p) != there.get(p) and not p.endswith("-shm"))
    check(not apart, "%s: the model's files at the end are those of the run" % name, *apart)

    def judge(ops, s):
        put(it.before)
        shutil.rmtree(it.target, ignore_errors=True)
        os.makedirs(it.target)
        materialise(s, it.target)
        it.status, it.call = 0 if len(ops) == len(trace.ops) else 137, "unlink"  # what was to go may still be there
        found = it.judge()
        if name.startswith("backup") and it.status == 0 and "desk.tar" not in s:
            found.append("done, and it is gone")
        return found

    judge_states(name, trace, 4, budget, judge)


# ---- the filter ----

def filter_states(before, at, budget):
    put(before)
    for name in files_below(DESK + "/spool/incoming"):
        os.unlink(DESK + "/spool/incoming/" + name)
    trace, mails = Trace(DESK), []
    for i, size in enumerate((10, 40000, 3)):
        mail = b"From: f%d@acme.test\nTo: support@desk.test\nSubject: mail %d\nMessage-ID: <%d@acme.test>\n\n" % (i, i, i) + b"line\n" * size
        with open(WORK + "/mail", "wb") as f:
            f.write(mail)
        with open(WORK + "/mail", "rb") as stdin:
            status, _ = record(trace, DESK, [FILTER, "-d", DESK + "/spool", "-f", "f%d@acme.test" % i, "--", "support@desk.test"], stdin)
        check(status == 0, "filter: mail %d is taken" % i)
        trace.mark("accepted")
        mails.append(mail)

    def judge(ops, s):
        accepted = sum(1 for op in ops if op["kind"] == "mark")
        seen = sorted(b.split(END, 1)[-1] for p, b in s.items() if p.startswith("spool/incoming/"))
        found = [] if seen in (sorted(mails[:accepted]), sorted(mails[:accepted + 1])) else ["%d accepted, %d there, or not whole" % (accepted, len(seen))]
        lay_out(s)
        status, out = once(at)
        result = state()
        tickets = len(result["rows"].get("ticket", ()))
        if status != 0 or tickets != len(seen):
            found.append("exit %s, %d tickets of %d mails" % (signal_name(status), tickets, len(seen)))
        found += result["problems"]
        return found

    judge_states("filter", trace, 2, budget, judge)


def main():
    name, before, at, after, budget = sys.argv[1:6]
    if name == "filter":
        filter_states(before, at, int(budget))
    elif name == "lmtp":
        lmtp(before, at, after, int(budget))
    elif name == "reload":
        reload(before, at, after, int(budget))
    elif name in ("backup", "backup-over", "restore"):
        copies(name, before, at, after, int(budget))
    else:
        once_through(name, before, at, after, int(budget))
    done()


main()
