#include "operation.h"

#include <mlx/backend/cpu/encoder.h>
#include <mlx/scheduler.h>

#include <algorithm>
#include <new>
#include <stdexcept>
#include <string>

#include <sys/mman.h>

namespace cmlx {

namespace {

constexpr size_t kAlignment = 64;
constexpr size_t kHugePage = size_t(2) << 20;

} // namespace

void Operation::eval_cpu(const std::vector<mx::array>& inputs, std::vector<mx::array>& outputs) {
  compute_all(inputs, outputs);
}

void Operation::eval_gpu(const std::vector<mx::array>&, std::vector<mx::array>&) {
  throw std::runtime_error(std::string("[") + name() + "] this operation runs on CPU streams only.");
}

std::vector<mx::array> Operation::vjp(
    const std::vector<mx::array>& primals, const std::vector<mx::array>& cotangents, const std::vector<int>& argnums,
    const std::vector<mx::array>&) {
  // Only the arguments asked for are variables: others may have no derivative at all.
  std::vector<mx::array> variables;
  for (int argument : argnums) variables.push_back(primals[argument]);
  auto function = [&](const std::vector<mx::array>& values) {
    std::vector<mx::array> inputs = primals;
    for (size_t i = 0; i < argnums.size(); ++i) inputs[argnums[i]] = values[i];
    return std::vector<mx::array>{plain(inputs)};
  };
  return mx::vjp(function, variables, cotangents).second;
}

std::vector<mx::array> Operation::jvp(
    const std::vector<mx::array>& primals, const std::vector<mx::array>& tangents, const std::vector<int>& argnums) {
  std::vector<mx::array> variables;
  for (int argument : argnums) variables.push_back(primals[argument]);
  auto function = [&](const std::vector<mx::array>& values) {
    std::vector<mx::array> inputs = primals;
    for (size_t i = 0; i < argnums.size(); ++i) inputs[argnums[i]] = values[i];
    return std::vector<mx::array>{plain(inputs)};
  };
  return mx::jvp(function, variables, tangents).second;
}

std::pair<std::vector<mx::array>, std::vector<int>> Operation::vmap(
    const std::vector<mx::array>& inputs, const std::vector<int>& axes) {
  auto function = [this](const std::vector<mx::array>& values) { return std::vector<mx::array>{plain(values)}; };
  return {mx::vmap(function, axes)(inputs), {0}};
}

void Operation::submit(std::function<void()> work) {
  // Each operation counts as a task, so that MLX's own limit on tasks keeps the graph from running far ahead of the
  // computation: memory for results is allocated then, and could not be reused.
  const mx::Stream stream = this->stream();
  mx::scheduler::notify_new_task(stream);
  mx::scheduler::enqueue(stream, std::move(work));
  mx::scheduler::enqueue(stream, [stream] { mx::scheduler::notify_task_completion(stream); });
}

void Operation::keep(const mx::array& array) { mx::cpu::get_command_encoder(stream()).add_temporary(array); }

mx::array Operation::contiguous(const mx::array& array) {
  if (array.flags().row_contiguous) return array;
  mx::array result(array.shape(), array.dtype(), nullptr, {});
  allocate(result);
  const Storage storage = storage_of(array);
  submit([from = view_of(array), to = result.data<void>(), storage] { copy(from, to, storage); });
  keep(result);
  return result;
}

void allocate(mx::array& out) {
  // MLX's own blocks begin 8 bytes behind a multiple of 16, where every vector access crosses a cache line.
  auto data = mx::allocator::malloc(out.nbytes() + kAlignment);
  auto* raw = static_cast<char*>(data.buffer().raw_ptr());
  if (!raw) throw std::bad_alloc();
  const auto address = reinterpret_cast<uintptr_t>(raw);
  const int64_t offset = int64_t((kAlignment - address % kAlignment) % kAlignment);
  if (out.nbytes() >= 2 * kHugePage) {
    const uintptr_t begin = (address + kHugePage - 1) / kHugePage * kHugePage;
    const uintptr_t end = (address + out.nbytes()) / kHugePage * kHugePage;
    if (end > begin) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
  }
  const auto& shape = out.shape();
  const bool one_axis =
      out.size() <= 1 || out.size() == size_t(*std::max_element(shape.begin(), shape.end()));
  mx::Strides strides(shape.size(), 1);
  for (int i = int(shape.size()) - 2; i >= 0; --i) strides[i] = strides[i + 1] * shape[i + 1];
  mx::array::Flags flags{};
  flags.contiguous = true;
  flags.row_contiguous = true;
  flags.col_contiguous = one_axis;
  out.set_data(std::move(data), out.size(), std::move(strides), flags, offset);
}

bool computes(mx::Dtype dtype) { return dtype == mx::float32 || dtype == mx::bfloat16; }

bool is_cpu(const mx::Stream& stream) { return stream.device == mx::Device::cpu; }

Storage storage_of(const mx::array& array) {
  return array.dtype() == mx::bfloat16 ? Storage::bf16 : Storage::f32;
}

StridedView view_of(const mx::array& array) {
  return {array.data<void>(), storage_of(array), array.shape(), array.strides()};
}

mx::array to_front(const mx::array& array, int axis, const mx::Stream& stream) {
  return axis > 0 ? mx::moveaxis(array, axis, 0, stream) : array;
}

} // namespace cmlx
