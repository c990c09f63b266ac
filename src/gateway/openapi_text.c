#include "gateway/openapi_text.h"

/* Made by CMake from openapi.json. */
static const uint8_t text[] = {
#include "gateway/openapi_json.inc"
};

struct bytes openapi_text(void)
{
    return bytes_of(text, sizeof(text));
}
