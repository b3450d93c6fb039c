// Calls any registered operator through the boxed dispatcher, so autograd and autocast apply as in PyTorch.
#include <ATen/core/dispatch/Dispatcher.h>

#include "convert.h"

namespace radweave {
namespace {

// lookup(name, overload) → [id, argument kinds, argument names, number of results]
napi_value lookup(Args& args) {
  Environment& e = environment(args.env);
  const std::string name = toString(args.env, args[0]);
  const std::string overload = toString(args.env, args[1]);
  const auto found = c10::Dispatcher::singleton().findSchema({name, overload});
  if (!found) {
    throw std::invalid_argument("libtorch has no operator " + name + (overload.empty() ? "" : "." + overload));
  }
  Operator op(*found);
  std::string kinds;
  const auto& schema = found->schema();
  napi_value names = array(args.env, schema.arguments().size());
  for (const auto& argument : schema.arguments()) {
    setElement(args.env, names, kinds.size(), string(args.env, argument.name()));
    op.args.push_back(describe(argument));
    kinds.push_back(static_cast<char>(op.args.back().kind));
  }
  e.operators.push_back(std::move(op));
  napi_value out = array(args.env, 4);
  setElement(args.env, out, 0, number(args.env, static_cast<double>(e.operators.size() - 1)));
  setElement(args.env, out, 1, string(args.env, kinds));
  setElement(args.env, out, 2, names);
  setElement(args.env, out, 3, number(args.env, static_cast<double>(schema.returns().size())));
  return out;
}

torch::jit::Stack callOperator(Environment& e, Args& args) {
  const auto id = static_cast<size_t>(toInt64(args.env, args[0]));
  if (id >= e.operators.size()) throw std::invalid_argument("unknown operator id");
  const Operator& op = e.operators[id];
  if (args.count - 1 > op.args.size()) {
    throw std::invalid_argument("takes at most " + std::to_string(op.args.size()) + " arguments, got " +
                                std::to_string(args.count - 1));
  }
  torch::jit::Stack stack;
  stack.reserve(op.args.size());
  for (size_t i = 0; i < op.args.size(); ++i) {
    const ArgSpec& spec = op.args[i];
    const bool given = i + 1 < args.count && typeOf(args.env, args[i + 1]) != napi_undefined;
    try {
      if (given) {
        stack.push_back(toIValue(e, spec, args[i + 1]));
      } else if (spec.hasDefault) {
        stack.push_back(spec.defaultValue);
      } else {
        throw std::invalid_argument("a value is missing");
      }
    } catch (const c10::Error& error) {
      throw std::invalid_argument("argument '" + spec.name + "': " + error.what_without_backtrace());
    } catch (const std::exception& error) {
      throw std::invalid_argument("argument '" + spec.name + "': " + error.what());
    }
  }
  op.handle.callBoxed(&stack);
  return stack;
}

// call(id, ...arguments) → the result, or an array of results
napi_value call(Args& args) {
  Environment& e = environment(args.env);
  auto stack = callOperator(e, args);
  // The usual result; once it has a handle nothing can fail.
  if (stack.size() == 1 && stack[0].isTensor() && stack[0].toTensor().defined()) {
    return number(args.env, e.add(std::move(stack[0]).toTensor()));
  }
  NewHandles handles(e);
  napi_value out;
  if (stack.size() == 1) {
    out = fromIValue(handles, args.env, stack[0]);
  } else {
    out = array(args.env, stack.size());
    for (size_t i = 0; i < stack.size(); ++i) setElement(args.env, out, i, fromIValue(handles, args.env, stack[i]));
  }
  handles.keep();
  return out;
}

// run(id, ...arguments): the same for in-place operators, whose result the caller already holds
napi_value run(Args& args) {
  callOperator(environment(args.env), args);
  return nullptr;
}

// schema(name, overload) → the operator's signature as text
napi_value schemaText(Args& args) {
  const auto found = c10::Dispatcher::singleton().findSchema({toString(args.env, args[0]), toString(args.env, args[1])});
  if (!found) return null(args.env);
  std::ostringstream text;
  text << found->schema();
  return string(args.env, text.str());
}

}  // namespace

void registerDispatch(napi_env env, napi_value exports) {
  exportFunction<lookup>(env, exports, "lookup");
  exportFunction<call>(env, exports, "call");
  exportFunction<run>(env, exports, "run");
  exportFunction<schemaText>(env, exports, "schema");
}

}  // namespace radweave
