#include "gateway/instruction.h"

#include "base/cursor.h"
#include "base/encode.h"

enum { TEXT_MAX = 512 };

static const char first_line[] = "pangate instruction 1\n";

void instruction_write(const struct instruction *instruction, struct buf *text)
{
    buf_add_str(text, first_line);
    buf_add_u8(text, (uint8_t)instruction->kind);
    buf_add_u64(text, (uint64_t)instruction->time_ms);
    buf_add_bytes8(text, bytes_str(instruction->name));
    buf_add_u8(text, (uint8_t)instruction->format);
    buf_add_u8(text, instruction->quarantines);
    buf_add_bytes8(text, bytes_str(instruction->prefix));
    buf_add_bytes8(text, token_bytes(&instruction->token));
}

static void read_token(struct cursor *cursor, struct token *ret_token)
{
    struct bytes text = cursor_bytes8(cursor);

    if (text.size > 0 && token_parse(text, ret_token) != OK)
        cursor_fail(cursor);
}

enum err instruction_read(struct bytes text, struct instruction *ret_instruction)
{
    struct instruction instruction = { 0 };
    struct cursor cursor = cursor_on(text);
    uint8_t kind, format, quarantines;

    if (!bytes_equal(cursor_bytes(&cursor, sizeof(first_line) - 1), bytes_str(first_line)))
        return ERR_CORRUPT;
    kind = cursor_u8(&cursor);
    instruction.time_ms = (int64_t)cursor_u64(&cursor);
    cursor_text8(&cursor, instruction.name, sizeof(instruction.name));
    format = cursor_u8(&cursor);
    quarantines = cursor_u8(&cursor);
    cursor_text8(&cursor, instruction.prefix, sizeof(instruction.prefix));
    read_token(&cursor, &instruction.token);
    TRY(cursor_end(&cursor));
    if (kind < INSTRUCT_ADD_CANARY || kind > INSTRUCT_RELEASE || format >= TOKEN_FORMATS ||
        quarantines > 1)
        return ERR_CORRUPT;
    instruction.kind = (enum instruction_kind)kind;
    instruction.format = (enum token_format)format;
    instruction.quarantines = quarantines == 1;
    *ret_instruction = instruction;
    return OK;
}

enum err instruction_sign(const struct keyring *keyring, const struct instruction *instruction,
                          struct buf *ret_signed)
{
    uint8_t storage[TEXT_MAX], signature[SIGN_SIGNATURE_SIZE];
    struct buf text;
    uint32_t key;

    buf_init_fixed(&text, storage, sizeof(storage));
    instruction_write(instruction, &text);
    TRY(buf_check(&text));
    TRY(keyring_current(keyring, KEY_LOG_SIGN, KEYRING_NO_TENANT, &key));
    TRY(keyring_sign(keyring, key, buf_bytes(&text), signature));
    encode_hex(buf_bytes(&text), ret_signed);
    encode_hex(bytes_of(signature, sizeof(signature)), ret_signed);
    return buf_check(ret_signed);
}

enum err instruction_verify(const struct keyring *keyring, struct bytes signed_text,
                            struct instruction *ret_instruction)
{
    uint8_t storage[TEXT_MAX + SIGN_SIGNATURE_SIZE], public_key[SIGN_PUBLIC_SIZE];
    struct buf bytes;
    struct bytes text;
    uint32_t key;

    buf_init_fixed(&bytes, storage, sizeof(storage));
    TRY(decode_hex(signed_text, &bytes));
    TRY(buf_check(&bytes));
    if (bytes.size < SIGN_SIGNATURE_SIZE)
        return ERR_CORRUPT;
    text = bytes_of(bytes.data, bytes.size - SIGN_SIGNATURE_SIZE);
    TRY(keyring_current(keyring, KEY_LOG_SIGN, KEYRING_NO_TENANT, &key));
    TRY(keyring_public_key(keyring, key, public_key));
    TRY(sign_verify(public_key, text, bytes.data + text.size));
    return instruction_read(text, ret_instruction);
}
