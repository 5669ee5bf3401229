/* pgp: gpg as a program, since it has no library of its own. Its exit status says too little (it is 0 for a key that expired), so
 * the lines for machines decide: exactly one signature, good, with nothing said against it. */
#include "mail/pgp.h"

#include <string.h>

#include "base/error.h"
#include "base/files.h"

#include "rules/phrase.h"

#include "base/banned.h"

gboolean pgp_is_installed(void)
{
    g_autofree char *path = g_find_program_in_path("gpg");
    return path != NULL;
}

static const struct {
    const char *word, *why;
} against[] = {
    {"BADSIG", PHRASE("the text was altered after it was signed")},
    {"ERRSIG", PHRASE("it is not by the registered key, or cannot be read")},
    {"EXPSIG", PHRASE("the signature has expired")},
    {"EXPKEYSIG", PHRASE("the key has expired")},
    {"REVKEYSIG", PHRASE("the key was revoked")},
    {"NODATA", PHRASE("there is no signature in it")},
    {"FAILURE", PHRASE("gpg could not check it")},
};

/* SHA-2 of RFC 4880 section 9.4, and a signature of bytes or text, not of a key. */
static gboolean is_strong(char *const *field)
{
    static const char *const hashes[] = {"8", "9", "10", NULL};
    return g_strv_length((char **)field) >= 10 && g_strv_contains(hashes, field[7]) && (strcmp(field[8], "00") == 0 || strcmp(field[8], "01") == 0);
}

gboolean pgp_read_status(const char *lines, Instant *ret_made_at, GError **err)
{
    g_auto(GStrv) list = g_strsplit(lines, "\n", 1000);
    int news = 0, good = 0, valid = 0;
    gint64 made_at = 0;
    for (char **line = list; *line != NULL; line++) {
        if (!g_str_has_prefix(*line, "[GNUPG:] "))
            continue;
        g_auto(GStrv) words = g_strsplit(*line + 9, " ", 30);
        for (gsize i = 0; i < G_N_ELEMENTS(against); i++)
            if (g_strcmp0(words[0], against[i].word) == 0)
                return error_set(err, ERROR_DATA, "%s", against[i].why);
        news += g_strcmp0(words[0], "NEWSIG") == 0;
        good += g_strcmp0(words[0], "GOODSIG") == 0;
        if (g_strcmp0(words[0], "VALIDSIG") != 0)
            continue;
        valid++;
        if (!is_strong(words + 1))
            return error_set(err, ERROR_DATA, PHRASE("its digest is too weak, expected SHA-256 or better"));
        made_at = g_ascii_strtoll(words[3], NULL, 10);
    }
    if (news != 1 || good != 1 || valid != 1 || made_at <= 0)
        return error_set(err, ERROR_DATA, PHRASE("there is not exactly one good signature"));
    *ret_made_at = made_at;
    return TRUE;
}

/* One run of gpg that never asks anybody, nor the network. */
static gboolean run(const char *home, Instant now, const char *const *more, char **ret_out, GError **err)
{
    static const char *const always[] = {"--no-options", "--batch", "--no-tty", "--quiet", "--no-autostart", "--disable-dirmngr",
                                         "--no-auto-key-retrieve", "--no-auto-key-locate", "--no-auto-key-import", "--trust-model", "always",
                                         "--weak-digest", "SHA1", "--weak-digest", "RIPEMD160", "--status-fd", "1"};
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_autofree char *clock = g_strdup_printf("%" G_GINT64_FORMAT "!", now);
    char *environment[] = {(char *)"LC_ALL=C", (char *)"PATH=/usr/local/bin:/usr/bin:/bin", NULL};
    g_autofree char *program = g_find_program_in_path("gpg");
    if (program == NULL)
        return error_set(err, ERROR_TEMPFAIL, PHRASE("gpg is not installed"));
    g_ptr_array_add(argv, program);
    for (gsize i = 0; i < G_N_ELEMENTS(always); i++)
        g_ptr_array_add(argv, (char *)always[i]);
    const char *own[] = {"--homedir", home, "--faked-system-time", clock};
    for (gsize i = 0; i < G_N_ELEMENTS(own); i++)
        g_ptr_array_add(argv, (char *)own[i]);
    for (; *more != NULL; more++)
        g_ptr_array_add(argv, (char *)*more);
    g_ptr_array_add(argv, NULL);
    GError *local = NULL;
    if (g_spawn_sync("/", (char **)argv->pdata, environment, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, ret_out, NULL, NULL, &local))
        return TRUE;
    error_set(err, ERROR_TEMPFAIL, "gpg cannot be run: %s", local->message);
    g_error_free(local);
    return FALSE;
}

gboolean pgp_verify(const char *home, char *const *keys, const void *content, gsize length, const void *signature, gsize signature_length,
                    Instant now, Instant *ret_made_at, GError **err)
{
    g_autofree char *text = g_build_filename(home, "text", NULL), *beside = g_build_filename(home, "text.sig", NULL);
    g_autofree char *imported = NULL, *status = NULL;
    g_autoptr(GPtrArray) import = g_ptr_array_new();
    g_ptr_array_add(import, (char *)"--import");
    for (; *keys != NULL; keys++)
        g_ptr_array_add(import, *keys);
    g_ptr_array_add(import, NULL);
    const char *verify[] = {"--verify", beside, text, NULL};
    return files_replace(text, content, length, 0600, err) && files_replace(beside, signature, signature_length, 0600, err)
           && run(home, now, (const char *const *)import->pdata, &imported, err) && run(home, now, verify, &status, err)
           && pgp_read_status(status, ret_made_at, err);
}
