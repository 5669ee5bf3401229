#!/bin/sh
# unit.sh: the systemd unit and its drop-in: what of it goes with sendmail(1), the exposure that systemd-analyze(1) sees, and the real
# programs under what the drop-in forbids (tests/e2e/confine.c stands for systemd, which does not run everywhere).
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
CONFINE=$BUILDDIR/tests/e2e/confine
UNIT=$BUILDDIR/contrib/systemd/escalated.service
DROP_IN=$TOP_SRCDIR/contrib/systemd/smtp.conf
[ -x "$CONFINE" ] || skip_all "no libseccomp for the tests"

# systemd.exec(5), NoNewPrivileges=: each of these implies it for a service that has a User=.
IMPLIES='NoNewPrivileges DynamicUser LockPersonality MemoryDenyWriteExecute PrivateDevices ProtectClock ProtectHostname ProtectKernelLogs
ProtectKernelModules ProtectKernelTunables RestrictAddressFamilies RestrictNamespaces RestrictRealtime RestrictSUIDSGID
SystemCallArchitectures SystemCallFilter SystemCallLog'
has() { grep -q "^$1=" "$2"; }
same "setgid postdrop: the unit has nothing that implies NoNewPrivileges" '' "$(for one in $IMPLIES; do if has "$one" "$UNIT"; then echo "$one"; fi; done)"
same "the drop-in has all of it that a user's service can have" 'DynamicUser SystemCallLog' \
    "$(for one in $IMPLIES; do if ! has "$one" "$DROP_IN"; then echo "$one"; fi; done | tr '\n' ' ' | sed 's/ $//')"
same "the drop-in has nothing else" '' "$(grep -v '^#' "$DROP_IN" | sed -n 's/=.*//p' | while read -r one; do
    case " $(echo "$IMPLIES" | tr '\n' ' ') SystemCallErrorNumber " in *" $one "*) ;; *) echo "$one" ;; esac; done)"
same "no PrivateUsers: owners in the spool stay what they are" '' "$(grep -h '^PrivateUsers' "$UNIT" "$DROP_IN")"

# ---- exposure ----

if ! command -v systemd-analyze >/dev/null || ! systemd-analyze security --help 2>/dev/null | grep -q -e --offline; then
    skip "exposure" "no systemd-analyze with --offline"
    done_testing
fi
exposure() { systemd-analyze security --offline=yes "$1" 2>&1 | sed -n 's/.*exposure level for [^:]*: \([0-9]*\)\.\([0-9]\).*/\1\2/p'; }
mkdir -p "$WORK/units/escalated.service.d"
cp "$UNIT" "$WORK/units/escalated.service"
alone=$(exposure "$WORK/units/escalated.service")
cp "$DROP_IN" "$WORK/units/escalated.service.d/smtp.conf"
both=$(exposure "$WORK/units/escalated.service")
diag "systemd-analyze security: $alone tenths with sendmail, $both with smtp"
check "exposure with sendmail is at most 5.6" [ "$alone" -le 56 ]
check "exposure with smtp is at most 1.5" [ "$both" -le 15 ]
same "no line that systemd does not know" '' "$(systemd-analyze verify "$WORK/units/escalated.service" 2>&1 | grep -iE 'unknown|invalid|failed to parse|ignoring')"

# ---- the programs under the drop-in ----

members() { # a set's calls, those of sets in it too
    systemd-analyze syscall-filter "$1" | sed -e 1d -e 's/^ *//' -e '/^#/d' -e '/^$/d' | while read -r call; do
        case $call in @*) members "$call" ;; *) echo "$call" ;; esac
    done
}
# The lines of the drop-in, in order: the first begins the list, `~` takes away.
grep '^SystemCallFilter=' "$DROP_IN" | sed 's/^SystemCallFilter=//' | while read -r line; do
    for call in ${line#\~}; do
        case $call in @*) members "$call" ;; *) echo "$call" ;; esac
    done | sort -u >"$WORK/calls"
    case $line in
    '~'*) sort -u "$WORK/allowed" | comm -23 - "$WORK/calls" >"$WORK/left" && mv "$WORK/left" "$WORK/allowed" ;;
    *) cat "$WORK/calls" >>"$WORK/allowed" ;;
    esac
done
check "the list of calls is one" [ "$(wc -l <"$WORK/allowed")" -gt 200 ]
exits "confined: what is not on the list fails" 1 "$CONFINE" "$WORK/allowed" "$(command -v chown)" root "$WORK/allowed"
# PrivateTmp and a spool that systemd-tmpfiles made are not played: the scripts make theirs.
cat >"$WORK/escalated" <<END
#!/bin/sh
exec "$CONFINE" "$WORK/allowed" "$ESCALATED" "\$@"
END
chmod +x "$WORK/escalated"
for script in main signature outage; do
    ESCALATED=$WORK/escalated sh "$TOP_SRCDIR/tests/e2e/$script.sh" >"$WORK/said" 2>&1
    same "confined: $script.sh" 0 "$?"
    grep -E -A8 '^not ok|Bail' "$WORK/said" | head -40 | sed 's/^/#   /'
done

done_testing
