/* tidings: what was heard of the mails of escalations: delivered, failed, bounced; somebody is away; no mail can leave. */
#ifndef FLOWS_TIDINGS_H
#define FLOWS_TIDINGS_H

#include "store/outbox.h"

#include "flows/desk.h"

/* An outgoing mail was handed over, failed or came back: what became of each notification that it carries. Who has other channels is
 * unreachable only when all of them failed. */
gboolean tidings_delivered(Desk *d, const OutboxRow *row, GError **err);
gboolean tidings_failed(Desk *d, const OutboxRow *row, const char *reason, GError **err);
/* Whom that notification was for cannot be reached: in no run of which its mail speaks. */
gboolean tidings_unreachable(Desk *d, gint64 notification, const char *reason, GError **err);
/* A contact says that he cannot be reached: in all live runs of all tickets that wait for him. */
gboolean tidings_away(Desk *d, const char *contact, const char *reason, GError **err);
/* The transport went down or came back: all runs wait meanwhile. */
gboolean tidings_transport(Desk *d, gboolean is_down, GError **err);

#endif
