/* customers: a CSV file to a table by address and domain. It must never believe a line by halves: one that is bad is skipped whole. */
#include "config/customers.h"

#include <string.h>

#include "base/error.h"
#include "base/files.h"
#include "base/limits.h"

#include "rules/csv.h"

#include "base/banned.h"

static const char *const names[CUSTOMER_COLUMNS] = {"address", "name", "segment", "revenue", "unit", "region", "language", "plan", "vip"};

const char *customers_column(CustomerColumn c) { return names[c]; }

struct Customers {
    GHashTable *by_address; /* address or domain, lower case -> Customer */
    GPtrArray *all;
};

static void customer_free(gpointer p)
{
    Customer *c = p;
    char *texts[] = {c->name, c->segment, c->revenue, c->unit, c->region, c->language, c->plan};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    g_free(c);
}

void customers_free(Customers *c)
{
    if (c == NULL)
        return;
    g_hash_table_unref(c->by_address);
    g_ptr_array_unref(c->all);
    g_free(c);
}

/* Which field of a record is which column; -1: none. */
static void find_columns(const ConfigCustomers *config, const GPtrArray *heads, int *ret)
{
    for (int k = 0; k < CUSTOMER_COLUMNS; k++) {
        const char *wanted = config->columns[k] != NULL ? config->columns[k] : names[k];
        ret[k] = -1;
        for (guint i = 0; i < heads->len && ret[k] < 0; i++)
            if (g_ascii_strcasecmp(g_ptr_array_index(heads, i), wanted) == 0)
                ret[k] = (int)i;
    }
}

static char *value_of(const GPtrArray *fields, int column)
{
    const char *text = column >= 0 && (guint)column < fields->len ? g_ptr_array_index(fields, (guint)column) : "";
    return g_utf8_substring(text, 0, MIN(g_utf8_strlen(text, -1), 200));
}

static gboolean is_yes(const char *text)
{
    static const char *const words[] = {"yes", "y", "true", "1", "x", "ja", "oui", "si"};
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        if (g_ascii_strcasecmp(text, words[i]) == 0)
            return TRUE;
    return FALSE;
}

/* "bo@acme.example", or "acme.example" with or without an at sign before it; NULL: neither. */
static char *key_of(const char *text)
{
    const char *at = strrchr(text, '@'), *domain = at != NULL ? at + 1 : text;
    if (strchr(domain, '.') == NULL || strpbrk(text, " \t<>,;") != NULL || strlen(text) > 254)
        return NULL;
    return g_ascii_strdown(at == text ? domain : text, -1);
}

/* What is wrong with a line: a whole file of the wrong kind is told by its first ones. `what` is taken. */
static void skipped(const Config *config, GPtrArray *problems, guint line, char *what)
{
    g_autofree char *valid = g_utf8_make_valid(what, -1); /* the file may be in any charset, and its words are cut */
    if (problems->len < LIMIT_CONFIG_PROBLEMS)
        g_ptr_array_add(problems, g_strdup_printf("%s:%u: %s", config->customers.file, line, valid));
    g_free(what);
}

static void add_record(Customers *c, const Config *config, const GPtrArray *fields, const int *columns, guint line, GPtrArray *problems)
{
    g_autofree char *address = value_of(fields, columns[CUSTOMER_ADDRESS]), *vip = value_of(fields, columns[CUSTOMER_VIP]);
    char *key = key_of(address);
    if (key == NULL || g_hash_table_contains(c->by_address, key)) {
        skipped(config, problems, line,
                g_strdup_printf("'%.100s' %s", address, key == NULL ? "is neither an address nor a domain" : "stands twice; the first line counts"));
        g_free(key);
        return;
    }
    Customer *one = g_new0(Customer, 1);
    char **const texts[] = {[CUSTOMER_NAME] = &one->name,         [CUSTOMER_SEGMENT] = &one->segment, [CUSTOMER_REVENUE] = &one->revenue,
                            [CUSTOMER_UNIT] = &one->unit,         [CUSTOMER_REGION] = &one->region,   [CUSTOMER_LANGUAGE] = &one->language,
                            [CUSTOMER_PLAN] = &one->plan};
    for (gsize k = CUSTOMER_NAME; k < G_N_ELEMENTS(texts); k++)
        *texts[k] = value_of(fields, columns[k]);
    one->vip = is_yes(vip);
    if (*one->plan != '\0' && !g_hash_table_contains(config->plans, one->plan)) {
        skipped(config, problems, line, g_strdup_printf("there is no plan '%.100s', which '%s' has", one->plan, address));
        *one->plan = '\0';
    }
    g_ptr_array_add(c->all, one);
    g_hash_table_insert(c->by_address, key, one);
}

static gboolean read_records(Customers *c, const Config *config, const GString *text, GPtrArray *problems, GError **err)
{
    g_autoptr(GPtrArray) fields = g_ptr_array_new_with_free_func(g_free);
    CsvReader r;
    const char *problem;
    int columns[CUSTOMER_COLUMNS];
    csv_init(&r, text->str, text->len);
    if (!csv_next(&r, fields, &problem))
        return error_set(err, ERROR_CONFIG, "customers '%s': the file is empty, expected a line of column names", config->customers.file);
    find_columns(&config->customers, fields, columns);
    if (columns[CUSTOMER_ADDRESS] < 0)
        return error_set(err, ERROR_CONFIG, "customers '%s': no column '%s' in its first line", config->customers.file,
                         config->customers.columns[CUSTOMER_ADDRESS] != NULL ? config->customers.columns[CUSTOMER_ADDRESS] : names[CUSTOMER_ADDRESS]);
    while (csv_next(&r, fields, &problem)) {
        if (problem != NULL)
            skipped(config, problems, r.line, g_strdup(problem));
        else
            add_record(c, config, fields, columns, r.line, problems);
    }
    return TRUE;
}

Customers *customers_load(const Config *config, GPtrArray *problems, GError **err)
{
    g_autoptr(GString) text = NULL;
    if (!files_read(config->customers.file, LIMIT_CUSTOMERS_BYTES, &text, err))
        return NULL;
    g_autoptr(Customers) c = g_new0(Customers, 1);
    c->by_address = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    c->all = g_ptr_array_new_with_free_func(customer_free);
    return read_records(c, config, text, problems, err) ? g_steal_pointer(&c) : NULL;
}

const Customer *customers_find(const Customers *c, const char *address)
{
    if (c == NULL || address == NULL)
        return NULL;
    g_autofree char *key = g_ascii_strdown(address, -1);
    const char *at = strrchr(key, '@');
    const Customer *one = g_hash_table_lookup(c->by_address, key);
    return one == NULL && at != NULL ? g_hash_table_lookup(c->by_address, at + 1) : one;
}

guint customers_count(const Customers *c) { return c->all->len; }

const char *customers_value(const Customer *c, const char *column)
{
    const char *const values[CUSTOMER_COLUMNS] = {NULL,      c->name,     c->segment, c->revenue, c->unit,
                                              c->region, c->language, c->plan,    c->vip ? "yes" : "no"};
    for (int k = CUSTOMER_NAME; k < CUSTOMER_COLUMNS; k++)
        if (strcmp(names[k], column) == 0)
            return values[k];
    return NULL;
}
