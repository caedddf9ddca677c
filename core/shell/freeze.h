/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * freeze - the stages of serving that wait, and where the view of the past
 * stands: for the commands of the group "time".
 */
#ifndef CORE_SHELL_FREEZE_H
#define CORE_SHELL_FREEZE_H

#include "core/shell/session.h"

/* Freeze or thaw every server.  Returns how many were not so before. */
int freeze_all(struct session *, bool frozen);

/* Say where in time the view is. */
void rewind_tell(struct session *);

#endif
