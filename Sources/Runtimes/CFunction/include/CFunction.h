#ifndef TEAL_CFUNCTION_H
#define TEAL_CFUNCTION_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// How a function's process ended.
typedef struct {
    /// Exit status, or -1 where a signal ended it.
    int status;
    /// The signal, or 0.
    int signal;
} teal_function_exit;

/// A pipe whose ends do not survive exec and whose read end does not block. Returns 0, or -1 with errno set.
int teal_function_pipe(int *read_end, int *write_end);

/// Starts a process in a group of its own, with `output` as its standard output and error, no input and no other
/// descriptor. It dies with the calling *thread*, which therefore has to stay until the process is reaped.
/// Returns 0, or the errno of the step that failed (an absent program is ENOENT).
int teal_function_spawn(const char *path, char *const argv[], char *const envp[], const char *directory, int output,
                        pid_t *pid);

/// A descriptor that becomes readable when the process ends, or -1 with errno set.
int teal_function_pidfd(pid_t pid);

/// Waits for the process and removes it.
teal_function_exit teal_function_reap(pid_t pid);

#endif
