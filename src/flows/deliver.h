/* deliver: the outbox, a row at a time: which is next, and what follows from how it went. The hand-over itself is the worker's. */
#ifndef FLOWS_DELIVER_H
#define FLOWS_DELIVER_H

#include "mail/transport.h"

#include "store/outbox.h"

#include "flows/desk.h"

/* The next mail to hand over; *ret is NULL where none is due. Rows of shadow queues are marked and passed over, or go to redirect-all;
 * *ret_passed counts them. While the transport is down nothing is due until its next try. */
gboolean deliver_next(Desk *d, OutboxRow **ret, guint *ret_passed, GError **err);
/* A transport that is down is tried in the next round: somebody may have mended it. */
gboolean deliver_try_now(Desk *d, GError **err);
/* The same of rows for commands, which need no transport and go nowhere in shadow mode and under redirect-all. */
gboolean deliver_next_command(Desk *d, OutboxRow **ret, guint *ret_passed, GError **err);
/* Commits the result: delivered, put off, unreachable, transport down or back. That a mail was sent which is no page is on disk only after
 * db_settle: while the disk works, the next can be on its way. */
gboolean deliver_done(Desk *d, const OutboxRow *row, TransportResult result, const char *reply, GError **err);
/* Moves the bytes of at most one batch of finished rows to the archive. */
gboolean deliver_archive(Desk *d, guint *ret_moved, GError **err);
/* What the mail of that row, which is no copy, says; NULL where it is nowhere any more, or cannot be read. */
gboolean deliver_text(Desk *d, gint64 id, char **ret, GError **err);
/* The options of the configured transport; strings live as long as the configuration. *ret_password is to be wiped and freed. */
gboolean deliver_options(const Desk *d, TransportOptions *ret, char **ret_password, GError **err);

#endif
