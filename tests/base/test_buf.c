#include "test.h"

#include <malloc.h>

#include "base/buf.h"

/* What the wrapped allocator does and saw: a freed block that still holds 0xA5 is dirty. */
static struct watch {
    int frees, dirty;
    bool on, no_memory;
} watch;

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void __real_free(void *data);
void __wrap_free(void *data);

void *__wrap_malloc(size_t size)
{
    return watch.no_memory ? NULL : __real_malloc(size);
}

static bool holds(const void *data, size_t size, uint8_t byte)
{
    return memchr(data, byte, size) != NULL;
}

void __wrap_free(void *data)
{
    if (watch.on && data != NULL) {
        watch.frees++;
        watch.dirty += holds(data, malloc_usable_size(data), 0xA5);
    }
    __real_free(data);
}

static int watch_reset(void **state)
{
    (void)state;
    watch = (struct watch){ 0 };
    return 0;
}

static void integers_are_written_big_endian(void **state)
{
    struct buf buf AUTO(buf_done) = { .max = 100 };

    (void)state;
    buf_add_u8(&buf, 0x01);
    buf_add_u16(&buf, 0x0203);
    buf_add_u32(&buf, 0x04050607);
    buf_add_u64(&buf, 0x08090A0B0C0D0E0F);
    assert_err(OK, buf_check(&buf));
    assert_bytes(bytes_lit("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0A\x0B\x0C\x0D\x0E\x0F"),
                 buf_bytes(&buf));
    buf_set_u32(&buf, 1, 0xFFFEFDFC);
    assert_bytes(bytes_lit("\x01\xFF\xFE\xFD\xFC\x06"), bytes_of(buf.data, 6));
}

static void lengths_stand_before_their_bytes(void **state)
{
    struct buf buf AUTO(buf_done) = { .max = 100 };

    (void)state;
    buf_add_bytes8(&buf, bytes_lit("ab"));
    buf_add_bytes16(&buf, bytes_lit("c"));
    assert_bytes(bytes_lit("\x02"
                           "ab\x00\x01"
                           "c"),
                 buf_bytes(&buf));
}

static void bytes_longer_than_their_length_field_fail(void **state)
{
    static const uint8_t long_run[UINT16_MAX + 1];
    struct buf buf AUTO(buf_done) = { .max = 1 << 20 };

    (void)state;
    buf_add_bytes8(&buf, bytes_of(long_run, UINT8_MAX));
    buf_add_bytes16(&buf, bytes_of(long_run, UINT16_MAX));
    assert_err(OK, buf_check(&buf));
    buf_add_bytes8(&buf, bytes_of(long_run, UINT8_MAX + 1));
    assert_err(ERR_LIMIT, buf_check(&buf));
    buf_clear(&buf);
    buf_add_bytes16(&buf, bytes_of(long_run, UINT16_MAX + 1));
    assert_err(ERR_LIMIT, buf_check(&buf));
}

static void decimals_and_formats_append_text(void **state)
{
    struct buf buf AUTO(buf_done) = { .max = 100 };

    (void)state;
    buf_add_decimal(&buf, 0);
    buf_add_str(&buf, ",");
    buf_add_decimal(&buf, UINT64_MAX);
    buf_format(&buf, ",%s=%d", "x", -3);
    assert_bytes(bytes_lit("0,18446744073709551615,x=-3"), buf_bytes(&buf));
}

static void it_grows_to_its_maximum_and_no_further(void **state)
{
    struct buf buf AUTO(buf_done) = { .max = 1000 };

    (void)state;
    for (int i = 0; i < 1000; i++)
        buf_add_u8(&buf, (uint8_t)i);
    assert_err(OK, buf_check(&buf));
    assert_int_equal(1000, buf.size);
    assert_int_equal((uint8_t)999, buf.data[999]);
    buf_add_u8(&buf, 0);
    assert_err(ERR_LIMIT, buf_check(&buf));
    assert_int_equal(1000, buf.size);
}

static void a_failed_write_fails_all_that_follow_until_cleared(void **state)
{
    struct buf buf AUTO(buf_done) = { .max = 4 };

    (void)state;
    buf_add_str(&buf, "12345");
    buf_add_str(&buf, "1");
    assert_int_equal(0, buf.size);
    assert_null(buf_reserve(&buf, 1));
    assert_err(ERR_LIMIT, buf_check(&buf));
    buf_clear(&buf);
    buf_add_str(&buf, "1234");
    assert_err(OK, buf_check(&buf));
}

static void without_memory_a_write_fails(void **state)
{
    struct buf buf AUTO(buf_done) = { .max = 4 };

    (void)state;
    watch.no_memory = true;
    buf_add_u8(&buf, 1);
    watch.no_memory = false;
    assert_err(ERR_LIMIT, buf_check(&buf));
}

static void dropping_the_front_moves_the_rest_down(void **state)
{
    struct buf buf AUTO(buf_done) = { .max = 100 };

    (void)state;
    buf_add_str(&buf, "headbody");
    buf_drop(&buf, 4);
    assert_bytes(bytes_lit("body"), buf_bytes(&buf));
    assert_bytes(bytes_lit("\0\0\0\0"), bytes_of(buf.data + 4, 4));
    buf_cut(&buf, 1);
    assert_bytes(bytes_lit("b\0\0\0"), bytes_of(buf.data, 4));
    buf_drop(&buf, 1);
    assert_int_equal(0, buf.size);
}

static void growing_and_freeing_leave_no_secret_behind(void **state)
{
    struct buf buf = { .max = 1 << 20 };

    (void)state;
    watch.on = true;
    for (int i = 0; i < 10000; i++)
        buf_add_u8(&buf, 0xA5);
    assert_true(watch.frees > 3);
    buf_done(&buf);
    watch.on = false;
    assert_int_equal(0, watch.dirty);
    assert_null(buf.data);
    assert_int_equal(1 << 20, buf.max);
}

static void fixed_storage_is_wiped_but_never_grown_or_freed(void **state)
{
    uint8_t storage[8];
    struct buf buf;

    (void)state;
    buf_init_fixed(&buf, storage, sizeof(storage));
    buf_add_u64(&buf, 0xA5A5A5A5A5A5A5A5);
    assert_err(OK, buf_check(&buf));
    buf_add_u8(&buf, 1);
    assert_err(ERR_LIMIT, buf_check(&buf));
    buf_done(&buf);
    assert_false(holds(storage, sizeof(storage), 0xA5));
}

static void an_empty_buffer_takes_empty_writes(void **state)
{
    struct buf buf AUTO(buf_done) = { 0 };

    (void)state;
    buf_add(&buf, bytes_of(NULL, 0));
    assert_int_equal(0, buf_bytes(&buf).size);
    buf_drop(&buf, 0);
    buf_cut(&buf, 0);
}

static void claim_too_much(void *argument)
{
    struct buf buf AUTO(buf_done) = { .max = 16 };

    (void)argument;
    (void)buf_reserve(&buf, 8);
    buf_grown(&buf, 17);
}

static void claiming_more_than_there_is_stops_the_program(void **state)
{
    (void)state;
    assert_true(aborts(claim_too_much, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_are_written_big_endian),
        cmocka_unit_test(lengths_stand_before_their_bytes),
        cmocka_unit_test(bytes_longer_than_their_length_field_fail),
        cmocka_unit_test(decimals_and_formats_append_text),
        cmocka_unit_test(it_grows_to_its_maximum_and_no_further),
        cmocka_unit_test(a_failed_write_fails_all_that_follow_until_cleared),
        cmocka_unit_test_setup(without_memory_a_write_fails, watch_reset),
        cmocka_unit_test(dropping_the_front_moves_the_rest_down),
        cmocka_unit_test_setup(growing_and_freeing_leave_no_secret_behind, watch_reset),
        cmocka_unit_test(fixed_storage_is_wiped_but_never_grown_or_freed),
        cmocka_unit_test(an_empty_buffer_takes_empty_writes),
        cmocka_unit_test(claiming_more_than_there_is_stops_the_program),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
