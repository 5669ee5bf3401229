/* messages: every mail that was taken in or handed over, and the decision log of each. */
#ifndef STORE_MESSAGES_H
#define STORE_MESSAGES_H

#include "store/db.h"

typedef struct {
    gint64 id, ticket_id; /* 0: filed under `other` */
    char *direction;      /* "in", "out" */
    char *kind;
    char *spool_name, *spool_digest, *content_digest; /* or NULL */
    char *message_id, *from_address, *from_name, *subject, *new_text;
    Instant sent_at, received_at;
    char *contact;        /* who of the team wrote it, or NULL */
    gboolean is_note;     /* never for the requester */
    gboolean is_verified; /* the sender was authenticated */
    char *filed;          /* why it is under `other`, or NULL */
    char *archive;        /* path relative to the spool, or NULL */
    char *conversation;   /* of Thread-Index (MS-OXOMSG 2.2.1.3), or NULL; only written */
} MessageRow;

void messages_row_free(MessageRow *m);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MessageRow, messages_row_free)

gboolean messages_insert(Db *db, MessageRow *m, GError **err);
/* It turned out to be for the team alone. */
gboolean messages_set_note(Db *db, gint64 id, GError **err);
gboolean messages_decision(Db *db, gint64 message, const char *line, GError **err);
/* Lines of the decision log, in order (char *, with free func). */
gboolean messages_decisions(Db *db, gint64 message, GPtrArray **ret, GError **err);
/* Messages of a ticket, or with ticket 0 those filed under `other` since an instant, oldest first: MessageRow *, with free func. */
gboolean messages_list(Db *db, gint64 ticket, Instant since, GPtrArray **ret, GError **err);
/* A message by its row's number, spool name or Message-ID; NOTFOUND names it. */
gboolean messages_find(Db *db, const char *name, MessageRow **ret, GError **err);
/* The ticket (0: none) of a mail with that Message-ID. */
gboolean messages_ticket_of(Db *db, const char *message_id, gint64 *ret_ticket, GError **err);
/* The mail `message` names that Message-ID in In-Reply-To or References. */
gboolean messages_add_reference(Db *db, gint64 message, const char *reference, GError **err);
/* The oldest ticket (0: none) of a mail that names that Message-ID, whether we hold it or not. */
gboolean messages_ticket_referring_to(Db *db, const char *message_id, gint64 *ret_ticket, GError **err);
/* The oldest ticket (0: none) of a mail of that conversation. */
gboolean messages_ticket_of_conversation(Db *db, const char *conversation, gint64 *ret_ticket, GError **err);
/* The row that the spool file of that name already has, with that digest of its bytes (NULL: any); 0: none. */
gboolean messages_by_spool_name(Db *db, const char *name, const char *digest, gint64 *ret_id, GError **err);
/* The row with that content digest and Message-ID (a second copy of the same mail), of that kind and, where it is a person's, not filed; 0: none. */
gboolean messages_duplicate(Db *db, const char *message_id, const char *content_digest, const char *kind, gboolean is_verified, gint64 *ret_id, GError **err);

/* The newest such row with that Message-ID, From and Date, whatever its text; *ret_id 0: none. *ret_archive is newly allocated. */
gboolean messages_same_mail(Db *db, const char *message_id, const char *from, Instant sent_at, const char *kind, gint64 *ret_id, char **ret_archive, GError **err);
/* The ticket of an inbound mail with that Message-ID, From, Date and subject, not verified where `is_verified` is not; 0: none. */
gboolean messages_ticket_of_same(Db *db, const char *message_id, const char *from, Instant sent_at, const char *subject, gboolean is_verified,
                                 gint64 *ret_ticket, GError **err);
/* Of its signature, the lines that no mail of the ticket had before. At most once a message. */
gboolean messages_keep_signature(Db *db, gint64 id, const char *text, GError **err);
/* Those of the last messages of the ticket but that one: char *, with free func. */
gboolean messages_signatures(Db *db, gint64 ticket, gint64 but, GPtrArray **ret, GError **err);
/* Texts of the ticket that a mail may quote which answers that Message-ID: its, the first and the
 * last messages' but that one's. */
gboolean messages_quoted(Db *db, gint64 ticket, gint64 but, const char *message_id, gboolean with_notes, GPtrArray **ret, GError **err);
/* A longer copy stands for the one that the row was made of. */
gboolean messages_replace(Db *db, gint64 id, const char *new_text, const char *content_digest, const char *archive, GError **err);

/* Whether one that was filed needs nobody's eye: a second copy, a heartbeat, or an answer in a round of contacts. */
gboolean messages_is_done(const MessageRow *m);

#endif
