/* tickets: one threaded conversation with a requester, its queues and participants. */
#ifndef STORE_TICKETS_H
#define STORE_TICKETS_H

#include "store/db.h"

#define TICKETS_DRILL_MARK "EXERCISE: "

typedef enum { TICKET_NEW, TICKET_OPEN, TICKET_WAITING, TICKET_RESOLVED, TICKET_CLOSED, TICKET_MERGED, TICKET_STATE_COUNT } TicketState;
const char *tickets_state_name(TicketState s);
gboolean tickets_state_from_name(const char *name, TicketState *ret);

typedef struct {
    gint64 id;
    char *queue;           /* home queue */
    TicketState state;
    int severity;          /* 0 … 3 */
    int severity_sticks;   /* 0: as the rules have it; else somebody set it, and 1 + the worst that the rules knew then */
    char *category;        /* or NULL */
    char *service;         /* that it is about, or NULL */
    char *subject;
    gint64 requester_id;
    char *requester, *requester_name; /* of the person row; NULL once erased */
    char *language;
    char *owner;           /* contact, or NULL */
    Instant opened_at, answered_at, resolved_at, closed_at;
    int reopened;
    gint64 linked_id, merged_into_id; /* 0: none */
    gboolean unsure, spam, is_operational, needless;
    gboolean is_drill;     /* an exercise: its subject begins with TICKETS_DRILL_MARK, and it counts nowhere */
    char *waiting_for;     /* "customer", "vendor", "until", or NULL */
    Instant wait_until_at;
    char *impact, *next_text, *cause, *resolution, *prevention; /* or NULL */
    Instant next_until_at, contained_at;
    gboolean contained_confirmed; /* a second time */
    char *root_message_id, *last_from_requester;   /* Message-IDs that the requester knows, or NULL */
} Ticket;

/* Whether it waits for its customer, so that update and resolve stand. */
gboolean tickets_pauses(const Ticket *t);

/* The subject without the mark of an exercise. */
const char *tickets_bare_subject(const Ticket *t);

Ticket *tickets_blank(void);
void tickets_free(Ticket *t);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Ticket, tickets_free)

/* Stores a new one and sets its id. */
gboolean tickets_insert(Db *db, Ticket *t, GError **err);
/* NOTFOUND names the number. */
gboolean tickets_load(Db *db, gint64 id, Ticket **ret, GError **err);
gboolean tickets_save(Db *db, const Ticket *t, GError **err);

gboolean tickets_add_queue(Db *db, gint64 ticket, const char *queue, gboolean is_home, GError **err);
/* Names of the queues of a ticket, home first (char *, with free func). */
gboolean tickets_queues(Db *db, gint64 ticket, GPtrArray **ret, GError **err);
gboolean tickets_add_participant(Db *db, gint64 ticket, const char *address, GError **err);
gboolean tickets_has_participant(Db *db, gint64 ticket, const char *address, gboolean *ret, GError **err);
/* Addresses (char *, with free func) of those who get copies of the answers to the requester, in the order of their adding. */
gboolean tickets_watchers(Db *db, gint64 ticket, GPtrArray **ret, GError **err);
/* Nothing where there are `max` already. */
gboolean tickets_add_watcher(Db *db, gint64 ticket, const char *address, gint64 max, GError **err);
/* `address` NULL: all of them. */
gboolean tickets_remove_watcher(Db *db, gint64 ticket, const char *address, GError **err);
/* The row of this ticket and this contact, made where there is none: the 17 of w17. */
gboolean tickets_work(Db *db, gint64 ticket, const char *contact, gint64 *ret, GError **err);

#endif
