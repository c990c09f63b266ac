#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/command.h"
#include "bench/match.h"

/* The absolute path of `file`; NULL: of `name` in the folder of the CA. */
static const char *find_file(const struct options *options, const char *file, const char *name,
                             char ret_path[PATH_MAX])
{
    const char *slash = strrchr(options->ca, '/');
    char path[PATH_SIZE];

    (void)snprintf(path, sizeof(path), "%.*s%s", slash == NULL ? 0 : (int)(slash - options->ca + 1),
                   options->ca, name);
    return realpath(file != NULL ? file : path, ret_path);
}

static enum err start_peers(const struct options *options, struct arena *arena, struct why *why)
{
    char certificate[PATH_MAX], key[PATH_MAX], ca[PATH_MAX];
    struct peer_options wanted = {
        .folder = options->folder,
        .workers = options->workers,
        .connections_max = MATCH_CONNECTIONS_MAX,
        .ca = find_file(options, options->ca, "", ca),
        .certificate = find_file(options, options->server_cert, "server.pem", certificate),
        .key = find_file(options, options->server_key, "server.key", key),
    };

    if (wanted.ca == NULL || wanted.certificate == NULL || wanted.key == NULL)
        return why_say(why, ERR_NOT_FOUND,
                       "the peers need a server certificate and its key: --server-cert and "
                       "--server-key, or server.pem and server.key beside the CA");
    for (enum peer_kind kind = 0; kind < PEER_KINDS; kind++) {
        struct why missing = { 0 };
        const enum err err = peer_start(kind, &wanted, &missing, &arena->peers[kind]);

        if (err != OK)
            (void)fprintf(stderr, "pangate-bench: %s\n",
                          missing.text[0] == '\0' ? err_text(err) : missing.text);
    }
    return OK;
}

static enum err run(const struct options *options, struct arena *arena, struct why *why)
{
    TRY(start_peers(options, arena, why));
    for (size_t i = 0; match_at(i) != NULL; i++)
        if (options->only == NULL || strstr(match_at(i)->name, options->only) != NULL)
            TRY(match_run(match_at(i), arena, why));
    return OK;
}

int command_peers(int argc, char **argv)
{
    struct options options;
    struct arena arena AUTO(arena_done) = { .options = &options };
    struct why why = { 0 };
    enum err err;

    options_parse("peers", argc, argv, &options);
    err = run(&options, &arena, &why);
    if (err != OK)
        (void)fprintf(stderr, "pangate-bench: %s\n",
                      why.text[0] == '\0' ? err_text(err) : why.text);
    return err == OK ? EXIT_DONE : EXIT_REFUSED;
}
