/* reading: all that core knows of an inbound mail: the object of `escalate inspect`. The parse worker makes it from bytes and
 * sends it as JSON; core reads that JSON as hostile input. */
#ifndef FLOWS_READING_H
#define FLOWS_READING_H

#include <glib.h>

#include "rules/command.h"
#include "rules/kind.h"
#include "rules/letter.h"
#include "time/invite.h"

typedef struct {
    Kind kind;
    gboolean by_words_only;
    Kind unlisted;            /* without the marks of a list (own-lists); else the same as kind */
    gboolean unlisted_by_words_only;
    GPtrArray *evidence; /* char * */

    char *from, *from_name; /* first From address, "" if none */
    gboolean from_doubtful; /* see rules/letter.h */
    char *sender;           /* Sender's address, or "" */
    GPtrArray *reply_to, *to, *cc; /* char *: addresses */
    GPtrArray *recipients;  /* char *: Delivered-To, X-Original-To and the like, in order; from the mail, so not trusted */
    char *subject, *message_id;
    Instant date;
    GPtrArray *in_reply_to, *references; /* char *, with angle brackets */

    char *text, *new_text, *elided;
    char *signature, *guessed_quote, *guessed_signature; /* of elided: see rules/quote.h */
    gboolean doubtful;       /* rules/quote was not sure: no verb is taken */
    gboolean text_from_html;
    CommandReply *commands;  /* as at a notification address; empty, with doubt, where doubtful or truncated */
    CommandReply *work;      /* as at a work address */

    GPtrArray *bounced;          /* KindRecipient * */
    char *original_message_id;   /* of a bounce, or NULL */
    char *until;                 /* YYYY-MM-DD of an out-of-office, or NULL */
    gboolean tells_absence;      /* of an auto-reply: somebody is away, and not only a machine answers */
    char *calendar_method;       /* of the first readable calendar part, or "" */
    InviteReply *calendar_reply; /* where that is REPLY, else NULL */

    GPtrArray *attachments; /* LetterAttachment * */
    GPtrArray *defects;     /* char * */
    gboolean truncated;
    char *content_digest;   /* SHA-256, hex, of decoded From, Date, Message-ID, subject, text and attachments: equal for two copies of one mail */

    GPtrArray *headers;     /* LetterHeader *, the first READING_HEADERS, values cut at READING_HEADER_BYTES */
    GPtrArray *authentication_results; /* char *: values, topmost first */
    char *list_id, *precedence, *auto_submitted, *thread_index; /* header values, or "" */
    char *returned_from, *returned_subject, *returned_message_id; /* of a mail inside: bounced or forwarded; or "" */
    Instant returned_date;  /* of that mail's Date header, or INSTANT_NONE */
    char *returned_text;    /* its text, at most READING_RETURNED_BYTES, or "" */
} Reading;

#define READING_HEADERS 200
#define READING_HEADER_BYTES 2000
#define READING_RETURNED_BYTES (64 * 1024)
#define READING_TEXT_BYTES (512 * 1024) /* of Letter.text, so that the JSON stays under LIMIT_READING_BYTES */

/* Never NULL. `null_sender`: the envelope sender is empty (FALSE if unknown). `words` makes the kind (rules/words_kind.h). */
Reading *reading_of_mail(const char *bytes, gsize length, gboolean null_sender, const KindWords *words);
/* Of a mail that nobody may read: it says nothing. Never NULL. */
Reading *reading_unread(void);
void reading_free(Reading *r);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Reading, reading_free)

/* Appends one JSON object to `s`, which is empty. */
void reading_to_json(const Reading *r, GString *s);
/* The same, but texts and headers stand behind the object as they are, each with a NUL at its end, in the order of the fields, after a NUL: to escape and
 * to parse them would cost more than all else. For reading_from_json alone. */
void reading_to_channel(const Reading *r, GString *s);
/* Of either form. `json` is hostile: types, sizes, UTF-8, words and counts are checked; a DATA error names the field, LIMIT: longer than
 * LIMIT_READING_BYTES. */
gboolean reading_from_json(const char *json, gsize length, Reading **ret, GError **err);

#endif
