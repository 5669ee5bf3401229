/* tls: GnuTLS fenced in. It must never call a session good whose certificate was not checked: the handshake accepts any,
 * tls_verify judges, and the caller decides what may be sent on an unjudged one. */
#include "mail/tls.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <poll.h>
#include <string.h>

#include "base/error.h"

#include "base/banned.h"

struct Tls {
    gnutls_session_t session;
    gnutls_certificate_credentials_t credentials;
    char *host;
};

static gboolean failed(GError **err, const Tls *t, int rc)
{
    return error_set(err, ERROR_TEMPFAIL, "TLS with '%s': %s", t->host, gnutls_strerror(rc));
}

static gboolean load_authorities(Tls *t, const char *ca_file, GError **err)
{
    int rc = gnutls_certificate_allocate_credentials(&t->credentials);
    if (rc < 0)
        return failed(err, t, rc);
    if (ca_file == NULL) {
        gnutls_certificate_set_x509_system_trust(t->credentials); /* none found: nothing verifies, and that says so */
        return TRUE;
    }
    rc = gnutls_certificate_set_x509_trust_file(t->credentials, ca_file, GNUTLS_X509_FMT_PEM);
    if (rc < 0)
        return error_set(err, ERROR_CONFIG, "read authorities '%s': %s", ca_file, gnutls_strerror(rc));
    return TRUE;
}

static gboolean is_address(const char *host) { return g_hostname_is_ip_address(host); }

static gboolean prepare(Tls *t, int fd, const char *ca_file, GError **err)
{
    if (!load_authorities(t, ca_file, err))
        return FALSE;
    int rc = gnutls_init(&t->session, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL);
    if (rc == 0)
        rc = gnutls_set_default_priority(t->session);
    if (rc == 0)
        rc = gnutls_credentials_set(t->session, GNUTLS_CRD_CERTIFICATE, t->credentials);
    if (rc == 0 && !is_address(t->host)) /* RFC 6066 3: no literal addresses */
        rc = gnutls_server_name_set(t->session, GNUTLS_NAME_DNS, t->host, strlen(t->host));
    if (rc < 0)
        return failed(err, t, rc);
    gnutls_transport_set_int(t->session, fd);
    gnutls_handshake_set_timeout(t->session, GNUTLS_INDEFINITE_TIMEOUT); /* the caller's deadline governs */
    return TRUE;
}

Tls *tls_open(int fd, const char *host, const char *ca_file, GError **err)
{
    Tls *t = g_new0(Tls, 1);
    t->host = g_strdup(host);
    if (prepare(t, fd, ca_file, err))
        return t;
    tls_close(t);
    return NULL;
}

void tls_close(Tls *t)
{
    if (t == NULL)
        return;
    if (t->session != NULL) {
        gnutls_bye(t->session, GNUTLS_SHUT_WR);
        gnutls_deinit(t->session);
    }
    if (t->credentials != NULL)
        gnutls_certificate_free_credentials(t->credentials);
    g_free(t->host);
    g_free(t);
}

static short direction(const Tls *t) { return gnutls_record_get_direction(t->session) == 0 ? POLLIN : POLLOUT; }

short tls_handshake(Tls *t, GError **err)
{
    int rc;
    do
        rc = gnutls_handshake(t->session);
    while (rc < 0 && rc != GNUTLS_E_AGAIN && !gnutls_error_is_fatal(rc));
    if (rc == GNUTLS_E_AGAIN)
        return direction(t);
    if (rc < 0) {
        failed(err, t, rc);
        return -1;
    }
    return 0;
}

gboolean tls_verify(const Tls *t, GError **err)
{
    gnutls_typed_vdata_st wanted[] = {
        {.type = GNUTLS_DT_DNS_HOSTNAME, .data = (unsigned char *)t->host, .size = 0},
        {.type = GNUTLS_DT_KEY_PURPOSE_OID, .data = (unsigned char *)GNUTLS_KP_TLS_WWW_SERVER, .size = 0},
    };
    unsigned status = 0;
    int rc = gnutls_certificate_verify_peers(t->session, wanted, G_N_ELEMENTS(wanted), &status);
    if (rc < 0)
        return failed(err, t, rc);
    if (status == 0)
        return TRUE;
    gnutls_datum_t text = {0};
    gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, &text, 0);
    error_set(err, ERROR_TEMPFAIL, "TLS with '%s': %s", t->host, text.data != NULL ? (const char *)text.data : "not trusted");
    gnutls_free(text.data);
    return FALSE;
}

/* GnuTLS's value as read(2) gives it. */
static gssize outcome(const Tls *t, gssize rc, short *ret_events)
{
    if (rc >= 0)
        return rc;
    *ret_events = direction(t);
    errno = !gnutls_error_is_fatal((int)rc) ? EAGAIN : rc == GNUTLS_E_PREMATURE_TERMINATION ? ECONNRESET : EPROTO;
    return -1;
}

gssize tls_read(Tls *t, void *bytes, gsize n, short *ret_events)
{
    gssize rc;
    do
        rc = gnutls_record_recv(t->session, bytes, n);
    while (rc == GNUTLS_E_INTERRUPTED);
    return outcome(t, rc, ret_events);
}

gssize tls_write(Tls *t, const void *bytes, gsize n, short *ret_events)
{
    gssize rc;
    do
        rc = gnutls_record_send(t->session, bytes, n);
    while (rc == GNUTLS_E_INTERRUPTED);
    return outcome(t, rc, ret_events);
}
