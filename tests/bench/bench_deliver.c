/* bench_deliver DIRECTORY: mails of the outbox handed over by SMTP to a server that takes all and stores nothing, with what becomes of each
 * committed, against a bare loop over libetpan that sends the same bytes to the same server over one connection. */
#include <arpa/inet.h>
#include <libetpan/libetpan.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/desk.h"

#include "base/log.h"

#include "programs/handover.h"

#define ROUNDS 5
#define MAILS 1000
#define MAIL_BYTES 3000

static char mail[MAIL_BYTES + 1];

static void make_mail(void)
{
    char *p = mail + sprintf(mail, "From: support@desk.example\r\nTo: ann@desk.example\r\nSubject: late\r\nMessage-ID: <1@desk.example>\r\n\r\n");
    while (p < mail + MAIL_BYTES - 80)
        p += sprintf(p, "It prints half a page and then stops, since Monday or so.\r\n");
}

/* ---- the server, in a process of its own ---- */

static void say(FILE *to, const char *reply)
{
    fprintf(to, "%s\r\n", reply);
    fflush(to);
}

static void serve_one(int fd)
{
    FILE *from = fdopen(fd, "r"), *to = fdopen(dup(fd), "w");
    char line[2000];
    gboolean is_data = FALSE;
    say(to, "220 sink ESMTP");
    while (fgets(line, sizeof line, from) != NULL) {
        if (is_data && strcmp(line, ".\r\n") != 0)
            continue;
        gboolean asks_for_data = !is_data && g_ascii_strncasecmp(line, "DATA", 4) == 0;
        say(to, asks_for_data ? "354 go on" : "250 ok");
        is_data = asks_for_data;
    }
    fclose(from);
    fclose(to);
}

static pid_t start_server(int *ret_port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, length) != 0 || listen(fd, 8) != 0 || getsockname(fd, (struct sockaddr *)&at, &length) != 0)
        fail("listen: %s", strerror(errno));
    *ret_port = ntohs(at.sin_port);
    pid_t pid = fork();
    if (pid < 0)
        fail("fork: %s", strerror(errno));
    for (int one; pid == 0;)
        if ((one = accept(fd, NULL, NULL)) >= 0)
            serve_one(one);
    close(fd);
    return pid;
}

/* ---- the two ---- */

static void want(int result, const char *doing)
{
    if (result != MAILSMTP_NO_ERROR)
        fail("libetpan: %s: %d", doing, result);
}

static double time_bare(int port)
{
    mailsmtp *s = mailsmtp_new(0, NULL);
    double from = now_us();
    want(mailsmtp_socket_connect(s, "127.0.0.1", (uint16_t)port), "connect");
    want(mailesmtp_ehlo(s), "EHLO");
    for (int i = 0; i < MAILS; i++) {
        want(mailesmtp_mail(s, "support@desk.example", 1, "x"), "MAIL");
        want(mailesmtp_rcpt(s, "ann@desk.example", 0, NULL), "RCPT");
        want(mailsmtp_data(s), "DATA");
        want(mailsmtp_data_message(s, mail, strlen(mail)), "message");
    }
    mailsmtp_free(s);
    return (now_us() - from) / MAILS;
}

static double time_ours(const char *directory, int port)
{
    g_autofree char *configuration = bench_make_desk(directory), *bytes = NULL;
    g_autofree char *smtp = g_strdup_printf("{method: smtp, host: 127.0.0.1, port: %d, tls: off}", port);
    g_autoptr(GError) err = NULL;
    or_fail(g_file_get_contents(configuration, &bytes, NULL, &err), err, configuration);
    g_autoptr(GString) text = g_string_new(bytes);
    g_string_replace(text, "{method: directory}", smtp, 1);
    or_fail(g_file_set_contents(configuration, text->str, -1, &err), err, configuration);
    g_autoptr(Desk) d = bench_load_desk(configuration);
    or_fail(desk_open_store(d, &err), err, "desk_open_store");
    or_fail(db_run(d->db, &err,
                   "with recursive n(i) as (select 1 union all select i + 1 from n where i < cast($1 as integer))"
                   " insert into outbox (class, template, sender, recipient, message_id, subject, bytes, state, domain, created_at, next_at)"
                   " select 'notice', 'notice', 'support@desk.example', 'ann@desk.example', i || '@x', 'late', cast($2 as blob), 'queued', 'desk.example', $3, $3 from n",
                   "sst", G_STRINGIFY(MAILS), mail, BENCH_NOW),
            err, "fill");
    Handover *h = handover_new(d);
    double from = now_us();
    guint did = 1;
    while (did > 0)
        or_fail(handover_pass(h, TRUE, &did, &err), err, "handover_pass");
    double us = (now_us() - from) / MAILS;
    handover_free(h);
    gint64 sent;
    or_fail(db_value(d->db, &sent, &err, "select count(*) from outbox where state = 'sent'", ""), err, "count");
    if (sent != MAILS)
        fail("%d of %d mails were sent", (int)sent, MAILS);
    return us;
}

/* What the disk takes for one commit of so little: it cannot be less where each mail has its own. */
static double time_commit(const char *directory)
{
    g_autofree char *configuration = bench_make_desk(directory);
    g_autoptr(Desk) d = bench_load_desk(configuration);
    g_autoptr(GError) err = NULL;
    or_fail(desk_open_store(d, &err), err, "desk_open_store");
    double from = now_us();
    for (int i = 0; i < MAILS / 10; i++)
        or_fail(db_begin(d->db, &err) && db_run(d->db, &err, "insert into fact (name, value) values ($1, '')", "i", (gint64)i) && db_commit(d->db, &err), err, "commit");
    return (now_us() - from) / (MAILS / 10);
}

int main(int argc, char **argv)
{
    static Figure all, commit;
    int port;
    if (argc != 2)
        fail("usage: bench_deliver DIRECTORY");
    log_set_level(LOGGING_ERROR);
    make_mail();
    pid_t server = start_server(&port);
    for (int i = 0; i < ROUNDS; i++) {
        g_autofree char *ours = g_strdup_printf("%s/ours%d", argv[1], i), *facts = g_strdup_printf("%s/facts%d", argv[1], i);
        double floor = time_bare(port);
        figure_add(&all, time_ours(ours, port), floor);
        figure_add(&commit, time_commit(facts), 0);
    }
    figure_print("deliver us/mail", &all);
    figure_print("deliver: one commit us", &commit);
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    return 0;
}
