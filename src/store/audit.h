/* audit: the append-only record of everything that changed state. Each row's hash is an HMAC-SHA256 over the hash before it and the
 * row, under a key that is not in the database. Details hold ids, states and keyed digests of personal values, never the values. */
#ifndef STORE_AUDIT_H
#define STORE_AUDIT_H

#include "store/db.h"

/* Appends one row in the present transaction. `detail` is key=value text in printf format. ticket 0: none. */
gboolean audit_add(Db *db, GBytes *key, Instant now, gint64 ticket, GError **err, const char *event, const char *format, ...)
    G_GNUC_PRINTF(7, 8);

/* "N:HASH" of the last row, "0:" of an empty record; newly allocated. */
gboolean audit_head(Db *db, char **ret, GError **err);
/* Checks the whole chain; `head` (N:HASH, as logged earlier) or NULL. DATA error names the first row that is wrong, missing or cut. */
gboolean audit_verify(Db *db, GBytes *key, const char *head, gint64 *ret_rows, GError **err);

/* The row of a person, made where there is none. */
gboolean audit_person(Db *db, const char *address, const char *name, gint64 *ret_id, GError **err);
/* "17:9f2c…": the person's id and a digest of the address under his own key; newly allocated. */
gboolean audit_person_digest(Db *db, const char *address, char **ret, GError **err);
/* Deletes address, name and key: the digests in the audit then say nothing any more, and the chain still verifies. */
gboolean audit_erase_person(Db *db, const char *address, GError **err);

#endif
