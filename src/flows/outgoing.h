/* outgoing: one mail of ours, from a template and a view to a row of the outbox. Private to the flows that write mail. */
#ifndef FLOWS_OUTGOING_H
#define FLOWS_OUTGOING_H

#include <jansson.h>

#include "mail/compose.h"

#include "store/tickets.h"

#include "flows/desk.h"

#define OUTGOING_WIDTH 72

typedef struct {
    const Ticket *ticket;
    const ConfigQueue *queue;
    const char *template;        /* "escalation" */
    const char *language;
    const char *class;           /* of the outbox row: page auto refusal relay update */
    ComposeClass mail_class;
    const char *to_name, *to_address;
    const ConfigContact *contact; /* NULL: the requester */
    const char *channel;          /* NULL: mail */
    gint64 notification;          /* 0: none */
    gboolean is_apart;            /* of several tickets: in the history and the thread of none */
    gint64 answer;                /* the message of the team that it passes on, or 0 */
    char reply_purpose;           /* t w a */
    gint64 reply_id;
    const char *reply_key;        /* the contact to whom the address that is answered to was given; NULL: the reader */
    const char *from_name;        /* instead of the template's From line, or NULL */
    const char *subject;          /* instead of the ticket's, or NULL */
    const char *text;             /* instead of a template's body, or NULL */
    gboolean holds_words;         /* a person's own lines are in it: they are not broken anew */
    const char *in_reply_to;
    GPtrArray *parts, *cc;        /* cc: LetterAddress *, or NULL */
    const char *calendar, *calendar_method; /* or NULL */
    Instant not_before;           /* INSTANT_NONE: at once */
} Outgoing;

/* A text template is header lines ("From: …"), an empty line, and the body. Words of ours in the view become the language's. */
gboolean outgoing_text(const Desk *d, const Outgoing *o, json_t *view, char **ret_from, char **ret_text, GError **err);
/* The HTML twin: the template's own NAME.html, else `plain.html` around the lines of the text. */
gboolean outgoing_html(const Desk *d, const Outgoing *o, json_t *view, const char *text, char **ret, GError **err);
/* Makes the row and its bytes. *ret_id (or NULL): the row's id. */
gboolean outgoing_store(Desk *d, const Outgoing *o, const char *text, const char *html, const char *from, gint64 *ret_id, GError **err);
/* Renders and stores. */
gboolean outgoing_send(Desk *d, const Outgoing *o, json_t *view, GError **err);

/* Whether there is such a text template, in that language or in English. */
gboolean outgoing_has_template(const Desk *d, const char *language, const char *name);

/* With what is common to all mails to a contact. */
Outgoing outgoing_to_contact(const Desk *d, const Ticket *t, const ConfigContact *c, const char *template);
/* Whether the configuration has no queue of the ticket, or no contact of that name (NULL: none is wanted) any more; logged. */
gboolean outgoing_is_missing(const Desk *d, const Ticket *t, const char *contact);
/* "[support #42] Checkout is down", its few words of ours in that language; newly allocated. */
char *outgoing_subject(const Desk *d, const Ticket *t, const char *language);
/* The Message-ID of an outbox row; newly allocated. */
char *outgoing_message_id(const Desk *d, gint64 outbox);

#endif
