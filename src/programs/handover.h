/* handover: what waits in the outbox goes out: mails one after the other, and beside them what is for programs, one after the other too: a slow
 * program keeps no mail waiting, and no mail server a program. */
#ifndef PROGRAMS_HANDOVER_H
#define PROGRAMS_HANDOVER_H

#include "flows/desk.h"

#define HANDOVER_FDS 2

typedef struct Handover Handover;

Handover *handover_new(Desk *d); /* the desk stays the caller's */
void handover_free(Handover *h);
/* The workers are started anew, with the configuration of now. */
void handover_reset(Handover *h);
/* Begins what is due, and commits how what was begun went. With `wait` each is waited for. *ret_did counts. */
gboolean handover_pass(Handover *h, gboolean wait, guint *ret_did, GError **err);
/* Readable when something that is under way is done; -1: nothing is. */
void handover_fds(const Handover *h, int ret_fds[HANDOVER_FDS]);

#endif
