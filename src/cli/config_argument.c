#include "cli/config_argument.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli/command.h"

static const struct argp_option config_options[] = {
    { "config", 'c', "FILE", 0, "the configuration", 0 },
    { 0 },
};

static error_t on_argument(int key, char *text, struct argp_state *state)
{
    const char **path = state->input;

    switch (key) {
    case 'c': *path = text; return 0;
    case ARGP_KEY_END:
        if (*path == NULL)
            argp_error(state, "-c FILE is missing");
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

const struct argp config_argument = { .options = config_options, .parser = on_argument };

struct config *config_of_argument(const char *path)
{
    struct config_mistakes *mistakes = calloc(1, sizeof(*mistakes));
    struct config *config = NULL;
    size_t i;

    if (mistakes == NULL)
        return NULL;
    if (config_load(path, &config, mistakes) != OK)
        config = NULL;
    for (i = 0; i < mistakes->count && i < CONFIG_MISTAKES_TOLD; i++)
        (void)fprintf(stderr, "%s\n", mistakes->text[i]);
    if (i < mistakes->count)
        (void)fprintf(stderr, "%s: and %zu more mistakes\n", path, mistakes->count - i);
    free(mistakes);
    return config;
}

int say_why(enum err err, const struct why *why)
{
    (void)fprintf(stderr, "pangate: %s\n", why->text[0] == '\0' ? err_text(err) : why->text);
    return EXIT_REFUSED;
}
