/*
 * Instructions from anywhere do no harm; one that reads is written the same again.
 */
#include "base/must.h"
#include "gateway/instruction.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf text AUTO(buf_done) = { .max = size + 1 };
    struct instruction instruction;

    if (instruction_read(bytes_of(data, size), &instruction) != OK)
        return 0;
    instruction_write(&instruction, &text);
    must(bytes_equal(buf_bytes(&text), bytes_of(data, size)));
    return 0;
}
