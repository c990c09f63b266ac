/* A target that is accepted consists of its parts, and form pairs survive being written again. */
#include "base/must.h"
#include "wire/form.h"
#include "wire/media_type.h"
#include "wire/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_parts(struct bytes text, const struct target *target)
{
    struct bytes rest = target->path, segment;
    size_t size = 0;

    must(target->path.size + target->query.size + target->authority.size <= text.size);
    while (target_next_segment(&rest, &segment))
        size += segment.size + 1;
    must(size == target->path.size);
}

static void check_form(struct bytes text)
{
    struct form_pair pair;

    while (form_next(&text, &pair)) {
        struct buf meant AUTO(buf_done) = { .max = 65536 }, raw AUTO(buf_done) = { .max = 65536 };
        struct buf again AUTO(buf_done) = { .max = 65536 };

        form_decode(pair.value, &meant);
        form_encode(buf_bytes(&meant), &raw);
        form_decode(buf_bytes(&raw), &again);
        must(buf_check(&raw) != OK || bytes_equal(buf_bytes(&meant), buf_bytes(&again)));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes text = bytes_of(data, size);
    struct target target;

    if (target_read(text, &target) == OK)
        check_parts(text, &target);
    check_form(text);
    (void)media_type_read(text);
    (void)authority_is_valid(text);
    return 0;
}
