/* A stored record, as far as it is read without keys. */
#include "base/must.h"
#include "vault/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct record record = { 0 }, bare;
    struct record_header header, again;

    if (size > sizeof(record.data))
        return 0;
    record.size = (uint16_t)size;
    memcpy(record.data, data, size);
    record_without_card(&record, &bare);
    if (record_read_header(record_bytes(&record), &header) != OK) {
        must(bare.size == 0);
        return 0;
    }
    must(header.format < TOKEN_FORMATS && bare.size <= record.size);
    must(record_read_header(record_bytes(&bare), &again) == OK);
    must(again.version == header.version && again.single == header.single);
    return 0;
}
