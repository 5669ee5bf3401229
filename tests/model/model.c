/* model CONFIG OTHER SEQUENCES SEED [PROCESSES]: draws sequences of events, each from a seed of its own (SEED, SEED + 1 …), and plays them on a fresh
 * database in memory; OTHER is what a reload finds. Of the first that fails it prints the shortest part that still fails, and by which seed it comes again:
 * `model CONFIG OTHER 1 SEED`; where MODEL_KEEP names a file that is not there, the database after it is kept in that. */
#include "tests/model/model.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/zone.h"

#include "flows/duty.h"
#include "flows/recalc.h"

#include "mail/message.h"

#define START ((Instant)1779775200) /* 2026-05-26T06:00:00Z, a Tuesday, 8 in Berlin */

static int real_stderr = 2, log_file = -1;
static guint32 current_seed;

/* ---- one sequence ---- */

void model_fail(Model *m, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    if (m->failure == NULL)
        m->failure = g_strdup_vprintf(format, ap);
    va_end(ap);
}

void model_trace(Model *m, const char *format, ...)
{
    g_autofree char *at = instant_format(m->desk->now);
    va_list ap;
    va_start(ap, format);
    g_string_append_printf(m->trace, "  %s ", at);
    g_string_append_vprintf(m->trace, format, ap);
    g_string_append_c(m->trace, '\n');
    va_end(ap);
}

/* The flows log as an error what must not happen: a timer that was put off, a run that is stuck. */
static void check_log(Model *m)
{
    char text[2000];
    off_t length = lseek(log_file, 0, SEEK_END);
    if (length <= 0)
        return;
    ssize_t n = pread(log_file, text, sizeof text - 1, 0);
    text[MAX(n, 0)] = '\0';
    model_fail(m, "the log says: %s", text);
    if (ftruncate(log_file, 0) != 0 || lseek(log_file, 0, SEEK_SET) != 0)
        abort();
}

/* The database as it was when it was new: dearer to make than to empty. */
static gboolean empty(Db *db, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    if (!db_begin(db, err) || !db_run(db, err, "pragma defer_foreign_keys = on", "")
        || !db_select(db, &rows, err, "select 'delete from ' || name from sqlite_schema where type = 'table' and name <> 'schema_version'", ""))
        return FALSE;
    while (db_next(rows, NULL))
        if (!db_run(db, err, db_text(rows, 0), ""))
            return FALSE;
    g_clear_pointer(&rows, db_rows_free);
    return db_commit(db, err);
}

#define EXCHANGE(a, b)                                                                                                                                    \
    do {                                                                                                                                                  \
        __typeof__(a) kept_ = a;                                                                                                                          \
        a = b;                                                                                                                                            \
        b = kept_;                                                                                                                                        \
    } while (0)

void model_exchange(Model *m)
{
    Desk *a = m->desk, *b = m->other;
    EXCHANGE(a->config, b->config);
    EXCHANGE(a->calendars, b->calendars);
    EXCHANGE(a->leaves, b->leaves);
    EXCHANGE(a->rotas, b->rotas);
    EXCHANGE(a->words, b->words);
    m->is_reloaded = !m->is_reloaded;
}

static void begin(Model *m, Desk *d, Desk *other)
{
    g_autoptr(GError) err = NULL;
    *m = (Model){.desk = d, .other = other, .trace = g_string_new(NULL), .no_parts = g_ptr_array_new()};
    d->now = START;
    d->acting = NULL;
    if (!empty(d->db, &err) || !recalc_begin(d, &err) || !duty_begin(d, &err))
        g_error("%s", err->message);
    hold_begin(m);
}

/* NULL, or what does not hold; newly allocated. */
static char *play(Desk *d, Desk *other, const Event *events, gsize n, char **ret_trace)
{
    Model m;
    begin(&m, d, other);
    for (gsize i = 0; i < n && m.failure == NULL; i++) {
        happen(&m, &events[i]);
        check_log(&m);
        hold_check(&m);
    }
    if (m.failure == NULL)
        hold_finish(&m);
    if (m.is_reloaded)
        model_exchange(&m);
    *ret_trace = g_string_free(m.trace, FALSE);
    g_ptr_array_unref(m.no_parts);
    outbox_row_free(m.under_way);
    hold_clear(&m);
    return m.failure;
}

static gsize draw(guint32 seed, Event *events)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(seed);
    gsize n = (gsize)g_rand_int_range(random, 10, 31);
    for (gsize i = 0; i < n; i++) {
        events[i].kind = i == 0 ? 0 : g_rand_int_range(random, 0, happen_kinds);
        for (gsize k = 0; k < G_N_ELEMENTS(events[i].dice); k++)
            events[i].dice[k] = g_rand_int(random);
    }
    return n;
}

/* ---- one that fails ---- */

/* Leaves out what is not needed for a failure of the same kind, from the end, until nothing more can go. */
static void shrink(Desk *d, Desk *other, Event *events, gsize *n, const char *failure)
{
    gsize same = strcspn(failure, ":0123456789");
    gboolean any = TRUE;
    while (any) {
        any = FALSE;
        for (gsize i = *n; i-- > 0;) {
            Event fewer[EVENTS_MAX];
            g_autofree char *trace = NULL, *why = NULL;
            memcpy(fewer, events, i * sizeof *events);
            memcpy(fewer + i, events + i + 1, (*n - i - 1) * sizeof *events);
            why = play(d, other, fewer, *n - 1, &trace);
            if (why == NULL || strncmp(why, failure, same) != 0)
                continue;
            memcpy(events, fewer, --*n * sizeof *events);
            any = TRUE;
        }
    }
}

static void report(Desk *d, Desk *other, guint32 seed, Event *events, gsize n, const char *failure)
{
    g_autofree char *trace = NULL, *why = NULL;
    shrink(d, other, events, &n, failure);
    why = play(d, other, events, n, &trace);
    if (getenv("MODEL_KEEP") != NULL && !db_run(d->db, NULL, "vacuum into $1", "s", getenv("MODEL_KEEP")))
        dprintf(real_stderr, "the database could not be kept\n");
    dprintf(real_stderr, "seed %u: %s\n%s  so that: %s\n", seed, failure, trace, why != NULL ? why : "nothing, the second time");
}

/* An assertion of the tree: at least by which seed. */
static void on_abort(int signal)
{
    char text[2000];
    ssize_t n = pread(log_file, text, sizeof text - 1, 0);
    (void)signal;
    text[MAX(n, 0)] = '\0';
    dprintf(real_stderr, "seed %u: the program gave up: %s\n", current_seed, text);
    _exit(1);
}

/* ---- all of them ---- */

static volatile sig_atomic_t is_enough;

static void on_term(int signal)
{
    (void)signal;
    is_enough = 1;
}

static Desk *load(const char *configuration, gboolean is_open)
{
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free), warnings = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) err = NULL;
    Desk *d = NULL;
    if (!desk_load(configuration, &d, problems, warnings)) {
        for (guint i = 0; i < problems->len; i++)
            fprintf(stderr, "%s\n", (char *)g_ptr_array_index(problems, i));
        exit(2);
    }
    if (is_open && !desk_open_store(d, &err)) {
        fprintf(stderr, "%s\n", err->message);
        exit(2);
    }
    d->is_pinned = TRUE;
    return d;
}

/* Every `step`-th sequence; 1: some failed. */
static int play_all(Desk *d, Desk *other, guint32 seed, guint first, guint sequences, guint step)
{
    int failed = 0;
    real_stderr = dup(2);
    log_file = memfd_create("log", 0);
    if (real_stderr < 0 || log_file < 0 || dup2(log_file, 2) < 0)
        return 2;
    signal(SIGABRT, on_abort);
    signal(SIGTERM, on_term);
    db_close(g_steal_pointer(&d->db));
    if (!db_open(":memory:", &d->db, NULL))
        return 2;
    guint i = first;
    for (; i < sequences && failed < 5 && !is_enough; i += step) {
        Event events[EVENTS_MAX];
        g_autofree char *trace = NULL, *why = NULL;
        current_seed = seed + i;
        gsize n = draw(current_seed, events);
        why = play(d, other, events, n, &trace);
        if (why != NULL) {
            report(d, other, current_seed, events, n, why);
            failed++;
        } else if (sequences == 1) {
            printf("%s", trace);
        }
    }
    if (i < sequences)
        dprintf(real_stderr, "stopped before seed %u\n", seed + i);
    return failed > 0;
}

int main(int argc, char **argv)
{
    if (argc < 5 || argc > 6) {
        fprintf(stderr, "usage: model CONFIG OTHER SEQUENCES SEED [PROCESSES]\n");
        return 2;
    }
    guint sequences = (guint)atoi(argv[3]), processes = argc > 5 ? (guint)atoi(argv[5]) : 1;
    guint32 seed = (guint32)atoi(argv[4]);
    int failed = 0;
    log_set_level(LOGGING_ERROR);
    message_init();
    Desk *d = load(argv[1], TRUE), *other = load(argv[2], FALSE);
    for (guint i = 1; i < processes; i++)
        if (fork() == 0)
            _exit(play_all(d, other, seed, i, sequences, processes));
    failed = play_all(d, other, seed, 0, sequences, processes);
    for (int status; wait(&status) > 0;)
        failed = failed != 0 || status != 0;
    desk_free(d);
    desk_free(other);
    printf("%u sequences from seed %u: %s\n", sequences, seed, failed ? "not all hold" : "all hold");
    return failed;
}
