#include "test.h"

#include <string.h>

#include "keys/keyring_file.h"

/* Two tenants, a key of the vault's and one of a tenant's. */
static struct keyring_image sample_new(void)
{
    struct keyring_image image;

    assert_err(OK, keyring_image_init(&image));
    image.head = (struct keyring_head){ "a vault", "a mark" };
    image.generation = 5;
    image.tenant_count = 2;
    assert_true(bytes_copy_text(bytes_lit("shop"), image.tenants[0], sizeof(*image.tenants)));
    assert_true(bytes_copy_text(bytes_lit("bar"), image.tenants[1], sizeof(*image.tenants)));
    image.key_count = 2;
    image.keys[0].row = (struct key_row){ 1, KEY_JOURNAL, 0, KEY_ACTIVE, 10, 20 };
    image.keys[1].row = (struct key_row){ 2, KEY_DATA, 2, KEY_RETIRED, 30, 0 };
    memset(image.keys[1].wrapped, 'w', sizeof(image.keys[1].wrapped));
    return image;
}

static struct buf body_of(const struct keyring_image *image)
{
    struct buf body;

    buf_init(&body, KEYRING_FILE_MAX);
    keyring_image_write(image, &body);
    assert_err(OK, buf_check(&body));
    return body;
}

static struct buf file_of(const struct keyring_image *image)
{
    struct buf file = body_of(image);

    keyring_file_end((const uint8_t *)"a MAC, which is not checked here", &file);
    assert_err(OK, buf_check(&file));
    return file;
}

static enum err read_again(struct bytes body)
{
    struct keyring_image image AUTO(keyring_image_done);

    assert_err(OK, keyring_image_init(&image));
    return keyring_image_read(body, &image);
}

static void what_was_written_reads_back(void **state)
{
    struct keyring_image image AUTO(keyring_image_done) = sample_new();
    struct keyring_image back AUTO(keyring_image_done);
    struct buf file AUTO(buf_done) = file_of(&image);
    struct keyring_parts parts;

    (void)state;
    assert_err(OK, keyring_file_read(buf_bytes(&file), &parts));
    assert_memory_equal(image.head.vault_id, parts.head.vault_id, KEYRING_ID_SIZE);
    assert_memory_equal(image.head.mark, parts.head.mark, HASH_SIZE);
    assert_bytes(bytes_lit("a MAC, which is not checked here"), parts.mac);

    assert_err(OK, keyring_image_init(&back));
    assert_err(OK, keyring_image_read(parts.body, &back));
    assert_int_equal(5, back.generation);
    assert_int_equal(2, back.tenant_count);
    assert_string_equal("bar", back.tenants[1]);
    assert_int_equal(2, back.key_count);
    assert_memory_equal(&image.keys[1], &back.keys[1], sizeof(back.keys[1]));
}

static void the_widest_keyring_fits_into_a_file(void **state)
{
    struct keyring_image image AUTO(keyring_image_done) = sample_new();
    struct buf file AUTO(buf_done) = { 0 };

    (void)state;
    image.tenant_count = KEYRING_TENANTS_MAX;
    for (uint32_t i = 0; i < KEYRING_TENANTS_MAX; i++)
        memset(image.tenants[i], 'n', KEYRING_NAME_MAX);
    image.key_count = KEYRING_KEYS_MAX;
    for (uint32_t i = 0; i < KEYRING_KEYS_MAX; i++)
        image.keys[i].row = (struct key_row){ i + 1, KEY_DATA, 1, KEY_ACTIVE, 0, 0 };
    file = file_of(&image);
    assert_err(OK, read_again(bytes_of(file.data, file.size - MAC_SIZE - HASH_SIZE)));
}

static void a_change_of_any_bit_is_seen(void **state)
{
    struct keyring_image image AUTO(keyring_image_done) = sample_new();
    struct buf file AUTO(buf_done) = file_of(&image);
    struct keyring_parts parts;

    (void)state;
    for (size_t bit = 0; bit < 8 * file.size; bit++) {
        enum err err;

        file.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
        err = keyring_file_read(buf_bytes(&file), &parts);
        assert_true(err == ERR_CORRUPT || (err == ERR_NEWER && bit / 8 >= 8 && bit / 8 < 10));
        file.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
}

static void every_cut_is_seen(void **state)
{
    struct keyring_image image AUTO(keyring_image_done) = sample_new();
    struct buf file AUTO(buf_done) = file_of(&image);
    struct buf body AUTO(buf_done) = body_of(&image);
    struct keyring_parts parts;

    (void)state;
    for (size_t size = 0; size < file.size; size++)
        assert_err(ERR_CORRUPT, keyring_file_read(bytes_of(file.data, size), &parts));
    for (size_t size = 0; size < body.size; size++)
        assert_err(ERR_CORRUPT, read_again(bytes_of(body.data, size)));
    buf_add_u8(&body, 0);
    assert_err(ERR_CORRUPT, read_again(buf_bytes(&body)));
}

static void a_row_that_makes_no_sense_is_refused(void **state)
{
    static const struct key_row rows[] = {
        { 3, KEY_DATA, 2, KEY_ACTIVE, 0, 0 }, /* an id is left out */
        { 1, KEY_DATA, 2, KEY_ACTIVE, 0, 0 }, /* an id occurs twice */
        { 2, 0, 2, KEY_ACTIVE, 0, 0 },        /* no use */
        { 2, KEY_USES + 1, 2, KEY_ACTIVE, 0, 0 },
        { 2, KEY_DATA, 3, KEY_ACTIVE, 0, 0 },     /* no such tenant */
        { 2, KEY_DATA, 0, KEY_ACTIVE, 0, 0 },     /* a tenant's key without one */
        { 2, KEY_LOG_SIGN, 2, KEY_ACTIVE, 0, 0 }, /* a key of the vault's with one */
        { 2, KEY_DATA, 2, 0, 0, 0 },              /* no state */
        { 2, KEY_DATA, 2, KEY_DESTROYED + 1, 0, 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct keyring_image image AUTO(keyring_image_done) = sample_new();
        struct buf body AUTO(buf_done) = { 0 };

        image.keys[1].row = rows[i];
        body = body_of(&image);
        assert_err(ERR_CORRUPT, read_again(buf_bytes(&body)));
    }
}

enum { TENANTS_AT = 8 + 2 + KEYRING_ID_SIZE + HASH_SIZE + 8 };

static void a_tenant_above_the_most_is_refused(void **state)
{
    struct keyring_image image AUTO(keyring_image_done) = sample_new();
    struct buf body AUTO(buf_done) = { 0 };

    (void)state;
    image.tenant_count = KEYRING_TENANTS_MAX;
    image.key_count = 0;
    for (uint32_t i = 0; i < KEYRING_TENANTS_MAX; i++)
        image.tenants[i][0] = 'n';
    body = body_of(&image);
    assert_err(OK, read_again(buf_bytes(&body)));

    buf_cut(&body, body.size - 4); /* the count of keys, put behind one more name */
    buf_add_bytes8(&body, bytes_lit("n"));
    buf_add_u32(&body, 0);
    buf_set_u32(&body, TENANTS_AT, KEYRING_TENANTS_MAX + 1);
    assert_err(ERR_CORRUPT, read_again(buf_bytes(&body)));
}

static void a_key_above_the_most_is_refused(void **state)
{
    enum { ROW_SIZE = 4 + 1 + 4 + 1 + 8 + 8 + WRAPPER_WRAPPED_SIZE, KEYS_AT = TENANTS_AT + 4 };
    struct keyring_image image AUTO(keyring_image_done) = sample_new();
    struct buf body AUTO(buf_done) = { 0 };
    uint8_t row[ROW_SIZE];

    (void)state;
    image.tenant_count = 0;
    image.key_count = KEYRING_KEYS_MAX;
    for (uint32_t i = 0; i < KEYRING_KEYS_MAX; i++)
        image.keys[i].row = (struct key_row){ i + 1, KEY_JOURNAL, 0, KEY_ACTIVE, 0, 0 };
    body = body_of(&image);
    assert_err(OK, read_again(buf_bytes(&body)));

    memcpy(row, body.data + body.size - ROW_SIZE, ROW_SIZE);
    buf_add(&body, bytes_of(row, ROW_SIZE));
    buf_set_u32(&body, body.size - ROW_SIZE, KEYRING_KEYS_MAX + 1);
    buf_set_u32(&body, KEYS_AT, KEYRING_KEYS_MAX + 1);
    assert_err(ERR_CORRUPT, read_again(buf_bytes(&body)));
}

static void a_tenant_without_a_name_is_refused(void **state)
{
    struct keyring_image image AUTO(keyring_image_done) = sample_new();
    struct buf body AUTO(buf_done) = { 0 };

    (void)state;
    image.tenants[0][0] = '\0';
    body = body_of(&image);
    assert_err(ERR_CORRUPT, read_again(buf_bytes(&body)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_reads_back),
        cmocka_unit_test(the_widest_keyring_fits_into_a_file),
        cmocka_unit_test(a_change_of_any_bit_is_seen),
        cmocka_unit_test(every_cut_is_seen),
        cmocka_unit_test(a_row_that_makes_no_sense_is_refused),
        cmocka_unit_test(a_tenant_above_the_most_is_refused),
        cmocka_unit_test(a_key_above_the_most_is_refused),
        cmocka_unit_test(a_tenant_without_a_name_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
