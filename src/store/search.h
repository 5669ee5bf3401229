/* search: full text of the mails of tickets. The only file that knows how an engine indexes text: with SQLite FTS5 here, another engine's
 * index would stand behind the same functions. */
#ifndef STORE_SEARCH_H
#define STORE_SEARCH_H

#include "store/db.h"

typedef struct {
    char *text;         /* a word, or several: they stand behind each other in this order */
    gboolean is_prefix; /* the last word may go on */
} SearchTerm;

/* Ids of the tickets (gint64, ascending) in whose mails, subject or text, each of `terms` (SearchTerm *) occurs; not all need occur in
 * the same mail. Case and accents do not count. Whatever stands in a term is text: none of it is syntax. A term without a letter or
 * digit occurs nowhere. No terms: no tickets. Indexes first what is not yet: outside of a transaction only. */
gboolean search_tickets(Db *db, const GPtrArray *terms, GArray **ret, GError **err);

/* Indexes new messages, a bounded number of them in one transaction of its own; *ret_did counts them. A mail is not indexed as it comes
 * in: many together cost a third, and whatever goes wrong here keeps no mail out. */
/* Whether the index says what the texts do; takes in what is left first. Nobody else can write meanwhile. */
gboolean search_check(Db *db, gboolean *ret_good, GError **err);
/* Makes the index anew, in steps between which others can write. */
gboolean search_rebuild(Db *db, GError **err);
gboolean search_catch_up(Db *db, guint *ret_did, GError **err);

/* Before the text of a message changes or goes, and after it changed. Only store/messages writes texts. */
gboolean search_forget(Db *db, gint64 message, GError **err);
gboolean search_learn(Db *db, gint64 message, GError **err);

#endif
