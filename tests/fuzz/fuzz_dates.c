/* Fuzzes the readers of times: instants, durations, zones, the Date of a mail. */
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "base/zone.h"

#include "mail/message.h"
#include "rules/duration.h"

#include "base/banned.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    message_init();
    return 0;
}

static void check_instant(const char *text)
{
    Instant t = INSTANT_NONE, again = INSTANT_NONE;
    g_autoptr(GError) err = NULL;
    if (!instant_parse(text, &t, &err)) {
        FUZZ_PROMISE(t == INSTANT_NONE && err != NULL && fuzz_is_text(err->message));
        return;
    }
    g_autofree char *written = instant_format(t);
    FUZZ_PROMISE(instant_parse(written, &again, NULL) && again == t);
    g_autofree char *mail = t >= 0 ? instant_format_mail(t) : NULL, *civil = zone_format_rfc3339(zone_utc(), t);
    FUZZ_PROMISE(mail == NULL || fuzz_is_text(mail));
    FUZZ_PROMISE(instant_parse(civil, &again, NULL) && again == t);
}

static void check_duration(const char *text)
{
    Duration d, again;
    g_autoptr(GError) err = NULL;
    if (!duration_parse(text, &d, &err)) {
        FUZZ_PROMISE(err != NULL && fuzz_is_text(err->message));
        return;
    }
    g_autofree char *written = duration_format(d), *human = duration_format_human(d.amount);
    FUZZ_PROMISE(d.amount >= 0 && duration_parse(written, &again, NULL) && again.amount == d.amount && again.unit == d.unit);
    FUZZ_PROMISE(fuzz_is_text(human));
}

static void check_mail_date(const char *text)
{
    g_autofree char *mail = g_strdup_printf("Date: %s\n\n", text);
    g_autoptr(Letter) l = message_parse(mail, strlen(mail));
    FUZZ_PROMISE(l->date == INSTANT_NONE || l->date <= INSTANT_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = fuzz_text(data, size);
    check_instant(text);
    check_duration(text);
    check_mail_date(text);
    zone_get(text, NULL);
    return 0;
}
