/* bulletin: mail to people of the desk that belongs to no ticket: calendars that run dry, what a reload refused or moved, changed duties.
 * Template `notice`. */
#ifndef FLOWS_BULLETIN_H
#define FLOWS_BULLETIN_H

#include "flows/desk.h"

/* One mail to a contact, in the caller's transaction; of `lines` (char *) at most BULLETIN_LINES are shown. `queue` gives From. Phrases are said in
 * his language; a title may be the key of one. */
gboolean bulletin_send(Desk *d, const ConfigQueue *queue, const char *contact, const char *title, const GPtrArray *lines, GError **err);
/* To the leads of all queues, each once, in the caller's transaction … */
gboolean bulletin_to_all_leads(Desk *d, const char *title, const GPtrArray *lines, GError **err);
/* … and in one of its own. */
gboolean bulletin_to_leads(Desk *d, const char *title, const GPtrArray *lines, GError **err);
/* The first queue whose policy asks by that rota, else the first of all: its address is the mail's. NULL: there is none. */
const ConfigQueue *bulletin_queue(const Desk *d, const char *rota);
/* A line (char *) for each file of calendars, leaves and rotas that runs dry or grew older than its max-age. */
void bulletin_dry(const Desk *d, GPtrArray *lines);
/* A line for each calendar that never opens again. */
void bulletin_closed(const Desk *d, GPtrArray *lines);
/* Tells the owner of each rota whose files run dry, and the lead of each queue whose calendar never opens again, once in seven days. */
gboolean bulletin_dry_pass(Desk *d, GError **err);

#define BULLETIN_LINES 40

#endif
