/* Fuzzes time/calendar and time/rota with one file of any bytes, which lies in memory. Where it is a calendar, the laws of open
 * time hold on it. */
#include <sys/mman.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

#include "base/limits.h"

#include "time/calendar.h"
#include "time/rota.h"

#include "base/banned.h"

#define START ((Instant)1795597200) /* 2026-11-25T09:00:00Z */
#define YEAR ((Seconds)366 * 86400)

static int file = -1;
static char path[64];

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    file = memfd_create("calendar", MFD_CLOEXEC);
    if (file < 0)
        abort();
    g_snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    return 0;
}

static gboolean put(const uint8_t *data, size_t size)
{
    return ftruncate(file, 0) == 0 && pwrite(file, data, size, 0) == (ssize_t)size;
}

static void check_add(Calendar *c, gint64 seconds)
{
    Instant end;
    Seconds back = -1;
    Duration d = {.amount = seconds, .unit = DURATION_OPEN_SECONDS};
    if (!calendar_add(c, START, d, &end, NULL))
        return;
    FUZZ_PROMISE(end >= START + seconds);
    FUZZ_PROMISE(!calendar_between(c, START, end, &back, NULL) || back == seconds);
}

static void check_pieces(Calendar *c)
{
    GArray *pieces = NULL;
    Instant at = START;
    if (!calendar_pieces(c, START, START + 14 * 86400, &pieces, NULL))
        return;
    for (guint i = 0; i < pieces->len; i++) {
        const CalendarPiece *p = &g_array_index(pieces, CalendarPiece, i);
        gboolean open;
        FUZZ_PROMISE(p->start == at && p->end > p->start);
        FUZZ_PROMISE(!calendar_is_open(c, p->start, &open, NULL) || open == p->open);
        at = p->end;
    }
    FUZZ_PROMISE(at == START + 14 * 86400);
    g_array_unref(pieces);
}

static void check_calendar(char *const *hours, char *const *holidays)
{
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) err = NULL;
    Calendar *c = calendar_new(&(CalendarSource){.name = "fuzz", .hours = hours, .holidays = holidays, .zone_id = "Europe/Berlin"}, warnings, &err);
    Seconds open = 0;
    FUZZ_PROMISE((c == NULL) == (err != NULL));
    if (c == NULL)
        return;
    if (calendar_between(c, START, START + YEAR, &open, NULL)) {
        FUZZ_PROMISE(open >= 0 && open <= YEAR);
        for (gint64 seconds = 1; seconds <= open; seconds = seconds * 60)
            check_add(c, seconds);
        check_pieces(c);
    }
    calendar_free(c);
}

static const char *contact(const char *address_or_summary, void *data)
{
    (void)data;
    return *address_or_summary == 'b' ? "bob" : "ann";
}

static void check_rota(char *const *files)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(GPtrArray) names = NULL;
    Instant change = INSTANT_NONE;
    Rota *r = rota_new("fuzz", files, "Europe/Berlin", contact, NULL, NULL, &err);
    FUZZ_PROMISE((r == NULL) == (err != NULL));
    if (r == NULL)
        return;
    if (rota_on_duty(r, START, &names, NULL))
        FUZZ_PROMISE(names->len <= 2);
    if (rota_next_change(r, START, &change, NULL))
        FUZZ_PROMISE(change > START);
    rota_free(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *files[] = {path, NULL};
    if (!put(data, size))
        return -1;
    check_calendar(files, NULL);
    check_calendar(NULL, files);
    check_rota(files);
    return 0;
}
