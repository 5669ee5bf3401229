/* cmd_init: `escalate init DIR [--system] [--country CODE] [--tz ZONE]`: a starter set that works as it is, sends nothing, and needs nothing
 * outside DIR. It must never write into a directory that holds anything, and never guess holidays: a country that is not shipped
 * gets none, and is told so. */
#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/keyfile.h"
#include "base/limits.h"
#include "base/zone.h"
#include "config/config.h"
#include "programs/cmd.h"
#include "programs/init_files.h"

#include "base/banned.h"

typedef struct {
    const char *directory, *country;
    char *timezone;
    gboolean is_system; /* spool, database and keys are where the installation has them */
} InitOptions;

static const struct {
    const char *path;
    int mode;
} directories[] = {
    {"spool", 0755},          {"spool/tmp", 03777},     {"spool/incoming", 03777}, {"spool/hold", 0750},
    {"spool/outgoing", 0750}, {"spool/archive", 0750},  {"templates", 0755},
};

/* The zone that /etc/localtime is a link to, else Etc/UTC. */
static char *local_zone(void)
{
    char target[PATH_MAX];
    ssize_t n = readlink("/etc/localtime", target, sizeof target - 1);
    target[MAX(n, 0)] = '\0';
    const char *at = strstr(target, "zoneinfo/");
    const char *name = at != NULL ? at + strlen("zoneinfo/") : "";
    return g_strdup(zone_get(name, NULL) != NULL ? name : "Etc/UTC");
}

static gboolean is_country(const char *code)
{
    gsize n = strlen(code);
    gboolean good = n >= 2 && n <= 6 && g_ascii_isalpha(code[0]) && g_ascii_isalpha(code[1]);
    for (gsize i = 2; good && i < n; i++)
        good = i == 2 ? code[i] == '-' && n > 3 : g_ascii_isalnum(code[i]);
    return good;
}

static gboolean read_options(int argc, char **argv, InitOptions *o, GError **err)
{
    for (int i = 1; i < argc; i++) {
        gboolean is_country_option = strcmp(argv[i], "--country") == 0, is_zone = strcmp(argv[i], "--tz") == 0;
        if ((is_country_option || is_zone) && i + 1 == argc)
            return error_set(err, ERROR_USAGE, "init: '%s' needs a value", argv[i]);
        if (strcmp(argv[i], "--system") == 0) {
            o->is_system = TRUE;
        } else if (is_country_option) {
            o->country = argv[++i];
        } else if (is_zone) {
            g_free(o->timezone);
            o->timezone = g_strdup(argv[++i]);
        } else if (argv[i][0] == '-' || o->directory != NULL) {
            return error_set(err, ERROR_USAGE, "init: unexpected '%s'; usage: escalate init DIR [--system] [--country CODE] [--tz ZONE]",
                             argv[i]);
        } else {
            o->directory = argv[i];
        }
    }
    if (o->directory == NULL || o->directory[0] == '\0')
        return error_set(err, ERROR_USAGE, "usage: escalate init DIR [--system] [--country CODE] [--tz ZONE]");
    if (o->country != NULL && !is_country(o->country))
        return error_set(err, ERROR_USAGE, "init: country '%.20s': expected a code like DE or DE-BE", o->country);
    if (o->timezone == NULL)
        o->timezone = local_zone();
    g_autoptr(GError) cause = NULL;
    if (zone_get(o->timezone, &cause) == NULL)
        return error_set(err, ERROR_USAGE, "init: %s", cause->message);
    return TRUE;
}

static gboolean make_place(const char *path, GError **err)
{
    if (!files_make_directory(path, 0755, err))
        return FALSE;
    GDir *dir = g_dir_open(path, 0, NULL);
    if (dir == NULL)
        return error_set(err, ERROR_REFUSED, "init '%s': not a directory that can be read", path);
    const char *first = g_dir_read_name(dir);
    if (first != NULL)
        error_set(err, ERROR_REFUSED, "init '%s': the directory is not empty ('%s' is there)", path, first);
    g_dir_close(dir);
    return first == NULL;
}

/* Modes of the spool are in escalate-spool(5): any user may put mail there, nobody may take another's out. */
static gboolean make_directories(const char *top, gboolean with_spool, GError **err)
{
    const struct group *group = getgrnam("escalate");
    for (guint i = 0; i < G_N_ELEMENTS(directories); i++) {
        g_autofree char *path = g_build_filename(top, directories[i].path, NULL);
        if (!with_spool && g_str_has_prefix(directories[i].path, "spool"))
            continue;
        if (!files_make_directory(path, directories[i].mode, err))
            return FALSE;
        gboolean is_ours = group == NULL || !g_str_has_prefix(directories[i].path, "spool")
                           || chown(path, (uid_t)-1, group->gr_gid) == 0;
        if (chmod(path, (mode_t)directories[i].mode) != 0 && chmod(path, (mode_t)directories[i].mode & 01777) != 0)
            return error_set_errno(err, ERROR_TEMPFAIL, errno, "set the mode of '%s'", path);
        if (!is_ours)
            fprintf(stderr, "escalate init: '%s' does not belong to the group escalate: not permitted\n", path);
    }
    return TRUE;
}

static gboolean write_text(const char *top, const char *name, const char *text, const char *zone, GError **err)
{
    g_autofree char *path = g_build_filename(top, name, NULL);
    g_autoptr(GString) out = g_string_new(text);
    g_string_replace(out, "@TIMEZONE@", zone, 0);
    if (g_str_has_suffix(name, ".ics") && strstr(out->str, "\r\n") == NULL)
        g_string_replace(out, "\n", "\r\n", 0); /* RFC 5545 3.1 */
    return files_replace(path, out->str, out->len, 0644, err);
}

/* holidays/CODE.ics: where ESCALATE_DATADIR says, where it was installed, or beside a program that was not. NULL: not shipped. */
static GString *find_holidays(const char *country)
{
    char program[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
    program[MAX(n, 0)] = '\0';
    g_autofree char *beside = files_resolve(program, "contrib"), *upper = g_ascii_strup(country, -1);
    g_autofree char *file = g_strconcat(upper, ".ics", NULL);
    const char *data = g_getenv("ESCALATE_DATADIR");
    g_autofree char *in_tree = data != NULL ? g_build_filename(data, "contrib", NULL) : NULL; /* of a program that is not installed */
    const char *places[] = {data, NULL, beside, in_tree};
#ifdef ESCALATE_DATADIR
    places[1] = ESCALATE_DATADIR;
#endif
    for (guint i = 0; i < G_N_ELEMENTS(places); i++) {
        GString *bytes = NULL;
        g_autofree char *path = places[i] != NULL ? g_build_filename(places[i], "holidays", file, NULL) : NULL;
        if (path != NULL && files_read(path, LIMIT_ICAL_BYTES, &bytes, NULL))
            return bytes;
    }
    return NULL;
}

/* What the file says of itself: the law it goes by, and what is not in it. */
static void tell_description(const char *ics)
{
    static const char property[] = "\nDESCRIPTION:";
    const char *at = strstr(ics, property);
    if (at == NULL)
        return;
    g_autoptr(GString) text = g_string_new(NULL);
    for (at += strlen(property); *at != '\0'; at++) {
        gboolean is_fold = *at == '\n' && at[1] == ' ';
        if (*at == '\n' && !is_fold)
            break;
        at += is_fold;
        if (!is_fold && *at != '\r' && *at != '\\')
            g_string_append_c(text, *at);
    }
    printf("holidays.ics: %s\n", text->str);
}

static gboolean write_holidays(const InitOptions *o, GError **err)
{
    GString *bytes = o->country != NULL ? find_holidays(o->country) : NULL;
    gboolean is_known = bytes != NULL;
    gboolean good = write_text(o->directory, "holidays.ics", is_known ? bytes->str : init_files_no_holidays, o->timezone, err);
    if (good && is_known)
        tell_description(bytes->str);
    else if (good && o->country != NULL)
        fprintf(
            stderr,
            "escalate init: NO HOLIDAYS: there are none for '%s' where escalate was installed or where ESCALATE_DATADIR is, holidays.ics is empty, "
            "and every public holiday counts as a working day until you put a calendar there\n",
            o->country);
    else if (good)
        fprintf(stderr,
                "escalate init: no country was given (--country), holidays.ics is empty: every public holiday counts as a "
                "working day\n");
    if (bytes != NULL)
        g_string_free(bytes, TRUE);
    return good;
}

/* The set must load: it is the first thing its reader will try. */
static gboolean check_set(const char *top, gboolean with_keys, GError **err)
{
    g_autofree char *path = g_build_filename(top, "escalate.yaml", NULL);
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free), keys = NULL, audit_keys = NULL;
    g_autoptr(Config) c = config_load(path, problems, NULL);
    if (c == NULL)
        return error_set(err, ERROR_INTERNAL, "init: the starter set does not load: %s", (char *)problems->pdata[0]);
    return !with_keys || (keyfile_load(c->key_file, &keys, err) && keyfile_load(c->audit_key_file, &audit_keys, err));
}

/* Without the lines that keep spool and database in the set itself. */
static char *without_places(const char *text)
{
    static const char *const lines[] = {"\nspool: spool", "\ndatabase: escalate.db"};
    g_autoptr(GString) s = g_string_new(text);
    for (guint i = 0; i < G_N_ELEMENTS(lines); i++)
        g_string_replace(s, lines[i], "", 1);
    return g_strdup(s->str);
}

static gboolean run(const InitOptions *o, GError **err)
{
    if (!make_place(o->directory, err) || !make_directories(o->directory, !o->is_system, err))
        return FALSE;
    for (const InitFile *f = init_files; f->path != NULL; f++) {
        g_autofree char *text = o->is_system ? without_places(f->text) : g_strdup(f->text);
        if (!write_text(o->directory, f->path, text, o->timezone, err))
            return FALSE;
    }
    return write_holidays(o, err) && check_set(o->directory, !o->is_system, err);
}

int cmd_init(int argc, char **argv, CommandContext *ctx)
{
    (void)ctx;
    g_autoptr(GError) err = NULL;
    InitOptions o = {0};
    gboolean good = read_options(argc, argv, &o, &err) && run(&o, &err);
    if (good)
        printf("%s: a desk in shadow mode, office hours in %s; nothing is sent\n"
               "next: edit %s/escalate.yaml, then `escalate -c %s/escalate.yaml check`\n",
               o.directory, o.timezone, o.directory, o.directory);
    g_free(o.timezone);
    return good ? 0 : cmd_fail(err);
}
