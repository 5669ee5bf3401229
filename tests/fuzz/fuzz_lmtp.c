/* Fuzzes rules/lmtp: what any client sends, whole and byte by byte: the same replies and mails, each reply one well-formed line, and no mail longer
 * than what was sent. */
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "base/limits.h"

#include "rules/lmtp.h"

#include "base/banned.h"

/* A mail that is whole: into `made`, with its envelope. Every second one is not stored. */
static void take_mail(Lmtp *l, GString *mail, GString *made, GString *out)
{
    const GPtrArray *recipients = lmtp_recipients(l);
    FUZZ_PROMISE(lmtp_sender(l) != NULL && recipients->len > 0 && recipients->len <= LIMIT_LMTP_RECIPIENTS);
    g_string_append_printf(made, "%s\n", lmtp_sender(l));
    for (guint i = 0; i < recipients->len; i++) {
        const char *address = recipients->pdata[i];
        FUZZ_PROMISE(*address != '\0' && strpbrk(address, "\r\n") == NULL && strlen(address) <= LIMIT_LMTP_ADDRESS_BYTES);
        g_string_append_printf(made, "%s\n", address);
    }
    g_string_append_len(made, mail->str, (gssize)mail->len);
    lmtp_finish(l, made->len % 2 == 0, "words", out);
    FUZZ_PROMISE(!lmtp_has_mail(l));
}

static void run(const char *bytes, gsize length, gsize piece, GString *out, GString *made)
{
    g_autoptr(Lmtp) l = lmtp_new("fuzz.test");
    g_autoptr(GString) mail = g_string_new(NULL);
    for (gsize at = 0, used; at < length; at += used) {
        gsize before = mail->len;
        LmtpEvent event = lmtp_step(l, bytes + at, MIN(piece, length - at), &used, out, mail);
        FUZZ_PROMISE(used > 0 && used <= length - at && mail->len - before <= used + 1); /* a CR may have waited */
        if (event == LMTP_CLOSE)
            return;
        if (event == LMTP_END)
            take_mail(l, mail, made, out);
        if (event != LMTP_MORE)
            g_string_truncate(mail, 0);
    }
    g_string_append_printf(made, "%d", lmtp_has_mail(l));
}

static void check_replies(const GString *out)
{
    FUZZ_PROMISE(out->len == 0 || g_str_has_suffix(out->str, "\r\n"));
    FUZZ_PROMISE(strlen(out->str) == out->len);
    for (const char *line = out->str, *end; *line != '\0'; line = end + 2) {
        end = strstr(line, "\r\n");
        FUZZ_PROMISE(end - line >= 4 && end - line <= 510 && line[0] >= '2' && line[0] <= '5' && (line[3] == ' ' || line[3] == '-'));
        FUZZ_PROMISE(memchr(line, '\n', (size_t)(end - line)) == NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GString) out = g_string_new(NULL), made = g_string_new(NULL), slow_out = g_string_new(NULL), slow_made = g_string_new(NULL);
    g_autofree char *bytes = g_malloc(size + (size == 0)); /* exactly as long, for the sanitizer */
    memcpy(bytes, data, size);
    run(bytes, size, size, out, made);
    run(bytes, size, 1, slow_out, slow_made);
    FUZZ_PROMISE(g_string_equal(out, slow_out) && g_string_equal(made, slow_made));
    check_replies(out);
    return 0;
}
