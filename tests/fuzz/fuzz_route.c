/* A url that is accepted consists of its parts, and a path that stays has no segment of dots. */
#include "base/must.h"
#include "gateway/route.h"
#include "gateway/route_path.h"
#include "wire/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_url(struct bytes url)
{
    struct route route = { 0 };

    if (!bytes_start_with(url, bytes_lit("https://")) || route_read_url(url, &route) != OK)
        return;
    must(route.host[0] != '\0' && route.port != 0);
    must(strlen(route.host) <= route.authority.size);
    must(sizeof("https://") - 1 + route.authority.size + route.base.size <= url.size);
    must(route.path.size > 0 && route.path.data[0] == '/');
    must(route.base.size == 0 || route.base.data[0] == '/');
    must(!bytes_end_with(route.base, bytes_lit("/")));
}

static void check_path(struct bytes path)
{
    struct bytes rest = path, segment;

    if (!route_path_stays(path))
        return;
    while (target_next_segment(&rest, &segment))
        must(!bytes_equal(segment, bytes_lit("..")) && !bytes_equal(segment, bytes_lit(".")));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes text = bytes_of(data, size);
    uint8_t pin[TLS_PIN_SIZE];

    check_url(text);
    if (size > 0 && text.data[0] == '/')
        check_path(text);
    err_ignore(route_read_pin(text, pin));
    return 0;
}
