/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * measure - what can be measured from the shell.
 *
 *	cmd-measure.c    the command, and what a program of ours measures
 *	measure-serve.c  every model at the same load
 */
#ifndef CORE_SHELL_MEASURE_H
#define CORE_SHELL_MEASURE_H

#include "core/shell/session.h"

enum outcome measure_serve(struct session *, struct err *);

#endif
