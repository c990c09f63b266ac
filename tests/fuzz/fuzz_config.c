/*
 * The configuration's text, from memory: what was read is held by its bounds, mistakes name
 * lines of the text in their order, and the same text says the same again.
 */
#include <stdlib.h>

#include "base/must.h"
#include "gateway/config_build.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct config_build *read_text(struct bytes text)
{
    struct config_build *build = calloc(1, sizeof(*build));

    must(build != NULL);
    must(config_build_init(build, "/") == OK); /* any path that exists: it names the folder */
    config_build_read(build, text);
    config_build_check(build);
    return build;
}

static void build_free(struct config_build **build)
{
    config_build_done(*build);
    free(*build);
}

static unsigned line_count(struct bytes text)
{
    unsigned lines = 1;

    for (size_t i = 0; i < text.size; i++)
        lines += text.data[i] == '\n';
    return lines;
}

static void check_bounds(const struct config *config)
{
    must(config->listener_count <= CONFIG_LISTENERS_MAX);
    must(config->tenant_count <= CONFIG_TENANTS_MAX);
    must(config->client_count <= CONFIG_CLIENTS_MAX);
    must(config->route_count <= CONFIG_ROUTES_MAX);
    for (size_t i = 0; i < config->client_count; i++)
        must(config->clients[i].forward.count <= CONFIG_WORDS_MAX);
}

static void check_mistakes(const struct config_build *build, struct bytes text)
{
    unsigned last = 1;

    for (size_t i = 0; i < config_build_mistakes_held(build); i++) {
        must(build->mistakes[i].line >= last);
        last = build->mistakes[i].line;
    }
    must(last <= line_count(text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct bytes text = bytes_of(data, size);
    struct config_build *build AUTO(build_free) = read_text(text);
    struct config_build *again AUTO(build_free) = read_text(text);

    check_bounds(build->config);
    check_mistakes(build, text);
    must(build->mistake_count == again->mistake_count);
    must(build->part_count == again->part_count);
    return 0;
}
