/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * guard - who may ask for a page that does harm.
 *
 * The lab listens on a loopback that other users of the machine share.  The
 * kernel says whose the other end of a connection is (diag.h); only the user
 * who runs the server is answered.  Where the kernel does not say, nobody is.
 * It guards against other logins, it is not authentication.
 */
#ifndef CORE_SERVE_GUARD_H
#define CORE_SERVE_GUARD_H

#include <stdbool.h>

#include "core/sys/err.h"

/*
 * Does the other end of a connection belong, now, to the user who runs this
 * server?  If not, err says why; nothing is changed.
 */
bool guard_allows(int fd, struct err *);

#endif
