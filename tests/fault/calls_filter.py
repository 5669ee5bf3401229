# calls_filter: lets each call of the filter fail in each way. It exits 75 and no half mail is visible, or 0 and exactly one whole mail is in incoming;
# when the MTA comes again, the mail is there.
import os
import shutil

from common import BUILD, END, WORK, check, counted, done, fault, files_below, run, say

DYNAMIC = BUILD + "/tests/fault/filter"
SPOOL = WORK + "/filter-spool"
DISK = ("ENOSPC", "EIO", "EINTR", "EDQUOT")
ERRORS = {
    "open": DISK + ("EMFILE", "ENFILE"),
    "read": ("EIO", "EINTR", "short"),
    "write": DISK + ("short", "zero"),
    "fsync": DISK,
    "close": DISK,
    "rename": DISK,
    "link": DISK + ("EMLINK",),
    "unlink": ("EIO", "ENOENT"),
    "mkdir": DISK,
    "truncate": DISK,
    "chmod": ("EIO", "EDQUOT"),
    "stat": ("EIO",),
    "malloc": ("ENOMEM",),
}


def mails():
    plain = b"From: a@acme.test\nTo: support@desk.test\nSubject: small\n\nHello\n"
    large = b"From: a@acme.test\nSubject: large\n\n" + b"".join(b"line %d\n" % i for i in range(30000))
    return {"plain": (plain, []), "large, size announced": (large, ["-s", str(len(large))]), "mbox line": (b"From a@acme.test Mon\n" + plain, [])}


def whole(mail):
    return mail.split(b"\n", 1)[1] if mail.startswith(b"From ") else mail


def fresh():
    shutil.rmtree(SPOOL, ignore_errors=True)
    for name in ("tmp", "incoming"):
        os.makedirs(SPOOL + "/" + name)


def deliver(path, options, f=None, **more):
    with open(path, "rb") as stdin:
        return run([DYNAMIC, "-d", SPOOL, "-f", "a@acme.test"] + options + ["--", "support@desk.test"], f, stdin, **more)


def visible():
    return [b.split(END, 1)[1] if END in b else None for b in files_below(SPOOL + "/incoming").values()]


def problem(status, output, mail, call, stay):
    """What is wrong after a run with a fault, or None."""
    seen, halves = visible(), files_below(SPOOL + "/tmp")
    if any(m != mail for m in seen):
        return "a half mail is visible"
    if status == 0:
        return None if len(seen) == 1 and output == b"" else "exit 0, %d files, output %r" % (len(seen), output)
    if status != 75:
        return "exit %s" % status
    if not output.startswith(b"4.3.0 ") and not (call == "write" and stay):
        return "exit 75, output %r" % output
    if seen and call != "fsync" and call != "unlink":
        return "exit 75, but a mail is in incoming"
    if halves and call != "unlink":
        return "exit 75, and a half file stayed in tmp"
    return None


def try_mail(name, mail, options, totals, **more):
    """Each call and error, n = 1, 2, 3 ... until a run passes without it."""
    path, wrong = WORK + "/mail", []
    with open(path, "wb") as f:
        f.write(mail)
    for call, errors in ERRORS.items():
        for error in errors:
            for stay in (False, True) if error in ("ENOSPC", "EIO") else (False,):
                n = 0
                while True:
                    n += 1
                    fresh()
                    status, output = deliver(path, options, fault(call, n, error, stay=stay), **more)
                    _, hits, where = counted()
                    if hits == 0:
                        if status != 0:
                            wrong.append("%s %d: no fault, but exit %s" % (call, n, status))
                        break
                    p = problem(status, output, whole(mail), call, stay)
                    totals[call] = totals.get(call, 0) + 1
                    again, _ = deliver(path, options)
                    seen = visible()
                    if p is None and (again != 0 or any(m != whole(mail) for m in seen) or not 1 <= len(seen) <= 2):
                        p = "the second try: exit %s, %d files" % (again, len(seen))
                    if p is not None:
                        wrong.append("%s %s n=%d (%s)%s: %s" % (call, error, n, where, " from then on" if stay else "", p))
    check(not wrong, "%s: 75 and nothing half, or 0 and one whole mail" % name, "\n".join(wrong))


def main():
    totals = {}
    for name, (mail, options) in mails().items():
        try_mail(name, mail, options, totals)
    mail, options = mails()["plain"]
    try_mail("a file system without RENAME_NOREPLACE", mail, options, totals, FAULT_NO_REPLACE="yes")
    for call in ("open", "read", "write", "fsync", "close", "rename", "link", "unlink", "chmod", "stat"):
        check(totals.get(call, 0) > 0, "%s is called, and failed" % call)
    say("filter: %d failure points: %s" % (sum(totals.values()), ", ".join("%s %d" % i for i in totals.items())))
    done()


main()
