#include "net/breaker.h"

bool breaker_admits(struct breaker *breaker, int64_t now_ms)
{
    if (!breaker->is_open)
        return true;
    if (breaker->is_probing || now_ms - breaker->opened_ms < BREAKER_REST_MS)
        return false;
    breaker->is_probing = true;
    return true;
}

void breaker_success(struct breaker *breaker)
{
    breaker->is_open = breaker->is_probing = false;
    breaker->failures = 0;
}

void breaker_failure(struct breaker *breaker, int64_t now_ms)
{
    bool opens = !breaker->is_open && ++breaker->failures >= BREAKER_FAILURES;

    if (opens || breaker->is_probing) {
        breaker->is_open = true;
        breaker->opened_ms = now_ms;
        breaker->openings++;
    }
    breaker->is_probing = false;
}

void breaker_forget(struct breaker *breaker)
{
    breaker->is_probing = false;
}
