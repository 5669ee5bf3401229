/* channels: a row for each way to a person. It must never send, and never put an a-, w- or b-address into what a gateway passes on. */
#include "flows/channels.h"

#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/log.h"

#include "rules/shortmessage.h"
#include "rules/template.h"

#include "flows/policies.h"
#include "flows/view.h"
#include "flows/view_page.h"

#include "base/banned.h"

#define HEADLINE_MOST 60
#define HEADLINE_LEAST 12
#define EXCERPT 5

/* ---- the contact's values in addresses and arguments ---- */

static json_t *values_of(const ConfigContact *c)
{
    g_autofree char *digits = c->phone != NULL ? shortmessage_digits(c->phone) : NULL;
    return json_pack("{s:s, s:s, s:s, s:s*, s:s*, s:s*}", "name", c->name, "full_name", c->full_name, "email", c->email[0], "phone", c->phone,
                     "phone_digits", digits, "language", c->language);
}

static gboolean fill(const ConfigChannel *channel, const char *source, const ConfigContact *c, char **ret, GError **err)
{
    json_t *values = values_of(c);
    gboolean ok = template_render(NULL, channel->name, source, TEMPLATE_HEADER, &view_template_values, values, NULL, NULL, ret, err);
    json_decref(values);
    return ok;
}

static gboolean is_address(const char *s)
{
    const char *at = strchr(s, '@');
    return at != NULL && at != s && at[1] != '\0' && strchr(at + 1, '@') == NULL && strpbrk(s, " \t<>,;\"") == NULL;
}

/* ---- what it says ---- */

/* "sms-executive" where the mail's template is "executive" and there is such a variant, else "sms". Newly allocated. */
static char *template_of(const Desk *d, const ConfigChannel *channel, const Outgoing *mail)
{
    char *variant = g_strdup_printf("%s-%s", channel->template_name, mail->template);
    if (outgoing_has_template(d, mail->language, variant))
        return variant;
    g_free(variant);
    return g_strdup(channel->template_name);
}

/* Renders until it fits: a shorter headline, and at last a cut. */
static gboolean short_text(Desk *d, const Outgoing *o, const RunRow *r, const LadderPage *p, const char *instead_of, json_t *extra, json_t **ret_view,
                           char **ret_from, char **ret_text, GError **err)
{
    for (gsize headline = HEADLINE_MOST;;) {
        json_t *view = view_page(d, o->ticket, r, p, instead_of, o->contact, headline, EXCERPT, err);
        g_autofree char *from = NULL, *raw = NULL;
        if (view == NULL)
            return FALSE;
        json_object_update(view, extra);
        if (!outgoing_text(d, o, view, &from, &raw, err)) {
            json_decref(view);
            return FALSE;
        }
        g_autofree char *text = shortmessage_plain(raw);
        gsize length = shortmessage_length(text), over = length > LIMIT_CHANNEL_TEXT ? length - LIMIT_CHANNEL_TEXT : 0;
        if (over == 0 || headline <= HEADLINE_LEAST) {
            *ret_view = view;
            *ret_from = g_steal_pointer(&from);
            *ret_text = shortmessage_cut(text, LIMIT_CHANNEL_TEXT);
            return TRUE;
        }
        json_decref(view);
        headline = headline > HEADLINE_LEAST + over ? headline - over : HEADLINE_LEAST;
    }
}

/* ---- rows ---- */

static gboolean store_gateway(Desk *d, Outgoing *o, const ConfigChannel *channel, const char *from, const char *text, gint64 *ret_row, GError **err)
{
    g_autofree char *address = NULL;
    if (!fill(channel, channel->address, o->contact, &address, err))
        return FALSE;
    if (!is_address(address))
        return error_set(err, ERROR_DATA, "channel '%s': '%s' is no address of contact '%s'", channel->name, address, o->contact->name);
    o->to_address = address;
    o->to_name = NULL;
    gboolean ok = outgoing_store(d, o, text, NULL, from, ret_row, err);
    o->to_address = o->contact->email[0];
    return ok;
}

/* The bytes are the JSON that the program will read: what was decided, not what is known when it runs. */
static gboolean store_command(Desk *d, const Outgoing *o, json_t *view, const char *text, gint64 *ret_row, GError **err)
{
    g_autofree char *subject = outgoing_subject(d, o->ticket, o->language);
    OutboxRow row = {.ticket_id = o->ticket->id, .notification_id = o->notification, .class = (char *)"command", .channel = (char *)o->channel,
                     .template = (char *)o->template, .recipient = o->contact->name, .contact = o->contact->name, .subject = subject, .created_at = d->now,
                     .next_at = o->not_before != INSTANT_NONE ? MAX(o->not_before, d->now) : d->now};
    json_object_set_new(view, "channel", json_string(o->channel));
    json_object_set_new(view, "notification", json_integer(o->notification));
    json_object_set_new(view, "text", json_string(text));
    json_object_set_new(view, "subject", json_string(subject));
    json_object_set_new(view, "contact", values_of(o->contact));
    char *dumped = json_dumps(view, JSON_COMPACT | JSON_SORT_KEYS);
    g_autofree char *line = g_strdup_printf("%s\n", dumped);
    g_autoptr(GBytes) bytes = g_bytes_new(line, strlen(line));
    free(dumped);
    if (!outbox_insert(d->db, &row, err))
        return FALSE;
    *ret_row = row.id;
    return outbox_set_bytes(d->db, row.id, "", "", bytes, err);
}

static gboolean store_one(Desk *d, Outgoing *o, const ConfigChannel *channel, const RunRow *r, const LadderPage *p, const char *instead_of, json_t *extra,
                          GError **err)
{
    g_autofree char *from = NULL, *text = NULL;
    json_t *view = NULL;
    gint64 row = 0;
    gboolean ok = short_text(d, o, r, p, instead_of, extra, &view, &from, &text, err)
                  && (channel->method == CHANNEL_MAIL ? store_gateway(d, o, channel, from, text, &row, err) : store_command(d, o, view, text, &row, err));
    if (view != NULL)
        json_decref(view);
    return ok
           && desk_audit(d, o->ticket->id, err, "channel", "notification=%" G_GINT64_FORMAT " contact=%s channel=%s outbox=%" G_GINT64_FORMAT, o->notification,
                         o->contact->name, o->channel, row);
}

static gboolean add_one(Desk *d, const Outgoing *mail, const ConfigChannel *channel, const RunRow *r, const LadderPage *p, const char *instead_of, json_t *extra,
                        GError **err)
{
    g_autofree char *template = template_of(d, channel, mail);
    g_autoptr(GError) local = NULL;
    Outgoing o = *mail;
    o.template = template;
    o.channel = channel->name;
    o.calendar = o.calendar_method = NULL;
    if (store_one(d, &o, channel, r, p, instead_of, extra, &local))
        return TRUE;
    if (local->code != ERROR_DATA && local->code != ERROR_CONFIG && local->code != ERROR_LIMIT) {
        g_propagate_error(err, g_steal_pointer(&local));
        return FALSE;
    }
    log_error("channel", local);
    return desk_audit(d, o.ticket->id, err, "channel-failed", "notification=%" G_GINT64_FORMAT " contact=%s channel=%s reason=\"cannot be written\"", o.notification,
                      o.contact->name, o.channel);
}

gboolean channels_page(Desk *d, const Outgoing *mail, const RunRow *r, const LadderPage *p, const char *instead_of, json_t *extra, GError **err)
{
    const PolicyLevel *level = g_ptr_array_index(policies_of_run(d, r)->levels, (guint)p->level - 1);
    for (guint i = 0; level->channels != NULL && level->channels[i] != NULL; i++) {
        const ConfigChannel *channel = g_hash_table_lookup(d->config->channels, level->channels[i]);
        gboolean is_twice = g_strv_contains((const char *const *)level->channels + i + 1, level->channels[i]);
        if (channel == NULL || is_twice || !g_strv_contains((const char *const *)mail->contact->channels, channel->name)) /* `mail` among them */
            continue;
        if (!add_one(d, mail, channel, r, p, instead_of, extra, err))
            return FALSE;
    }
    return TRUE;
}

/* ---- the program of a row ---- */

gboolean channels_command(const Desk *d, const OutboxRow *row, char ***ret_argv, Seconds *ret_seconds, GError **err)
{
    const ConfigChannel *channel = g_hash_table_lookup(d->config->channels, row->channel);
    const ConfigContact *c = desk_contact(d, row->contact);
    g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
    if (channel == NULL || channel->method != CHANNEL_COMMAND || c == NULL)
        return error_set(err, ERROR_NOTFOUND, "channel '%s' or contact '%s': not in the configuration any more", row->channel, row->contact);
    for (guint i = 0; channel->argv[i] != NULL; i++) {
        char *argument;
        if (!fill(channel, channel->argv[i], c, &argument, err))
            return FALSE;
        g_ptr_array_add(argv, argument);
    }
    g_ptr_array_add(argv, NULL);
    *ret_argv = (char **)g_ptr_array_steal(argv, NULL);
    *ret_seconds = channel->timeout.amount;
    return TRUE;
}

/* ---- check ---- */

static void warn(GPtrArray *warnings, const ConfigChannel *channel, const char *format, ...) G_GNUC_PRINTF(3, 4);
static void warn(GPtrArray *warnings, const ConfigChannel *channel, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    g_autofree char *what = g_strdup_vprintf(format, ap);
    va_end(ap);
    g_ptr_array_add(warnings, g_strdup_printf("%s: channel '%s': %s", channel->where, channel->name, what));
}

/* Without a phone every address that needs it is none, and an argument is empty. */
static void check_contact(const ConfigChannel *channel, const ConfigContact *c, GPtrArray *warnings)
{
    const char *const address[] = {channel->address, NULL}, *const *sources = channel->method == CHANNEL_MAIL ? address : (const char *const *)channel->argv;
    for (; *sources != NULL; sources++) {
        g_autofree char *value = NULL;
        g_autoptr(GError) err = NULL;
        if (!fill(channel, *sources, c, &value, &err))
            warn(warnings, channel, "%s", err->message);
        else if (c->phone == NULL && strstr(*sources, "phone") != NULL)
            warn(warnings, channel, "contact '%s' has no phone, which '%s' needs", c->name, *sources);
        else if (channel->method == CHANNEL_MAIL && !is_address(value))
            warn(warnings, channel, "'%s' is no address of contact '%s'", value, c->name);
    }
}

void channels_check(const Desk *d, GPtrArray *warnings)
{
    GHashTableIter it;
    gpointer value;
    g_hash_table_iter_init(&it, d->config->channels);
    while (g_hash_table_iter_next(&it, NULL, &value)) {
        const ConfigChannel *channel = value;
        if (channel->method == CHANNEL_COMMAND && access(channel->argv[0], X_OK) != 0)
            warn(warnings, channel, "'%s' cannot be run", channel->argv[0]);
        for (guint i = 0; i < d->config->contact_order->len; i++) {
            const ConfigContact *c = g_ptr_array_index(d->config->contact_order, i);
            if (g_strv_contains((const char *const *)c->channels, channel->name))
                check_contact(channel, c, warnings);
        }
    }
}
