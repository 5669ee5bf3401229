/* channels: ways to reach people beside mail: what a short message says, and to whom and by which program it goes. The mail goes always: it is
 * the one that can be answered. */
#ifndef FLOWS_CHANNELS_H
#define FLOWS_CHANNELS_H

#include "store/outbox.h"
#include "store/runs.h"

#include "flows/outgoing.h"

/* Makes a row of the outbox for each channel of the level that reaches the contact too, beside the mail of this page. `extra` is what that mail's
 * view has beside. A channel that cannot be written is logged and left out: it must not keep the mail in. */
gboolean channels_page(Desk *d, const Outgoing *mail, const RunRow *r, const LadderPage *p, const char *instead_of, json_t *extra, GError **err);
/* The program that a row of the class `command` is for, as the configuration of now has it, and how long it may take. NOTFOUND or DATA: there is
 * none. *ret_argv: newly allocated. */
gboolean channels_command(const Desk *d, const OutboxRow *row, char ***ret_argv, Seconds *ret_seconds, GError **err);
/* What an operator should know: a program that cannot be run, a contact whose values make no address. Appended, char *. */
void channels_check(const Desk *d, GPtrArray *warnings);

#endif
