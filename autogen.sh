#!/bin/sh
# autogen.sh: bootstraps; with `demo` or `check` it does all from a bare Debian to the result.
#   ./autogen.sh         writes configure
#   ./autogen.sh demo    installs what is missing, builds, shows the main job
#   ./autogen.sh check   installs what is missing, builds, runs every test
set -eu
cd "$(dirname "$0")"
# shellcheck source=tests/build.sh
. tests/build.sh

build="build-essential autoconf automake pkg-config libgmime-3.0-dev libetpan-dev libsqlite3-dev libical-dev libxml2-dev
 libgnutls28-dev libyaml-dev libjansson-dev libseccomp-dev libytnef0-dev libarchive-dev tzdata"
test="libcmocka-dev clang libclang-rt-14-dev mandoc shellcheck postfix procmail maildrop dovecot-core dovecot-sieve libidn12 libnss-wrapper python3 openssl procps gpg gpg-agent"

say() { printf '%s\n' "$*"; }

missing() {
    for p in "$@"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null)" = installed ] || printf ' %s' "$p"
    done
}

# Installs what is not there; asks first where somebody sits at a terminal.
need() {
    if ! command -v apt-get >/dev/null 2>&1; then
        say "autogen.sh: no apt-get here: install the equivalents of:" "$@" "and run ./configure && make" >&2
        exit 1
    fi
    wanted=$(missing "$@")
    [ -n "$wanted" ] || return 0
    say "apt will install:$wanted"
    if [ -t 0 ] && [ -t 1 ]; then
        printf 'Go on? [Y/n] '
        read -r answer
        case $answer in [nN]*) exit 1 ;; esac
    fi
    sudo=
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null 2>&1 || { say "autogen.sh: apt needs root, and there is no sudo: run this as root once" >&2; exit 1; }
        sudo=sudo
    fi
    # shellcheck disable=SC2086 # words are wanted
    $sudo env DEBIAN_FRONTEND=noninteractive sh -c 'apt-get update -qq && apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 "$@"' apt \
        $wanted >/dev/null || { say "autogen.sh: apt could not install:$wanted" >&2; exit 1; }
}

bootstrap() {
    if [ ! -x configure ] || [ configure.ac -nt configure ] || [ Makefile.am -nt Makefile.in ]; then
        mkdir -p build-aux
        autoreconf --install --warnings=all
    fi
}

case ${1-} in
'')
    bootstrap
    ;;
demo)
    # shellcheck disable=SC2086
    need $build
    bootstrap
    build build/demo
    exec tests/demo.sh build/demo
    ;;
check)
    # shellcheck disable=SC2086
    need $build $test
    bootstrap
    exec tests/run-all.sh
    ;;
*)
    say "usage: ./autogen.sh [demo | check]" >&2
    exit 2
    ;;
esac
