#!/bin/sh
# lmtp-postfix.sh PROGRAM DIRECTORY SRCDIR: mails through a private Postfix to the LMTP server, and through the same Postfix to smtp-sink(1), which
# stores nothing; in rounds, one after the other. PROGRAM is bench_lmtp. Prints a figure, or why not.
set -u
program=$1
work=$2
source=$3
PATH=$PATH:/usr/sbin:/sbin
[ "$(id -u)" -eq 0 ] || { echo '# lmtp through Postfix: a private Postfix needs root' >&2; exit 0; }
for tool in postfix smtp-source smtp-sink python3; do
    command -v $tool >/dev/null || { echo "# lmtp through Postfix: no $tool" >&2; exit 0; }
done
mkdir "$work/recipe" "$work/server" || exit 1
chmod 0755 "$work" "$work/server"
SOCKET=$work/server/lmtp
cat >"$work/recipe/main.cf" <<END
transport_maps = inline:{ ours.test=lmtp:unix:$SOCKET, sink.test=lmtp:unix:$work/sink }
relay_domains = ours.test, sink.test
lmtp_destination_concurrency_limit = 50
initial_destination_concurrency = 20
END
echo 'lmtp unix - - n - 50 lmtp' >"$work/recipe/master.cf"
RECIPE=$work/recipe
export RECIPE SOCKET
port=$(python3 -c 'import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
FILTER=none PIPE_USER=none SPOOL=none TOP_SRCDIR=$source
export FILTER PIPE_USER SPOOL TOP_SRCDIR
"$program" "$work/server" serve 2>"$work/log" &
server=$!
smtp-sink -u postfix -L "unix:$work/sink" 200 >/dev/null 2>&1 &
sink=$!
end() {
    kill $server $sink 2>/dev/null
    "$source/tests/e2e/private-postfix.sh" "$work/postfix" "$port" stop
}
trap end EXIT
"$source/tests/e2e/private-postfix.sh" "$work/postfix" "$port" start || exit 1
python3 - "$port" "$work/postfix/mail.log" <<'END'
import subprocess, sys, time
port, log = sys.argv[1:]
MAILS, ROUNDS = 400, 5


def sent():
    with open(log, "rb") as f:
        return f.read().count(b"status=sent")


def once(domain):
    before, start = sent(), time.monotonic()
    subprocess.run(["smtp-source", "-d", "-s", "10", "-m", str(MAILS), "-l", "5000", "-f", "bo@example.net", "-t", "support@" + domain,
                    "127.0.0.1:" + port], check=True, timeout=120)
    while sent() < before + MAILS:
        if time.monotonic() > start + 120:
            sys.exit("the mails do not arrive: see " + log)
        time.sleep(0.005)
    return (time.monotonic() - start) * 1e6 / MAILS


time.sleep(1)
once("sink.test"), once("ours.test")
rows = [(once("sink.test"), once("ours.test")) for _ in range(ROUNDS)]
middle = lambda values: sorted(values)[len(values) // 2]
print("lmtp through Postfix us/mail, a sink that stores nothing beside\t%.1f\t%.1f\t%.2f" %
      (middle([o for _, o in rows]), middle([s for s, _ in rows]), middle([o / s for s, o in rows])))
END
