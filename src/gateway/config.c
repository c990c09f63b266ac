#include "gateway/config.h"

#include <stdio.h>
#include <stdlib.h>

#include "gateway/config_build.h"

enum { CONFIG_FILE_MAX = 4 * 1024 * 1024 };

static void report(const struct config_build *build, const char *path,
                   struct config_mistakes *mistakes)
{
    for (size_t i = 0; i < config_build_mistakes_held(build); i++)
        (void)snprintf(mistakes->text[i], sizeof(mistakes->text[i]), "%.200s:%u: %s", path,
                       build->mistakes[i].line, build->mistakes[i].text);
    mistakes->count = build->mistake_count;
}

static enum err load(const char *path, struct config_build *build, struct config_mistakes *mistakes)
{
    struct buf text AUTO(buf_done) = { 0 };

    TRY(config_build_init(build, path));
    buf_init(&text, CONFIG_FILE_MAX);
    TRY(file_read(path, &text));
    config_build_read(build, buf_bytes(&text));
    config_build_check(build);
    report(build, path, mistakes);
    return build->mistake_count > 0 ? ERR_CONFIG : OK;
}

enum err config_load(const char *path, struct config **ret_config, struct config_mistakes *mistakes)
{
    struct config_build *build = calloc(1, sizeof(*build));
    enum err err = build == NULL ? ERR_MEMORY : load(path, build, mistakes);

    if (err == OK) {
        *ret_config = build->config;
        build->config = NULL;
    } else if (err != ERR_CONFIG) {
        mistakes->count = 1;
        (void)snprintf(mistakes->text[0], sizeof(mistakes->text[0]), "%.200s: %s", path,
                       err == ERR_NOT_FOUND ? "there is no such file" : err_text(err));
    }
    if (build != NULL)
        config_build_done(build);
    free(build);
    return err;
}

void config_free(struct config *config)
{
    if (config == NULL)
        return;
    free(config->listeners);
    free(config->tenants);
    free(config->clients);
    free(config->routes);
    free(config->sinks);
    free(config);
}
