/* smtp-send: drives src/mail/transport from a shell test. Prints "RESULT REPLY" per mail.
 *
 * smtp-send [KEY=VALUE...] -- SENDER RECIPIENT FILE [SENDER RECIPIENT FILE...]
 *   method=smtp|sendmail|directory host= port= tls=required|opportunistic|off user= password= helo= ca= seconds= sendmail=
 *   directory=
 *   dsn=1   worker=N (each mail in a child process that is killed after N s) */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "base/worker.h"
#include "mail/transport.h"

typedef struct {
    TransportOptions transport;
    gboolean dsn;
    Seconds worker;
} Options;

static const char *const results[] = {
    [TRANSPORT_SENT] = "sent",
    [TRANSPORT_RECIPIENT_FAILED] = "failed",
    [TRANSPORT_RECIPIENT_LATER] = "later",
    [TRANSPORT_DOWN] = "down",
};

static int choice(const char *value, const char *const *names)
{
    for (int i = 0; names[i] != NULL; i++)
        if (strcmp(value, names[i]) == 0)
            return i;
    fprintf(stderr, "smtp-send: '%s'?\n", value);
    exit(2);
}

static void read_option(Options *o, char *text)
{
    static const char *const methods[] = {"smtp", "sendmail", "directory", NULL};
    static const char *const protections[] = {"required", "opportunistic", "off", NULL};
    const struct {
        const char *key;
        const char **value;
    } strings[] = {
        {"host", &o->transport.host},       {"user", &o->transport.user},   {"password", &o->transport.password},
        {"helo", &o->transport.helo},       {"ca", &o->transport.ca_file},  {"sendmail", &o->transport.sendmail},
        {"directory", &o->transport.directory},
    };
    char *value = strchr(text, '=');
    if (value == NULL)
        exit(2);
    *value++ = '\0';
    for (gsize i = 0; i < G_N_ELEMENTS(strings); i++)
        if (strcmp(text, strings[i].key) == 0)
            *strings[i].value = value;
    if (strcmp(text, "method") == 0)
        o->transport.method = (TransportMethod)choice(value, methods);
    else if (strcmp(text, "tls") == 0)
        o->transport.tls = (TransportTls)choice(value, protections);
    else if (strcmp(text, "port") == 0)
        o->transport.port = (int)strtol(value, NULL, 10);
    else if (strcmp(text, "seconds") == 0)
        o->transport.seconds = strtol(value, NULL, 10);
    else if (strcmp(text, "worker") == 0)
        o->worker = strtol(value, NULL, 10);
    else if (strcmp(text, "dsn") == 0)
        o->dsn = TRUE;
}

static char *send_one(Transport *t, const TransportMail *mail)
{
    g_autofree char *reply = NULL;
    TransportResult result = transport_send(t, mail, &reply);
    return g_strdup_printf("%s %s", results[result], reply);
}

typedef struct {
    Transport *transport;
    const TransportMail *mail;
} Job;

static int child(int channel, void *data)
{
    Job *job = data;
    g_autofree char *answer = send_one(job->transport, job->mail);
    return worker_write(channel, answer, strlen(answer), NULL) ? 0 : 1;
}

static char *send_in_worker(Transport *t, const TransportMail *mail, Seconds seconds)
{
    Job job = {t, mail};
    g_autoptr(GError) err = NULL;
    g_autoptr(Worker) w = worker_start("deliver", child, &job, &err);
    GString *answer = NULL;
    if (w != NULL && worker_receive(w, 65536, seconds, &answer, &err))
        return g_string_free(answer, FALSE);
    if (w != NULL)
        worker_kill(w);
    return g_strdup_printf("killed %s", err->message);
}

int main(int argc, char **argv)
{
    Options o = {
        .transport = {.method = TRANSPORT_SMTP, .host = "127.0.0.1", .tls = TRANSPORT_TLS_OFF, .helo = "client.example"}};
    int i = 1;
    for (; i < argc && strcmp(argv[i], "--") != 0; i++)
        read_option(&o, argv[i]);
    Transport *t = transport_open(&o.transport);
    for (i++; i + 2 < argc; i += 3) {
        g_autoptr(GError) err = NULL;
        GString *bytes = NULL;
        if (!files_read(argv[i + 2], 1 << 26, &bytes, &err)) {
            fprintf(stderr, "smtp-send: %s\n", err->message);
            return 2;
        }
        TransportMail mail = {.sender = argv[i],
                              .recipient = argv[i + 1],
                              .name = "m.1",
                              .want_dsn = o.dsn,
                              .bytes = bytes->str,
                              .length = bytes->len};
        g_autofree char *answer = o.worker > 0 ? send_in_worker(t, &mail, o.worker) : send_one(t, &mail);
        printf("%s\n", answer);
        fflush(stdout);
        g_string_free(bytes, TRUE);
    }
    transport_close(t);
    return 0;
}
