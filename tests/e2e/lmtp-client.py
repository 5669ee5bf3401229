"""A client for lmtp.sh. lmtp-client.py SOCKET WHAT [ARGUMENT]...: SOCKET is a path, or 127.0.0.1:PORT. Prints the replies that it gets."""
import os, signal, smtplib, socket, sys, threading, time

PATH, WHAT, ARGS = sys.argv[1], sys.argv[2], sys.argv[3:]


def connect():
    if PATH.startswith("/"):
        s = socket.socket(socket.AF_UNIX)
        s.connect(PATH)
    else:
        host, port = PATH.rsplit(":", 1)
        s = socket.create_connection((host, int(port)))
    s.settimeout(30)
    return s, s.makefile("rb")


def reply(f):
    """One reply, its lines; the code alone where the server has closed."""
    lines = []
    while True:
        line = f.readline().decode()
        lines.append(line.rstrip("\r\n"))
        if line == "" or line[3:4] == " ":
            return "\n".join(lines)


def replies(f, n):
    return [reply(f) for _ in range(n)]


def say(s, *lines):
    s.sendall("".join(line + "\r\n" for line in lines).encode())


def hello(s, f):
    reply(f)
    say(s, "LHLO client.test")
    return reply(f)


def to_data(s, f, recipient="support@desk.test"):
    hello(s, f)
    say(s, "MAIL FROM:<kim@acme.test>", f"RCPT TO:<{recipient}>", "DATA")
    assert replies(f, 3)[2].startswith("354")


def send():
    """MAIL SENDER RECIPIENT...: with Python's own client."""
    with open(ARGS[0], "rb") as mail:
        if PATH.startswith("/"):
            client = smtplib.LMTP(PATH)
        else:
            host, port = PATH.rsplit(":", 1)
            client = smtplib.LMTP(host, int(port))
        print(client.sendmail(ARGS[1], ARGS[2:], mail.read().replace(b"\n", b"\r\n"), mail_options=["SMTPUTF8", "BODY=8BITMIME"]))
        client.quit()


def raw():
    """Standard input, all at once; then all that is answered."""
    s, f = connect()
    try:
        s.sendall(sys.stdin.buffer.read())
        s.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # it had enough
    sys.stdout.write(f.read().decode().replace("\r\n", "\n"))


def lhlo():
    s, f = connect()
    print(reply(f).split(" ", 2)[2])
    say(s, "LHLO client.test")
    print(reply(f).split("\n", 1)[1])


def many():
    """CONNECTIONS MAILS: so many at a time, so many each; the answers that were not 250."""
    bad = []

    def one(number):
        s, f = connect()
        hello(s, f)
        for i in range(int(ARGS[1])):
            say(s, f"MAIL FROM:<kim{number}@acme.test>", "RCPT TO:<support@desk.test>", "RCPT TO:<help@desk.test>", "DATA")
            got = replies(f, 4)
            say(s, f"Message-ID: <{number}.{i}@many.test>", "", "Hello.", *["line of a mail, and the next"] * 170, ".")
            got += replies(f, 2)
            if [g[:3] for g in got] != ["250", "250", "250", "354", "250", "250"]:
                bad.append(got)
        say(s, "QUIT")
        reply(f)

    threads = [threading.Thread(target=one, args=(n,)) for n in range(int(ARGS[0]))]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    print(bad)


def half():
    """Half of a large mail, then what ARGS[0] says: KILL a process, or just go. READY is a file that says that the half was read."""
    s, f = connect()
    to_data(s, f)
    say(s, *["a line of a large mail that is never whole"] * 5000)
    limit = time.monotonic() + 30
    while not os.listdir(ARGS[1]) and time.monotonic() < limit:
        time.sleep(0.01)
    if ARGS[0] != "go":
        os.kill(int(ARGS[0]), signal.SIGKILL)
        try:
            print("answer:", f.read())
        except ConnectionResetError:  # it had not read all of it
            print("answer:", b"")


def crowd():
    """NUMBER: so many connections that say nothing, and one more."""
    kept = [connect() for _ in range(int(ARGS[0]))]
    print({reply(f)[:3] for _, f in kept}, end=" ")
    print(reply(connect()[1])[:9])


def stop():
    """PID: is told to stop while one mail is half here, one connection idle, one in the middle of its commands."""
    (a, fa), (b, fb), (c, fc) = connect(), connect(), connect()
    to_data(a, fa)
    hello(b, fb)
    hello(c, fc)
    say(c, "MAIL FROM:<kim@acme.test>")
    reply(fc)
    os.kill(int(ARGS[0]), signal.SIGTERM)
    print("idle:", reply(fb)[:9], fb.read())
    print("begun:", reply(fc)[:9], fc.read())
    say(a, "Subject: in hand", "", "Hello.", ".")
    print("in hand:", reply(fa), reply(fa)[:9], fa.read())


{f.__name__: f for f in (send, raw, lhlo, many, half, crowd, stop)}[WHAT]()
