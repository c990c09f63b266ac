#include "cli/playground.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/file.h"
#include "cli/playground_certificates.h"
#include "gateway/config.h"
#include "gateway/vault_make.h"
#include "keys/root_key.h"

static const char config_text[] =
    "; A playground. `pangate check --print-options` prints every option there is.\n"
    "[gateway]\n"
    "vault = vault\n"
    "root_key = file:root.key\n"
    "admin = unix:admin.sock\n"
    "workers = 0                      ; one per core\n"
    "\n"
    "[listener main]\n"
    "address = 127.0.0.1:%u\n"
    "certificate = certs/server.pem\n"
    "key = certs/server.key\n"
    "client_ca = certs/ca.pem\n"
    "\n"
    "[tenant shop]\n"
    "\n"
    "[tenant shop2]\n"
    "\n"
    "[client shop]\n"
    "identity = URI:urn:pangate:client:shop\n"
    "tenant = shop\n"
    "rights = tokenize inspect update erase forward:*\n"
    "\n"
    "[client shop2]\n"
    "identity = URI:urn:pangate:client:shop2\n"
    "tenant = shop2\n"
    "rights = tokenize inspect update erase forward:*\n"
    "\n"
    "[client back-office]\n"
    "identity = URI:urn:pangate:client:back-office\n"
    "tenant = shop\n"
    "rights = detokenize inspect\n"
    "\n"
    "[client pos-001]\n"
    "identity = URI:urn:pangate:client:pos-001\n"
    "tenant = shop\n"
    "rights = tokenize forward:*\n"
    "\n"
    "[client officer]\n"
    "identity = URI:urn:pangate:client:officer\n"
    "tenant = shop\n"
    "rights = admin\n"
    "\n"
    "[route psp]\n"
    "url = https://127.0.0.1:9444/v1/\n"
    "ca = certs/processor-ca.pem\n"
    "private_addresses = yes         ; the demo processor is on loopback\n";

static enum err write_config(const char *path, unsigned port)
{
    struct buf text AUTO(buf_done) = { 0 };

    buf_init(&text, sizeof(config_text) + 16);
    buf_format(&text, config_text, port);
    TRY(buf_check(&text));
    return file_create(path, buf_bytes(&text), 0644);
}

static enum err make_vault(const char *path, struct why *why)
{
    struct config_mistakes *mistakes = calloc(1, sizeof(*mistakes));
    struct config *config = NULL;
    enum err err = mistakes == NULL ? ERR_MEMORY : config_load(path, &config, mistakes);

    if (err != OK)
        err = why_say(why, err, "%s", mistakes == NULL ? err_text(err) : mistakes->text[0]);
    else
        err = vault_make(config, why);
    config_free(config);
    free(mistakes);
    return err;
}

enum err playground_make(const char *folder, unsigned port, struct why *why)
{
    char certs[PATH_SIZE], config[PATH_SIZE];
    enum err err = folder_make(folder, 0700);

    if (err == ERR_EXISTS)
        return why_say(why, err, "%s: is there already; nothing was changed", folder);
    if (err != OK)
        return why_say(why, err, "%s: the folder cannot be made: %s", folder, err_text(err));
    TRY(path_join(folder, "certs", certs, sizeof(certs)));
    TRY(path_join(folder, "pangate.conf", config, sizeof(config)));
    TRY(folder_make(certs, 0700));
    TRY(playground_certificates(certs, why));
    err = write_config(config, port);
    if (err != OK)
        return why_say(why, err, "%s: cannot be written: %s", config, err_text(err));
    return make_vault(config, why);
}
