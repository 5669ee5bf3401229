/* Fuzzes mail/tnef: any bytes behind its signature become text in UTF-8 and files, or nothing. */
#include "tests/fuzz/fuzz.h"

#include "mail/charset.h"
#include "mail/tnef.h"

#include "base/banned.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    charset_warm_up();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(Tnef) t = tnef_read((const char *)data, size);
    if (t == NULL)
        return 0;
    FUZZ_PROMISE(t->text == NULL || fuzz_is_text(t->text));
    for (guint i = 0; i < t->files->len; i++) {
        const TnefFile *f = t->files->pdata[i];
        FUZZ_PROMISE(fuzz_is_text(f->name) && fuzz_is_text(f->type));
    }
    return 0;
}
