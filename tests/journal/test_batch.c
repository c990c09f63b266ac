#include "test.h"

#include "base/buf.h"
#include "journal/batch.h"

static const uint8_t key[32] = { 7 };

/* A sealed batch of three entries: "first", "", "third". */
struct sample {
    uint8_t data[256];
    struct batch_header header;
    struct mac *mac;
};

static void sample_done(struct sample *sample)
{
    mac_free(sample->mac);
}

static struct sample sample_new(void)
{
    struct sample sample = { .header = { .first = 40, .count = 3 } };
    struct buf entries;

    assert_err(OK, mac_new(key, &sample.mac));
    buf_init_fixed(&entries, sample.data + BATCH_HEADER_SIZE, 100);
    buf_add_u32(&entries, 5);
    buf_add_str(&entries, "first");
    buf_add_u32(&entries, 0);
    buf_add_u32(&entries, 5);
    buf_add_str(&entries, "third");
    sample.header.size = BATCH_HEADER_SIZE + (uint32_t)entries.size;
    memset(sample.header.before, 0xb0, sizeof(sample.header.before));
    batch_seal(sample.mac, &sample.header, sample.data);
    return sample;
}

static bool sample_is_valid(struct sample *sample)
{
    struct batch_header header;

    return batch_peek(bytes_of(sample->data, sizeof(sample->data)), &header) &&
           batch_is_valid(sample->mac, &header, bytes_of(sample->data, sample->header.size)) &&
           header.first == 40;
}

static void a_batch_reads_back_as_it_was_sealed(void **state)
{
    struct sample sample AUTO(sample_done) = sample_new();
    struct batch_header header;
    struct cursor entries;
    (void)state;

    assert_true(batch_peek(bytes_of(sample.data, sizeof(sample.data)), &header));
    assert_memory_equal(&sample.header, &header, sizeof(header));
    assert_int_equal(43, batch_next(&header));
    assert_true(batch_is_valid(sample.mac, &header, bytes_of(sample.data, header.size)));
    entries = batch_entries(bytes_of(sample.data, header.size));
    assert_bytes(bytes_lit("first"), batch_entry(&entries));
    assert_bytes(bytes_lit(""), batch_entry(&entries));
    assert_bytes(bytes_lit("third"), batch_entry(&entries));
    assert_err(OK, cursor_end(&entries));
}

static void the_fields_stand_where_the_header_says(void **state)
{
    static const uint8_t begin[] = "pgjbatch\0\0\0\1\0\0\0\0\0\0\0\x28\0\0\0\3\0\0\0\x72";
    struct sample sample AUTO(sample_done) = sample_new();
    uint8_t mac[MAC_SIZE];
    (void)state;

    assert_memory_equal(begin, sample.data, 28);
    assert_memory_equal(sample.header.before, sample.data + 28, 32);
    mac_begin(sample.mac);
    mac_add(sample.mac, bytes_of(sample.data, 60));
    mac_add(sample.mac, bytes_of(sample.data + 92, 0x72 - 92));
    mac_end(sample.mac, mac);
    assert_memory_equal(mac, sample.data + 60, 32);
}

static void any_flipped_bit_is_found(void **state)
{
    struct sample sample AUTO(sample_done) = sample_new();
    (void)state;

    assert_true(sample_is_valid(&sample));
    for (size_t bit = 0; bit < 8 * (size_t)sample.header.size; bit++) {
        sample.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_false(sample_is_valid(&sample));
        sample.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

static void another_key_finds_no_batch(void **state)
{
    struct sample sample AUTO(sample_done) = sample_new();
    uint8_t other[32] = { 8 };
    (void)state;

    mac_free(sample.mac);
    assert_err(OK, mac_new(other, &sample.mac));
    assert_false(sample_is_valid(&sample));
}

static void a_header_that_makes_no_sense_is_no_batch(void **state)
{
    static const struct batch_header senseless[] = {
        { .first = 1, .count = 0, .size = 200 },
        { .first = 1, .count = 1, .size = 95 },
        { .first = 1, .count = 28, .size = 200 },
        { .first = 1, .count = 1, .size = JOURNAL_BATCH_MAX + 1 },
        { .first = UINT64_MAX, .count = 1, .size = 200 },
    };
    struct sample sample AUTO(sample_done) = sample_new();
    static uint8_t data[JOURNAL_BATCH_MAX + JOURNAL_BLOCK];
    struct batch_header header;
    (void)state;

    for (size_t i = 0; i < sizeof(senseless) / sizeof(senseless[0]); i++) {
        header = senseless[i];
        header.size = header.size < BATCH_HEADER_SIZE ? BATCH_HEADER_SIZE : header.size;
        batch_seal(sample.mac, &header, data);
        data[27] = (uint8_t)senseless[i].size;
        assert_false(batch_peek(bytes_of(data, JOURNAL_BLOCK), &header));
    }
    assert_false(batch_peek(bytes_of(sample.data, BATCH_HEADER_SIZE - 1), &header));
    assert_false(batch_peek(bytes_of(NULL, 0), &header));
}

static void sealed_entries_that_do_not_add_up_are_not_valid(void **state)
{
    struct sample sample AUTO(sample_done) = sample_new();
    (void)state;

    sample.data[BATCH_HEADER_SIZE + 3]++;
    batch_seal(sample.mac, &sample.header, sample.data);
    assert_false(sample_is_valid(&sample));
    sample.data[BATCH_HEADER_SIZE + 3]--;
    batch_seal(sample.mac, &sample.header, sample.data);
    assert_true(sample_is_valid(&sample));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_batch_reads_back_as_it_was_sealed),
        cmocka_unit_test(the_fields_stand_where_the_header_says),
        cmocka_unit_test(any_flipped_bit_is_found),
        cmocka_unit_test(another_key_finds_no_batch),
        cmocka_unit_test(a_header_that_makes_no_sense_is_no_batch),
        cmocka_unit_test(sealed_entries_that_do_not_add_up_are_not_valid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
