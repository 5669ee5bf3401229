/* sign_worker: a fork for one signature. It holds what must be verified from before the fork, so that nothing is sent to it; it
 * answers a line. Its private directory is its parent's to remove, whatever becomes of it. */
#include "programs/sign_worker.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <glib/gstdio.h>

#include "base/error.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/worker.h"

#include "rules/phrase.h"

#include "mail/pgp.h"
#include "mail/smime.h"

#include "flows/deskkeys.h"

#include "base/banned.h"

#define KEY_BYTES (1024 * 1024)
#define ANSWER_BYTES 1000

typedef struct {
    const Desk *desk;
    SignedpartKind kind;
    const GString *text;
    GBytes *signature;
    char *const *keys;
    const char *home;
    Instant now;
} Job;

/* ---- keys ---- */

static const struct {
    SignedpartKind kind;
    const char *mark;
} marks[] = {{SIGNEDPART_PGP, "-----BEGIN PGP PUBLIC KEY BLOCK-----"}, {SIGNEDPART_SMIME, "-----BEGIN CERTIFICATE-----"}};

static gboolean read_key(const char *path, GString **ret, SignedpartKind *ret_kind, GError **err)
{
    if (!files_read(path, KEY_BYTES, ret, err))
        return FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(marks); i++)
        if (g_strstr_len((*ret)->str, (gssize)(*ret)->len, marks[i].mark) != NULL) {
            *ret_kind = marks[i].kind;
            return TRUE;
        }
    g_string_free(g_steal_pointer(ret), TRUE);
    return error_set(err, ERROR_CONFIG, "%s: neither an armored PGP public key nor a PEM certificate", path);
}

static void free_string(gpointer p) { g_string_free(p, TRUE); }

/* Those files of the contact that are of this kind: paths, borrowed, NULL at the end; and what they hold. *ret_unread: why one could not be read, if so. */
static void keys_of_kind(char *const *keys, SignedpartKind kind, GPtrArray *paths, GPtrArray *texts, GError **ret_unread)
{
    for (; *keys != NULL; keys++) {
        GString *text = NULL;
        SignedpartKind its_kind;
        if (!read_key(*keys, &text, &its_kind, *ret_unread == NULL ? ret_unread : NULL))
            continue;
        if (its_kind == kind) {
            g_ptr_array_add(paths, *keys);
            g_ptr_array_add(texts, text);
        } else {
            g_string_free(text, TRUE);
        }
    }
    g_ptr_array_add(paths, NULL);
}

void sign_worker_check(const Config *config, GPtrArray *problems)
{
    for (guint i = 0; i < config->contact_order->len; i++) {
        const ConfigContact *c = g_ptr_array_index(config->contact_order, i);
        for (char **key = c->key; *key != NULL; key++) {
            g_autoptr(GError) err = NULL;
            g_autoptr(GString) text = NULL;
            SignedpartKind kind = SIGNEDPART_NONE;
            if (!read_key(*key, &text, &kind, &err))
                g_ptr_array_add(problems, g_strdup_printf("key of contact '%s': %s", c->name, err->message));
            else if (kind == SIGNEDPART_PGP && c->ack_signed && !pgp_is_installed())
                g_ptr_array_add(problems, g_strdup_printf("key of contact '%s' is a PGP key, and gpg is not installed: install gpg", c->name));
        }
    }
}

/* ---- the child ---- */

static int serve(int channel, void *data)
{
    const Job *job = data;
    g_autoptr(GError) err = NULL, unread = NULL;
    g_autoptr(GPtrArray) paths = g_ptr_array_new(), texts = g_ptr_array_new_with_free_func(free_string);
    const struct rlimit cpu = {LIMIT_SIGNATURE_SECONDS, LIMIT_SIGNATURE_SECONDS};
    Instant made_at = INSTANT_NONE;
    gsize n;
    const void *signature = g_bytes_get_data(job->signature, &n);
    deskkeys_forget((Desk *)job->desk);
    umask(077);
    setrlimit(RLIMIT_CPU, &cpu);
    keys_of_kind(job->keys, job->kind, paths, texts, &unread);
    gboolean good;
    if (texts->len == 0)
        good = error_set(&err, ERROR_DATA, PHRASE("no key of its kind is registered for you"));
    else if (job->kind == SIGNEDPART_PGP)
        good = pgp_verify(job->home, (char *const *)paths->pdata, job->text->str, job->text->len, signature, n, job->now, &made_at, &err);
    else
        good = smime_verify(texts, job->text->str, job->text->len, signature, n, job->now, &made_at, &err);
    if (!good && unread != NULL) { /* it may be the very key that was meant */
        g_clear_error(&err);
        error_set(&err, ERROR_TEMPFAIL, "%s", unread->message);
    }
    g_autofree char *answer = good                            ? g_strdup_printf("+%" G_GINT64_FORMAT, made_at)
                              : err->code == ERROR_TEMPFAIL ? g_strdup_printf("?%.500s", err->message)
                                                            : g_strdup_printf("-%.500s", err->message);
    return worker_write(channel, answer, strlen(answer), NULL) ? 0 : 1;
}

/* ---- the parent ---- */

/* What gpg leaves: files, and directories of files. */
static void remove_home(const char *home, int depth)
{
    GDir *dir = depth < 3 ? g_dir_open(home, 0, NULL) : NULL;
    const char *name;
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(home, name, NULL);
        if (g_unlink(path) != 0)
            remove_home(path, depth + 1);
    }
    if (dir != NULL)
        g_dir_close(dir);
    g_rmdir(home);
}

static gboolean read_answer(const GString *answer, Instant *ret_made_at, GError **err)
{
    char *end = NULL;
    gint64 made_at = g_ascii_strtoll(answer->len > 0 ? answer->str + 1 : "", &end, 10);
    if (answer->str[0] == '+' && answer->len > 1 && *end == '\0' && made_at > 0) {
        *ret_made_at = made_at;
        return TRUE;
    }
    g_autofree char *why = g_utf8_make_valid(answer->len > 1 ? answer->str + 1 : "nonsense from the checker", -1);
    return error_set(err, answer->str[0] == '-' ? ERROR_DATA : ERROR_TEMPFAIL, "%s", why);
}

static gboolean ask(Job *job, Instant *ret_made_at, GError **err)
{
    g_autoptr(GString) answer = NULL;
    GError *local = NULL;
    g_autoptr(Worker) w = worker_start("sign", serve, job, err);
    if (w == NULL)
        return FALSE;
    if (worker_receive(w, ANSWER_BYTES, LIMIT_SIGNATURE_SECONDS, &answer, &local))
        return read_answer(answer, ret_made_at, err);
    worker_kill(w);
    error_set(err, ERROR_TEMPFAIL, "%s", local->message);
    g_error_free(local);
    return FALSE;
}

static gboolean is_inside(const Signedpart *p, gsize length)
{
    return p->content_at <= length && p->content_length <= length - p->content_at && p->signature_at <= length
           && p->signature_length <= length - p->signature_at && p->signature_length <= SIGNEDPART_SIGNATURE_BYTES;
}

gboolean sign_worker_verify(const Desk *d, const char *mail, gsize length, const Signedpart *part, char *const *keys, Instant now,
                            GString **ret_text, Instant *ret_made_at, GError **err)
{
    if (!is_inside(part, length))
        return error_set(err, ERROR_DATA, PHRASE("its parts are not where they are said to be"));
    g_autofree char *home = g_dir_make_tmp("escalate-sign.XXXXXX", NULL);
    if (home == NULL)
        return error_set(err, ERROR_TEMPFAIL, PHRASE("no temporary directory for it"));
    g_autoptr(GString) text = signedpart_canonical(mail + part->content_at, part->content_length);
    gsize n = part->signature_length;
    guchar *signature = (guchar *)g_strndup(mail + part->signature_at, n); /* up to a NUL; the rest is NUL */
    if (part->is_base64 && signature[0] != '\0')
        g_base64_decode_inplace((char *)signature, &n);
    Job job = {.desk = d, .kind = part->kind, .text = text, .signature = g_bytes_new_take(signature, n), .keys = keys, .home = home, .now = now};
    gboolean good = ask(&job, ret_made_at, err);
    g_bytes_unref(job.signature);
    remove_home(home, 0);
    if (good)
        *ret_text = g_steal_pointer(&text);
    return good;
}
