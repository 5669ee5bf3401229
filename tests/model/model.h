/* model: random things happen to a real desk on a virtual clock, and after each of them everything that must hold is asked of the database.
 * happen.c makes things happen, hold.c asks, model.c draws sequences, and makes one that fails as short as it can. */
#ifndef TESTS_MODEL_H
#define TESTS_MODEL_H

#include "store/outbox.h"
#include "store/runs.h"
#include "store/tickets.h"

#include "flows/desk.h"

#define EVENTS_MAX 40

/* One thing that happens. What it happens to is drawn from `dice` among what there is by then, so that the others stay what they are when one
 * is left out. */
typedef struct {
    int kind;
    guint32 dice[4];
} Event;

/* What was known of a row after the event before. */
typedef struct {
    gint64 ticket;
    int state;
} Known;

typedef struct {
    gint64 run, ticket;
    int level, kind;
    char *contact, *way; /* who was asked for whom, and where it went */
    Instant asked_at, handed_at;
} Handed;

typedef struct {
    Desk *desk;
    Desk *other;          /* the configuration after a reload, or NULL; its store is not open */
    gboolean is_reloaded;
    char *failure;        /* NULL: all holds */
    GString *trace;
    int mails;            /* that came in */
    gboolean is_down;     /* the transport */
    OutboxRow *under_way; /* a mail that the transport has, or NULL */
    GPtrArray *no_parts;  /* MessagePart *: none */
    /* hold.c's memory */
    GHashTable *runs, *clocks, *tickets; /* id -> Known */
    GArray *handed;       /* Handed */
    gint64 audit_at, page_at; /* the newest rows that were seen */
} Model;

/* ---- model.c ---- */
/* The first failure of a sequence stays. */
void model_fail(Model *m, const char *format, ...) G_GNUC_PRINTF(2, 3);
void model_trace(Model *m, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* A number that the database knows; fails the sequence on an error. */
#define model_number(m, sql, types, ...)                                                                                                                  \
    ({                                                                                                                                                    \
        gint64 number_ = 0;                                                                                                                               \
        g_autoptr(GError) number_err_ = NULL;                                                                                                             \
        if (!db_value((m)->desk->db, &number_, &number_err_, sql, types __VA_OPT__(, ) __VA_ARGS__))                                                      \
            model_fail(m, "%s", number_err_->message);                                                                                                    \
        number_;                                                                                                                                          \
    })

/* Between the two configurations; without what follows in the daemon. */
void model_exchange(Model *m);

/* ---- happen.c ---- */
extern const int happen_kinds; /* kinds drawn, by weight: Event.kind is below this */
void happen(Model *m, const Event *e);

/* ---- hold.c ---- */
void hold_begin(Model *m);
void hold_check(Model *m);
/* At the end of a sequence. */
void hold_finish(Model *m);
void hold_clear(Model *m);

#endif
