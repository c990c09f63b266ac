#include "bench/peer_config.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "bench/program.h"

enum {
    CONFIG_MAX = 16384,
    FORWARD_SIZE = 3 * 4096,
    PEM_MAX = 1 << 16,
    DOCUMENT_MAX = 1 << 24,
    FILES_MIN = 1024
};

static const char postgres_user[] = "postgres"; /* it refuses to run as root */

static enum err write_file(const struct peer_setting *setting, const char *name,
                           const struct buf *text, struct why *why)
{
    char path[PATH_SIZE];
    enum err err = buf_check(text);

    if (err == OK)
        err = path_join(setting->folder, name, path, sizeof(path));
    if (err == OK)
        err = file_create(path, buf_bytes(text), 0600);
    return err == OK ? OK : why_say(why, err, "%s/%s: %s", setting->folder, name, strerror(errno));
}

/* One worker per worker of the gateway; the constant has 100 bytes. Started by root it would become
 * somebody who may not read the folder. */
static const char nginx_text[] = "%s"
                                 "worker_processes %u;\n"
                                 "worker_rlimit_nofile %u;\n"
                                 "daemon off;\n"
                                 "pid %s/nginx.pid;\n"
                                 "error_log %s/error.log;\n"
                                 "events { worker_connections %u; }\n"
                                 "http {\n"
                                 "  access_log off;\n"
                                 "  client_body_temp_path %s/body;\n"
                                 "  proxy_temp_path %s/proxy; fastcgi_temp_path %s/fastcgi;\n"
                                 "  uwsgi_temp_path %s/uwsgi; scgi_temp_path %s/scgi;\n"
                                 "  keepalive_requests 1000000000;\n"
                                 "  keepalive_timeout 75s;\n"
                                 "%s"
                                 "  server {\n"
                                 "    listen 127.0.0.1:%u ssl reuseport backlog=4096;\n"
                                 "    ssl_protocols TLSv1.2 TLSv1.3;\n"
                                 "    ssl_certificate %s;\n"
                                 "    ssl_certificate_key %s;\n"
                                 "    ssl_client_certificate %s;\n"
                                 "    ssl_verify_client on;\n"
                                 "    ssl_verify_depth 4;\n"
                                 "    default_type application/json;\n"
                                 "    location = /document {\n"
                                 "      alias %s/document;\n"
                                 "      open_file_cache max=16;\n"
                                 "    }\n"
                                 "%s"
                                 "    location / { return 200 '{\"constant\":\"%s\"}'; }\n"
                                 "  }\n"
                                 "}\n";

static const char hundred_bytes_with_the_rest[] =
    "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234";

static const char upstream_text[] = "  upstream psp {\n"
                                    "    server 127.0.0.1:%u;\n"
                                    "    keepalive 512;\n"
                                    "    keepalive_requests 1000000000;\n"
                                    "  }\n";

/* As the gateway's route: the processor's certificate verified, a client's shown. */
static const char forward_text[] = "    location /v1/forward/psp/ {\n"
                                   "      proxy_pass https://psp/v1/;\n"
                                   "      proxy_http_version 1.1;\n"
                                   "      proxy_set_header Connection \"\";\n"
                                   "      proxy_ssl_certificate %s;\n"
                                   "      proxy_ssl_certificate_key %s;\n"
                                   "      proxy_ssl_trusted_certificate %s;\n"
                                   "      proxy_ssl_verify on;\n"
                                   "      proxy_ssl_verify_depth 4;\n"
                                   "      proxy_ssl_name localhost;\n"
                                   "      proxy_ssl_protocols TLSv1.2 TLSv1.3;\n"
                                   "    }\n";

static void nginx_write_forward(const struct peer_options *options, char ret_upstream[FORWARD_SIZE],
                                char ret_location[FORWARD_SIZE])
{
    ret_upstream[0] = ret_location[0] = '\0';
    if (options->processor_port == 0 || options->client_certificate == NULL ||
        options->client_key == NULL || options->processor_ca == NULL)
        return;
    (void)snprintf(ret_upstream, FORWARD_SIZE, upstream_text, options->processor_port);
    (void)snprintf(ret_location, FORWARD_SIZE, forward_text, options->client_certificate,
                   options->client_key, options->processor_ca);
}

/* As long as the gateway's constant document, read from the page cache. */
static enum err nginx_write_document(const struct peer_setting *setting, struct why *why)
{
    struct buf text AUTO(buf_done);

    buf_init(&text, DOCUMENT_MAX);
    while (text.size < setting->options->document_size && !text.failed)
        buf_add_u8(&text, 'x');
    return write_file(setting, "document", &text, why);
}

enum err nginx_prepare(const struct peer_setting *setting, struct why *why)
{
    const struct peer_options *options = setting->options;
    const char *folder = setting->folder;
    char upstream[FORWARD_SIZE], location[FORWARD_SIZE];
    struct buf text AUTO(buf_done);

    nginx_write_forward(options, upstream, location);
    TRY(nginx_write_document(setting, why));
    buf_init(&text, CONFIG_MAX);
    buf_format(&text, nginx_text, geteuid() == 0 ? "user root;\n" : "", options->workers,
               options->connections_max + FILES_MIN, folder, folder,
               options->connections_max + FILES_MIN / 2, folder, folder, folder, folder, folder,
               upstream, setting->port, options->certificate, options->key, options->ca, folder,
               location, hundred_bytes_with_the_rest);
    return write_file(setting, "nginx.conf", &text, why);
}

enum err nginx_start(const struct peer_setting *setting, pid_t *ret_pid)
{
    char config[PATH_SIZE];
    const char *const words[] = { setting->program, "-p", setting->folder, "-c", config, NULL };

    TRY(path_join(setting->folder, "nginx.conf", config, sizeof(config)));
    return program_start(&(struct program){ .words = words }, ret_pid);
}

static const char redis_text[] = "port 0\n"
                                 "tls-port %u\n"
                                 "bind 127.0.0.1\n"
                                 "dir %s\n"
                                 "tls-cert-file %s\n"
                                 "tls-key-file %s\n"
                                 "tls-ca-cert-file %s\n"
                                 "tls-auth-clients yes\n"
                                 "save \"\"\n"
                                 "appendonly yes\n"
                                 "appendfsync always\n"
                                 "no-appendfsync-on-rewrite no\n"
                                 "tcp-backlog 4096\n"
                                 "maxclients %u\n"
                                 "loglevel warning\n";

enum err redis_prepare(const struct peer_setting *setting, struct why *why)
{
    const struct peer_options *options = setting->options;
    struct buf text AUTO(buf_done);

    buf_init(&text, CONFIG_MAX);
    buf_format(&text, redis_text, setting->port, setting->folder, options->certificate,
               options->key, options->ca, options->connections_max + FILES_MIN);
    return write_file(setting, "redis.conf", &text, why);
}

enum err redis_start(const struct peer_setting *setting, pid_t *ret_pid)
{
    char config[PATH_SIZE];
    const char *const words[] = { setting->program, config, NULL };

    TRY(path_join(setting->folder, "redis.conf", config, sizeof(config)));
    return program_start(&(struct program){ .words = words }, ret_pid);
}

static const char postgres_text[] = "listen_addresses = '127.0.0.1'\n"
                                    "port = %u\n"
                                    "unix_socket_directories = ''\n"
                                    "ssl = on\n"
                                    "ssl_cert_file = '../server.pem'\n"
                                    "ssl_key_file = '../server.key'\n"
                                    "ssl_ca_file = '../ca.pem'\n"
                                    "max_connections = %u\n"
                                    "shared_buffers = 256MB\n"
                                    "fsync = on\n"
                                    "synchronous_commit = on\n"
                                    "logging_collector = off\n"
                                    "log_min_messages = fatal\n";

static const char postgres_hosts[] = "hostssl all all 127.0.0.1/32 trust clientcert=verify-ca\n";

/* As the gateway's vault: two keys that are unique each, and a record. */
static const char postgres_table[] =
    "CREATE TABLE token (token bytea PRIMARY KEY, card bytea UNIQUE, record bytea);\n";

static enum err copy_pem(const struct peer_setting *setting, const char *from, const char *name,
                         struct why *why)
{
    struct buf text AUTO(buf_done);

    buf_init(&text, PEM_MAX);
    if (file_read(from, &text) != OK)
        return why_say(why, ERR_IO, "%s: %s", from, strerror(errno));
    return write_file(setting, name, &text, why);
}

/* Root's files go to the user that it runs as. */
static void give_away(const struct peer_setting *setting, const char *name)
{
    const struct passwd *entry = getpwnam(postgres_user);
    char path[PATH_SIZE];

    if (geteuid() == 0 && entry != NULL &&
        path_join(setting->folder, name, path, sizeof(path)) == OK)
        (void)!chown(path, entry->pw_uid, entry->pw_gid);
}

static enum err write_text(const struct peer_setting *setting, const char *name, const char *text,
                           struct why *why)
{
    struct buf copy AUTO(buf_done);

    buf_init(&copy, CONFIG_MAX);
    buf_add_str(&copy, text);
    return write_file(setting, name, &copy, why);
}

static enum err postgres_write(const struct peer_setting *setting, struct why *why)
{
    static const char *const names[] = { "",          "server.pem", "server.key", "ca.pem",
                                         "made.conf", "made.hosts", "made.sql" };
    const struct peer_options *options = setting->options;
    struct buf text AUTO(buf_done);

    buf_init(&text, CONFIG_MAX);
    buf_format(&text, postgres_text, setting->port, options->connections_max + 16);
    TRY(copy_pem(setting, options->certificate, "server.pem", why));
    TRY(copy_pem(setting, options->key, "server.key", why));
    TRY(copy_pem(setting, options->ca, "ca.pem", why));
    TRY(write_file(setting, "made.conf", &text, why));
    TRY(write_text(setting, "made.hosts", postgres_hosts, why));
    TRY(write_text(setting, "made.sql", postgres_table, why));
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        give_away(setting, names[i]);
    return OK;
}

static enum err postgres_init(const struct peer_setting *setting, const char *data)
{
    const int folder_size = (int)(strrchr(setting->program, '/') - setting->program);
    char maker[PATH_SIZE];
    const char *const words[] = { maker,   "-D", data,   "-U",         postgres_user, "-A",
                                  "trust", "-E", "UTF8", "--locale=C", NULL };

    (void)snprintf(maker, sizeof(maker), "%.*s/initdb", folder_size, setting->program);
    return program_run(&(struct program){ .words = words, .user = postgres_user });
}

enum err postgres_prepare(const struct peer_setting *setting, struct why *why)
{
    char data[PATH_SIZE], sql[PATH_SIZE];
    const char *const words[] = {
        setting->program, "--single", "-j", "-c", "log_min_messages=fatal", "-D", data,
        postgres_user,    NULL
    };

    TRY(postgres_write(setting, why));
    TRY(path_join(setting->folder, "data", data, sizeof(data)));
    TRY(path_join(setting->folder, "made.sql", sql, sizeof(sql)));
    if (postgres_init(setting, data) != OK ||
        program_run(&(struct program){ .words = words, .user = postgres_user, .input = sql }) != OK)
        return why_say(why, ERR_IO, "postgresql: a database cannot be made in %s", setting->folder);
    return OK;
}

enum err postgres_start(const struct peer_setting *setting, pid_t *ret_pid)
{
    char data[PATH_SIZE], config[PATH_SIZE + 16], hosts[PATH_SIZE + 16];
    const char *const words[] = { setting->program, "-D", data, config, hosts, NULL };

    TRY(path_join(setting->folder, "data", data, sizeof(data)));
    (void)snprintf(config, sizeof(config), "--config_file=%s/made.conf", setting->folder);
    (void)snprintf(hosts, sizeof(hosts), "--hba_file=%s/made.hosts", setting->folder);
    return program_start(&(struct program){ .words = words, .user = postgres_user }, ret_pid);
}
