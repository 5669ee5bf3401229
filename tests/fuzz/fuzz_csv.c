/* Fuzzes rules/csv and config/customers: a customer directory of any bytes, in memory. */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

#include "config/customers.h"
#include "config/memory.h"
#include "rules/csv.h"

#include "base/banned.h"

static int file = -1;
static Config *config;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    file = memfd_create("customers", MFD_CLOEXEC);
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free), warnings = g_ptr_array_new_with_free_func(g_free);
    static const char text[] = "domain: tiny.example\ncustomers: {file: customers.csv}\ncontacts: {ann: {email: [ann@tiny.example], roles: [lead]}}\n"
                               "plans: {gold: {S3: {respond: 4h}}}\npolicies: {p: {levels: [{notify: [ann], at: [75% respond]}], exhausted: queue:q}}\n"
                               "queues: {q: {address: [q@tiny.example], mode: observe, team: [ann], lead: ann, plans: [gold], policy: p, calendar: always, "
                               "default-severity: S3}}\n";
    config = config_load_memory("fuzz", text, strlen(text), problems, warnings);
    if (file < 0 || config == NULL) {
        fprintf(stderr, "%s\n", problems->len > 0 ? (char *)problems->pdata[0] : "no memory file");
        abort();
    }
    g_free(config->customers.file);
    config->customers.file = g_strdup_printf("/proc/self/fd/%d", file);
    return 0;
}

static void check_records(const char *text, gsize length)
{
    g_autoptr(GPtrArray) fields = g_ptr_array_new_with_free_func(g_free);
    CsvReader r;
    const char *problem = NULL, *before = text;
    guint line = 0;
    csv_init(&r, text, length);
    while (csv_next(&r, fields, &problem)) {
        FUZZ_PROMISE(r.p > before && r.p <= text + length && r.line > line);
        FUZZ_PROMISE(problem != NULL || fields->len <= CSV_FIELDS_MAX);
        before = r.p;
        line = r.line;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) err = NULL;
    g_autofree char *bytes = g_memdup2(data, size + (size == 0)); /* exactly as long, for the sanitizer */
    check_records(bytes, size);
    if (ftruncate(file, 0) != 0 || pwrite(file, data, size, 0) != (ssize_t)size)
        return -1;
    g_autoptr(Customers) c = customers_load(config, problems, &err);
    FUZZ_PROMISE((c == NULL) == (err != NULL));
    for (guint i = 0; i < problems->len; i++)
        FUZZ_PROMISE(fuzz_is_text(problems->pdata[i]));
    const Customer *one = customers_find(c, "kim@acme.example");
    FUZZ_PROMISE(one == NULL || (fuzz_is_text(one->name) && (*one->plan == '\0' || strcmp(one->plan, "gold") == 0)));
    return 0;
}
