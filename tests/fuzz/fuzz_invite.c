/* Fuzzes time/invite: the text/calendar of a stranger's mail. */
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "time/invite.h"

#include "base/banned.h"

#define VALUE_MAX 2000 /* what core takes: flows/readingfill.h */

static gboolean is_line(const char *text)
{
    for (const char *p = text; p != NULL && *p != '\0'; p++)
        if ((unsigned char)*p < ' ' && *p != '\t')
            return FALSE;
    return fuzz_is_text(text) && strlen(text) <= VALUE_MAX;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = fuzz_text(data, size);
    g_autoptr(InviteReply) r = NULL;
    g_autoptr(GError) err = NULL;
    if (!invite_read_reply(text, size % 2 == 0 ? "REPLY" : NULL, &r, &err)) {
        FUZZ_PROMISE(r == NULL && err != NULL && fuzz_is_text(err->message));
        return 0;
    }
    const char *lines[] = {r->method, r->uid, r->partstat, r->attendee, r->sent_by};
    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++)
        FUZZ_PROMISE(is_line(lines[i]));
    FUZZ_PROMISE(fuzz_is_text(r->comment) && strlen(r->comment) <= VALUE_MAX && r->sequence >= 0);
    return 0;
}
