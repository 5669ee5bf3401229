/* Fuzzes time/invite: the text/calendar of a stranger's mail. */
#include "tests/fuzz/fuzz.h"

#include "time/invite.h"

#include "base/banned.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    fuzz_init();
    return 0;
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
    FUZZ_PROMISE(fuzz_is_text(r->method) && fuzz_is_text(r->uid) && fuzz_is_text(r->partstat) && fuzz_is_text(r->attendee)
                 && fuzz_is_text(r->sent_by) && fuzz_is_text(r->comment));
    return 0;
}
