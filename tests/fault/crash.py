# crash: SIGKILL at the beginning of each system call of the filter, of core, parse and deliver that touches files, network or processes; then they run
# again: tickets, mails, archive and audit must be those of a run that nobody killed, and what the filter took is there whole.
import os
import shutil
import sys

from common import BUILD, DESK, END, FILTER, ROLES, WORK, check, done, files_below, put, run, say, step_for
from scenes import scene

KILLAT = BUILD + "/tests/fault/killat"
COUNTS = WORK + "/killat-counts"
SPOOL = WORK + "/filter-spool"


def counts():
    """Calls by role, whether one was killed, and at which call."""
    with open(COUNTS) as f:
        words = f.read().split()
    return dict(zip(ROLES, map(int, words))), words[-2] == "1", words[-1]


def traced(directory, argv, options, stdin=None):
    """The status, calls by role, whether one was killed, and at which call."""
    status, out = run([KILLAT, "-d", directory, "-c", COUNTS] + options + ["--"] + argv, stdin=stdin)
    return (status,) + counts() + (out,)


# ---- the filter ----

def fresh():
    shutil.rmtree(SPOOL, ignore_errors=True)
    for name in ("tmp", "incoming"):
        os.makedirs(SPOOL + "/" + name)


def filter_points(name, mail):
    path, wrong, n = WORK + "/mail", [], 0
    argv = [FILTER, "-d", SPOOL, "-f", "a@acme.test", "--", "support@desk.test"]
    with open(path, "wb") as f:
        f.write(mail)
    while True:
        n += 1
        fresh()
        with open(path, "rb") as stdin:
            status, _, killed, call, _ = traced(SPOOL, argv, ["-n", str(n)], stdin)
        seen = [b.split(END, 1)[-1] for b in files_below(SPOOL + "/incoming").values()]
        if not killed:
            check(status == 0 and seen == [mail], "%s: not killed, it is there" % name, "exit %s" % status)
            break
        with open(path, "rb") as stdin:
            again, _ = run(argv, stdin=stdin)
        after = [b.split(END, 1)[-1] for b in files_below(SPOOL + "/incoming").values()]
        if status != 137 or seen not in ([], [mail]) or again != 0 or after not in ([mail], [mail, mail]):
            wrong.append("%d (%s): exit %s, %d files; again: exit %s, %d files" % (n, call, status, len(seen), again, len(after)))
    check(not wrong, "%s: killed, nothing half is visible, and the next try brings it whole" % name, *wrong)
    return n - 1


# ---- the daemon ----

def act(it, options):
    """The scene's run under the tracer: as traced()."""
    put(it.before)
    if os.path.exists(COUNTS):
        os.unlink(COUNTS)
    status, out = it.act(prefix=[KILLAT, "-d", DESK, "-f", it.first, "-c", COUNTS] + options + ["--"])
    return (status,) + counts() + (out,)


def daemon_points(it, role, count, step, whole_tree):
    wrong, n, tried = [], 1, 0
    while True:
        status, _, killed, call, _ = act(it, ["-r", role, "-n", str(n)] + (["-t"] if whole_tree else []))
        if not killed:
            break
        tried += 1
        found = it.judge()
        if found:
            wrong.append("\n".join(["%s %d (%s), exit %s" % (role, n, call, status)] + ["    " + line for line in found[:8]]))
        n += step
    check(not wrong, "%s killed%s (%d calls, every %s)" % (role, " with all" if whole_tree else "", count, step), *wrong)
    return tried


def main():
    name, before, at, after, budget = sys.argv[1:6]
    if name == "filter":
        points = filter_points("small", b"From: a@acme.test\n\nHello\n") + filter_points("large", b"From: a@acme.test\n\n" + b"line\n" * 60000)
        say("filter: %d kill points" % points)
        done()
    it = scene(name, before, at, after)
    count = act(it, [])[1]
    total = 0
    for role, whole_tree in it.kills:
        step = step_for(count[role], int(budget) // (2 if role == "core" else 8))
        total += daemon_points(it, role, count[role], step, whole_tree)
    say("%s: %d kill points" % (name, total))
    done()


main()
