// Evaluation, and functions of functions: gradients, vectorisation, compilation.
#include "bridge.h"

#include <mlx/compile.h>
#include <mlx/compile_impl.h>
#include <mlx/transforms.h>
#include <mlx/transforms_impl.h>

#include <cstdlib>
#include <functional>
#include <memory>

using namespace cmlx;

namespace {
using Arrays = std::vector<mx::array>;
using Function = std::function<Arrays(const Arrays&)>;

// A C callback with its context; the context is released with the last copy of the std::function that holds this.
struct Callback {
  cmlx_function function;
  void* context;
  void (*destructor)(void*);

  ~Callback() {
    if (destructor != nullptr) {
      destructor(context);
    }
  }

  Arrays operator()(const Arrays& arguments) const {
    std::vector<cmlx_array> values;
    std::vector<cmlx_array*> handles;
    values.reserve(arguments.size());
    for (const auto& argument : arguments) {
      values.push_back(cmlx_array{argument});
      handles.push_back(&values.back());
    }
    cmlx_array** results = nullptr;
    size_t count = 0;
    if (function(context, handles.data(), handles.size(), &results, &count) != 0) {
      throw std::runtime_error(cmlx_last_error());
    }
    Arrays output;
    output.reserve(count);
    for (size_t i = 0; i < count; ++i) {
      output.push_back(std::move(results[i]->value));
      delete results[i];
    }
    std::free(results);
    return output;
  }
};

int give(std::pair<Arrays, Arrays> pair, cmlx_list** first, cmlx_list** second) {
  auto a = std::make_unique<cmlx_list>(cmlx_list{std::move(pair.first)});
  auto b = std::make_unique<cmlx_list>(cmlx_list{std::move(pair.second)});
  *first = a.release();
  *second = b.release();
  return 0;
}
} // namespace

struct cmlx_closure {
  Function function;
};

namespace {
const Function& get(const cmlx_closure* f) {
  if (f == nullptr) {
    throw std::invalid_argument("no function");
  }
  return f->function;
}

template <typename Body>
cmlx_closure* made_closure(Body&& body) {
  return guarded(static_cast<cmlx_closure*>(nullptr), [&] { return new cmlx_closure{body()}; });
}
} // namespace

int cmlx_eval(cmlx_array* const* arrays, size_t count) {
  return checked([&] { mx::eval(cmlx::get(arrays, count)); });
}

int cmlx_eval_async(cmlx_array* const* arrays, size_t count) {
  return checked([&] { mx::async_eval(cmlx::get(arrays, count)); });
}

cmlx_closure* cmlx_closure_new(cmlx_function function, void* context, void (*destructor)(void*)) {
  return made_closure([&]() -> Function {
    std::shared_ptr<Callback> callback(new Callback{function, context, destructor});
    return [callback](const Arrays& arguments) { return (*callback)(arguments); };
  });
}

void cmlx_closure_free(cmlx_closure* f) {
  guarded(0, [&] {
    delete f;
    return 0;
  });
}

cmlx_list* cmlx_closure_apply(const cmlx_closure* f, cmlx_array* const* arguments, size_t count) {
  return made_list([&] { return get(f)(cmlx::get(arguments, count)); });
}

int cmlx_value_and_grad(
    const cmlx_closure* f, const int32_t* argument_numbers, size_t argument_number_count,
    cmlx_array* const* arguments, size_t count, cmlx_list** values, cmlx_list** gradients) {
  return checked([&] {
    auto function = mx::value_and_grad(get(f), ints(argument_numbers, argument_number_count));
    give(function(cmlx::get(arguments, count)), values, gradients);
  });
}

int cmlx_vjp(
    const cmlx_closure* f, cmlx_array* const* primals, size_t count, cmlx_array* const* cotangents,
    size_t cotangent_count, cmlx_list** values, cmlx_list** result) {
  return checked([&] {
    give(mx::vjp(get(f), cmlx::get(primals, count), cmlx::get(cotangents, cotangent_count)), values, result);
  });
}

int cmlx_jvp(
    const cmlx_closure* f, cmlx_array* const* primals, size_t count, cmlx_array* const* tangents,
    size_t tangent_count, cmlx_list** values, cmlx_list** result) {
  return checked([&] {
    give(mx::jvp(get(f), cmlx::get(primals, count), cmlx::get(tangents, tangent_count)), values, result);
  });
}

cmlx_list* cmlx_vmap(
    const cmlx_closure* f, cmlx_array* const* arguments, size_t count, const int32_t* in_axes, size_t in_count,
    const int32_t* out_axes, size_t out_count) {
  return made_list([&] {
    auto inputs = cmlx::get(arguments, count);
    auto in = ints(in_axes, in_count);
    auto [trace_inputs, trace_outputs] = mx::detail::vmap_trace(get(f), inputs, in);
    return mx::detail::vmap_replace(inputs, trace_inputs, trace_outputs, in, ints(out_axes, out_count));
  });
}

cmlx_closure* cmlx_checkpoint(const cmlx_closure* f) {
  return made_closure([&] { return mx::checkpoint(get(f)); });
}

cmlx_closure* cmlx_custom_vjp(const cmlx_closure* f, const cmlx_closure* vjp) {
  return made_closure([&] {
    auto gradient = get(vjp);
    return mx::custom_vjp(get(f), [gradient](const Arrays& primals, const Arrays& cotangents, const Arrays&) {
      Arrays arguments = primals;
      arguments.insert(arguments.end(), cotangents.begin(), cotangents.end());
      return gradient(arguments);
    });
  });
}

cmlx_closure* cmlx_compile(const cmlx_closure* f, uint64_t id, bool shapeless) {
  return made_closure([&] { return mx::detail::compile(get(f), static_cast<std::uintptr_t>(id), shapeless); });
}

void cmlx_compile_erase(uint64_t id) {
  guarded(0, [&] {
    mx::detail::compile_erase(mx::detail::compile_cache(), static_cast<std::uintptr_t>(id));
    return 0;
  });
}

int cmlx_compile_enable(bool enable) {
  return checked([&] {
    if (enable) {
      mx::enable_compile();
    } else {
      mx::disable_compile();
    }
  });
}
