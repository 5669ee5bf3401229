/* deskkeys: the keys of a desk, from their files (base/keyfile). */
#ifndef FLOWS_DESKKEYS_H
#define FLOWS_DESKKEYS_H

#include "flows/desk.h"

/* Reads d->keys and d->audit_key, for d->now; makes the files on the first start. CONFIG: one is missing beside a database, or others may read it. */
gboolean deskkeys_open(Desk *d, GError **err);
/* Reads the key file again where it changed, and drops what has outlived `key-life`. What is wrong with it is logged, and the keys stay. */
void deskkeys_refresh(Desk *d);
/* For a process forked from this one that must not know them: wipes its copy of all keys. */
void deskkeys_forget(const Desk *d);

#endif
