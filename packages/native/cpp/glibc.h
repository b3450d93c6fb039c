// Included before everything else on Linux (CMakeLists.txt), so that an engine that is built where glibc is new runs where it is 2.28,
// the least of libtorch's own builds. scripts/prebuild.mjs refuses one that asks for more.
#pragma once

#if defined(__x86_64__)
#define RADWEAVE_FIRST_GLIBC "GLIBC_2.2.5"
#elif defined(__aarch64__)
#define RADWEAVE_FIRST_GLIBC "GLIBC_2.17"
#endif

#ifdef RADWEAVE_FIRST_GLIBC
// glibc 2.34 gave the functions of libdl a second version as it moved them into libc; the first one is the same, and still there.
__asm__(".symver dlopen, dlopen@" RADWEAVE_FIRST_GLIBC);
__asm__(".symver dlsym, dlsym@" RADWEAVE_FIRST_GLIBC);
__asm__(".symver dlerror, dlerror@" RADWEAVE_FIRST_GLIBC);
// 2.32 did so with this one of libpthread.
__asm__(".symver pthread_sigmask, pthread_sigmask@" RADWEAVE_FIRST_GLIBC);

// From glibc 2.32 on libstdc++ asks this of it before it counts without atomic instructions: here it never does.
extern "C" {
__attribute__((weak, visibility("hidden"))) char __libc_single_threaded = 0;
}
#endif
