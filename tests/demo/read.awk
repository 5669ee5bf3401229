# read.awk: a part of a mail as a person sees it, for the demo's pages. Run with LC_ALL=C.
#   -v want=NAME   the value of that header, encoded words decoded (RFC 2047)
#   -v want=text   the first text/plain part, decoded
#   -v want=all    header block, empty line, text part
BEGIN { for (i = 1; i < 256; i++) { hex[sprintf("%02X", i)] = sprintf("%c", i); hex[sprintf("%02x", i)] = sprintf("%c", i) }
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        in_header = 1 }

function quoted_printable(s,   out, i) {
    out = ""
    while ((i = index(s, "=")) > 0) {
        out = out substr(s, 1, i - 1) hex[substr(s, i + 1, 2)]
        s = substr(s, i + 3)
    }
    return out s
}

function base64(s,   out, i, bits, n, k) {
    out = ""; bits = 0; n = 0
    for (i = 1; i <= length(s); i++) {
        k = index(letters, substr(s, i, 1))
        if (k == 0) continue
        bits = bits * 64 + k - 1; n += 6
        if (n >= 8) { n -= 8; k = int(bits / 2 ^ n); out = out sprintf("%c", k); bits -= k * 2 ^ n }
    }
    return out
}

function words(s,   out, w, f) {
    while (match(s, /\?=[ \t]+=\?/)) s = substr(s, 1, RSTART + 1) substr(s, RSTART + RLENGTH - 2)
    out = ""
    while (match(s, /=\?[^? ]+\?[BbQq]\?[^? ]*\?=/)) {
        w = substr(s, RSTART + 2, RLENGTH - 4)
        out = out substr(s, 1, RSTART - 1)
        s = substr(s, RSTART + RLENGTH)
        split(w, f, "?")
        if (f[2] ~ /[Qq]/) { gsub(/_/, " ", f[3]); out = out quoted_printable(f[3]) } else out = out base64(f[3])
    }
    return out s
}

# A whole header, unfolded: of the mail, or with `part` of a part of it.
function header(line, part,   name, value, i) {
    i = index(line, ":")
    name = tolower(substr(line, 1, i - 1)); value = substr(line, i + 1); sub(/^[ \t]+/, "", value)
    if (!part && want == "all") print substr(line, 1, i) " " words(value)
    if (!part && name == tolower(want)) { print words(value); want = ""; exit }
    if (name == "content-type") { is_text = tolower(value) ~ /^text\/plain/
        if (match(value, /boundary="[^"]+"/)) boundary = "--" substr(value, RSTART + 10, RLENGTH - 11) }
    if (name == "content-transfer-encoding") encoding = tolower(value)
}

{ sub(/\r$/, "") }
in_header && /^[ \t]/ { sub(/^[ \t]+/, ""); held = held " " $0; next }
in_header { if (held != "") header(held, part); held = $0
    if ($0 != "") next
    in_header = 0
    if (!part && want == "all") print ""
    next }
boundary != "" && index($0, boundary) == 1 { if (done) exit
    in_header = 1; part = 1; is_text = 0; encoding = ""; held = ""; next }
(want == "all" || want == "text") && is_text { done = 1
    if (encoding == "base64") { whole = whole $0; next }
    if (encoding == "quoted-printable") {
        soft = sub(/=$/, ""); printf "%s%s", quoted_printable($0), soft ? "" : "\n"; next }
    print }
END { if (whole != "") printf "%s", base64(whole) }
