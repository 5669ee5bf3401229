#!/bin/sh
# private-postfix.sh DIR PORT start|stop: a Postfix of its own under DIR (absolute), listening on 127.0.0.1:PORT. Touches
# neither /etc/postfix nor port 25. `start` needs root, FILTER (absolute) and TOP_SRCDIR, and takes the two snippets of
# filters/postfix with their placeholders filled in: what is documented is what runs. SPOOL is the spool, PIPE_USER who runs
# the filter; RECIPE is another folder of snippets, for which SOCKET is where escalate listens; EXTRA_MAIN and EXTRA_MASTER are files to append. `stop` is bounded in time and does not wait for the master to be reaped.
set -eu

dir=$1
port=$2
action=$3
RECIPE=${RECIPE:-${TOP_SRCDIR:-}/filters/postfix}
case $dir in
/*) ;;
*) echo "private-postfix.sh: '$dir' is not absolute" >&2 && exit 2 ;;
esac

fill_in() {
    sed -e '/^#/d' -e "s|@bindir@/escalate-filter|$FILTER|g" -e "s|@user@|$PIPE_USER|g" -e "s|@spool@|$SPOOL|g" -e "s|@socket@|${SOCKET:-}|g" \
        -e 's|@queue@|support|g' -e 's|@domain@|support.test|g' "$1"
}

write_main() {
    cat <<END
compatibility_level = 3.6
queue_directory = $dir/queue
data_directory = $dir/data
command_directory = $(postconf -dh command_directory)
daemon_directory = $(postconf -dh daemon_directory)
mail_owner = postfix
setgid_group = postdrop
multi_instance_enable = no
maillog_file = $dir/mail.log
maillog_file_prefixes = $dir
myhostname = mx.test
mydestination =
local_transport = error:no local mail
alias_maps =
alias_database =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_peername_lookup = no
virtual_mailbox_domains = support.test
default_transport = error:nothing leaves this machine
minimal_backoff_time = 1s
maximal_backoff_time = 2s
queue_run_delay = 300s
in_flow_delay = 0
END
    fill_in "$RECIPE/main.cf"
    cat "${EXTRA_MAIN:-/dev/null}"
}

# master.cf as Debian has it, cut to what a mail in and a pipe out need. Nothing is chrooted.
write_master() {
    cat <<END
127.0.0.1:$port inet n - n - - smtpd
pickup    unix  n - n 60 1 pickup
cleanup   unix  n - n -  0 cleanup
qmgr      unix  n - n 300 1 qmgr
rewrite   unix  - - n -  - trivial-rewrite
bounce    unix  - - n -  0 bounce
defer     unix  - - n -  0 bounce
trace     unix  - - n -  0 bounce
verify    unix  - - n -  1 verify
flush     unix  n - n 1000? 0 flush
proxymap  unix  - - n -  - proxymap
showq     unix  n - n -  - showq
error     unix  - - n -  - error
retry     unix  - - n -  - error
anvil     unix  - - n -  1 anvil
scache    unix  - - n -  1 scache
postlog   unix-dgram n - n - 1 postlogd
END
    fill_in "$RECIPE/master.cf"
    cat "${EXTRA_MASTER:-/dev/null}"
}

case $action in
start)
    mkdir -p "$dir/etc" "$dir/queue" "$dir/data"
    chmod 0755 "$dir"
    chown postfix "$dir/data"
    write_main >"$dir/etc/main.cf"
    write_master >"$dir/etc/master.cf"
    timeout 60 postfix -c "$dir/etc" start </dev/null >"$dir/start.log" 2>&1
    ;;
stop)
    timeout -k 5 30 postfix -c "$dir/etc" stop </dev/null >"$dir/stop.log" 2>&1 || true
    ;;
*)
    echo "private-postfix.sh: unknown action '$action'" >&2
    exit 2
    ;;
esac
