/* people: who-expressions to contacts, and who can be reached now. */
#ifndef FLOWS_PEOPLE_H
#define FLOWS_PEOPLE_H

#include "store/tickets.h"

#include "flows/desk.h"

/* Names of the contacts that a list of Who * means for a ticket of that queue at d->now, each once, in order; char *, with free func.
 * `ticket` may be NULL: then there is no owner. */
GPtrArray *people_of(Desk *d, const Ticket *ticket, const ConfigQueue *queue, const GPtrArray *whos);
/* Such names, three at most, for a sentence: "Bob Ng (agent), Dana Ruiz (director) and 2 more"; empty for none. Newly allocated. */
char *people_phrase(const Desk *d, const GPtrArray *names);
/* A line for who is only informed: whom that level asks. Newly allocated. */
char *people_asked(Desk *d, const Ticket *t, const ConfigQueue *queue, const PolicyLevel *level);
/* Until when `contact` is on duty without a break, where he stands at that level by a rota and by nothing else, or for somebody who does
 * and is away; INSTANT_NONE where he does not, INSTANT_MAX where no end is in sight. */
Instant people_shift_end(Desk *d, const Ticket *ticket, const ConfigQueue *queue, const PolicyLevel *level, const char *contact);
/* The queue's team. */
GPtrArray *people_team(Desk *d, const Ticket *ticket, const ConfigQueue *queue);
/* Who reads what the requester writes: the home queue's team, and whose the ticket is: he may be of none, or off duty by now. Of another queue
 * its team. */
GPtrArray *people_readers(Desk *d, const Ticket *ticket, const ConfigQueue *queue);
/* Whether `list` (or NULL) is a list that `who` (or NULL) reads. */
gboolean people_is_member(const ConfigContact *list, const ConfigContact *who);
/* Whether a contact belongs to a queue: of its team, its lead, or named by a level of its policy; or reads a list that does. */
gboolean people_is_of_queue(Desk *d, const ConfigContact *contact, const ConfigQueue *queue);

/* Whether a contact belongs to any queue of that ticket. */
gboolean people_is_of_ticket(Desk *d, const ConfigContact *contact, gint64 ticket);

/* Not on leave, and no live out-of-office; with `hours`, also within his own hours. */
gboolean people_is_available(Desk *d, const char *contact, gboolean hours, Instant at);
/* Whether he is asked in, or holds, as many runs beside that one as the policy's max-open. */
gboolean people_is_overloaded(Desk *d, const char *contact, const Policy *policy, gint64 run, gboolean *ret, GError **err);
/* How many runs he (or NULL: nobody) has who is there and was passed over for that; 0 where it was for another reason. */
gboolean people_relieved(Desk *d, const char *contact, const Policy *policy, const PolicyLevel *level, gint64 run, gint64 *ret_open, GError **err);
/* Records an out-of-office: until `until`, or, INSTANT_NONE, for at most three business days of the queue's calendar (NULL: three days). */
gboolean people_set_away(Desk *d, const char *contact, const ConfigQueue *queue, Instant until, const char *evidence, gint64 message, GError **err);
/* A human mail of the contact ends an out-of-office that named no date … and one that did: he is there. */
gboolean people_set_back(Desk *d, const char *contact, GError **err);

#endif
