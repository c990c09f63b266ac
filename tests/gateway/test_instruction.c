#include "gateway/instruction.h"

#include "vault/world.h"

static struct instruction add_one(void)
{
    return (struct instruction){ .kind = INSTRUCT_ADD_CANARY,
                                 .time_ms = 1234567890123,
                                 .name = "shop",
                                 .format = TOKEN_OPAQUE,
                                 .quarantines = true,
                                 .prefix = "411111" };
}

static void what_is_written_is_read(void **state)
{
    struct instruction written = add_one(), read = { 0 };
    struct buf text AUTO(buf_done) = { 0 };
    (void)state;

    assert_err(OK, token_parse(bytes_lit("9480231174061111"), &written.token));
    buf_init(&text, 1024);
    instruction_write(&written, &text);
    assert_err(OK, instruction_read(buf_bytes(&text), &read));
    assert_memory_equal(&written, &read, sizeof(read));
    for (size_t size = 0; size < text.size; size++)
        assert_err(ERR_CORRUPT, instruction_read(bytes_of(text.data, size), &read));
}

static void a_signature_holds_for_every_bit(void **state)
{
    struct instruction written = add_one(), read = { 0 };
    struct buf text AUTO(buf_done) = { 0 };
    struct world world;
    (void)state;

    world_init(&world);
    buf_init(&text, 4096);
    assert_err(OK, instruction_sign(world.keyring, &written, &text));
    assert_err(OK, instruction_verify(world.keyring, buf_bytes(&text), &read));
    assert_memory_equal(&written, &read, sizeof(read));
    for (size_t i = 0; i < text.size; i++) {
        uint8_t before = text.data[i];
        text.data[i] = before == '0' ? '1' : '0';
        assert_err(ERR_FORGED, instruction_verify(world.keyring, buf_bytes(&text), &read));
        text.data[i] = before;
    }
    assert_err(ERR_CORRUPT, instruction_verify(world.keyring, bytes_lit(""), &read));
    assert_err(ERR_CORRUPT, instruction_verify(world.keyring, bytes_lit("00"), &read));
    assert_err(ERR_CORRUPT, instruction_verify(world.keyring, bytes_lit("xy"), &read));
    world_done(&world);
}

static void another_vaults_signature_counts_for_nothing(void **state)
{
    struct instruction written = add_one(), read = { 0 };
    struct buf text AUTO(buf_done) = { 0 };
    struct world ours, theirs;
    (void)state;

    world_init(&ours);
    world_init(&theirs);
    buf_init(&text, 4096);
    assert_err(OK, instruction_sign(theirs.keyring, &written, &text));
    assert_err(ERR_FORGED, instruction_verify(ours.keyring, buf_bytes(&text), &read));
    world_done(&ours);
    world_done(&theirs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(a_signature_holds_for_every_bit),
        cmocka_unit_test(another_vaults_signature_counts_for_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
