/* pulse: JSON, written beside and renamed, so that a reader never sees a half one. It is never synced: it is about now. */
#include "flows/pulse.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/utf8.h"

#include "base/banned.h"

#define PREFIX "alive-"
#define BYTES 16384

static const struct {
    const char *name;
    gsize offset;
} numbers[] = {{"pid", G_STRUCT_OFFSET(Pulse, pid)},
               {"started_at", G_STRUCT_OFFSET(Pulse, started_at)},
               {"step_at", G_STRUCT_OFFSET(Pulse, step_at)},
               {"failing_since", G_STRUCT_OFFSET(Pulse, failing_since)},
               {"handing_over_since", G_STRUCT_OFFSET(Pulse, handing_over_since)},
               {"clock_stepped_at", G_STRUCT_OFFSET(Pulse, clock_stepped_at)},
               {"clock_step", G_STRUCT_OFFSET(Pulse, clock_step)},
               {"alarm_raised_at", G_STRUCT_OFFSET(Pulse, alarm_raised_at)}};

void pulse_init(Pulse *p)
{
    *p = (Pulse){.failing_since = INSTANT_NONE, .handing_over_since = INSTANT_NONE, .clock_stepped_at = INSTANT_NONE, .alarm_raised_at = INSTANT_NONE};
}

static json_t *to_json(const Pulse *p)
{
    json_t *o = json_object(), *deaths = json_array();
    for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++) {
        gint64 value = G_STRUCT_MEMBER(gint64, p, numbers[i].offset);
        if (value != INSTANT_NONE)
            json_object_set_new(o, numbers[i].name, json_integer(value));
    }
    for (guint i = 0; i < p->death_count; i++)
        json_array_append_new(deaths, json_pack("{s:I, s:s}", "at", (json_int_t)p->died[i].at, "how", p->died[i].how));
    json_object_set_new(o, "reason", json_string(p->reason));
    json_object_set_new(o, "config", json_string(p->config));
    json_object_set_new(o, "deaths", json_integer(p->deaths));
    json_object_set_new(o, "died", deaths);
    return o;
}

static gboolean replace(const char *path, const char *text, GError **err)
{
    g_autofree char *beside = g_strconcat(path, ".new", NULL);
    AUTO_FD fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (fd < 0)
        return error_set_errno(err, ERROR_TEMPFAIL, errno, "create '%s'", beside);
    if (!files_write_fd(fd, beside, text, strlen(text), err))
        return FALSE;
    return rename(beside, path) == 0 || error_set_errno(err, ERROR_TEMPFAIL, errno, "rename '%s'", beside);
}

gboolean pulse_write(const char *spool, const char *name, const Pulse *p, GError **err)
{
    g_autofree char *path = g_strconcat(spool, "/" PREFIX, name, NULL);
    json_t *o = to_json(p);
    char *text = json_dumps(o, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(o);
    gboolean ok = text != NULL ? replace(path, text, err) : error_set(err, ERROR_INTERNAL, "pulse of '%s': is no text", name);
    free(text);
    return ok;
}

static void copy_text(const json_t *o, const char *key, char *to, gsize size)
{
    const char *text = json_string_value(json_object_get(o, key));
    g_strlcpy(to, text != NULL ? text : "", size);
}

static void read_deaths(const json_t *o, Pulse *p)
{
    const json_t *deaths = json_object_get(o, "died");
    for (gsize i = 0; i < MIN(json_array_size(deaths), PULSE_DEATHS); i++) {
        const json_t *one = json_array_get(deaths, i);
        p->died[i].at = json_integer_value(json_object_get(one, "at"));
        copy_text(one, "how", p->died[i].how, sizeof p->died[i].how);
        p->death_count++;
    }
}

gboolean pulse_read(const char *spool, const char *name, Pulse *ret, GError **err)
{
    g_autofree char *path = g_strconcat(spool, "/" PREFIX, name, NULL);
    g_autoptr(GString) text = NULL;
    if (!files_read(path, BYTES, &text, err))
        return FALSE;
    json_t *o = json_loadb(text->str, text->len, 0, NULL);
    if (!json_is_object(o)) {
        json_decref(o);
        return error_set(err, ERROR_DATA, "'%s': is damaged", path);
    }
    pulse_init(ret);
    for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++) {
        const json_t *value = json_object_get(o, numbers[i].name);
        if (json_is_integer(value))
            G_STRUCT_MEMBER(gint64, ret, numbers[i].offset) = json_integer_value(value);
    }
    copy_text(o, "reason", ret->reason, sizeof ret->reason);
    copy_text(o, "config", ret->config, sizeof ret->config);
    ret->deaths = (guint)CLAMP(json_integer_value(json_object_get(o, "deaths")), 0, G_MAXINT);
    read_deaths(o, ret);
    json_decref(o);
    return TRUE;
}

GPtrArray *pulse_names(const char *spool)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    DIR *dir = opendir(spool);
    struct dirent *e;
    while (dir != NULL && (e = readdir(dir)) != NULL)
        if (g_str_has_prefix(e->d_name, PREFIX) && strchr(e->d_name, '.') == NULL)
            g_ptr_array_add(names, g_strdup(e->d_name + strlen(PREFIX)));
    if (dir != NULL)
        closedir(dir);
    g_ptr_array_sort(names, utf8_order);
    return names;
}
