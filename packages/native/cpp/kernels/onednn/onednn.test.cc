// Numbers and sizes that were copied by hand from oneDNN 2's header, against that header.
#include "onednn/onednn.h"

#include "testing/test.h"

// Debian's libdnnl-dev; libtorch 2 brings the header of another version, and hides that library.
#if __has_include(<oneapi/dnnl/dnnl.h>)
#include <oneapi/dnnl/dnnl.h>
#if DNNL_VERSION_MAJOR == 2

#include <cstddef>

using namespace radweave;

static_assert(sizeof(dnnl_memory_desc_t) <= sizeof(onednn::MemoryDesc), "a buffer is too small");
static_assert(sizeof(dnnl_convolution_desc_t) <= sizeof(onednn::ConvolutionDesc), "a buffer is too small");
static_assert(alignof(dnnl_memory_desc_t) <= alignof(onednn::MemoryDesc), "a buffer is not aligned");
static_assert(alignof(dnnl_convolution_desc_t) <= alignof(onednn::ConvolutionDesc), "a buffer is not aligned");
static_assert(sizeof(dnnl_exec_arg_t) == sizeof(onednn::ExecArg), "another structure");
static_assert(offsetof(dnnl_exec_arg_t, memory) == offsetof(onednn::ExecArg, memory), "another structure");
static_assert(sizeof(dnnl_dims_t) == sizeof(onednn::Dims) && sizeof(dnnl_dim_t) == sizeof(int64_t), "other sizes");

TEST("plain", "oneDNN's numbers are those of its header") {
  EXPECT_EQUAL(onednn::kCpu, static_cast<int>(dnnl_cpu));
  EXPECT_EQUAL(onednn::kInOrder, static_cast<int>(dnnl_stream_in_order));
  EXPECT_EQUAL(onednn::kFloat, static_cast<int>(dnnl_f32));
  EXPECT_EQUAL(onednn::kAnyLayout, static_cast<int>(dnnl_format_tag_any));
  EXPECT_EQUAL(onednn::kWinograd, static_cast<int>(dnnl_convolution_winograd));
  EXPECT_EQUAL(onednn::kUserScratchpad, static_cast<int>(dnnl_scratchpad_mode_user));
  EXPECT_EQUAL(onednn::kForwardTraining, static_cast<int>(dnnl_forward_training));
  const auto isRole = [](onednn::Role role, int argument, int query, int index = 0) {
    return role.argument == argument && role.query == query && role.index == index;
  };
  EXPECT(isRole(onednn::kSrc, DNNL_ARG_SRC, dnnl_query_src_md));
  EXPECT(isRole(onednn::kDst, DNNL_ARG_DST, dnnl_query_dst_md));
  EXPECT(isRole(onednn::kWeights, DNNL_ARG_WEIGHTS, dnnl_query_weights_md));
  EXPECT(isRole(onednn::kBias, DNNL_ARG_BIAS, dnnl_query_weights_md, 1));
  EXPECT(isRole(onednn::kDiffSrc, DNNL_ARG_DIFF_SRC, dnnl_query_diff_src_md));
  EXPECT(isRole(onednn::kDiffDst, DNNL_ARG_DIFF_DST, dnnl_query_diff_dst_md));
  EXPECT(isRole(onednn::kDiffWeights, DNNL_ARG_DIFF_WEIGHTS, dnnl_query_diff_weights_md));
  EXPECT(isRole(onednn::kScratchpad, DNNL_ARG_SCRATCHPAD, dnnl_query_scratchpad_md));
}

#endif
#endif
