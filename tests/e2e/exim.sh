#!/bin/sh
# exim.sh: the recipe of filters/exim under a real Exim, which Debian does not let stand beside Postfix: its package is fetched and unpacked here, never
# installed. Each mail is queued, then a queue run delivers it. libnss-wrapper gives it the user that its package would make.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

[ "$(id -u)" -eq 0 ] || skip_all 'a private Exim needs root'
getent passwd nobody >/dev/null || skip_all 'no user nobody'
command -v apt-get >/dev/null || skip_all 'no apt-get'
need "$FILTER"

# The package, fetched once a build folder.
fetch() {
    mkdir -p "$BUILDDIR/exim" && cd "$BUILDDIR/exim" || return 1
    ls exim4-daemon-light_*.deb >/dev/null 2>&1 || apt-get download -qq -o APT::Sandbox::User=root exim4-daemon-light
    [ -x usr/sbin/exim4 ] || dpkg -x exim4-daemon-light_*.deb .
}
(fetch) >"$WORK/fetched" 2>&1 || { sed 's/^/# /' "$WORK/fetched"; skip_all 'no package exim4-daemon-light to be had'; }
WRAPPER=$(find /usr/lib -name 'libnss_wrapper.so*' 2>/dev/null | head -n 1)
[ -n "$WRAPPER" ] || skip_all 'no libnss-wrapper'
EXIM=$BUILDDIR/exim/usr/sbin/exim4
if ldd "$EXIM" | grep -q 'not found'; then
    skip_all "libraries of Exim: $(ldd "$EXIM" | sed -n 's/^\t*\([^ ]*\) => not found/\1/p' | tr '\n' ' ')"
fi

make_spool
chmod 0755 "$WORK"
cp "$FILTER" "$WORK/escalate-filter" # where nobody may run it
{ cat /etc/passwd && echo 'Debian-exim:x:65533:65533::/nonexistent:/bin/false'; } >"$WORK/passwd"
{ cat /etc/group && echo 'Debian-exim:x:65533:'; } >"$WORK/group"
mkdir "$WORK/queue" "$WORK/exim-log"
chown 65533:65533 "$WORK/queue" "$WORK/exim-log"
fill_in() {
    sed -e '/^#/d' -e "s|@bindir@|$WORK|g" -e "s|@spool@|$SPOOL|g" -e 's|@user@|nobody|g' -e 's|@queue@|support|g' -e 's|@domain@|support.test|g' \
        "$TOP_SRCDIR/filters/exim/$1"
}
{
    cat <<END
exim_path = $EXIM
spool_directory = $WORK/queue
log_file_path = $WORK/exim-log/%slog
primary_hostname = mx.test
keep_environment = LD_PRELOAD : NSS_WRAPPER_PASSWD : NSS_WRAPPER_GROUP
local_interfaces = <; 127.0.0.1
begin routers
END
    fill_in router
    echo 'begin transports'
    fill_in transport
    printf 'begin retry\n* * F,1h,1m\n'
} >"$WORK/exim.conf"

exim() { env LD_PRELOAD="$WRAPPER" NSS_WRAPPER_PASSWD="$WORK/passwd" NSS_WRAPPER_GROUP="$WORK/group" "$EXIM" -C "$WORK/exim.conf" "$@"; }
logged() { grep -Eq -e "$1" "$WORK/exim-log/mainlog"; }
# queued SENDER RECIPIENT: the mail on standard input is accepted, and stays in the queue until it is run.
queued() { exim -odq -oi -f "$1" "$2"; }
waiting() { exim -bpc; }
newest() { spool_files incoming | tail -n 1; }
envelope() { envelope_of "$1" | sed -n '2,4p'; }
forget() { find "$SPOOL/incoming" -type f -exec rm -f {} +; }

make_mail bo@example.net support@support.test 'It is down' 'First line.
.
From here on it is text: grüße' >"$WORK/mail"
{ cat "$WORK/mail" && seq -f '%060.0f' 40000; } >"$WORK/large"
{ cat "$WORK/mail" && head -c 3000 /dev/zero | tr '\0' x && echo; } >"$WORK/long"

for kind in mail large long; do
    check "$kind: accepted" queued bo@example.net support+t1.AbC@support.test <"$WORK/$kind"
    exim -qff
    same "$kind: one file, an empty queue" '1 0 0' "$(count incoming) $(count tmp) $(waiting)"
    same "$kind: its envelope" 'Sender: bo@example.net
Recipient: support+t1.AbC@support.test
Queue: support' "$(envelope "$(newest)")"
    mail_of "$(newest)" | sed '1,/^From: /{/^From: /!d;}' >"$WORK/arrived"
    same_file "$kind: unchanged below Received" "$WORK/$kind" "$WORK/arrived"
    forget
done
check 'null sender: accepted' queued '<>' 'support+b7.xyz@support.test' <"$WORK/mail"
exim -qff
same 'null sender: empty in the envelope' 'Sender: ' "$(envelope "$(newest)" | head -n 1)"
forget
# shellcheck disable=SC2016 # as it is
odd='"$(touch${IFS}/tmp/bad)`id`"@example.net'
check 'an address that a shell would run: accepted' queued "$odd" 'support@support.test' <"$WORK/mail"
exim -qff
same 'an address that a shell would run: is text' "Sender: $odd" "$(envelope "$(newest)" | head -n 1)"
forget

# fails NAME: the mail stays in the queue, and nothing is in the spool.
fails() {
    check "$1: accepted" queued bo@example.net support@support.test <"$WORK/mail"
    exim -qff
    same "$1: stays in the queue, nothing in the spool" '1 0 0' "$(waiting) $(find "$SPOOL/incoming" "$SPOOL/tmp" -type f 2>/dev/null | wc -l) $(count tmp)"
}
# repaired NAME: it is delivered.
repaired() {
    exim -qff
    same "$1: delivered after the repair" '0 1' "$(waiting) $(count incoming)"
    forget
}
mv "$SPOOL/incoming" "$SPOOL/gone"
fails 'no incoming'
check 'no incoming: the log has the reason' logged "4\\.3\\.0 open '.*/incoming': No such file"
mv "$SPOOL/gone" "$SPOOL/incoming"
repaired 'no incoming'
mv "$WORK/escalate-filter" "$WORK/kept"
fails 'no filter'
cp /bin/false "$WORK/escalate-filter"
exim -qff
same 'a filter that fails: stays in the queue' 1 "$(waiting)"
mv "$WORK/kept" "$WORK/escalate-filter"
repaired 'no filter'
same 'nothing was bounced' '' "$(grep -F ' ** ' "$WORK/exim-log/mainlog")"

done_testing
