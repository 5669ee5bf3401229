/* desk: puts together what the rooms below offer. */
#include "flows/desk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/utf8.h"

#include "rules/template.h"

#include "store/audit.h"
#include "store/spool.h"

#include "flows/deskkeys.h"
#include "flows/phrases.h"
#include "flows/templatecheck.h"

#include "base/banned.h"

#ifndef ESCALATE_DATADIR
#define ESCALATE_DATADIR "/usr/share/escalate"
#endif

typedef struct {
    Desk *desk;
    GPtrArray *problems, *warnings;
    DeskTell *tell;
    void *tell_data;
} Loading;

static void tell(const Loading *l, const char *what)
{
    if (l->tell != NULL)
        l->tell(l->tell_data, what);
}

static void problem(Loading *l, int line, const char *what, const GError *err)
{
    gboolean says_what = g_str_has_prefix(err->message, what);
    g_ptr_array_add(l->problems, g_strdup_printf("%s:%d:1: %s%s%s", l->desk->config->path, line, says_what ? "" : what, says_what ? "" : ": ", err->message));
}

static void load_calendars(Loading *l)
{
    GHashTableIter it;
    gpointer value;
    g_hash_table_iter_init(&it, l->desk->config->calendars);
    while (g_hash_table_iter_next(&it, NULL, &value)) {
        const ConfigCalendar *c = value;
        g_autoptr(GError) err = NULL;
        g_autofree char *what = g_strdup_printf("calendar '%s'", c->name);
        tell(l, what);
        const CalendarSource source = {.name = c->name, .hours = c->hours, .holidays = c->holidays, .zone_id = c->timezone, .closes = c->closes,
                                       .opens = c->opens, .ignores = c->ignores};
        Calendar *calendar = calendar_new(&source, l->warnings, &err);
        if (calendar == NULL)
            problem(l, c->line, what, err);
        else
            g_hash_table_insert(l->desk->calendars, g_strdup(c->name), calendar);
    }
}

/* The zone of a contact who names none: that of the first queue's calendar, as for the times in his mails. */
static const char *default_zone(const Desk *d)
{
    const ConfigQueue *first = d->config->queue_order->len > 0 ? g_ptr_array_index(d->config->queue_order, 0) : NULL;
    Calendar *calendar = first == NULL ? NULL : g_hash_table_lookup(d->calendars, first->calendar);
    return calendar == NULL ? NULL : zone_name(calendar_zone(calendar));
}

/* A contact's leave: a calendar without hours, closed by his leave files. */
static void load_leaves(Loading *l)
{
    for (guint i = 0; i < l->desk->config->contact_order->len; i++) {
        const ConfigContact *c = g_ptr_array_index(l->desk->config->contact_order, i);
        g_autoptr(GError) err = NULL;
        if (c->leave == NULL || c->leave[0] == NULL)
            continue;
        g_autofree char *what = g_strdup_printf("leave of '%s'", c->name);
        tell(l, what);
        const CalendarSource source = {.name = what, .holidays = c->leave, .is_leave = TRUE,
                                       .zone_id = c->timezone != NULL ? c->timezone : default_zone(l->desk)};
        Calendar *calendar = calendar_new(&source, l->warnings, &err);
        if (calendar == NULL)
            problem(l, c->line, what, err);
        else
            g_hash_table_insert(l->desk->leaves, g_strdup(c->name), calendar);
    }
}

/* As people write it into a calendar: "Tom", "Tom Weald"; NULL where two are called so, or nobody. */
static const ConfigContact *contact_called(const Config *config, const char *summary)
{
    const ConfigContact *found = NULL;
    guint n = 0;
    g_autofree char *wanted = g_utf8_casefold(summary, -1);
    for (guint i = 0; i < config->contact_order->len; i++) {
        const ConfigContact *c = g_ptr_array_index(config->contact_order, i);
        g_autofree char *key = g_utf8_casefold(c->name, -1), *name = g_utf8_casefold(c->full_name, -1);
        if (strcmp(wanted, key) != 0 && strcmp(wanted, name) != 0)
            continue;
        found = c;
        n++;
    }
    return n == 1 ? found : NULL;
}

static const char *contact_of(const char *address_or_summary, void *data)
{
    const Config *config = ((const Desk *)data)->config;
    const ConfigContact *c = config_contact_by_address(config, address_or_summary);
    if (c == NULL)
        c = g_hash_table_lookup(config->contacts, address_or_summary);
    if (c == NULL)
        c = contact_called(config, address_or_summary);
    return c == NULL ? NULL : c->name;
}

Rota *desk_rota(const Desk *d, const char *name, char *const *files, const char *zone_id, GPtrArray *warnings, GError **err)
{
    return rota_new(name, files, zone_id, contact_of, (gpointer)d, warnings, err);
}

static void load_rotas(Loading *l)
{
    GHashTableIter it;
    gpointer value;
    g_hash_table_iter_init(&it, l->desk->config->rotas);
    while (g_hash_table_iter_next(&it, NULL, &value)) {
        const ConfigRota *c = value;
        g_autoptr(GError) err = NULL;
        g_autofree char *what = g_strdup_printf("rota '%s'", c->name);
        tell(l, what);
        Rota *rota = desk_rota(l->desk, c->name, c->files, c->timezone, l->warnings, &err);
        if (rota == NULL)
            problem(l, c->line, what, err);
        else
            g_hash_table_insert(l->desk->rotas, g_strdup(c->name), rota);
    }
}

static void load_customers(Loading *l)
{
    const ConfigCustomers *config = &l->desk->config->customers;
    g_autoptr(GError) err = NULL;
    if (config->file == NULL)
        return;
    tell(l, "customers");
    l->desk->customers_stamp = files_stamp(config->file);
    l->desk->customers = customers_load(l->desk->config, l->warnings, &err);
    if (l->desk->customers == NULL)
        problem(l, config->line, "customers", err);
}

static gboolean refresh_customers(Desk *d)
{
    const ConfigCustomers *config = &d->config->customers;
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) err = NULL;
    if (config->file == NULL)
        return FALSE;
    g_autofree char *stamp = files_stamp(config->file);
    if (*stamp == '\0' || strcmp(stamp, d->customers_stamp) == 0)
        return FALSE;
    g_free(d->customers_stamp);
    d->customers_stamp = g_steal_pointer(&stamp);
    Customers *fresh = customers_load(d->config, problems, &err);
    for (guint i = 0; i < problems->len; i++)
        log_event(LOGGING_WARNING, "event=customers problem=\"%s\"", (const char *)g_ptr_array_index(problems, i));
    if (fresh == NULL) {
        log_error("customers", err);
        return FALSE;
    }
    customers_free(d->customers);
    d->customers = fresh;
    log_event(LOGGING_INFO, "event=customers count=%u", customers_count(fresh));
    return TRUE;
}

gboolean desk_refresh(Desk *d)
{
    deskkeys_refresh(d);
    return refresh_customers(d);
}

const Customer *desk_customer(const Desk *d, const char *address) { return customers_find(d->customers, address); }

/* The files DIRECTORY/NAME.words in the order of their names, so that two starts give the same rows. */
static void load_words(Loading *l)
{
    tell(l, "words");
    l->desk->words = words_kind_new();
    const char *directory = l->desk->config->words, *name;
    g_autoptr(GError) err = NULL;
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    GDir *dir = directory != NULL ? g_dir_open(directory, 0, &err) : NULL;
    if (err != NULL)
        problem(l, 1, "words", err);
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL)
        if (g_str_has_suffix(name, ".words") && *name != '.')
            g_ptr_array_add(paths, g_build_filename(directory, name, NULL));
    if (dir != NULL)
        g_dir_close(dir);
    g_ptr_array_sort(paths, utf8_order);
    for (guint i = 0; i < paths->len; i++) {
        g_autoptr(GString) text = NULL;
        g_autoptr(GError) unread = NULL;
        const char *path = g_ptr_array_index(paths, i);
        if (files_read(path, LIMIT_WORDS_BYTES, &text, &unread))
            words_kind_add(l->desk->words, path, text->str, text->len, l->problems);
        else
            problem(l, 1, "words", unread);
    }
}

/* ---- templates ---- */

static const char *const wanted_templates[] = {"auto-ack", "raised", "update", "delay", "resolved", "new-ticket", "relay-in", "escalation", "reminder", "line", "transcript", "daily", "notice",
                                                "triage", "vendor", "board", "sms", "digest",
                                                "drill", "roundcall", "roundcall-end"};

static gboolean template_is_there(const char *directory, const char *name)
{
    if (directory == NULL)
        return FALSE;
    g_autofree char *path = g_strdup_printf("%s/en/%s.txt", directory, name);
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

/* A page that cannot be rendered is a page that nobody gets: what is missing is found before anything starts. */
static void check_template(Loading *l, const char *name, int line)
{
    if (!template_is_there(l->desk->config->templates, name) && !template_is_there(l->desk->templates, name))
        g_ptr_array_add(l->problems, g_strdup_printf("%s:%d:1: template '%s': no en/%s.txt in '%s' nor in '%s'", l->desk->config->path, line, name, name,
                                                     l->desk->config->templates != NULL ? l->desk->config->templates : "-", l->desk->templates));
}

/* Each template of DIRECTORY/LANGUAGE must parse. */
static void parse_templates(Loading *l, const char *directory, const char *language)
{
    g_autofree char *path = g_build_filename(directory, language, NULL);
    GDir *dir = g_dir_open(path, 0, NULL);
    const char *name;
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *file = g_build_filename(path, name, NULL);
        g_autoptr(GString) source = NULL;
        g_autoptr(GPtrArray) names = NULL;
        g_autoptr(GError) err = NULL;
        if (strcmp(name, PHRASES_FILE) == 0 && directory == l->desk->config->templates)
            phrases_check(l->desk, language, l->problems);
        if (!g_str_has_suffix(name, ".txt") && !g_str_has_suffix(name, ".html") && !g_str_has_suffix(name, ".mustache"))
            continue;
        if (!files_read(file, LIMIT_TEMPLATE_BYTES, &source, &err) || !template_names(file, source->str, &names, &err))
            g_ptr_array_add(l->problems, g_strdup(err->message));
        else
            templatecheck_audience(l->desk, language, file, source->str, l->problems);
    }
    if (dir != NULL)
        g_dir_close(dir);
}

static void parse_all_templates(Loading *l, const char *directory)
{
    GDir *dir = directory == NULL ? NULL : g_dir_open(directory, 0, NULL);
    const char *name;
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL)
        parse_templates(l, directory, name);
    if (dir != NULL)
        g_dir_close(dir);
}

static void check_templates(Loading *l)
{
    GHashTableIter it;
    gpointer value;
    tell(l, "templates");
    if (!g_file_test(l->desk->templates, G_FILE_TEST_IS_DIR)) {
        g_ptr_array_add(l->problems, g_strdup_printf("%s:1:1: the built-in templates are not in '%s': expected an installation, or ESCALATE_DATADIR to name"
                                                     " the folder that holds templates", l->desk->config->path, l->desk->templates));
        return;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(wanted_templates); i++)
        check_template(l, wanted_templates[i], 1);
    g_hash_table_iter_init(&it, l->desk->config->policies);
    while (g_hash_table_iter_next(&it, NULL, &value)) {
        const Policy *policy = value;
        for (guint i = 0; i < policy->levels->len; i++) {
            const PolicyLevel *level = g_ptr_array_index(policy->levels, i);
            if (level->template_name != NULL)
                check_template(l, level->template_name, level->line);
        }
    }
    g_hash_table_iter_init(&it, l->desk->config->risks);
    while (g_hash_table_iter_next(&it, NULL, &value))
        if (((const ConfigRisk *)value)->template_name != NULL)
            check_template(l, ((const ConfigRisk *)value)->template_name, ((const ConfigRisk *)value)->line);
    g_hash_table_iter_init(&it, l->desk->config->channels);
    while (g_hash_table_iter_next(&it, NULL, &value))
        check_template(l, ((const ConfigChannel *)value)->template_name, ((const ConfigChannel *)value)->line);
    parse_all_templates(l, l->desk->templates);
    parse_all_templates(l, l->desk->config->templates);
}

static void free_policy(gpointer p) { policy_free(p); }

static void free_text(gpointer p)
{
    if (p != NULL)
        g_string_free(p, TRUE);
}

gboolean desk_load(const char *config_path, Desk **ret, GPtrArray *problems, GPtrArray *warnings)
{
    return desk_load_told(config_path, NULL, NULL, ret, problems, warnings);
}

gboolean desk_load_told(const char *config_path, DeskTell *tell_of, void *data, Desk **ret, GPtrArray *problems, GPtrArray *warnings)
{
    guint before = problems->len;
    Loading l = {.problems = problems, .warnings = warnings, .tell = tell_of, .tell_data = data};
    tell(&l, "itself");
    Config *config = config_load(config_path, problems, warnings);
    if (config == NULL)
        return FALSE;
    g_autoptr(Desk) d = g_new0(Desk, 1);
    d->begun = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_policy);
    d->config = config;
    d->calendars = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)calendar_free);
    d->leaves = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)calendar_free);
    d->phrases = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)phrasebook_free);
    d->rotas = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)rota_free);
    d->texts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_text);
    d->parsed = template_store_new();
    d->policy_texts = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_strfreev);
    const char *installed = getenv("ESCALATE_DATADIR");
    d->templates = g_build_filename(installed != NULL ? installed : ESCALATE_DATADIR, "templates", NULL);
    l.desk = d;
    load_calendars(&l);
    load_leaves(&l);
    load_rotas(&l);
    load_customers(&l);
    load_words(&l);
    check_templates(&l);
    if (problems->len > before)
        return FALSE;
    *ret = g_steal_pointer(&d);
    return TRUE;
}

static void try_calendars(GHashTable *calendars, Instant now, GPtrArray *problems)
{
    GHashTableIter it;
    gpointer value;
    g_hash_table_iter_init(&it, calendars);
    while (g_hash_table_iter_next(&it, NULL, &value)) {
        g_autoptr(GError) err = NULL;
        Seconds open;
        if (!calendar_between(value, now, now + (Seconds)366 * 86400, &open, &err))
            g_ptr_array_add(problems, g_strdup(err->message));
    }
}

gboolean desk_try(const Desk *d, Instant now, GPtrArray *problems)
{
    guint before = problems->len;
    GHashTableIter it;
    gpointer value;
    try_calendars(d->calendars, now, problems);
    try_calendars(d->leaves, now, problems);
    g_hash_table_iter_init(&it, d->rotas);
    while (g_hash_table_iter_next(&it, NULL, &value)) {
        g_autoptr(GError) err = NULL;
        Instant next;
        if (!rota_next_change(value, now, &next, &err))
            g_ptr_array_add(problems, g_strdup(err->message));
    }
    return problems->len == before;
}

/* For our group to read, whoever makes it; root makes it for the directory's owner, who could not write it else. */
static gboolean make_database(const char *path, const char *directory, GError **err)
{
    struct stat st;
    AUTO_FD fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (fd < 0)
        return errno == EEXIST || error_set_errno(err, ERROR_TEMPFAIL, errno, "make database '%s'", path);
    return geteuid() != 0 || (stat(directory, &st) == 0 && (st.st_uid == 0 || fchown(fd, st.st_uid, st.st_gid) == 0))
           || error_set_errno(err, ERROR_TEMPFAIL, errno, "give database '%s' to the directory's owner", path);
}

gboolean desk_open_store(Desk *d, GError **err)
{
    g_autofree char *directory = g_path_get_dirname(d->config->database);
    struct stat st;
    if (stat(directory, &st) != 0 && !files_make_directory(directory, 0750, err))
        return FALSE;
    return deskkeys_open(d, err) && spool_prepare(d->config->spool, err) && make_database(d->config->database, directory, err) && db_open(d->config->database, &d->db, err);
}

static void free_loaded(Desk *d)
{
    g_clear_pointer(&d->rotas, g_hash_table_unref);
    g_clear_pointer(&d->leaves, g_hash_table_unref);
    g_clear_pointer(&d->calendars, g_hash_table_unref);
    g_clear_pointer(&d->config, config_free);
    g_clear_pointer(&d->phrases, g_hash_table_unref);
    g_clear_pointer(&d->templates, g_free);
    g_clear_pointer(&d->texts, g_hash_table_unref);
    g_clear_pointer(&d->parsed, template_store_free);
    g_clear_pointer(&d->policy_texts, g_hash_table_unref);
    g_clear_pointer(&d->words, words_kind_free);
    g_clear_pointer(&d->customers, customers_free);
    g_clear_pointer(&d->customers_stamp, g_free);
}

void desk_adopt(Desk *d, Desk *from)
{
    free_loaded(d);
    d->config = g_steal_pointer(&from->config);
    d->calendars = g_steal_pointer(&from->calendars);
    d->leaves = g_steal_pointer(&from->leaves);
    d->rotas = g_steal_pointer(&from->rotas);
    d->phrases = g_steal_pointer(&from->phrases);
    d->templates = g_steal_pointer(&from->templates);
    d->texts = g_steal_pointer(&from->texts);
    d->parsed = g_steal_pointer(&from->parsed);
    d->policy_texts = g_steal_pointer(&from->policy_texts);
    d->words = g_steal_pointer(&from->words);
    d->customers = g_steal_pointer(&from->customers);
    d->customers_stamp = g_steal_pointer(&from->customers_stamp);
    desk_free(from);
}

void desk_free(Desk *d)
{
    if (d == NULL)
        return;
    free_loaded(d);
    g_clear_pointer(&d->begun, g_hash_table_unref);
    db_close(d->db);
    g_clear_pointer(&d->keys.keys, g_ptr_array_unref);
    g_clear_pointer(&d->key_ring, g_ptr_array_unref);
    g_clear_pointer(&d->key_stamp, g_free);
    g_clear_pointer(&d->audit_key, g_bytes_unref);
    g_free(d);
}

Calendar *desk_calendar(const Desk *d, const char *name)
{
    Calendar *c = name == NULL || strcmp(name, "always") == 0 ? NULL : g_hash_table_lookup(d->calendars, name);
    return c != NULL ? c : calendar_always();
}

char **desk_queue_names(const Desk *d)
{
    const GPtrArray *queues = d->config->queue_order;
    char **names = g_new0(char *, queues->len + 1);
    for (guint i = 0; i < queues->len; i++)
        names[i] = ((ConfigQueue *)g_ptr_array_index(queues, i))->name;
    return names;
}

const ConfigQueue *desk_queue(const Desk *d, const char *name) { return name == NULL ? NULL : g_hash_table_lookup(d->config->queues, name); }

const ConfigContact *desk_contact(const Desk *d, const char *name)
{
    return name == NULL ? NULL : g_hash_table_lookup(d->config->contacts, name);
}

const Policy *desk_policy(const Desk *d, const char *name) { return name == NULL ? NULL : g_hash_table_lookup(d->config->policies, name); }

/* A queue that is always open lives in no zone of its own: its people live where the first queue's do. */
const Zone *desk_contact_zone(const Desk *d, const ConfigContact *contact, const ConfigQueue *queue)
{
    const Zone *z = contact != NULL && contact->timezone != NULL ? zone_get(contact->timezone, NULL) : NULL;
    Calendar *calendar = queue == NULL ? NULL : desk_calendar(d, queue->calendar);
    if (z != NULL)
        return z;
    const char *id = calendar == NULL || calendar == calendar_always() ? default_zone(d) : NULL;
    z = id != NULL ? zone_get(id, NULL) : NULL;
    return z != NULL ? z : calendar == NULL ? zone_utc() : calendar_zone(calendar);
}

gboolean desk_audit(Desk *d, gint64 ticket, GError **err, const char *event, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    g_autofree char *detail = g_strdup_vprintf(format, ap);
    va_end(ap);
    log_event(LOGGING_INFO, "ticket=%" G_GINT64_FORMAT " event=%s %s", ticket, event, detail);
    return audit_add(d->db, d->audit_key, d->now, ticket, err, event, "%s", detail);
}
