#include "test.h"

#include "base/buf.h"
#include "gateway/route_path.h"
#include "wire/target.h"

enum { PATH_MAX_SIZE = 1024, PIECES_MAX = 9, ROUNDS = 200000 };

static void a_path_that_leads_elsewhere_is_seen_in_any_spelling(void **state)
{
    static const char *const bad[] = {
        "/..",           "/a/../b",        "/%2e%2E/b",      "/.%2e",         "/a/%2e",
        "/a/..%2Fb",     "/a%2F..%2Fb",    "/a/..%5Cb",      "/a%5c..%5cb",   "/a/..;/b",
        "/a/..;x=1/b",   "/a/%2e%2e;x/b",  "/a/..%3Bx/b",    "/a/%252e%252e", "/a/..%252Fb",
        "/a/%25252e./b", "/a/.%2e%20/b",   "/a/..%00/b",     "/a/%c0%ae./b",  "/a/..%0d/b",
        "/a/.../b",      "/a/%2e%2e%2f..", "/a/%2525255c..",
    };
    (void)state;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (route_path_stays(bytes_str(bad[i])))
            fail_msg("\"%s\" stays", bad[i]);
    }
}

static void other_paths_stay(void **state)
{
    static const char *const good[] = { "",          "/",          "/a//b/",    "/a..b/c",
                                        "/a/..b",    "/ch_1;v=2/", "/a%2Fb/c",  "/50%25off",
                                        "/a%20b/c.", "/%C3%A9",    "/a/%5Cb/c", "/;/a" };
    (void)state;

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        if (!route_path_stays(bytes_str(good[i])))
            fail_msg("\"%s\" does not", good[i]);
    }
}

/* A server as there are many: how often it decodes, and what it does to segments. */
struct server {
    unsigned decodings;
    bool backslash, parameters, trims;
};

static size_t decoded(char text[PATH_MAX_SIZE], size_t size)
{
    uint8_t storage[PATH_MAX_SIZE];
    struct buf out;

    buf_init_fixed(&out, storage, sizeof(storage));
    target_decode(bytes_of(text, size), false, &out);
    assert_err(OK, buf_check(&out));
    memcpy(text, storage, out.size);
    return out.size;
}

static size_t cut_segment(const struct server *server, const char *text, size_t size)
{
    const char *semicolon = memchr(text, ';', size);

    if (server->parameters && semicolon != NULL)
        size = (size_t)(semicolon - text);
    while (server->trims && size > 2 && (text[size - 1] == '.' || text[size - 1] == ' '))
        size--;
    return size;
}

/* The folder of which this server takes the path to be: its first segment once dots are followed.
 * False: none. */
static bool first_segment_is(const struct server *server, const char *path, const char *name)
{
    char text[PATH_MAX_SIZE];
    const char *kept[PATH_MAX_SIZE];
    size_t size = strlen(path), sizes[PATH_MAX_SIZE], depth = 0;

    memcpy(text, path, size);
    for (unsigned i = 0; i < server->decodings; i++)
        size = decoded(text, size);
    for (size_t i = 0; i < size && server->backslash; i++)
        text[i] = text[i] == '\\' ? '/' : text[i];
    for (size_t at = 0; at < size;) {
        const char *end = memchr(text + at, '/', size - at);
        size_t whole = end == NULL ? size - at : (size_t)(end - text) - at;
        size_t part = cut_segment(server, text + at, whole);
        if (part == 2 && memcmp(text + at, "..", 2) == 0)
            depth -= depth > 0;
        else if (part > 0 && !(part == 1 && text[at] == '.')) {
            kept[depth] = text + at;
            sizes[depth++] = part;
        }
        at += whole + 1;
    }
    return depth > 0 && sizes[0] == strlen(name) && memcmp(kept[0], name, sizes[0]) == 0;
}

/* A small generator of its own: what it made can be made again. */
static unsigned draw(uint64_t *seed, unsigned below)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(*seed >> 33) % below;
}

static void make_path(uint64_t *seed, char path[PATH_MAX_SIZE])
{
    static const char *const pieces[] = { "/",       ".",    "..",    "%2e",  "%2E",   "%252e",
                                          "%2f",     "%2F",  "%252F", "%5c",  "%255C", ";",
                                          "%3b",     ";a=b", "%20",   "x",    "a",     "%25",
                                          "2e",      "5c",   "../",   "..;",  "/../x", "%2e%2e",
                                          "%2e%2e/", "%00",  "//",    "/./x", "%c0%ae" };
    unsigned count = draw(seed, PIECES_MAX);
    size_t size = (size_t)snprintf(path, PATH_MAX_SIZE, "/below/");

    for (unsigned i = 0; i < count; i++)
        size += (size_t)snprintf(path + size, PATH_MAX_SIZE - size, "%s",
                                 pieces[draw(seed, sizeof(pieces) / sizeof(pieces[0]))]);
}

static void no_server_takes_what_is_let_through_for_a_path_elsewhere(void **state)
{
    char path[PATH_MAX_SIZE];
    uint64_t seed = 4;
    unsigned let_through = 0;
    (void)state;

    for (unsigned round = 0; round < ROUNDS; round++) {
        make_path(&seed, path);
        if (!route_path_stays(bytes_str(path)) ||
            !route_path_fits(bytes_str(path), bytes_lit("/below/*")))
            continue;
        let_through++;
        for (unsigned kind = 0; kind < 32; kind++) {
            const struct server server = { kind % 4, kind & 4, kind & 8, kind & 16 };
            if (!first_segment_is(&server, path, "below"))
                fail_msg("\"%s\" leads elsewhere for server %u", path, kind);
        }
    }
    assert_true(let_through > ROUNDS / 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_that_leads_elsewhere_is_seen_in_any_spelling),
        cmocka_unit_test(other_paths_stay),
        cmocka_unit_test(no_server_takes_what_is_let_through_for_a_path_elsewhere),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
