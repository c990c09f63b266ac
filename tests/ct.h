/*
 * Proving CT: contracts. A test marks secrets as undefined; memcheck then reports each branch and
 * each index that depends on them. pangate_ct_test() in CMake runs the test under valgrind; run
 * without it, the marks cost nothing.
 */
#ifndef PANGATE_TESTS_CT_H
#define PANGATE_TESTS_CT_H

#include <stddef.h>
#include <valgrind/memcheck.h>

static inline void ct_poison(void *secret, size_t size)
{
    (void)VALGRIND_MAKE_MEM_UNDEFINED(secret, size);
}

/* For what a contract lets leak, such as the result. */
static inline void ct_unpoison(void *result, size_t size)
{
    (void)VALGRIND_MAKE_MEM_DEFINED(result, size);
}

#endif
