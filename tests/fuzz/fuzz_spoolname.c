/* Fuzzes base/spoolname: the head of a file that any local user may have written, and the name that he gave it. */
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "base/spoolname.h"

#include "base/banned.h"

static void check_inside(const char *value, const char *bytes, size_t end)
{
    if (value == NULL)
        return;
    FUZZ_PROMISE(value >= bytes && value < bytes + end);
    FUZZ_PROMISE(strlen(value) < end - (size_t)(value - bytes));
    for (const char *p = value; *p != '\0'; p++)
        FUZZ_PROMISE((unsigned char)*p >= ' ' && *p != 0x7f);
}

static void check_envelope(const uint8_t *data, size_t size)
{
    SpoolEnvelope e;
    const char *reason = NULL;
    g_autofree char *bytes = g_malloc(size + (size == 0)); /* exactly as long, for the sanitizer */
    memcpy(bytes, data, size);
    if (spoolname_envelope_read(bytes, size, &e, &reason) != 0) {
        FUZZ_PROMISE(reason != NULL && e.mail_offset == 0 && e.sender == NULL && e.recipient_count == 0);
        FUZZ_PROMISE(memcmp(bytes, data, size) == 0);
        return;
    }
    FUZZ_PROMISE(e.mail_offset <= size && e.mail_offset <= SPOOLNAME_ENVELOPE_MAX);
    FUZZ_PROMISE(memcmp(bytes + e.mail_offset, data + e.mail_offset, size - e.mail_offset) == 0);
    FUZZ_PROMISE(e.recipient_count >= 0 && e.recipient_count <= SPOOLNAME_RECIPIENTS_MAX);
    check_inside(e.sender, bytes, e.mail_offset);
    check_inside(e.queue, bytes, e.mail_offset);
    for (int i = 0; i < e.recipient_count; i++)
        check_inside(e.recipients[i], bytes, e.mail_offset);
}

/* What the filter writes of any value is read back, but for what it must not hold. */
static void check_line(const char *value)
{
    static const char end[] = "X-Escalate-Envelope-End: 1\n";
    static char out[SPOOLNAME_ENVELOPE_MAX];
    SpoolEnvelope e;
    const char *reason = NULL;
    int n = spoolname_envelope_line(out, sizeof out - sizeof end, "Sender", value);
    if (n < 0)
        return;
    memcpy(out + n, end, sizeof end - 1);
    FUZZ_PROMISE(spoolname_envelope_read(out, (size_t)n + sizeof end - 1, &e, &reason) == 0);
    FUZZ_PROMISE(e.sender != NULL && strlen(e.sender) == strlen(value));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *name = g_strndup((const char *)data, size);
    check_envelope(data, size);
    FUZZ_PROMISE((spoolname_is_valid(name) != 0) == (spoolname_seconds(name) >= 0));
    check_line(name);
    return 0;
}
