#include "bench/yard.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "bench/call.h"
#include "bench/folder.h"
#include "bench/port.h"
#include "bench/program.h"
#include "bench/target.h"

enum { READY_MS = 120 * 1000, LOOK_MS = 2, CONFIG_MAX = 4096 };

static const char config_text[] = "[gateway]\n"
                                  "vault = vault\n"
                                  "root_key = file:root.key\n"
                                  "admin = unix:admin.sock\n"
                                  "workers = %u\n"
                                  "%s\n"
                                  "[listener main]\n"
                                  "address = 127.0.0.1:%u\n"
                                  "certificate = certs/server.pem\n"
                                  "key = certs/server.key\n"
                                  "client_ca = certs/ca.pem\n"
                                  "\n"
                                  "[tenant shop]\n"
                                  "\n"
                                  "[client shop]\n"
                                  "identity = URI:urn:pangate:client:shop\n"
                                  "tenant = shop\n"
                                  "rights = tokenize inspect forward:*\n"
                                  "\n"
                                  "[client back-office]\n"
                                  "identity = URI:urn:pangate:client:back-office\n"
                                  "tenant = shop\n"
                                  "rights = detokenize inspect\n"
                                  "\n"
                                  "[route psp]\n"
                                  "url = https://127.0.0.1:%u/v1/\n"
                                  "ca = certs/processor-ca.pem\n"
                                  "certificate = certs/shop.pem\n"
                                  "key = certs/shop.key\n"
                                  "private_addresses = yes\n";

void yard_certificate(const struct yard *yard, const char *name, char ret_path[PATH_SIZE])
{
    (void)snprintf(ret_path, PATH_SIZE, "%.400s/certs/%s", yard->folder, name);
}

/* Ports of ours are not known before it starts, so the file is written each time. */
enum err yard_configure(const struct yard *yard, struct why *why)
{
    struct buf text AUTO(buf_done);
    enum err err;

    buf_init(&text, CONFIG_MAX);
    buf_format(&text, config_text, yard->workers, yard->more == NULL ? "" : yard->more, yard->port,
               yard->processor_port == 0 ? 9 : yard->processor_port);
    err = buf_check(&text);
    if (err == OK)
        err = file_replace(yard->config, buf_bytes(&text), 0600);
    return err == OK ? OK : why_say(why, err, "%s: %s", yard->config, strerror(errno));
}

static enum err run_quickstart(const struct yard *yard, const struct options *options,
                               struct why *why)
{
    const char *const words[] = { options->pangate, "quickstart", yard->folder, NULL };

    if (access(options->pangate, X_OK) != 0)
        return why_say(why, ERR_NOT_FOUND, "%s: is not there; name the gateway with --pangate",
                       options->pangate);
    if (program_run(&(struct program){ .words = words }) != OK)
        return why_say(why, ERR_IO, "%s quickstart %s failed", options->pangate, yard->folder);
    return OK;
}

/* In a process of its own, so that nothing of it stays in this one. */
static enum err run_fill(const struct yard *yard, uint64_t cards, struct why *why)
{
    char count[32], program[PATH_SIZE] = "";
    const char *const words[] = { program, "fill",     "--config",   yard->config, "--cards",
                                  count,   "--tokens", yard->tokens, NULL };

    (void)snprintf(count, sizeof(count), "%llu", (unsigned long long)cards);
    if (readlink("/proc/self/exe", program, sizeof(program) - 1) < 0 ||
        program_run(&(struct program){ .words = words }) != OK)
        return why_say(why, ERR_IO, "%s could not be filled", yard->folder);
    return OK;
}

enum err yard_make(const struct options *options, uint64_t cards, struct why *why,
                   struct yard *ret_yard)
{
    struct yard *yard = ret_yard;

    *yard = (struct yard){ .workers = options->workers, .port = port_find_free(), .cards = cards };
    (void)snprintf(yard->folder, sizeof(yard->folder), "%.400s/cards-%llu", options->folder,
                   (unsigned long long)cards);
    (void)snprintf(yard->config, sizeof(yard->config), "%s/bench.conf", yard->folder);
    (void)snprintf(yard->tokens, sizeof(yard->tokens), "%s/tokens", yard->folder);
    (void)snprintf(yard->url, sizeof(yard->url), "https://127.0.0.1:%u", yard->port);
    if (access(yard->tokens, R_OK) == 0)
        return OK;
    if (access(yard->config, R_OK) == 0) /* ours, and not filled to its end */
        folder_remove(yard->folder);
    TRY(run_quickstart(yard, options, why));
    TRY(yard_configure(yard, why));
    return run_fill(yard, cards, why);
}

/* The handshake is a worker's, and workers begin when everything else is there. */
static enum err await(const struct yard *yard, const struct target *target, struct why *why)
{
    const int64_t last_ms = clock_mono_ms() + READY_MS;
    enum err err = ERR_UNREACHABLE;

    while (err != OK) {
        struct call call AUTO(call_close) = { .transport = { .fd = -1 } };
        struct why refused = { 0 };

        err = call_open(target, &refused, &call);
        if (err != OK && (clock_mono_ms() > last_ms || program_has_ended(yard->pid)))
            return why_say(why, err, "the gateway does not come up; `pangate serve -c %s` says why",
                           yard->config);
        if (err != OK)
            clock_sleep_ms(LOOK_MS);
    }
    return OK;
}

enum err yard_start(struct yard *yard, const struct options *options, struct why *why)
{
    const char *const words[] = { options->pangate, "serve", "-c", yard->config, NULL };
    const struct program program = { .words = words, .is_quiet = true };
    char ca[PATH_SIZE], cert[PATH_SIZE], key[PATH_SIZE];
    const struct client client = { ca, cert, key };
    struct target target AUTO(target_close) = { 0 };
    int64_t began_ns;

    yard_certificate(yard, "ca.pem", ca);
    yard_certificate(yard, "shop.pem", cert);
    yard_certificate(yard, "shop.key", key);
    TRY(yard_configure(yard, why));
    TRY(target_open(yard->url, &client, why, &target));
    began_ns = clock_mono_ns();
    TRY(program_start(&program, &yard->pid));
    TRY(await(yard, &target, why));
    yard->start_s = (double)(clock_mono_ns() - began_ns) / 1e9;
    return OK;
}

void yard_stop(struct yard *yard)
{
    if (yard->pid > 0)
        program_stop(yard->pid);
    yard->pid = 0;
}

enum err yard_command(const struct yard *yard, const struct options *options, const char *command)
{
    const char *const words[] = { options->pangate, command, "-c", yard->config, NULL };

    return program_run(&(struct program){ .words = words });
}

int64_t yard_bytes(const struct yard *yard, const char *name)
{
    char path[PATH_SIZE];

    (void)snprintf(path, sizeof(path), "%.400s/%s", yard->folder, name);
    return folder_bytes(path);
}

void yard_point(const struct yard *yard, char paths[YARD_PATHS][PATH_SIZE], struct options *options)
{
    static const char *const names[YARD_PATHS] = { "ca.pem", "shop.pem", "shop.key",
                                                   "back-office.pem", "back-office.key" };

    for (size_t i = 0; i < YARD_PATHS; i++)
        yard_certificate(yard, names[i], paths[i]);
    options->url = yard->url;
    options->ca = paths[0];
    options->cert = paths[1];
    options->key = paths[2];
    options->cert2 = paths[3];
    options->key2 = paths[4];
    options->tokens = yard->tokens;
    options->cards = yard->cards;
    options->pid = yard->pid;
}

void yard_close(struct yard *yard, const struct options *options)
{
    yard_stop(yard);
    if (yard->folder[0] != '\0' && !options->keep)
        folder_remove(yard->folder);
    *yard = (struct yard){ 0 };
}
