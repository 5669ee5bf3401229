/* lint: what an operator should be warned of in a configuration that can be used: people, duties and templates, as far as they can be asked
 * before there is a ticket. Each finding is a line "file:line:column: what". */
#ifndef FLOWS_LINT_H
#define FLOWS_LINT_H

#include "flows/desk.h"

/* Appends lines (char *) in a fixed order. Duties are looked at for 30 days from d->now. Needs no database. */
void lint_desk(Desk *d, GPtrArray *warnings);

#endif
