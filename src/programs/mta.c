/* mta: the files on the mail server's side: the spool's directories, the keys, the filter; and how a finding is told. It changes nothing. */
#include "programs/mta.h"

#include <elf.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "programs/cmd.h"

#include "base/banned.h"

void mta_found(Mta *m, MtaLevel level, const char *what, const char *expected, const char *advice)
{
    static const char *const names[] = {[MTA_OK] = "ok", [MTA_WARNING] = "warning", [MTA_ERROR] = "error"};
    m->errors += level == MTA_ERROR;
    if (m->json) {
        cmd_print_json(json_pack("{s:s, s:s, s:s?, s:s?}", "level", names[level], "what", what, "expected", expected, "do", advice));
        return;
    }
    g_autofree char *line = expected == NULL ? g_strdup_printf("%-8s %s", names[level], what)
                                             : g_strdup_printf("%-8s %s; expected: %s; do: %s", names[level], what, expected, advice);
    cmd_print_line(line);
}

/* ---- files ---- */

static char *mode_text(const struct stat *st) { return g_strdup_printf("%04o", (unsigned)st->st_mode & 07777); }

static void check_directory(Mta *m, const char *name, mode_t wanted, gid_t group)
{
    g_autofree char *path = g_build_filename(m->desk->config->spool, name, NULL);
    struct stat st;
    if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode)) {
        g_autofree char *gone = g_strdup_printf("%s is no directory", path);
        mta_found(m, MTA_ERROR, gone, "a directory of the spool", "start escalated once, which makes it");
        return;
    }
    g_autofree char *mode = mode_text(&st), *what = g_strdup_printf("%s has mode %s", path, mode), *expected = g_strdup_printf("%04o", (unsigned)wanted);
    g_autofree char *advice = g_strdup_printf("chmod %04o %s", (unsigned)wanted, path);
    gboolean is_open = wanted == 03777, is_well = is_open ? (st.st_mode & 07777) == wanted : (st.st_mode & 0027) == 0 && (st.st_mode & 0700) == 0700;
    mta_found(m, is_well ? MTA_OK : MTA_ERROR, what, is_well ? NULL : expected, is_well ? NULL : advice);
    if (st.st_uid == m->owner && (!is_open || st.st_gid == group))
        return;
    g_autofree char *whose = g_strdup_printf("%s belongs to %u:%u", path, (unsigned)st.st_uid, (unsigned)st.st_gid);
    g_autofree char *own = g_strdup_printf("%u:%u, as the database", (unsigned)m->owner, (unsigned)group), *chown = g_strdup_printf("chown %u:%u %s", (unsigned)m->owner, (unsigned)group, path);
    mta_found(m, st.st_uid == m->owner ? MTA_WARNING : MTA_ERROR, whose, own, chown);
}

static void check_spool(Mta *m)
{
    static const struct {
        const char *name;
        mode_t mode;
    } states[] = {{"tmp", 03777}, {"incoming", 03777}, {"hold", 0750}, {"outgoing", 0750}, {"archive", 0750}};
    struct stat st;
    gid_t group = stat(m->desk->config->database, &st) == 0 || stat(m->desk->config->spool, &st) == 0 ? st.st_gid : getegid();
    for (gsize i = 0; i < G_N_ELEMENTS(states); i++)
        check_directory(m, states[i].name, states[i].mode, group);
}

static void check_key(Mta *m, const char *path)
{
    struct stat st;
    if (lstat(path, &st) != 0) {
        g_autofree char *gone = g_strdup_printf("%s is not there", path);
        mta_found(m, MTA_WARNING, gone, "a key, mode 0600", "start escalated once, which makes it");
        return;
    }
    gboolean is_well = S_ISREG(st.st_mode) && (st.st_mode & 07777) == 0600 && st.st_uid == m->owner;
    g_autofree char *mode = mode_text(&st), *what = g_strdup_printf("%s has mode %s and belongs to %u", path, mode, (unsigned)st.st_uid);
    g_autofree char *expected = g_strdup_printf("a file, 0600, of %u", (unsigned)m->owner), *advice = g_strdup_printf("chown %u %s; chmod 0600 %s", (unsigned)m->owner, path, path);
    mta_found(m, is_well ? MTA_OK : MTA_ERROR, what, is_well ? NULL : expected, is_well ? NULL : advice);
}

void mta_files(Mta *m)
{
    check_spool(m);
    check_key(m, m->desk->config->key_file);
    check_key(m, m->desk->config->audit_key_file);
}

/* ---- the filter ---- */

typedef enum { PROGRAM_STATIC, PROGRAM_DYNAMIC, PROGRAM_SCRIPT } ProgramKind;

/* Of its first bytes: one that names an interpreter (ELF's PT_INTERP, of this machine's word size) cannot start without it. */
static ProgramKind program_kind(const char *bytes, gsize n)
{
    Elf64_Ehdr head;
    if (n < sizeof head || memcmp(bytes, ELFMAG, SELFMAG) != 0 || bytes[EI_CLASS] != ELFCLASS64)
        return PROGRAM_SCRIPT;
    memcpy(&head, bytes, sizeof head);
    for (guint i = 0; i < head.e_phnum; i++) {
        Elf64_Phdr part;
        guint64 at = head.e_phoff + (guint64)i * sizeof part;
        if (head.e_phoff > n || at + sizeof part > n)
            return PROGRAM_SCRIPT;
        memcpy(&part, bytes + at, sizeof part);
        if (part.p_type == PT_INTERP)
            return PROGRAM_DYNAMIC;
    }
    return PROGRAM_STATIC;
}

void mta_filter(Mta *m, const char *path)
{
    char head[4096];
    struct stat st;
    FILE *f = path != NULL && *path == '/' && stat(path, &st) == 0 && S_ISREG(st.st_mode) ? fopen(path, "rbe") : NULL;
    if (f == NULL) {
        g_autofree char *gone = g_strdup_printf("%s is no file that can be read", path != NULL ? path : "escalate-filter");
        mta_found(m, MTA_ERROR, gone, "escalate-filter; a program that is missing makes Postfix bounce", "install it there");
        return;
    }
    gsize n = fread(head, 1, sizeof head, f);
    fclose(f);
    ProgramKind kind = program_kind(head, n);
    g_autofree char *mode = mode_text(&st), *what = g_strdup_printf("%s has mode %s", path, mode), *advice = g_strdup_printf("chmod 0755 %s", path);
    gboolean may_run = (st.st_mode & 0555) == 0555, may_write = (st.st_mode & 0022) != 0;
    mta_found(m, may_run && !may_write ? MTA_OK : MTA_ERROR, what, may_run && !may_write ? NULL : "0755", may_run && !may_write ? NULL : advice);
    g_autofree char *how = g_strdup_printf("%s is %s", path, kind == PROGRAM_STATIC ? "static" : kind == PROGRAM_DYNAMIC ? "linked dynamically" : "no program of this machine");
    mta_found(m, kind == PROGRAM_STATIC ? MTA_OK : MTA_ERROR, how, kind == PROGRAM_STATIC ? NULL : "static: a library that is missing would bounce mail",
              kind == PROGRAM_STATIC ? NULL : "install the filter that make builds, and no script around it");
}
