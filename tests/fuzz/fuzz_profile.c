/*
 * Profiles of anything do no harm; one that is taken has shares of workloads that ask something.
 */
#include "base/must.h"
#include "bench/profile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct profile profile;
    struct why why = { 0 };

    if (profile_parse(bytes_of(data, size), "profile", &why, &profile) != OK)
        return 0;
    must(profile.count >= 1 && profile.count <= SCRIPT_PARTS_MAX);
    for (size_t i = 0; i < profile.count; i++)
        must(profile.shares[i].weight >= 1 && profile.shares[i].weight <= PROFILE_SHARE_MAX &&
             profile.shares[i].work->method != NULL);
    return 0;
}
