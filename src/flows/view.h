/* view: what templates, --json and people see of a ticket: one JSON object, made here only. */
#ifndef FLOWS_VIEW_H
#define FLOWS_VIEW_H

#include <jansson.h>

#include "rules/template.h"

#include "store/runs.h"
#include "store/tickets.h"

#include "flows/desk.h"

/* jansson values for rules/template. */
extern const TemplateValues view_template_values;

/* A time for a reader: "16:45" today, "Tue 10:02" within six days, else "Tue 24 Nov 10:02"; newly allocated. */
char *view_time(const Zone *zone, Instant t, Instant now);
/* Sets that, and beside it NAME_exact in RFC 3339, by which localize knows a time; nothing for INSTANT_NONE. */
void view_set_time(json_t *object, const char *name, const Zone *zone, Instant t, Instant now);
/* For a customer, with zone, in his language: "Tuesday 24 November, 10:00 (CET)"; newly allocated. */
char *view_date(const Zone *zone, Instant t);
/* "[support #42]"; newly allocated. */
char *view_tag(const Ticket *t);

/* The ticket with its clocks (`due`) as `zone` reads them. NULL with *err. Keys: escalate-templates(5). */
json_t *view_ticket(Desk *d, const Ticket *t, const Zone *zone, GError **err);
/* What an escalation mail says beside it: urgency, headline, why, otherwise, excerpt …; at most `headline` characters and `excerpt`
 * lines of the requester's newest text. */
json_t *view_page(Desk *d, const Ticket *t, const RunRow *r, const LadderPage *p, const char *instead_of, const ConfigContact *reader,
                  gsize headline, int excerpt, GError **err);
/* What the mail about a new one says beside it: `headline`; in an operations ticket `about`, the ticket that nobody took. */
gboolean view_arrival(Desk *d, const Ticket *t, const Zone *zone, json_t *o, GError **err);
/* One message of the ticket for people: at most `max` lines of its new text (array of strings). */
json_t *view_lines(const char *text, int max, gsize width);

#endif
