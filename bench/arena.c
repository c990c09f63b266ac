#include "bench/arena.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/call.h"
#include "bench/folder.h"
#include "bench/processor.h"
#include "bench/target.h"

enum { ANSWER_MAX = 1 << 24, REQUEST_MAX = 1024 };

/* The absolute path of `file`; NULL: of `name` in the folder of the CA. */
static const char *find_file(const struct options *options, const char *file, const char *name,
                             char ret_path[PATH_MAX])
{
    char path[PATH_SIZE];

    file_beside(options->ca, name, path);
    return realpath(file != NULL ? file : path, ret_path);
}

/* How many bytes the gateway answers options->path with. */
static enum err measure_document(const struct options *options, struct why *why, size_t *ret_size)
{
    const struct client client = { options->ca, options->cert, options->key };
    struct target target AUTO(target_close) = { 0 };
    struct call call AUTO(call_close) = { .transport = { .fd = -1 } };
    struct buf request AUTO(buf_done), text AUTO(buf_done);
    struct answer answer = { 0 };
    const uint8_t *body;

    buf_init(&request, REQUEST_MAX);
    buf_init(&text, ANSWER_MAX);
    TRY(target_open(options->url, &client, why, &target));
    TRY(call_open(&target, why, &call));
    buf_format(&request, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", options->path, target.authority);
    TRY(call_make(&call, buf_bytes(&request), &text, &answer));
    body = memmem(text.data, text.size, "\r\n\r\n", 4);
    *ret_size = body == NULL ? 0 : text.size - (size_t)(body - text.data) - 4;
    return OK;
}

enum err arena_open(struct arena *arena, struct why *why)
{
    const struct options *options = &arena->options;
    char certificate[PATH_MAX], key[PATH_MAX], ca[PATH_MAX];
    char client[PATH_MAX], client_key[PATH_MAX], processor_ca[PATH_MAX];
    struct peer_options wanted = {
        .client_certificate = find_file(options, options->cert, "", client),
        .client_key = find_file(options, options->key, "", client_key),
        .processor_ca = find_file(options, NULL, "processor-ca.pem", processor_ca),
        .processor_port = arena->processor == NULL ? 0 : processor_port(arena->processor),
        .folder = options->folder,
        .workers = options->workers,
        .connections_max = ARENA_CONNECTIONS_MAX,
        .ca = find_file(options, options->ca, "", ca),
        .certificate = find_file(options, options->server_cert, "server.pem", certificate),
        .key = find_file(options, options->server_key, "server.key", key),
    };

    if (wanted.ca == NULL || wanted.certificate == NULL || wanted.key == NULL)
        return why_say(why, ERR_NOT_FOUND,
                       "the peers need a server certificate and its key: --server-cert and "
                       "--server-key, or server.pem and server.key beside the CA");
    TRY(measure_document(options, why, &wanted.document_size));
    for (enum peer_kind kind = 0; kind < PEER_KINDS; kind++) {
        struct why missing = { 0 };
        const enum err err = peer_start(kind, &wanted, &missing, &arena->peers[kind]);

        if (err != OK)
            (void)fprintf(stderr, "pangate-bench: %s\n",
                          missing.text[0] == '\0' ? err_text(err) : missing.text);
    }
    return OK;
}

void arena_close_yard(struct arena *arena)
{
    yard_close(&arena->yard, &arena->options);
}

/* With the certificates of this yard's playground. */
static enum err open_processor(struct arena *arena, struct why *why)
{
    char certificate[PATH_SIZE], key[PATH_SIZE], ca[PATH_SIZE];
    const struct processor_options options = {
        .certificate = certificate, .key = key, .client_ca = ca, .threads = 1
    };

    processor_stop(arena->processor);
    arena->processor = NULL;
    yard_certificate(&arena->yard, "processor.pem", certificate);
    yard_certificate(&arena->yard, "processor.key", key);
    yard_certificate(&arena->yard, "ca.pem", ca);
    return processor_start(&options, why, &arena->processor);
}

enum err arena_open_yard(struct arena *arena, uint64_t cards, struct why *why)
{
    if (arena->yard.pid > 0 && arena->yard.cards == cards)
        return OK;
    arena_close_yard(arena);
    TRY(yard_make(&arena->options, cards, why, &arena->yard));
    TRY(open_processor(arena, why));
    arena->yard.processor_port = processor_port(arena->processor);
    TRY(yard_start(&arena->yard, &arena->options, why));
    yard_point(&arena->yard, arena->paths, &arena->options);
    return OK;
}

void arena_done(struct arena *arena)
{
    for (size_t i = 0; i < PEER_KINDS; i++)
        peer_stop(&arena->peers[i]);
    arena_close_yard(arena);
    processor_stop(arena->processor);
}
