/* Fuzzes what core makes of the other answers of a parse worker that hostile bytes have taken over: attachments, and where a
 * signature stands; and mail/signedpart, which says that in earnest. */
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "base/limits.h"

#include "flows/parsed.h"

#include "base/banned.h"

static void check_parts(const char *bytes, gsize size)
{
    g_autoptr(GPtrArray) parts = NULL, again = NULL;
    g_autoptr(GString) written = g_string_new(NULL);
    if (!parsed_read_parts(bytes, size, &parts, NULL)) {
        FUZZ_PROMISE(parts == NULL);
        return;
    }
    FUZZ_PROMISE(parts->len <= LIMIT_MIME_PARTS);
    gsize total = 0;
    for (guint i = 0; i < parts->len; i++) {
        const MessagePart *p = g_ptr_array_index(parts, i);
        FUZZ_PROMISE(fuzz_is_text(p->name) && fuzz_is_text(p->type) && strpbrk(p->name, "/\\\r\n") == NULL && strpbrk(p->type, "\r\n") == NULL);
        total += g_bytes_get_size(p->bytes);
    }
    FUZZ_PROMISE(total <= size);
    parsed_write_parts(parts, written);
    FUZZ_PROMISE(parsed_read_parts(written->str, written->len, &again, NULL) && again->len == parts->len);
}

static void check_signed(const char *bytes, gsize size)
{
    Signedpart s, again;
    g_autoptr(GError) err = NULL;
    g_autoptr(GString) written = g_string_new(NULL);
    if (!parsed_read_signed(bytes, size, &s, &err)) {
        FUZZ_PROMISE(err != NULL && fuzz_is_text(err->message));
    } else {
        parsed_write_signed(&s, written);
        FUZZ_PROMISE(parsed_read_signed(written->str, written->len, &again, NULL) && again.content_at == s.content_at);
    }
    s = signedpart_find(bytes, size);
    if (s.kind == SIGNEDPART_NONE) {
        FUZZ_PROMISE(fuzz_is_text(s.why));
        return;
    }
    FUZZ_PROMISE(s.content_at <= size && s.content_length <= size - s.content_at);
    FUZZ_PROMISE(s.signature_at <= size && s.signature_length <= size - s.signature_at && s.content_at + s.content_length <= s.signature_at);
    g_autoptr(GString) canonical = signedpart_canonical(bytes + s.content_at, s.content_length);
    g_autofree char *digest = signedpart_digest(canonical);
    FUZZ_PROMISE(strlen(digest) == 64);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *bytes = g_memdup2(data, size + (size == 0)); /* exactly as long, for the sanitizer */
    check_parts(bytes, size);
    check_signed(bytes, size);
    return 0;
}
