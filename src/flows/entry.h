/* entry: a ticket that one of the team enters for a customer who wrote no mail: he phoned, or stood at the desk. */
#ifndef FLOWS_ENTRY_H
#define FLOWS_ENTRY_H

#include "flows/desk.h"

typedef struct {
    const ConfigQueue *queue;
    const char *from, *name;      /* the customer; name or NULL */
    const char *subject, *text;   /* subject or NULL: the first words */
    const char *category;         /* or NULL: by the rules */
    int severity;                 /* 0 … 3; -1: by the rules */
    const ConfigContact *contact; /* who enters it, or NULL: the operator */
    gboolean with_ack;            /* the customer gets the auto-ack, within the guard */
} EntryFacts;

/* Opens it as a mail of the customer would, in a transaction of its own. USAGE: what no mail could say. *ret is its number. */
gboolean entry_open(Desk *d, const EntryFacts *facts, gint64 *ret, GError **err);

#endif
