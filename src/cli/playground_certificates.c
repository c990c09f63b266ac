#include "cli/playground_certificates.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/file.h"
#include "net/certificate_make.h"

#define DAY_MS  (INT64_C(86400) * 1000)
#define LIFE_MS (825 * DAY_MS)

static const char *const clients[] = { "shop", "shop2", "back-office", "pos-001", "officer" };

static void certificate_done(struct certificate **certificate)
{
    certificate_free(*certificate);
}

/* Who it is for, and who says so. */
struct subject {
    const char *name, *names;
    const struct certificate *issuer; /* NULL: itself */
};

static enum err make(enum certificate_kind kind, const struct subject *subject,
                     struct certificate **ret_certificate)
{
    const int64_t now_ms = clock_wall_ms();
    const struct certificate_options options = { .kind = kind,
                                                 .common_name = subject->name,
                                                 .names = subject->names,
                                                 .not_before_ms = now_ms - DAY_MS,
                                                 .not_after_ms = now_ms + LIFE_MS,
                                                 .issuer = subject->issuer };

    return certificate_make(&options, ret_certificate);
}

static enum err write_file(const char *folder, const char *name, const char *ending,
                           const struct certificate *certificate)
{
    char path[PATH_SIZE];

    if (snprintf(path, sizeof(path), "%s/%s.%s", folder, name, ending) >= (int)sizeof(path))
        return ERR_LIMIT;
    return ending[0] == 'k' ? certificate_write_key(certificate, path)
                            : certificate_write(certificate, path);
}

static enum err write_pair(const char *folder, const char *name,
                           const struct certificate *certificate)
{
    TRY(write_file(folder, name, "pem", certificate));
    return write_file(folder, name, "key", certificate);
}

static enum err make_server(const char *folder, const char *name, const struct certificate *ca)
{
    struct certificate *server AUTO(certificate_done) = NULL;
    const struct subject subject = { name, "DNS:localhost,IP:127.0.0.1", ca };

    TRY(make(CERTIFICATE_SERVER, &subject, &server));
    return write_pair(folder, name, server);
}

static enum err make_client(const char *folder, const char *name, const struct certificate *ca)
{
    struct certificate *client AUTO(certificate_done) = NULL;
    char names[128];
    const struct subject subject = { name, names, ca };

    (void)snprintf(names, sizeof(names), "URI:urn:pangate:client:%s", name);
    TRY(make(CERTIFICATE_CLIENT, &subject, &client));
    return write_pair(folder, name, client);
}

static enum err make_authority(const char *folder, const char *name,
                               struct certificate **ret_authority)
{
    const struct subject subject = { .name = name };

    TRY(make(CERTIFICATE_CA, &subject, ret_authority));
    return write_file(folder, name, "pem", *ret_authority);
}

static enum err make_all(const char *folder)
{
    struct certificate *ca AUTO(certificate_done) = NULL;
    struct certificate *processor_ca AUTO(certificate_done) = NULL;

    TRY(make_authority(folder, "ca", &ca));
    TRY(make_server(folder, "server", ca));
    for (size_t i = 0; i < sizeof(clients) / sizeof(clients[0]); i++)
        TRY(make_client(folder, clients[i], ca));
    TRY(make_authority(folder, "processor-ca", &processor_ca));
    return make_server(folder, "processor", processor_ca);
}

enum err playground_certificates(const char *folder, struct why *why)
{
    enum err err = make_all(folder);

    return err == OK ? OK
                     : why_say(why, err, "%s: the certificates cannot be made: %s", folder,
                               err_text(err));
}
