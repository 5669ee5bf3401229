/* fuzz: what the fuzz targets share: promises that end the process loudly when broken, and text of any bytes. */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <glib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* libFuzzer keeps the input of SIGABRT, but not of the SIGTRAP that g_error and g_assert would be. */
#define FUZZ_PROMISE(condition)                                                             \
    do {                                                                                    \
        if (!(condition)) {                                                                 \
            fprintf(stderr, "%s:%d: broken promise: %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                                        \
        }                                                                                   \
    } while (0)

static inline void fuzz_on_log(const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
    (void)data;
    if ((level & (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_ERROR)) == 0)
        return;
    fprintf(stderr, "%s: %s\n", domain != NULL ? domain : "?", message);
    abort();
}

/* A violated precondition in GLib or GMime is a finding: before anything of the target runs. */
__attribute__((constructor)) static void fuzz_init(void) { g_log_set_default_handler(fuzz_on_log, NULL); }

/* The bytes as a caller's text: valid UTF-8 without NUL; newly allocated. */
static inline char *fuzz_text(const uint8_t *data, size_t size)
{
    g_autofree char *bytes = g_strndup((const char *)data, size);
    return g_utf8_make_valid(bytes, -1);
}

static inline gboolean fuzz_is_text(const char *text) { return text != NULL && g_utf8_validate(text, -1, NULL); }

#endif
