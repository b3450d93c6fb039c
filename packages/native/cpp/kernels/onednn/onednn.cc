#include "onednn.h"

#ifdef __linux__
#include <dlfcn.h>
#endif

namespace radweave::onednn {
namespace {

#ifdef __linux__
template <typename Function>
bool find(Function& function, const char* name) {
  function = reinterpret_cast<Function>(dlsym(RTLD_DEFAULT, name));
  return function != nullptr;
}

bool findAll(Library& l) {
  return find(l.version, "dnnl_version") && l.version()->major == 2 && find(l.engineCreate, "dnnl_engine_create") &&
         find(l.streamCreate, "dnnl_stream_create") &&
         find(l.describeStrided, "dnnl_memory_desc_init_by_strides") &&
         find(l.describeTagged, "dnnl_memory_desc_init_by_tag") && find(l.isEqual, "dnnl_memory_desc_equal") &&
         find(l.bytes, "dnnl_memory_desc_get_size") && find(l.forward, "dnnl_convolution_forward_desc_init") &&
         find(l.backwardData, "dnnl_convolution_backward_data_desc_init") &&
         find(l.backwardWeights, "dnnl_convolution_backward_weights_desc_init") &&
         find(l.attributesCreate, "dnnl_primitive_attr_create") &&
         find(l.setScratchpad, "dnnl_primitive_attr_set_scratchpad_mode") &&
         find(l.primitiveDescCreate, "dnnl_primitive_desc_create") &&
         find(l.reorderDescCreate, "dnnl_reorder_primitive_desc_create") &&
         find(l.layout, "dnnl_primitive_desc_query_md") &&
         find(l.primitiveDescDestroy, "dnnl_primitive_desc_destroy") &&
         find(l.primitiveCreate, "dnnl_primitive_create") && find(l.primitiveDestroy, "dnnl_primitive_destroy") &&
         find(l.memoryCreate, "dnnl_memory_create") && find(l.memoryDestroy, "dnnl_memory_destroy") &&
         find(l.sgemm, "dnnl_sgemm") && find(l.execute, "dnnl_primitive_execute");
}
#endif

}  // namespace

const Library* library() {
#ifdef __linux__
  static Library functions{};
  static const bool isThere = findAll(functions);
  return isThere ? &functions : nullptr;
#else
  return nullptr;
#endif
}

}  // namespace radweave::onednn
