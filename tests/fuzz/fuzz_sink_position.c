/* A sink's position: whatever the file holds, it is a number in its one form or it is refused. */
#include <stdio.h>

#include "base/must.h"
#include "sink/position.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char again[64];
    uint64_t position;

    if (position_read(bytes_of(data, size), &position) == OK) {
        (void)snprintf(again, sizeof(again), "pangate-sink 1 %llu\n", (unsigned long long)position);
        must(bytes_equal(bytes_str(again), bytes_of(data, size)));
    }
    return 0;
}
