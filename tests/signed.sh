# shellcheck shell=sh
# signed.sh: mails that somebody signed, for scripts, sourced after lib.sh. Who made a keyring kills what gpg has started: gpgconf --kill all.
make_keyring() {
    GNUPGHOME=$WORK/g
    export GNUPGHOME
    mkdir -m 700 "$GNUPGHOME"
}
# key NAME EXPIRY
key() { gpg -q --batch --faked-system-time 20260101T000000 --passphrase '' --quick-generate-key "$1@desk.test" ed25519 sign "$2" 2>/dev/null; }
# certificate FILE NAME: FILE.pem, FILE.key
certificate() { openssl req -x509 -newkey rsa:2048 -nodes -subj "/CN=$2" -days 36500 -keyout "$WORK/$1.key" -out "$WORK/$1.pem" 2>/dev/null; }
# part TEXT [ENCODING]: the entity to sign, in $WORK/part with CRLF.
part() { printf 'Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: %s\n\n%b\n' "${2:-8bit}" "$1" | sed 's/$/\r/' >"$WORK/part"; }
# pgp [KEY] [TIME]: the whole entity, multipart/signed, on standard output, with LF.
pgp() {
    gpg -q --batch --yes --faked-system-time "${2:-20260526T082330}" -u "${1:-bob}@desk.test" ${TEXTMODE:+"$TEXTMODE"} --digest-algo "${DIGEST:-SHA256}" --armor --detach-sign -o "$WORK/sig" "$WORK/part" 2>/dev/null
    printf 'Content-Type: multipart/signed; micalg=pgp-sha256; protocol="application/pgp-signature"; boundary="sss"\n\n--sss\n'
    tr -d '\r' <"$WORK/part"
    printf '\n--sss\nContent-Type: application/pgp-signature\n\n'
    cat "$WORK/sig"
    printf '\n--sss--\n'
}
# smime CERTIFICATE: as pgp. OpenSSL asks the machine's clock.
smime() {
    openssl smime -sign -in "$WORK/part" -signer "$WORK/$1.pem" -inkey "$WORK/$1.key" -md sha256 2>/dev/null | tr -d '\r' | grep -v '^MIME-Version'
}
