/*
 * Promises that the program makes to itself.
 *
 * must() is compiled into every build, release too. A promise that is broken stops the process
 * before it can answer with something untrue; what is durable stays so. Expected failures are
 * enum err, never must().
 */
#ifndef PANGATE_BASE_MUST_H
#define PANGATE_BASE_MUST_H

#define must(condition)                                                                            \
    do {                                                                                           \
        if (__builtin_expect(!(condition), 0))                                                     \
            must_fail(#condition, __FILE__, __LINE__);                                             \
    } while (0)

/* Prints the condition and its place, never a value, and aborts. */
_Noreturn void must_fail(const char *condition, const char *file, int line);

#endif
