/*
 * OpenSSL, set up once for the whole process.
 */
#ifndef PANGATE_CRYPTO_LIBRARY_H
#define PANGATE_CRYPTO_LIBRARY_H

#include "base/err.h"

/*
 * Make OpenSSL wipe whatever it frees. Called first in main(), before any thread and any other
 * use of OpenSSL; ERR_CRYPTO if OpenSSL has allocated already, for then it is too late.
 */
enum err crypto_start(void);

#endif
