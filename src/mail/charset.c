/* charset: the table of what charset labels mean in practice, and decoding that always answers valid UTF-8. It must never fail,
 * never answer a NUL and never take time that is not linear in the length. */
#include "mail/charset.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>

#include "base/utf8.h"

#include "base/banned.h"

#define LABEL_MAX 40
#define NONE "" /* a label that says nothing */

/* What stands on the left is sent, what stands on the right is meant: mostly the vendor's superset. */
static const struct {
    const char *label, *meant;
} aliases[] = {
    {"ascii", NONE},
    {"us-ascii", NONE},
    {"ansi_x3.4-1968", NONE},
    {"unknown-8bit", NONE},
    {"x-unknown", NONE},
    {"unknown", NONE},
    {"8bit", NONE},
    {"7bit", NONE},
    {"default", NONE},
    {"binary", NONE},
    {"none", NONE},
    {"utf8", "utf-8"},
    {"utf-8", "utf-8"},
    {"unicode-1-1-utf-8", "utf-8"},
    {"cp65001", "utf-8"},
    {"utf7", "utf-7"},
    {"unicode-1-1-utf-7", "utf-7"},
    {"iso-8859-1", "windows-1252"},
    {"iso8859-1", "windows-1252"},
    {"iso_8859-1", "windows-1252"},
    {"8859-1", "windows-1252"},
    {"latin1", "windows-1252"},
    {"latin-1", "windows-1252"},
    {"cp1252", "windows-1252"},
    {"ansi", "windows-1252"},
    {"iso-8859-8-i", "iso-8859-8"},
    {"iso-8859-8-e", "iso-8859-8"},
    {"iso-8859-6-i", "iso-8859-6"},
    {"iso-8859-9", "windows-1254"},
    {"iso-8859-11", "windows-874"},
    {"tis-620", "windows-874"},
    {"windows-874", "cp874"},
    {"gb2312", "gb18030"},
    {"gb_2312-80", "gb18030"},
    {"x-gbk", "gb18030"},
    {"gbk", "gb18030"},
    {"cp936", "gb18030"},
    {"euc-cn", "gb18030"},
    {"chinesebig5", "big5-hkscs"},
    {"cn-big5", "big5-hkscs"},
    {"big5", "big5-hkscs"},
    {"cp950", "big5-hkscs"},
    {"ks_c_5601-1987", "cp949"},
    {"ks_c_5601", "cp949"},
    {"ksc5601", "cp949"},
    {"ksc_5601", "cp949"},
    {"euc-kr", "cp949"},
    {"euckr", "cp949"},
    {"windows-949", "cp949"},
    {"shift_jis", "cp932"},
    {"shift-jis", "cp932"},
    {"sjis", "cp932"},
    {"x-sjis", "cp932"},
    {"windows-31j", "cp932"},
    {"ms_kanji", "cp932"},
    {"x-euc-jp", "euc-jp"},
    {"cp50220", "iso-2022-jp-3"},
    {"iso-2022-jp", "iso-2022-jp-3"},
    {"x-mac-roman", "macintosh"},
    {"mac", "macintosh"},
    {"koi8r", "koi8-r"},
};

/* Opened by charset_warm_up. Every other charset that the system knows works as long as files may be opened. */
static const char *const common[] = {
    "windows-1252", "utf-7", "utf-16", "utf-16le", "utf-16be", "gb18030", "big5-hkscs", "cp949", "cp932", "iso-2022-jp-3",
    "iso-2022-jp", "euc-jp", "iso-2022-kr", "hz", "koi8-r", "koi8-u", "iso-8859-1", "iso-8859-2", "iso-8859-3", "iso-8859-4",
    "iso-8859-5", "iso-8859-6", "iso-8859-7", "iso-8859-8", "iso-8859-9", "iso-8859-10", "iso-8859-13", "iso-8859-14",
    "iso-8859-15", "iso-8859-16", "windows-1250", "windows-1251", "windows-1253", "windows-1254", "windows-1255",
    "windows-1256", "windows-1257", "windows-1258", "cp874", "macintosh", "cp437", "cp850", "cp852", "cp866", "gbk", "gb2312",
    "big5", "euc-kr", "shift_jis", "tis-620", "us-ascii", "utf-8",
};

static GHashTable *kept; /* name -> iconv_t, filled once by charset_warm_up */

void charset_warm_up(void)
{
    if (kept != NULL)
        return;
    kept = g_hash_table_new(g_str_hash, g_str_equal);
    for (gsize i = 0; i < G_N_ELEMENTS(common); i++) {
        iconv_t cd = iconv_open("UTF-8", common[i]);
        if (cd == (iconv_t)-1)
            continue;
        g_hash_table_insert(kept, (gpointer)common[i], cd);
        /* GMime asks for its own converters in both spellings; the C library shares the module that is now loaded. */
        char in[] = "a", out[16], *pin = in, *pout = out;
        gsize nin = 1, nout = sizeof out;
        iconv(cd, &pin, &nin, &pout, &nout);
    }
}

/* Lower case, without quotes, blanks and anything after ';'. FALSE for what cannot be a charset's name. */
static gboolean clean_label(const char *label, char out[LABEL_MAX])
{
    gsize n = 0;
    for (const char *p = label; *p != '\0' && *p != ';' && *p != '*'; p++) {
        if (*p == '"' || *p == '\'' || g_ascii_isspace(*p))
            continue;
        if ((!g_ascii_isalnum(*p) && strchr("-_.:+()", *p) == NULL) || n + 1 >= LABEL_MAX)
            return FALSE;
        out[n++] = g_ascii_tolower(*p);
    }
    out[n] = '\0';
    return n > 0;
}

static const char *meant_by(char label[LABEL_MAX])
{
    for (gsize i = 0; i < G_N_ELEMENTS(aliases); i++)
        if (strcmp(aliases[i].label, label) == 0)
            return aliases[i].meant;
    if (g_str_has_prefix(label, "x-") && g_str_has_prefix(label + 2, "cp"))
        return label + 2;
    return label;
}

/* Converts everything. Strict: FALSE at the first byte that does not convert; else such bytes become U+FFFD. */
static gboolean convert(iconv_t cd, const char *bytes, gsize length, gboolean strict, GString *out)
{
    char *in = (char *)bytes; /* iconv's prototype lacks const */
    gsize left = length;
    char buffer[8192];
    iconv(cd, NULL, NULL, NULL, NULL);
    while (left > 0) {
        char *o = buffer;
        gsize room = sizeof buffer;
        gsize r = iconv(cd, &in, &left, &o, &room);
        int why = errno;
        g_string_append_len(out, buffer, o - buffer);
        if (r != (gsize)-1 || (why == E2BIG && o != buffer))
            continue;
        if (strict)
            return FALSE;
        g_string_append(out, "\xEF\xBF\xBD");
        if (why == EINVAL || left == 0)
            break;
        in++;
        left--;
    }
    char *o = buffer;
    gsize room = sizeof buffer;
    iconv(cd, NULL, NULL, &o, &room);
    g_string_append_len(out, buffer, o - buffer);
    return TRUE;
}

static gboolean convert_from(const char *name, const char *bytes, gsize length, gboolean strict, GString *out)
{
    iconv_t cd = kept != NULL ? g_hash_table_lookup(kept, name) : NULL;
    gboolean own = cd == NULL;
    if (own)
        cd = iconv_open("UTF-8", name);
    if (cd == (iconv_t)-1)
        return FALSE;
    g_string_truncate(out, 0);
    gboolean good = convert(cd, bytes, length, strict, out);
    if (own)
        iconv_close(cd);
    return good;
}

/* NUL as the end of a C string is no character of a mail; a byte order mark is none of its text. */
static char *finish(GString *s, gsize *ret_length)
{
    if (memchr(s->str, '\0', s->len) != NULL) {
        gsize n = 0;
        for (gsize i = 0; i < s->len; i++)
            if (s->str[i] != '\0')
                s->str[n++] = s->str[i];
        g_string_truncate(s, n);
    }
    if (s->len >= 3 && memcmp(s->str, "\xEF\xBB\xBF", 3) == 0)
        g_string_erase(s, 0, 3);
    if (!utf8_is_valid(s->str, s->len)) {
        char *valid = g_utf8_make_valid(s->str, (gssize)s->len);
        g_string_assign(s, valid);
        g_free(valid);
    }
    if (ret_length != NULL)
        *ret_length = s->len;
    return g_string_free(s, FALSE);
}

static gboolean is_utf8(const char *bytes, gsize length)
{
    while (length > 0) { /* NUL is taken out later; here it ends nothing */
        const char *nul = memchr(bytes, '\0', length);
        gsize n = nul != NULL ? (gsize)(nul - bytes) : length;
        if (!utf8_is_valid(bytes, n))
            return FALSE;
        if (nul == NULL)
            break;
        bytes += n + 1;
        length -= n + 1;
    }
    return TRUE;
}

/* RFC 1468: ESC $ @, ESC $ B, ESC ( J in a text that has no label and no 8-bit byte. */
static gboolean looks_iso_2022_jp(const char *bytes, gsize length)
{
    const char *end = bytes + length;
    for (const char *p = bytes; (p = memchr(p, 0x1b, (gsize)(end - p))) != NULL; p++)
        if (end - p >= 3 && ((p[1] == '$' && (p[2] == 'B' || p[2] == '@')) || (p[1] == '(' && p[2] == 'J')))
            return TRUE;
    return FALSE;
}

/* More well-formed sequences of UTF-8 than stray bytes: a UTF-8 text that was cut or spliced. */
static gboolean mostly_utf8(const char *bytes, gsize length)
{
    gsize good = 0, bad = 0;
    const char *end = bytes + length;
    for (const char *p = bytes; p < end;) {
        if ((guchar)*p < 0x80) {
            p++;
            continue;
        }
        gunichar c = g_utf8_get_char_validated(p, end - p);
        gboolean valid = c != (gunichar)-1 && c != (gunichar)-2;
        if (valid)
            good++;
        else
            bad++;
        p = valid ? g_utf8_next_char(p) : p + 1;
    }
    return good > 0 && good >= bad;
}

static char *decode_unlabelled(const char *bytes, gsize length, gsize *ret_length)
{
    GString *out = g_string_sized_new(length + 16);
    gboolean high = !utf8_is_ascii(bytes, length);
    if (!high && looks_iso_2022_jp(bytes, length) && convert_from("iso-2022-jp-3", bytes, length, FALSE, out))
        return finish(out, ret_length);
    if (high && !is_utf8(bytes, length) && !mostly_utf8(bytes, length)
        && convert_from("windows-1252", bytes, length, FALSE, out))
        return finish(out, ret_length);
    g_string_assign(out, "");
    g_string_append_len(out, bytes, (gssize)length);
    return finish(out, ret_length);
}

char *charset_mend(const char *bytes, gsize length, gsize *ret_length)
{
    return decode_unlabelled(bytes != NULL ? bytes : "", length, ret_length);
}

static void note(gboolean *flag)
{
    if (flag != NULL)
        *flag = TRUE;
}

char *charset_decode(const char *bytes, gsize length, const char *label, gsize *ret_length, gboolean *ret_mended)
{
    char name[LABEL_MAX];
    bytes = bytes != NULL ? bytes : "";
    const char *meant = label != NULL && clean_label(label, name) ? meant_by(name) : NONE;
    gboolean eight = !utf8_is_ascii(bytes, length);
    if (*meant == '\0' || strcmp(meant, "utf-8") == 0) {
        if (eight && (*meant == '\0' || !is_utf8(bytes, length)))
            note(ret_mended);
        return decode_unlabelled(bytes, length, ret_length);
    }
    /* Well-formed UTF-8 with 8-bit characters is no accident: senders leave the old label on it. */
    gboolean western = strcmp(meant, "windows-1252") == 0;
    if (western && eight && is_utf8(bytes, length)) {
        note(ret_mended);
        return decode_unlabelled(bytes, length, ret_length);
    }
    GString *out = g_string_sized_new(length + length / 2 + 16);
    if (convert_from(meant, bytes, length, TRUE, out))
        return finish(out, ret_length);
    note(ret_mended);
    if (!is_utf8(bytes, length) && convert_from(meant, bytes, length, FALSE, out))
        return finish(out, ret_length);
    g_string_free(out, TRUE);
    return decode_unlabelled(bytes, length, ret_length);
}
