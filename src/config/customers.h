/* customers: the directory that the CRM exports, a CSV file: who a sender is, and what he is worth. A value: made once, then only read. */
#ifndef CONFIG_CUSTOMERS_H
#define CONFIG_CUSTOMERS_H

#include "config/config.h"

typedef struct {
    char *name, *segment, *revenue, *unit, *region, *language, *plan; /* "" where the file has nothing */
    gboolean vip;
} Customer;

typedef struct Customers Customers;

/* Reads the file that `config` names. Bad lines are appended to `problems` (char *, "file:line: what is wrong") and skipped; a plan that the
 * configuration does not have is told and left out. NULL with *err only where the file cannot be read or has no column of addresses. */
Customers *customers_load(const Config *config, GPtrArray *problems, GError **err);
void customers_free(Customers *c);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Customers, customers_free)
/* By the whole address, else by its domain, else NULL; lives as long as `c`, which may be NULL. */
const Customer *customers_find(const Customers *c, const char *address);
guint customers_count(const Customers *c);
/* "segment" */
const char *customers_column(CustomerColumn c);
/* A value by its column's name ("segment", "vip" as yes or no); NULL: no such column. */
const char *customers_value(const Customer *c, const char *column);

#endif
