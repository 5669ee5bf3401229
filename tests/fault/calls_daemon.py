# calls_daemon: lets each call of the processes of a scene fail in each way, in one run that does everything at once; then the fault is gone and it runs
# again: what must hold then says the scene. Of rounds by --once: tickets, mails, archive and audit are those of a run without a fault; where a mail could
# not be handed over, it goes when the transport is tried again, and only the instants that count from its hand-over may be later.
import signal
import sys

from common import EVERYTHING, check, counted, done, fault, put, say, signal_name, step_for
from scenes import scene

DISK = ("ENOSPC", "EIO", "EINTR", "EDQUOT")
ERRORS = {
    "open": ("EMFILE", "EIO", "EINTR", "ENOSPC", "EDQUOT"),
    "read": ("EIO", "EINTR", "short"),
    "write": DISK + ("short",),
    "fsync": ("EIO", "ENOSPC", "EINTR", "EDQUOT"),
    "close": ("EIO", "EINTR"),
    "rename": DISK,
    "link": DISK,
    "unlink": ("EIO", "EINTR"),
    "mkdir": DISK,
    "truncate": DISK,
    "chmod": ("EIO",),
    "stat": ("EIO",),
    "directory": ("EIO", "EMFILE"),
    "fork": ("EAGAIN",),
    "socket": ("EMFILE",),
    "connect": ("ECONNREFUSED", "EINTR"),
    "send": ("EINTR", "EPIPE", "ENOBUFS", "short"),
    "receive": ("EINTR", "ECONNRESET", "zero"),
    "malloc": ("ENOMEM",),
    "bind": ("SQLITE_NOMEM",),
    "prepare": ("SQLITE_BUSY", "SQLITE_NOMEM", "SQLITE_IOERR"),
    "statement": ("SQLITE_BUSY", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_NOMEM"),
    "script": ("SQLITE_BUSY", "SQLITE_FULL", "SQLITE_IOERR"),
    "accept": ("EMFILE", "ECONNABORTED", "EINTR"),
    "descriptor": ("EMFILE", "ENOSPC"),
    "signal": ("EMFILE",),
    "poll": ("EINTR", "ENOMEM"),
    "wait": ("EINTR",),
    "epoll": ("ENOMEM", "ENOSPC"),
}
ALL_WAYS_UP_TO = 400  # calls times ways
LATER = {"SQLITE_FULL", "SQLITE_IOERR", "SQLITE_NOMEM"}  # SQLite may have taken the transaction back by itself
MAY_STAY = {"ENOSPC", "EIO", "EMFILE", "SQLITE_FULL", "SQLITE_BUSY", "SQLITE_IOERR"}
# Allocations of GLib end the process by design; those of SQLite are answered.
# What SQLite asks itself is not asked by us: a statement inside it that fails on its own would be a state that it never has.
CALLER = {"malloc": {"FAULT_CALLER": "libsqlite3"}, "statement": {"FAULT_CALLER": "/escalate"}, "script": {"FAULT_CALLER": "/escalate"},
          "prepare": {"FAULT_CALLER": "/escalate"}, "bind": {"FAULT_CALLER": "/escalate"}}


def counts_of(it, call):
    put(it.before)
    it.act(fault(call, 0, "EIO", FAULT_FIRST=it.first, **CALLER.get(call, {})))
    return counted()[0]


def try_point(it, call, error, role, n, stay, more):
    """None where the call is not made so often, else what was done and, where something is wrong, what."""
    put(it.before)
    if stay and it.limit:
        more = dict(more, FAULT_LIMIT=str(it.limit))
    status, out = it.act(fault(call, n, error, role, stay, FAULT_FIRST=it.first, **more))
    _, hits, where = counted()
    if hits == 0:
        return None
    ends = it.ends if call != "malloc" else it.ends + (-signal.SIGABRT, -signal.SIGTRAP)  # GLib's way to end for want of memory
    wrong = it.judge() if status in ends else ["exit %s" % signal_name(status), out[-300:].decode(errors="replace")]
    if b"event=busy" in out:
        wrong.append("does the same again and again")
    return ["%s: %s %s n=%d%s%s (%s), exit %s" % (role, call, error, n, " from then on" if stay else "", " taken back" if "FAULT_TAKEN_BACK" in more else "",
                                                 where[:60], status)] + ["    " + line for line in wrong]


def ways_of(call, role):
    """(error, from then on, more environment): once; for what lasts, from then on; for SQLite, with the transaction gone. A mail that parse can never
    read goes to hold, by design."""
    ways = []
    for error in ERRORS[call]:
        more = dict(CALLER.get(call, {}))
        ways.append((error, False, more))
        if error in MAY_STAY and not (role == "parse" and call == "read"):
            ways.append((error, True, more))
        if error in LATER and call in ("statement", "script"):
            ways.append((error, False, dict(more, FAULT_TAKEN_BACK="yes")))
    return ways


def try_family(it, call, role, count, share, totals):
    """n = 1, 2, 3 ... until a run passes. Where the calls are few each fails in each way, else the ways take turns; of a sample only every so many-th."""
    ways, wrong = ways_of(call, role), []
    step = step_for(count, share)
    all_ways = EVERYTHING and count * len(ways) <= ALL_WAYS_UP_TO
    n, turn, more_to_come = 1 + len(call) % step, 0, True
    while more_to_come and n <= 2 * count + 10:  # who waits for others may do so ever so often
        for way in ways if all_ways else [ways[turn % len(ways)]]:
            error, stay, more = way
            found = try_point(it, call, error, role, n, stay, more)
            if found is None:
                more_to_come = False
                break
            totals[role] = totals.get(role, 0) + 1
            if len(found) > 1:
                wrong.append("\n".join(found[:8]))
        n, turn = n + step, turn + 1
    check(not wrong, "%s: %s fails (%d calls, every %s)" % (role, call, count, step), *wrong)


def main():
    name, before, at, after, budget = sys.argv[1:6]
    only = dict((word + ":").split(":")[:2] for word in sys.argv[6:])  # FAMILY, or FAMILY:ROLE
    it = scene(name, before, at, after)
    plan = []
    for call in ERRORS:
        if (not only or call in only) and (it.calls is None or call in it.calls):
            count = counts_of(it, call)
            plan += [(call, role, count[role]) for role in it.roles if count[role] > 0 and only.get(call, "") in ("", role)]
    share = max(1, int(budget) // max(1, len(plan)))
    totals = {}
    for call, role, count in plan:
        try_family(it, call, role, count, share, totals)
    say("%s: %d failure points: %s" % (name, sum(totals.values()), ", ".join("%s %d" % i for i in totals.items())))
    done()


main()
