/* Fuzzes rules/policytext: a policy as the database has it, in any bytes. What is taken is written, and taken, the same. */
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "rules/policytext.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = fuzz_text(data, size);
    g_autoptr(GError) err = NULL;
    Policy *policy = NULL, *again = NULL;
    if (!policytext_read(text, &policy, &err)) {
        FUZZ_PROMISE(policy == NULL && err != NULL && fuzz_is_text(err->message));
        return 0;
    }
    g_autofree char *written = policytext_write(policy);
    FUZZ_PROMISE(policytext_read(written, &again, NULL));
    g_autofree char *twice = policytext_write(again);
    FUZZ_PROMISE(strcmp(written, twice) == 0);
    policy_free(policy);
    policy_free(again);
    return 0;
}
