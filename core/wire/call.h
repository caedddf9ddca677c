/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * call - the system calls that a puppet can be told to make, in one list.
 *
 * The puppet has a function for each row (core/puppet/call-*.c); help,
 * completion and the manual of the shell come from the row.
 */
#ifndef CORE_WIRE_CALL_H
#define CORE_WIRE_CALL_H

#define CALL_VARS     8  /* variables of a puppet */
#define CALL_VAR_SIZE 16 /* a name of one, with its NUL */

/*
 * X(id, name, usage, min words, max words, blurb, page): `name` is what is
 * typed, `page` the manual page to read.  99 words: the rest of the line.
 */
// clang-format off
#define CALLS(X) \
	X(fork, "fork", "", 0, 0, "make a copy of itself", "fork(2)") \
	X(wait, "wait", "", 0, 0, "wait for any child and reap it", "wait(2)") \
	X(waitpid, "waitpid", "PID [nohang]", 1, 2, "wait for one child", "waitpid(2)") \
	X(execve, "execve", "CMD [ARG]...", 1, 99, "become another program", "execve(2)") \
	X(exit, "exit", "[N]", 0, 1, "flush stdio and end", "exit(3)") \
	X(_exit, "_exit", "[N]", 0, 1, "end at once, without a flush", "_exit(2)") \
	X(abort, "abort", "", 0, 0, "end by SIGABRT", "abort(3)") \
	X(getpid, "getpid", "", 0, 0, "its own pid", "getpid(2)") \
	X(getppid, "getppid", "", 0, 0, "its parent's pid", "getppid(2)") \
	X(set, "set", "VAR VALUE", 2, 2, "write a variable", NULL) \
	X(get, "get", "VAR", 1, 1, "read a variable, and where it stands", NULL) \
	X(share, "share", "VAR", 1, 1, "keep it in a page that later children share", "mmap(2)") \
	X(print, "print", "TEXT", 1, 99, "printf through the buffer of stdio", "stdio(3)") \
	X(flush, "flush", "", 0, 0, "write that buffer out", "fflush(3)") \
	X(stdout, "stdout", "pty|pipe|FILE", 1, 1, "where standard output goes", "dup2(2)") \
	X(sigprocmask, "sigprocmask", "block|unblock SIG", 2, 2, "hold signals back", "sigprocmask(2)") \
	X(signal, "signal", "SIG ignore|catch|default", 2, 2, "what a signal does", "sigaction(2)") \
	X(raise, "raise", "SIG", 1, 1, "send itself a signal", "raise(3)") \
	X(pause, "pause", "", 0, 0, "wait for a signal", "pause(2)") \
	X(sleep, "sleep", "T", 1, 1, "sleep for a time", "nanosleep(2)") \
	X(spin, "spin", "T", 1, 1, "compute until it has used so much processor time", NULL) \
	X(pthread_create, "pthread_create", "", 0, 0, "start a thread", "pthread_create(3)") \
	X(pthread_join, "pthread_join", "THREAD", 1, 1, "wait for a thread", "pthread_join(3)") \
	X(pthread_exit, "pthread_exit", "", 0, 0, "end this thread", "pthread_exit(3)") \
	X(alloc, "alloc", "MB", 1, 1, "map memory, untouched", "mmap(2)") \
	X(touch, "touch", "MB", 1, 1, "write to that much of it", NULL) \
	X(free, "free", "", 0, 0, "give it back", "munmap(2)") \
	X(recurse, "recurse", "", 0, 0, "call itself until the stack is full", NULL) \
	X(setpgid, "setpgid", "[PGID]", 0, 1, "move to a process group", "setpgid(2)") \
	X(setsid, "setsid", "", 0, 0, "lead a new session", "setsid(2)") \
	X(tcsetpgrp, "tcsetpgrp", "", 0, 0, "take the terminal", "tcsetpgrp(3)") \
	X(open, "open", "FILE", 1, 1, "open a file, made when missing", "open(2)") \
	X(read, "read", "FD [BYTES]", 1, 2, "read", "read(2)") \
	X(write, "write", "FD TEXT", 2, 99, "write", "write(2)") \
	X(lseek, "lseek", "FD OFFSET", 2, 2, "move the offset", "lseek(2)") \
	X(close, "close", "FD", 1, 1, "close a descriptor", "close(2)") \
	X(dup, "dup", "FD", 1, 1, "another number for the same file", "dup(2)") \
	X(pipe, "pipe", "", 0, 0, "a pipe: two descriptors", "pipe(2)") \
	X(socketpair, "socketpair", "", 0, 0, "two connected sockets", "socketpair(2)") \
	X(listen, "listen", "PORT", 1, 1, "a socket where connections can queue up", "listen(2)") \
	X(accept, "accept", "FD", 1, 1, "take the next connection", "accept(2)") \
	X(send, "send", "FD to P", 3, 3, "pass a descriptor to a puppet", "unix(7)") \
	X(nice, "nice", "N", 1, 1, "be nicer to the others", "nice(2)") \
	X(affinity, "affinity", "CPU[,CPU]...|all", 1, 1, "run on these processors alone", "sched_setaffinity(2)") \
	X(chdir, "chdir", "DIR", 1, 1, "change the folder", "chdir(2)") \
	X(prctl, "prctl", "subreaper on|off", 2, 2, "adopt orphans among its descendants", "prctl(2)") \
	X(race, "race", "N", 1, 1, "fork N times: who runs first?", "fork(2)")
// clang-format on

enum call_id {
#define X(id, name, usage, min, max, blurb, page) CALL_##id,
	CALLS(X)
#undef X
	    CALL_COUNT
};

#endif
