/* opening: a new ticket: its row, queues, participants, clocks, owner. What mails follow is decided by who calls. */
#ifndef FLOWS_OPENING_H
#define FLOWS_OPENING_H

#include "store/tickets.h"

#include "flows/desk.h"

typedef struct {
    const ConfigQueue *home;
    const GPtrArray *other_queues; /* ConfigQueue *, or NULL */
    const char *requester, *requester_name;
    const char *subject;
    int severity;                  /* 0 … 3 */
    const char *category;          /* or NULL */
    const char *service;           /* that it is about, or NULL */
    const Who *owner;              /* of a rule, or NULL: the service's, else the queue's */
    const char *language;          /* that he writes in, or NULL: not known */
    const char *message_id;        /* of the mail that opens it, or NULL */
    gint64 linked_id;              /* 0: none */
    gboolean unsure, is_operational, is_drill;
    Instant at;                    /* clocks run from here */
} OpeningFacts;

/* *ret has its id and is stored; clocks are started by opening_clocks, when the message has its row. */
gboolean opening_ticket(Desk *d, const OpeningFacts *facts, Ticket **ret, GError **err);
gboolean opening_clocks(Desk *d, const OpeningFacts *facts, const Ticket *t, gint64 message, GError **err);

#endif
