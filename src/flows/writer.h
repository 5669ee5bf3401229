/* writer: who wrote a mail. From says it (RFC 5322 3.6.2), but for a list that writes its own address there, and for an address that nobody reads, by
 * which a form sends what a customer typed: there Reply-To does, or what the list left of the old From. */
#ifndef FLOWS_WRITER_H
#define FLOWS_WRITER_H

#include "flows/intake_case.h"

/* Fills c->from, c->from_name and c->is_by_another, which need to be freed. Cannot fail. */
void writer_find(IntakeCase *c);

#endif
