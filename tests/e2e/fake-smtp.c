/* fake-smtp: a scripted SMTP server for tests, on a free port of 127.0.0.1, which it prints. It serves one connection after
 * another until its standard input ends. What clients send goes verbatim to the log file, each connection begun by a line "== N".
 *
 * fake-smtp LOG [KEY=VALUE...]
 *   greet= ehlo= mail= rcpt= data= end= rset= auth=
 *     a reply code, "drop" (close), "silent", or "drip" (a byte now and then, for ever)
 *   starttls=no|yes|broken|454|early   mechanisms="PLAIN LOGIN"   dsn=yes   size=N   leave=N (close after N mails)
 *   name=HOST ca=FILE   the certificate's name, and where to write the authority that signed it (itself) */
#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int option_count;
static char **option_list;
static FILE *transcript;
static int peer;
static gnutls_session_t tls; /* NULL: in the clear */
static gnutls_certificate_credentials_t credentials;

static const char *option(const char *key, const char *otherwise)
{
    size_t n = strlen(key);
    for (int i = 0; i < option_count; i++)
        if (strncmp(option_list[i], key, n) == 0 && option_list[i][n] == '=')
            return option_list[i] + n + 1;
    return otherwise;
}

static ssize_t get(char *c)
{
    return tls != NULL ? gnutls_record_recv(tls, c, 1) : read(peer, c, 1);
}

static void put(const char *text)
{
    ssize_t done = tls != NULL ? gnutls_record_send(tls, text, strlen(text)) : send(peer, text, strlen(text), MSG_NOSIGNAL);
    (void)done;
}

/* A line with its end, logged; 0 at the end of the connection. */
static size_t line_in(char *line, size_t size)
{
    size_t n = 0;
    while (n + 1 < size && get(line + n) == 1)
        if (line[n++] == '\n')
            break;
    line[n] = '\0';
    fwrite(line, 1, n, transcript);
    fflush(transcript);
    return n;
}

/* Waits until the client gives up. */
static void wait_for_end(void)
{
    char rest[512];
    while (read(peer, rest, sizeof rest) > 0)
        continue;
}

static void drip(void)
{
    struct pollfd p = {.fd = peer, .events = POLLIN};
    put("2");
    while (poll(&p, 1, 100) == 0)
        put("5");
}

/* Answers as the script says; 0: the connection is over. */
static int reply(const char *key, const char *otherwise)
{
    const char *what = option(key, otherwise);
    if (strcmp(what, "drop") == 0)
        return 0;
    if (strcmp(what, "silent") == 0 || strcmp(what, "drip") == 0) {
        if (*what == 'd')
            drip();
        wait_for_end();
        return 0;
    }
    char text[128];
    snprintf(text, sizeof text, "%s-%s first line\r\n%s %.1s.7.1 scripted\r\n", what, key, what, what);
    put(text);
    return strcmp(what, "421") != 0;
}

static int start_tls(void)
{
    const char *how = option("starttls", "no");
    if (strcmp(how, "454") == 0) {
        put("454 4.7.0 not now\r\n");
        return 1;
    }
    put(strcmp(how, "early") == 0 ? "220 go\r\n250 too early\r\n" : "220 go\r\n");
    if (strcmp(how, "broken") == 0)
        return 0;
    gnutls_init(&tls, GNUTLS_SERVER | GNUTLS_NO_SIGNAL);
    gnutls_set_default_priority(tls);
    gnutls_credentials_set(tls, GNUTLS_CRD_CERTIFICATE, credentials);
    gnutls_transport_set_int(tls, peer);
    return gnutls_handshake(tls) == 0;
}

static int hello(void)
{
    if (strcmp(option("ehlo", "250"), "250") != 0)
        return reply("ehlo", "250");
    char text[256];
    put("250-fake.example\r\n");
    if (strcmp(option("starttls", "no"), "no") != 0 && tls == NULL)
        put("250-STARTTLS\r\n");
    if (strcmp(option("dsn", "no"), "yes") == 0)
        put("250-DSN\r\n");
    snprintf(text, sizeof text, "250-SIZE %s\r\n", option("size", "0"));
    put(text);
    if (*option("mechanisms", "") != '\0') {
        snprintf(text, sizeof text, "250-AUTH %s\r\n", option("mechanisms", ""));
        put(text);
    }
    put("250 HELP\r\n");
    return 1;
}

static int authenticate(const char *line)
{
    char answer[1024];
    if (strncmp(line, "AUTH LOGIN", 10) == 0) {
        put("334 VXNlcm5hbWU6\r\n");
        line_in(answer, sizeof answer);
        put("334 UGFzc3dvcmQ6\r\n");
        line_in(answer, sizeof answer);
    }
    return reply("auth", "235");
}

static int take_data(void)
{
    char line[4096];
    int go = reply("data", "354");
    if (!go || strcmp(option("data", "354"), "354") != 0)
        return go;
    while (line_in(line, sizeof line) > 0)
        if (strcmp(line, ".\r\n") == 0)
            return reply("end", "250");
    return 0;
}

static int mails;

static int command(const char *line)
{
    if (strncmp(line, "EHLO", 4) == 0)
        return hello();
    if (strncmp(line, "HELO", 4) == 0)
        return reply("helo", "250");
    if (strncmp(line, "STARTTLS", 8) == 0)
        return start_tls();
    if (strncmp(line, "AUTH", 4) == 0)
        return authenticate(line);
    if (strncmp(line, "MAIL", 4) == 0)
        return reply("mail", "250");
    if (strncmp(line, "RCPT", 4) == 0)
        return reply("rcpt", "250");
    if (strncmp(line, "RSET", 4) == 0)
        return reply("rset", "250");
    if (strncmp(line, "DATA", 4) == 0)
        return take_data() && ++mails != atoi(option("leave", "0"));
    if (strncmp(line, "QUIT", 4) == 0)
        put("221 bye\r\n");
    else
        put("500 what\r\n");
    return 0;
}

static void serve(void)
{
    char line[4096];
    mails = 0;
    if (reply("greet", "220"))
        while (line_in(line, sizeof line) > 0 && command(line))
            continue;
    if (tls != NULL)
        gnutls_deinit(tls);
    tls = NULL;
    close(peer);
}

/* A key and a certificate that signs itself, for this run. */
static void make_certificate(const char *name, const char *file)
{
    gnutls_x509_privkey_t key;
    gnutls_x509_crt_t crt;
    gnutls_datum_t pem = {0};
    time_t now = time(NULL);
    gnutls_x509_privkey_init(&key);
    gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
    gnutls_x509_crt_init(&crt);
    gnutls_x509_crt_set_version(crt, 3);
    gnutls_x509_crt_set_serial(crt, "\1", 1);
    gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, "fake", 4);
    gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_DNSNAME, name, (unsigned)strlen(name), GNUTLS_FSAN_SET);
    gnutls_x509_crt_set_basic_constraints(crt, 1, -1);
    gnutls_x509_crt_set_activation_time(crt, now - 3600);
    gnutls_x509_crt_set_expiration_time(crt, now + 3600);
    gnutls_x509_crt_set_key(crt, key);
    gnutls_x509_crt_sign2(crt, crt, key, GNUTLS_DIG_SHA256, 0);
    gnutls_certificate_allocate_credentials(&credentials);
    gnutls_certificate_set_x509_key(credentials, &crt, 1, key);
    gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM, &pem);
    FILE *f = fopen(file, "w");
    if (f == NULL || fwrite(pem.data, 1, pem.size, f) != pem.size || fclose(f) != 0)
        exit(1);
    gnutls_free(pem.data);
    gnutls_x509_crt_deinit(crt);
    gnutls_x509_privkey_deinit(key);
}

static int listen_somewhere(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof a;
    int s = socket(AF_INET, SOCK_STREAM, 0);
    if (s < 0 || bind(s, (struct sockaddr *)&a, size) != 0 || listen(s, 16) != 0 ||
        getsockname(s, (struct sockaddr *)&a, &size) != 0)
        exit(1);
    printf("%d\n", ntohs(a.sin_port));
    fflush(stdout);
    return s;
}

#define PATIENCE 300 /* seconds, for the next client and while one talks */

int main(int argc, char **argv)
{
    if (argc < 2 || (transcript = fopen(argv[1], "w")) == NULL)
        return 2;
    option_count = argc - 2;
    option_list = argv + 2;
    signal(SIGPIPE, SIG_IGN);
    alarm(PATIENCE); /* a test that died must not leave us */
    if (*option("ca", "") != '\0')
        make_certificate(option("name", "localhost"), option("ca", ""));
    struct pollfd p[2] = {{.fd = listen_somewhere(), .events = POLLIN}, {.fd = 0, .events = POLLIN}};
    for (int n = 1; poll(p, 2, -1) > 0 && p[1].revents == 0; n++) {
        alarm(PATIENCE);
        peer = accept(p[0].fd, NULL, NULL);
        fprintf(transcript, "== %d\n", n);
        fflush(transcript);
        serve();
    }
    return 0;
}
