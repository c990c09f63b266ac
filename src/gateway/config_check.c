#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/must.h"
#include "gateway/config_build.h"
#include "gateway/route.h"
#include "net/endpoint.h"

static void check_missing(struct config_build *build, const struct config_part *part)
{
    char title[2 * CONFIG_NAME_SIZE];

    config_part_title(build, part, title);
    for (size_t i = 0; i < option_count(); i++) {
        const struct option_row *option = option_at(i);
        if (option->section == part->section && option->preset == NULL &&
            part->option_lines[i] == 0)
            config_build_blame(build, part->line, "[%s] %s: is missing", title, option->name);
    }
}

static void check_twice(struct config_build *build, size_t place)
{
    char title[2 * CONFIG_NAME_SIZE], other[2 * CONFIG_NAME_SIZE];

    config_part_title(build, &build->parts[place], title);
    for (size_t i = 0; i < place; i++) {
        config_part_title(build, &build->parts[i], other);
        if (strcmp(title, other) == 0) {
            config_build_blame(build, build->parts[place].line, "[%s] is there twice", title);
            return;
        }
    }
}

/* Whether a part of this kind and name is in the file. */
static bool has_part(const struct config_build *build, enum config_section section,
                     const char *name)
{
    for (size_t i = 0; i < build->part_count; i++) {
        const struct config_part *part = &build->parts[i];
        if (part->section == section && strcmp(config_part_values(build, part), name) == 0)
            return true;
    }
    return false;
}

static void check_identity(struct config_build *build, const struct config_part *part,
                           const struct config_client *client)
{
    for (size_t i = 0; i < part->place && client->identity[0] != '\0'; i++) {
        if (strcmp(build->config->clients[i].identity, client->identity) == 0)
            config_build_blame(build, config_part_line(part, "identity"),
                               "[client %s] identity: is another client's, too", client->name);
    }
}

static void check_client(struct config_build *build, const struct config_part *part)
{
    const struct config_client *client = config_part_values(build, part);

    check_identity(build, part, client);
    if (client->tenant[0] != '\0' && !has_part(build, SECTION_TENANT, client->tenant))
        config_build_blame(build, config_part_line(part, "tenant"),
                           "[client %s] tenant: there is no such section", client->name);
    for (size_t i = 0; i < client->forward.count; i++) {
        if (!has_part(build, SECTION_ROUTE, client->forward.text[i]))
            config_build_blame(build, config_part_line(part, "rights"),
                               "[client %s] rights: there is no such route", client->name);
    }
}

/* A name is looked up when it is needed; a number can be judged now. */
static bool is_private(const struct route *route)
{
    const char *open = strchr(route->host, ':') == NULL ? "" : "[";
    char text[CONFIG_TEXT_SIZE + 16];
    struct endpoint endpoint;

    (void)snprintf(text, sizeof(text), "%s%s%s:%u", open, route->host, open[0] == '\0' ? "" : "]",
                   route->port);
    return endpoint_parse(text, &endpoint) == OK && endpoint_is_private(&endpoint);
}

/* What the table of options cannot say of a value. */
static void check_route_values(struct config_build *build, const struct config_part *part,
                               const struct config_route *route)
{
    struct route scratch = { 0 };
    uint8_t pin[TLS_PIN_SIZE];
    bool fields = true, pins = true, ours = false;

    if (route->url[0] != '\0' && route_read_url(bytes_str(route->url), &scratch) != OK)
        config_build_blame(build, config_part_line(part, "url"),
                           "[route %s] url: must be https://host[:port]/path/", route->name);
    else if (!route->private_addresses && is_private(&scratch))
        config_build_blame(build, config_part_line(part, "private_addresses"),
                           "[route %s] private_addresses: must be yes for this url", route->name);
    for (size_t i = 0; i < route->fields.count; i++)
        fields &= fields_add(&scratch.fields, bytes_str(route->fields.text[i])) == OK;
    if (!fields)
        config_build_blame(build, config_part_line(part, "fields"),
                           "[route %s] fields: must be /json/pointer or form:name", route->name);
    for (size_t i = 0; i < route->pins.count; i++)
        pins &= route_read_pin(bytes_str(route->pins.text[i]), pin) == OK;
    if (!pins)
        config_build_blame(build, config_part_line(part, "pins"),
                           "[route %s] pins: must be base64 of SHA-256", route->name);
    for (size_t i = 0; i < route->header_add.count; i++)
        ours |= field_is_ours(bytes_str(route->header_add.list[i].name));
    if (ours)
        config_build_blame(build, config_part_line(part, "header_add"),
                           "[route %s] header_add: must be no header of the gateway's own",
                           route->name);
    if (route->success_member.count == 1)
        config_build_blame(build, config_part_line(part, "success_member"),
                           "[route %s] success_member: must be a JSON pointer and values",
                           route->name);
}

static void check_route(struct config_build *build, const struct config_part *part)
{
    const struct config_route *route = config_part_values(build, part);

    check_route_values(build, part, route);
    if (route->ca[0] == '\0' && route->pins.count == 0)
        config_build_blame(build, part->line, "[route %s] ca: is missing, and so is pins",
                           route->name);
    if (route->ca[0] == '\0' && route->crl[0] != '\0')
        config_build_blame(build, config_part_line(part, "crl"), "[route %s] crl: needs ca",
                           route->name);
    if ((route->certificate[0] == '\0') != (route->key[0] == '\0'))
        config_build_blame(build, part->line, "[route %s] certificate, key: need each other",
                           route->name);
}

static bool sink_has_address(const struct config_sink *sink)
{
    struct route scratch = { 0 };
    struct bytes text = bytes_str(sink->to.text);

    return sink->to.kind == CONFIG_SINK_HTTPS ? route_read_url(text, &scratch) == OK
                                              : route_read_authority(text, 1, &scratch) == OK;
}

/* A disk that is full is answered by cutting the file back to where it was, by each for itself. */
static void check_sink_file(struct config_build *build, const struct config_part *part,
                            const struct config_sink *sink)
{
    for (size_t i = 0; i < part->place && sink->to.text[0] != '\0'; i++) {
        const struct config_sink_to *other = &build->config->sinks[i].to;
        if (other->kind == CONFIG_SINK_FILE && strcmp(other->text, sink->to.text) == 0)
            config_build_blame(build, config_part_line(part, "to"),
                               "[sink %s] to: is another sink's file, too", sink->name);
    }
}

static void check_sink(struct config_build *build, const struct config_part *part)
{
    const struct config_sink *sink = config_part_values(build, part);

    if ((sink->certificate[0] == '\0') != (sink->key[0] == '\0'))
        config_build_blame(build, part->line, "[sink %s] certificate, key: need each other",
                           sink->name);
    if (sink->header_add.count > 0 && sink->to.kind != CONFIG_SINK_HTTPS)
        config_build_blame(build, config_part_line(part, "header_add"),
                           "[sink %s] header_add: is for https only", sink->name);
    if (sink->to.kind == CONFIG_SINK_FILE)
        check_sink_file(build, part, sink);
    if (sink->to.text[0] == '\0' || sink->to.kind == CONFIG_SINK_FILE)
        return;
    if (!sink_has_address(sink))
        config_build_blame(build, config_part_line(part, "to"),
                           "[sink %s] to: must be syslog://host[:port] or https://host[:port]/path",
                           sink->name);
    if (sink->ca[0] == '\0')
        config_build_blame(build, part->line, "[sink %s] ca: is missing", sink->name);
}

/* Files that must be there when the gateway starts: those that name certificates and keys. */
static void check_file(struct config_build *build, const struct config_part *part,
                       const struct option_row *option)
{
    const char *path = (const char *)config_part_values(build, part) + option->offset;
    char title[2 * CONFIG_NAME_SIZE];

    if (path[0] == '\0' || access(path, R_OK) == 0)
        return;
    config_part_title(build, part, title);
    config_build_blame(build, config_part_line(part, option->name), "[%s] %s: %s", title,
                       option->name,
                       errno == ENOENT ? "there is no such file" : "the file cannot be read");
}

static void check_files(struct config_build *build, const struct config_part *part)
{
    for (size_t i = 0; i < option_count(); i++) {
        const struct option_row *option = option_at(i);
        if (option->section == part->section && option->type == OPTION_PATH &&
            part->section != SECTION_GATEWAY)
            check_file(build, part, option);
    }
}

static void check_whole(struct config_build *build)
{
    if (build->part_count == 0 || build->parts[0].section != SECTION_GATEWAY) {
        bool found = false;
        for (size_t i = 0; i < build->part_count; i++)
            found |= build->parts[i].section == SECTION_GATEWAY;
        if (!found)
            config_build_blame(build, 1, "[gateway] is missing");
    }
    if (build->config->listener_count == 0)
        config_build_blame(build, 1, "[listener NAME] is missing: there must be one at least");
}

static void check_part(struct config_build *build, size_t place)
{
    const struct config_part *part = &build->parts[place];

    check_twice(build, place);
    check_missing(build, part);
    check_files(build, part);
    switch (part->section) {
    case SECTION_CLIENT: check_client(build, part); break;
    case SECTION_ROUTE: check_route(build, part); break;
    case SECTION_SINK: check_sink(build, part); break;
    case SECTION_GATEWAY:
    case SECTION_LISTENER:
    case SECTION_TENANT: break;
    case SECTIONS: must(false);
    }
}

void config_build_check(struct config_build *build)
{
    for (size_t i = 0; i < build->part_count; i++)
        check_part(build, i);
    check_whole(build);
}
