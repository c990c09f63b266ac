#include "bench/peer.h"

#include <unistd.h>

#include "base/clock.h"
#include "bench/folder.h"
#include "bench/options.h"
#include "bench/peer_config.h"
#include "bench/port.h"
#include "bench/program.h"

enum { READY_MS = 20000, LOOK_MS = 20 };

static const struct {
    const char *name;
    const char *program;
    const char *instead; /* another place where distributions keep it */
    enum err (*prepare)(const struct peer_setting *setting, struct why *why);
    enum err (*start)(const struct peer_setting *setting, pid_t *ret_pid);
} kinds[PEER_KINDS] = {
    [PEER_NGINX] = { "nginx", "/usr/sbin/nginx", "/usr/local/sbin/nginx", nginx_prepare,
                     nginx_start },
    [PEER_REDIS] = { "redis", "/usr/bin/redis-server", "/usr/local/bin/redis-server", redis_prepare,
                     redis_start },
    [PEER_POSTGRES] = { "postgresql", "/usr/lib/postgresql/15/bin/postgres",
                        "/usr/local/bin/postgres", postgres_prepare, postgres_start },
};

const char *peer_name(enum peer_kind kind)
{
    return kinds[kind].name;
}

void peer_script(enum peer_kind kind, const char *path, const char *authority,
                 struct script *script)
{
    struct options options;

    options_init(&options);
    options.path = path == NULL ? "/" : path;
    script_init(script, &options);
    switch (kind) {
    case PEER_NGINX: script_add(script, work_find("constant"), &options, authority); break;
    case PEER_REDIS: script_add_redis(script); break;
    case PEER_POSTGRES: script_add_postgres(script); break;
    case PEER_KINDS: break;
    }
}

static enum err peer_await(const struct peer_server *server, const char *name, struct why *why)
{
    const int64_t last_ms = clock_mono_ms() + READY_MS;

    while (!port_answers(server->port)) {
        if (clock_mono_ms() > last_ms || program_has_ended(server->pid))
            return why_say(why, ERR_UNREACHABLE, "%s does not come up; see its messages above",
                           name);
        clock_sleep_ms(LOOK_MS);
    }
    return OK;
}

static enum err peer_run(enum peer_kind kind, const struct peer_options *options, struct why *why,
                         struct peer_server *server)
{
    const bool is_usual = access(kinds[kind].program, X_OK) == 0;
    const struct peer_setting setting = {
        .options = options,
        .program = is_usual ? kinds[kind].program : kinds[kind].instead,
        .folder = server->folder,
        .port = server->port = port_find_free(),
    };

    if (access(setting.program, X_OK) != 0)
        return why_say(why, ERR_NOT_FOUND, "%s is not installed; it is left out", kinds[kind].name);
    TRY(folder_new(options->folder, why, server->folder));
    TRY(kinds[kind].prepare(&setting, why));
    TRY(kinds[kind].start(&setting, &server->pid));
    return peer_await(server, kinds[kind].name, why);
}

enum err peer_start(enum peer_kind kind, const struct peer_options *options, struct why *why,
                    struct peer_server *ret_server)
{
    struct peer_server server AUTO(peer_stop) = { 0 };

    TRY(peer_run(kind, options, why, &server));
    *ret_server = server;
    server = (struct peer_server){ 0 };
    return OK;
}

void peer_stop(struct peer_server *server)
{
    if (server->pid > 0)
        program_stop(server->pid);
    if (server->folder[0] != '\0')
        folder_remove(server->folder);
    *server = (struct peer_server){ 0 };
}
