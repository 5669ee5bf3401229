/* view: what templates, --json and people see of a ticket: one JSON object, made here only. */
#ifndef FLOWS_VIEW_H
#define FLOWS_VIEW_H

#include <jansson.h>

#include "rules/template.h"

#include "store/clocks.h"
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

/* Nothing for NULL. */
void view_set(json_t *object, const char *name, const char *value);
/* At most `max` characters, cut at a character with an ellipsis; newly allocated. */
char *view_cut(const char *s, gsize max);

/* The ticket with its clocks (`due`) as `zone` reads them. NULL with *err. Keys: escalate-templates(5). */
json_t *view_ticket(Desk *d, const Ticket *t, const Zone *zone, GError **err);
/* One of `due`. */
json_t *view_clock(const Desk *d, const ClockRow *c, const Zone *zone);
/* One message of the ticket for people: at most `max` lines of its new text (array of strings). */
json_t *view_lines(const char *text, int max, gsize width);

#endif
