#include "convert.h"

#include <ATen/core/ivalue.h>
#include <ATen/core/jit_type.h>

#include <cmath>

namespace radweave {
namespace {

Kind scalarKind(c10::TypeKind kind) {
  switch (kind) {
    case c10::TypeKind::TensorType: return Kind::Tensor;
    case c10::TypeKind::NumberType: return Kind::Scalar;
    case c10::TypeKind::FloatType:
    case c10::TypeKind::SymFloatType: return Kind::Float;
    case c10::TypeKind::IntType:
    case c10::TypeKind::SymIntType:
    case c10::TypeKind::ScalarTypeType:
    case c10::TypeKind::LayoutType:
    case c10::TypeKind::MemoryFormatType: return Kind::Int;
    case c10::TypeKind::BoolType: return Kind::Bool;
    case c10::TypeKind::StringType: return Kind::String;
    case c10::TypeKind::DeviceObjType: return Kind::Device;
    default: return Kind::Unsupported;
  }
}

Kind listKind(Kind element) {
  switch (element) {
    case Kind::Tensor: return Kind::TensorList;
    case Kind::Int: return Kind::IntList;
    case Kind::Float: return Kind::FloatList;
    case Kind::Bool: return Kind::BoolList;
    case Kind::Scalar: return Kind::ScalarList;
    default: return Kind::Unsupported;
  }
}

constexpr auto kDtypes = static_cast<int64_t>(at::ScalarType::Undefined);
constexpr auto kLayouts = static_cast<int64_t>(at::Layout::NumOptions);
constexpr auto kMemoryFormats = static_cast<int64_t>(at::MemoryFormat::NumOptions);

// How many values an enumeration has that a schema takes as an integer; 0 for all else. Only the real type tells.
int64_t choicesOf(c10::TypePtr type) {
  if (type->kind() == c10::TypeKind::OptionalType) type = type->castRaw<c10::OptionalType>()->getElementType();
  switch (type->kind()) {
    case c10::TypeKind::ScalarTypeType: return kDtypes;
    case c10::TypeKind::LayoutType: return kLayouts;
    case c10::TypeKind::MemoryFormatType: return kMemoryFormats;
    default: return 0;
  }
}

// A number that libtorch casts to an enumeration without a check of its own.
int64_t toChoice(napi_env env, napi_value v, int64_t choices) {
  const int64_t value = toInt64(env, v);
  if (value < 0 || value >= choices) {
    throw std::invalid_argument("expected a number from 0 to " + std::to_string(choices - 1) + ", got " +
                                std::to_string(value));
  }
  return value;
}

// JavaScript has one number type: a whole number becomes an integer Scalar, so integer tensors stay integer.
at::Scalar toScalar(napi_env env, napi_value v) {
  const napi_valuetype type = typeOf(env, v);
  if (type == napi_boolean) return toBool(env, v);
  if (type == napi_bigint) return toInt64(env, v);
  if (type != napi_number) throw std::invalid_argument("expected a number");
  const double d = toDouble(env, v);
  if (d == std::trunc(d) && std::fabs(d) <= 9007199254740992.0 && !(d == 0 && std::signbit(d))) {
    return static_cast<int64_t>(d);
  }
  return d;
}

c10::IValue tensorList(Environment& e, const ArgSpec& spec, napi_value v) {
  const uint32_t length = arrayLength(e.env, v);
  if (spec.optionalElements) {
    c10::impl::GenericList list(c10::OptionalType::create(c10::TensorType::get()));
    for (uint32_t i = 0; i < length; ++i) {
      const napi_value item = element(e.env, v, i);
      if (isNullish(e.env, item)) {
        list.push_back(c10::IValue());
      } else {
        list.push_back(e.tensor(item));
      }
    }
    return list;
  }
  c10::List<at::Tensor> list;
  list.reserve(length);
  for (uint32_t i = 0; i < length; ++i) list.push_back(e.tensor(element(e.env, v, i)));
  return list;
}

c10::IValue intList(Environment& e, const ArgSpec& spec, napi_value v) {
  c10::List<int64_t> list;
  if (spec.broadcast > 0 && typeOf(e.env, v) == napi_number) {
    const int64_t value = toInt64(e.env, v);
    for (int32_t i = 0; i < spec.broadcast; ++i) list.push_back(value);
    return list;
  }
  for (const int64_t value : toInt64s(e.env, v)) list.push_back(value);
  return list;
}

template <typename T, T (*Convert)(napi_env, napi_value)>
c10::IValue plainList(Environment& e, napi_value v) {
  c10::List<T> list;
  const uint32_t length = arrayLength(e.env, v);
  for (uint32_t i = 0; i < length; ++i) list.push_back(Convert(e.env, element(e.env, v, i)));
  return list;
}

c10::IValue scalarList(Environment& e, napi_value v) {
  c10::impl::GenericList list(c10::NumberType::get());
  const uint32_t length = arrayLength(e.env, v);
  for (uint32_t i = 0; i < length; ++i) list.push_back(c10::IValue(toScalar(e.env, element(e.env, v, i))));
  return list;
}

}  // namespace

ArgSpec describe(const c10::Argument& argument) {
  ArgSpec spec{Kind::Unsupported, false,         false, 0, 0, argument.default_value().has_value(),
               c10::IValue(),     argument.name()};
  if (spec.hasDefault) spec.defaultValue = *argument.default_value();
  spec.choices = choicesOf(argument.real_type());
  c10::TypePtr type = argument.type();
  if (type->kind() == c10::TypeKind::OptionalType) {
    spec.optional = true;
    type = type->castRaw<c10::OptionalType>()->getElementType();
  }
  if (type->kind() == c10::TypeKind::ListType) {
    c10::TypePtr item = type->castRaw<c10::ListType>()->getElementType();
    if (item->kind() == c10::TypeKind::OptionalType) {
      spec.optionalElements = true;
      item = item->castRaw<c10::OptionalType>()->getElementType();
    }
    spec.kind = listKind(scalarKind(item->kind()));
    if (argument.N()) spec.broadcast = *argument.N();
  } else {
    spec.kind = scalarKind(type->kind());
  }
  return spec;
}

c10::IValue toIValue(Environment& e, const ArgSpec& spec, napi_value v) {
  const napi_env env = e.env;
  if (isNullish(env, v)) {
    if (spec.optional) return c10::IValue();
    throw std::invalid_argument("a value is missing");
  }
  switch (spec.kind) {
    case Kind::Tensor: return e.tensor(v);
    case Kind::TensorList: return tensorList(e, spec, v);
    case Kind::Int: return spec.choices > 0 ? toChoice(env, v, spec.choices) : toInt64(env, v);
    case Kind::Float: return toDouble(env, v);
    case Kind::Bool: return toBool(env, v);
    case Kind::Scalar: return toScalar(env, v);
    case Kind::String: return toString(env, v);
    case Kind::Device: return c10::Device(toString(env, v));
    case Kind::IntList: return intList(e, spec, v);
    case Kind::FloatList: return plainList<double, toDouble>(e, v);
    case Kind::BoolList: return plainList<bool, toBool>(e, v);
    case Kind::ScalarList: return scalarList(e, v);
    case Kind::Unsupported: break;
  }
  throw std::invalid_argument("an argument of this type cannot be passed from JavaScript");
}

napi_value NewHandles::add(const at::Tensor& tensor) {
  if (!tensor.defined()) return null(e_.env);
  if (handles_.size() == handles_.capacity()) handles_.reserve(2 * handles_.size() + 4);
  handles_.push_back(e_.add(tensor));
  return number(e_.env, handles_.back());
}

namespace {

// Of a list or a tuple.
template <typename Element>
napi_value elements(NewHandles& handles, napi_env env, size_t count, const Element& element) {
  napi_value out = array(env, count);
  for (size_t i = 0; i < count; ++i) setElement(env, out, i, fromIValue(handles, env, element(i)));
  return out;
}

}  // namespace

napi_value fromIValue(NewHandles& handles, napi_env env, const c10::IValue& v) {
  if (v.isTensor()) return handles.add(v.toTensor());
  if (v.isInt()) return integer(env, v.toInt());
  if (v.isDouble()) return number(env, v.toDouble());
  if (v.isBool()) return boolean(env, v.toBool());
  if (v.isString()) return string(env, v.toStringRef());
  if (v.isDevice()) return string(env, v.toDevice().str());
  if (v.isNone()) return null(env);
  if (v.isTuple()) {
    const auto& tuple = v.toTupleRef().elements();
    return elements(handles, env, tuple.size(), [&](size_t i) { return tuple[i]; });
  }
  if (v.isList()) {
    const auto list = v.toList();
    return elements(handles, env, list.size(), [&](size_t i) { return c10::IValue(list.get(i)); });
  }
  throw std::invalid_argument("a result of type " + v.tagKind() + " cannot be returned to JavaScript");
}

at::ScalarType toScalarType(napi_env env, napi_value v) {
  return static_cast<at::ScalarType>(toChoice(env, v, kDtypes));
}

at::MemoryFormat toMemoryFormat(napi_env env, napi_value v) {
  return static_cast<at::MemoryFormat>(toChoice(env, v, kMemoryFormats));
}

}  // namespace radweave
