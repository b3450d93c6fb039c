// The little of oneDNN 2's C interface that convolutions and matrix products need. libtorch brings the library along in some
// builds (Debian's) and hides it in others, and its headers are a package of their own: so its functions are looked up while
// running, and its structures, which the library itself fills in, are only buffers of sufficient size here.
// Names and numbers: https://oneapi-src.github.io/oneDNN/v2.6; onednn.test.cc compares them with the header.
#pragma once

#include <cstddef>
#include <cstdint>

namespace radweave::onednn {

using Dims = int64_t[12];

// 696 and 5,976 bytes in oneDNN 2.6. What the library itself has made is no longer than that, so must not be copied.
struct MemoryDesc {
  alignas(8) unsigned char bytes[2048];
};
struct ConvolutionDesc {
  alignas(8) unsigned char bytes[16384];
};

using Handle = void*;  // of an engine, a stream, a memory, a primitive, its descriptor or its attributes
struct ExecArg {
  int what;
  Handle memory;
};
struct Version {
  int major, minor, patch;
};

constexpr int kCpu = 1, kInOrder = 1, kFloat = 3, kAnyLayout = 1, kWinograd = 2, kUserScratchpad = 1;
constexpr int kForwardTraining = 64;

// What a memory is to a primitive, and how its layout is asked of the primitive's descriptor.
struct Role {
  int argument, query, index = 0;
};
constexpr Role kSrc{1, 129}, kDst{17, 133}, kWeights{33, 131}, kBias{41, 131, 1}, kDiffSrc{129, 130}, kDiffDst{145, 134},
    kDiffWeights{161, 132}, kScratchpad{80, 136};

struct Library {
  const Version* (*version)();
  int (*engineCreate)(Handle*, int kind, size_t index);
  int (*streamCreate)(Handle*, Handle engine, unsigned flags);
  int (*describeStrided)(MemoryDesc*, int dims, const int64_t* sizes, int type, const int64_t* strides);
  int (*describeTagged)(MemoryDesc*, int dims, const int64_t* sizes, int type, int tag);
  int (*isEqual)(const MemoryDesc*, const MemoryDesc*);
  size_t (*bytes)(const MemoryDesc*);
  int (*forward)(ConvolutionDesc*, int kind, int algorithm, const MemoryDesc* src, const MemoryDesc* weights,
                 const MemoryDesc* bias, const MemoryDesc* dst, const int64_t* strides, const int64_t* before,
                 const int64_t* after);
  int (*backwardData)(ConvolutionDesc*, int algorithm, const MemoryDesc* diffSrc, const MemoryDesc* weights,
                      const MemoryDesc* diffDst, const int64_t* strides, const int64_t* before, const int64_t* after);
  int (*backwardWeights)(ConvolutionDesc*, int algorithm, const MemoryDesc* src, const MemoryDesc* diffWeights,
                         const MemoryDesc* diffBias, const MemoryDesc* diffDst, const int64_t* strides,
                         const int64_t* before, const int64_t* after);
  int (*attributesCreate)(Handle*);
  int (*setScratchpad)(Handle attributes, int mode);
  int (*primitiveDescCreate)(Handle*, const void* operation, Handle attributes, Handle engine, Handle forwardHint);
  int (*reorderDescCreate)(Handle*, const MemoryDesc* from, Handle fromEngine, const MemoryDesc* to, Handle toEngine,
                           Handle attributes);
  const MemoryDesc* (*layout)(Handle primitiveDesc, int query, int index);
  int (*primitiveDescDestroy)(Handle);
  int (*primitiveCreate)(Handle*, Handle primitiveDesc);
  int (*primitiveDestroy)(Handle);
  int (*memoryCreate)(Handle*, const MemoryDesc*, Handle engine, void* data);
  int (*memoryDestroy)(Handle);
  int (*sgemm)(char transA, char transB, int64_t m, int64_t n, int64_t k, float alpha, const float* a, int64_t lda,
               const float* b, int64_t ldb, float beta, float* c, int64_t ldc);
  int (*execute)(Handle primitive, Handle stream, int count, const ExecArg*);
};

// The functions of the oneDNN that libtorch computes with; null where it is hidden, absent, or not of version 2.
const Library* library();

}  // namespace radweave::onednn
