#include "cli/audit_access.h"

#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/admin_client.h"
#include "cli/config_argument.h"
#include "gateway/server_parts.h"
#include "vault/log_tree.h"
#include "wire/json.h"

enum { PAGE_MAX = 1 << 20, LOOK_MS = 10, LOOK_LONG_MS = 200, ARRIVE_MS = 60 * 1000 };

/* An integer of a page of the running gateway: `object`.`name`, or `name` if object is NULL. */
struct page_number {
    const char *page, *object, *name;
};

static enum err ask_number(const struct config *config, const struct page_number *wanted,
                           uint64_t *ret_number)
{
    struct json_doc doc AUTO(json_doc_done) = { 0 };
    struct buf text AUTO(buf_done) = { 0 };
    struct json_fault fault = { 0 };
    struct json_reader page, inner;
    int64_t number;

    buf_init(&text, PAGE_MAX);
    TRY(admin_get(config, wanted->page, &text));
    TRY(json_doc_read(buf_bytes(&text), &doc));
    page = json_reader_on(json_doc_root(&doc), &fault);
    inner = page;
    if (wanted->object != NULL)
        json_need_object(&page, wanted->object, &inner);
    if (!json_take_integer(&inner, wanted->name, &number) || number < 0)
        return ERR_IO;
    *ret_number = (uint64_t)number;
    return OK;
}

/* What was answered before the command began is on its way into the files. */
static enum err wait_for(const struct config *config, uint64_t until)
{
    const struct page_number applied = { "/status", "journal", "applied" };
    const int64_t deadline_ms = clock_mono_ms() + ARRIVE_MS;
    int64_t look_ms = LOOK_MS;
    uint64_t number = 0;

    for (;;) {
        TRY(ask_number(config, &applied, &number));
        if (number >= until)
            return OK;
        if (clock_mono_ms() > deadline_ms)
            return ERR_REQUEST_TIMEOUT;
        clock_sleep_ms(look_ms);
        look_ms = look_ms * 2 < LOOK_LONG_MS ? look_ms * 2 : LOOK_LONG_MS;
    }
}

enum err audit_access_follow(struct audit_access *access, struct why *why)
{
    const struct page_number next = { "/audit-read", NULL, "next" };
    enum err err = ask_number(access->config, &next, &access->until);

    if (err == ERR_CLOSED)
        return ERR_CLOSED;
    if (err == OK)
        err = wait_for(access->config, access->until);
    return err == OK ? OK
                     : why_say(why, err,
                               "the running gateway does not carry its entries into the log; its "
                               "readyz says why");
}

static enum err settle(struct audit_access *access, struct why *why)
{
    const struct vault_options options = vault_options_of(access->config, access->keyring);

    return vault_settle(&options, &access->until, why);
}

enum err audit_access_begin(const char *config_path, struct audit_access *access, struct why *why)
{
    const char *archive;

    access->config = config_of_argument(config_path);
    if (access->config == NULL)
        return why_say(why, ERR_CONFIG, "%s: the configuration has mistakes", config_path);
    archive = access->config->gateway.audit_archive;
    TRY(path_join(access->config->gateway.vault, "audit", access->folder, sizeof(access->folder)));
    access->options = (struct audit_reader_options){ .folder = access->folder,
                                                     .archive = archive[0] == '\0' ? NULL : archive,
                                                     .why = why };
    TRY(keyring_of_config(access->config, &access->keyring, why));
    return log_verifier(access->keyring, &access->verifier);
}

enum err audit_access_open(const char *config_path, struct audit_access *access, struct why *why)
{
    struct audit_archive archive;
    enum err err;

    TRY(audit_access_begin(config_path, access, why));
    err = audit_access_follow(access, why);
    if (err == ERR_CLOSED)
        err = settle(access, why);
    TRY(err);
    archive = audit_access_archive(access, why);
    TRY(audit_archive_first(&archive, access->until, &access->from));
    return audit_reader_new(&access->options, &access->reader);
}

struct audit_archive audit_access_archive(const struct audit_access *access, struct why *why)
{
    struct audit_archive archive = { .folder = access->folder,
                                     .archive = access->options.archive,
                                     .now_ms = clock_wall_ms(),
                                     .why = why };

    audit_archive_periods(&archive);
    return archive;
}

void audit_access_done(struct audit_access *access)
{
    audit_reader_free(access->reader);
    keyring_free(access->keyring);
    if (access->config != NULL)
        config_free(access->config);
    *access = (struct audit_access){ 0 };
}

static void show_progress(void *with, uint64_t done, uint64_t all)
{
    (void)with;
    if (done % 65536 == 0)
        (void)fprintf(stderr, "\r%llu of %llu entries", (unsigned long long)done,
                      (unsigned long long)all);
}

struct audit_progress audit_progress_shown(void)
{
    return (struct audit_progress){ .show = isatty(STDERR_FILENO) ? show_progress : NULL };
}

void audit_progress_end(void)
{
    if (isatty(STDERR_FILENO))
        (void)fprintf(stderr, "\r\033[K");
}
