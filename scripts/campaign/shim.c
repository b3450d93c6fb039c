/*
 * Counts the operations on files below one folder, and at the n-th kills the process or lets that call fail: what the
 * campaigns preload (LD_PRELOAD). Set by the environment:
 *   SHIM_FOLDER  the folder, absolute
 *   SHIM_AT      the number of the operation, from 1; none only counts
 *   SHIM_DO      "kill", "short" (a write that takes half), or the number of an errno
 *   SHIM_READS   "1" counts opening, reading and listing, too
 *   SHIM_LOG     gets a line "{number} {operation} {path}" of what was hit, "internet {call}" for each socket and look-up of a
 *                name, and "total {count}" at the end
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netdb.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { MAX_FILES = 65536 };

static char folder[PATH_MAX];
static size_t folder_length;
static long at;
static int fault; /* an errno, KILL or SHORT */
enum { NOTHING = 0, KILL = -1, SHORT = -2 };
static int reads;
static atomic_long count;
static atomic_char inside[MAX_FILES];

static void note(const char *text) {
  const char *path = getenv("SHIM_LOG");
  if (path == NULL) return;
  long file = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (file < 0) return;
  (void)!syscall(SYS_write, file, text, strlen(text));
  syscall(SYS_close, file);
}

__attribute__((constructor)) static void begin(void) {
  const char *name = getenv("SHIM_FOLDER");
  if (name == NULL || strlen(name) >= sizeof folder) return;
  strcpy(folder, name);
  folder_length = strlen(folder);
  const char *number = getenv("SHIM_AT");
  at = number == NULL ? 0 : atol(number);
  const char *what = getenv("SHIM_DO");
  if (what == NULL) fault = NOTHING;
  else if (strcmp(what, "kill") == 0) fault = KILL;
  else if (strcmp(what, "short") == 0) fault = SHORT;
  else fault = atoi(what);
  const char *counts_reads = getenv("SHIM_READS");
  reads = counts_reads != NULL && strcmp(counts_reads, "1") == 0;
}

__attribute__((destructor)) static void end(void) {
  if (folder_length == 0) return;
  char text[64];
  snprintf(text, sizeof text, "total %ld\n", atomic_load(&count));
  note(text);
}

static int is_below(const char *path) {
  char whole[PATH_MAX * 2];
  if (folder_length == 0 || path == NULL) return 0;
  if (path[0] != '/') {
    char here[PATH_MAX];
    if (getcwd(here, sizeof here) == NULL) return 0;
    snprintf(whole, sizeof whole, "%s/%s", here, path);
    path = whole;
  }
  return strncmp(path, folder, folder_length) == 0 && (path[folder_length] == '/' || path[folder_length] == 0);
}

static int is_inside(int file) { return file >= 0 && file < MAX_FILES && atomic_load(&inside[file]); }

static int takes_space(const char *operation) {
  return strcmp(operation, "write") == 0 || strcmp(operation, "mkdir") == 0;
}

/* Counts an operation. Gives 0 to go on, else what is to happen to it. A disk that is full stays so. */
static int hit(const char *operation, const char *path) {
  long number = atomic_fetch_add(&count, 1) + 1;
  if (at == 0 || number < at) return NOTHING;
  if (number > at) return fault == ENOSPC && takes_space(operation) ? ENOSPC : NOTHING;
  char text[PATH_MAX + 128];
  snprintf(text, sizeof text, "%ld %s %s\n", number, operation, path == NULL ? "" : path);
  note(text);
  if (fault == KILL) {
    syscall(SYS_kill, getpid(), SIGKILL);
    for (;;) pause();
  }
  return fault;
}

/* The path of an open file, for the log. */
static const char *path_of(int file, char *buffer) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, buffer, PATH_MAX - 1);
  buffer[length < 0 ? 0 : length] = 0;
  return buffer;
}

static int hit_file(const char *operation, int file) {
  char path[PATH_MAX];
  return hit(operation, at == 0 ? "" : path_of(file, path));
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* Fails with the errno; one that writes half has no meaning for other calls. */
#define FAIL_IF(what, result)   \
  do {                          \
    int what_ = (what);         \
    if (what_ > 0) {            \
      errno = what_;            \
      return result;            \
    }                           \
  } while (0)

/* What a call cannot fail with becomes EIO: an open file can neither be forbidden nor vanish any more, reading needs no space. */
static int of_file(int what) { return what == EACCES || what == ENOENT ? EIO : what; }
static int of_read(int what) { return what == ENOSPC ? EIO : what; }

static int changes(int flags) { return (flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)) != 0; }

#define OPEN_BODY(call)                                                        \
  mode_t mode = 0;                                                             \
  if (flags & (O_CREAT | O_TMPFILE)) {                                         \
    va_list rest;                                                              \
    va_start(rest, flags);                                                     \
    mode = va_arg(rest, mode_t);                                               \
    va_end(rest);                                                              \
  }                                                                            \
  int below = is_below(path);                                                  \
  if (below && changes(flags)) FAIL_IF(hit("open", path), -1);                 \
  else if (below && reads) FAIL_IF(of_read(hit("open to read", path)), -1);    \
  int file = call;                                                             \
  if (file >= 0 && file < MAX_FILES) atomic_store(&inside[file], below);       \
  return file;

int open(const char *path, int flags, ...) { OPEN_BODY(REAL(open)(path, flags, mode)) }
int open64(const char *path, int flags, ...) { OPEN_BODY(REAL(open64)(path, flags, mode)) }
int openat(int place, const char *path, int flags, ...) { OPEN_BODY(REAL(openat)(place, path, flags, mode)) }
int openat64(int place, const char *path, int flags, ...) { OPEN_BODY(REAL(openat64)(place, path, flags, mode)) }

int close(int file) {
  if (file >= 0 && file < MAX_FILES) atomic_store(&inside[file], 0);
  return REAL(close)(file);
}

static size_t part(int what, size_t length) { return what == SHORT && length > 1 ? length / 2 : length; }

#define WRITE_BODY(call)                             \
  if (is_inside(file)) {                             \
    int what = of_file(hit_file("write", file));     \
    FAIL_IF(what, -1);                               \
    length = part(what, length);                     \
  }                                                  \
  return call;

ssize_t write(int file, const void *data, size_t length) { WRITE_BODY(REAL(write)(file, data, length)) }
ssize_t pwrite(int file, const void *data, size_t length, off_t place) { WRITE_BODY(REAL(pwrite)(file, data, length, place)) }
ssize_t pwrite64(int file, const void *data, size_t length, off64_t place) { WRITE_BODY(REAL(pwrite64)(file, data, length, place)) }

#define VECTOR_BODY(call)                            \
  if (is_inside(file)) {                             \
    int what = of_file(hit_file("write", file));     \
    FAIL_IF(what, -1);                               \
    if (what == SHORT && pieces > 1) pieces /= 2;    \
  }                                                  \
  return call;

ssize_t writev(int file, const struct iovec *data, int pieces) { VECTOR_BODY(REAL(writev)(file, data, pieces)) }
ssize_t pwritev(int file, const struct iovec *data, int pieces, off_t place) { VECTOR_BODY(REAL(pwritev)(file, data, pieces, place)) }
ssize_t pwritev64(int file, const struct iovec *data, int pieces, off64_t place) { VECTOR_BODY(REAL(pwritev64)(file, data, pieces, place)) }

#define READ_BODY(call)                                      \
  if (reads && is_inside(file)) {                            \
    int what = of_read(of_file(hit_file("read", file)));     \
    FAIL_IF(what, -1);                                       \
    length = part(what, length);                             \
  }                                                          \
  return call;

ssize_t read(int file, void *data, size_t length) { READ_BODY(REAL(read)(file, data, length)) }
ssize_t pread(int file, void *data, size_t length, off_t place) { READ_BODY(REAL(pread)(file, data, length, place)) }
ssize_t pread64(int file, void *data, size_t length, off64_t place) { READ_BODY(REAL(pread64)(file, data, length, place)) }

#define FILE_BODY(operation, call)                                        \
  if (is_inside(file)) FAIL_IF(of_file(hit_file(operation, file)), -1);   \
  return call;

int fsync(int file) { FILE_BODY("fsync", REAL(fsync)(file)) }
int fdatasync(int file) { FILE_BODY("fdatasync", REAL(fdatasync)(file)) }
int ftruncate(int file, off_t length) { FILE_BODY("ftruncate", REAL(ftruncate)(file, length)) }
int ftruncate64(int file, off64_t length) { FILE_BODY("ftruncate", REAL(ftruncate64)(file, length)) }

#define PATH_BODY(operation, path, call)                     \
  if (is_below(path)) FAIL_IF(hit(operation, path), -1);     \
  return call;

int rename(const char *from, const char *to) { PATH_BODY("rename to", to, REAL(rename)(from, to)) }
int renameat(int a, const char *from, int b, const char *to) { PATH_BODY("rename to", to, REAL(renameat)(a, from, b, to)) }
int renameat2(int a, const char *from, int b, const char *to, unsigned flags) { PATH_BODY("rename to", to, REAL(renameat2)(a, from, b, to, flags)) }
int link(const char *from, const char *to) { PATH_BODY("link", to, REAL(link)(from, to)) }
int linkat(int a, const char *from, int b, const char *to, int flags) { PATH_BODY("link", to, REAL(linkat)(a, from, b, to, flags)) }
int symlink(const char *from, const char *to) { PATH_BODY("symlink", to, REAL(symlink)(from, to)) }
int symlinkat(const char *from, int place, const char *to) { PATH_BODY("symlink", to, REAL(symlinkat)(from, place, to)) }
int unlink(const char *path) { PATH_BODY("unlink", path, REAL(unlink)(path)) }
int unlinkat(int place, const char *path, int flags) { PATH_BODY("unlink", path, REAL(unlinkat)(place, path, flags)) }
int rmdir(const char *path) { PATH_BODY("rmdir", path, REAL(rmdir)(path)) }
int mkdir(const char *path, mode_t mode) { PATH_BODY("mkdir", path, REAL(mkdir)(path, mode)) }
int mkdirat(int place, const char *path, mode_t mode) { PATH_BODY("mkdir", path, REAL(mkdirat)(place, path, mode)) }
int chmod(const char *path, mode_t mode) { PATH_BODY("chmod", path, REAL(chmod)(path, mode)) }

int scandir(const char *path, struct dirent ***list, int (*filter)(const struct dirent *),
            int (*compare)(const struct dirent **, const struct dirent **)) {
  if (reads && is_below(path)) FAIL_IF(of_read(hit("list", path)), -1);
  return REAL(scandir)(path, list, filter, compare);
}
int scandir64(const char *path, struct dirent64 ***list, int (*filter)(const struct dirent64 *),
              int (*compare)(const struct dirent64 **, const struct dirent64 **)) {
  if (reads && is_below(path)) FAIL_IF(of_read(hit("list", path)), -1);
  return REAL(scandir64)(path, list, filter, compare);
}

int socket(int domain, int type, int protocol) {
  if (domain == AF_INET || domain == AF_INET6) note("internet socket\n");
  return REAL(socket)(domain, type, protocol);
}
int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **found) {
  note("internet look-up\n");
  return REAL(getaddrinfo)(name, service, hints, found);
}
