// C interface to libmlx, the array framework that Vivace computes with. The Swift module MLX is built on it.
//
// Conventions, which hold for every function unless its comment says otherwise:
//
// - Handles. `cmlx_array` stands for one node of a lazy computation graph. A function that returns a
//   `cmlx_array *` returns a new handle, which the caller owns and releases with `cmlx_array_free`. A function that
//   takes handles borrows them for the length of the call and keeps what it needs; the caller may free its handles
//   at once afterwards.
// - Errors. No C++ exception leaves this library. A function that returns a pointer returns NULL on failure, one that
//   returns an `int` status returns 0 on success and -1 on failure; `cmlx_last_error` then holds the reason. A NULL
//   handle given where an array is required is such a failure, so a chain of calls after a failed one is safe.
// - Threads. A handle may be used by one thread at a time. Graphs may be built on any thread; evaluation
//   (`cmlx_eval` and whatever reads values) must not run on two threads at once.
// - Shapes and axes are arrays of `int32_t`; an axis may be negative and then counts from the last.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// MARK: - Types

typedef struct cmlx_array cmlx_array;

// A list of arrays that a function returned. The caller owns it and releases it with `cmlx_list_free`.
typedef struct cmlx_list cmlx_list;

// A function over lists of arrays; see `cmlx_closure_new`.
typedef struct cmlx_closure cmlx_closure;

// A file in memory; see `cmlx_mapping_open`.
typedef struct cmlx_mapping cmlx_mapping;

typedef enum cmlx_dtype {
    CMLX_BOOL,
    CMLX_UINT8,
    CMLX_UINT16,
    CMLX_UINT32,
    CMLX_UINT64,
    CMLX_INT8,
    CMLX_INT16,
    CMLX_INT32,
    CMLX_INT64,
    CMLX_FLOAT16,
    CMLX_FLOAT32,
    CMLX_FLOAT64,
    CMLX_BFLOAT16,
    CMLX_COMPLEX64,
} cmlx_dtype;

typedef enum cmlx_device {
    CMLX_CPU,
    CMLX_GPU,
} cmlx_device;

// Where an operation runs. Index -1 means the default stream of the device, which the whole process shares.
typedef struct cmlx_stream {
    cmlx_device device;
    int32_t index;
} cmlx_stream;

typedef struct cmlx_optional_int {
    int32_t value;
    bool has_value;
} cmlx_optional_int;

typedef struct cmlx_optional_float {
    float value;
    bool has_value;
} cmlx_optional_float;

typedef struct cmlx_optional_dtype {
    cmlx_dtype value;
    bool has_value;
} cmlx_optional_dtype;

// MARK: - Errors (error.cpp)

// The reason of this thread's latest failure; an empty string before the first. Valid until the thread's next
// failure.
const char *cmlx_last_error(void);

// Makes the calling thread's latest failure `message` (copied). For closures that fail.
void cmlx_set_error(const char *message);

// MARK: - Devices, streams, memory (device.cpp)

// The version of libmlx that runs, for instance "0.32.4". Static.
const char *cmlx_version(void);

// The device that libmlx prefers on this machine: a GPU if its library supports one and one is there.
cmlx_device cmlx_default_device(void);

bool cmlx_device_is_available(cmlx_device device);

// A new stream, usable from any thread. Streams live as long as the process.
int cmlx_stream_new(cmlx_stream *result, cmlx_device device);

// Waits until everything that was scheduled on the stream is done.
int cmlx_synchronize(cmlx_stream stream);

// The threads that compute on the CPU: one for each physical core that the process may use, unless set. At least 1.
int cmlx_cpu_threads(void);
void cmlx_cpu_set_threads(int count);

// Bytes that these threads read from memory in a second; measured by reading half a gigabyte some times.
double cmlx_cpu_memory_rate(void);

// The vector instructions of products on the CPU, for instance "avx512". Static.
const char *cmlx_cpu_instruction_set(void);

// Whether there are instructions that multiply bfloat16.
bool cmlx_cpu_multiplies_bfloat16(void);

// Bytes of memory that this process may use: those of the machine, or of its control group.
size_t cmlx_memory_available(void);

// Bytes of arrays alive, of the allocator's cache, and the most that were alive since the last reset.
int cmlx_memory_active(size_t *result);
int cmlx_memory_cache(size_t *result);
int cmlx_memory_peak(size_t *result);
int cmlx_memory_reset_peak(void);
int cmlx_memory_clear_cache(void);
int cmlx_memory_limit(size_t *result);
// These set a limit in bytes and give the previous one.
int cmlx_memory_set_limit(size_t *previous, size_t limit);
int cmlx_memory_set_cache_limit(size_t *previous, size_t limit);

// MARK: - Arrays (array.cpp)

// An array that holds a copy of `data`, in row-major order.
cmlx_array *cmlx_array_new(const void *data, const int32_t *shape, size_t ndim, cmlx_dtype dtype);

// An array over memory of the caller, who keeps it valid until `finalizer(context)` is called. That happens at once
// where the library has to copy, which the CPU allocator does, and when the array's buffer is released otherwise.
// On failure `finalizer` is not called.
cmlx_array *cmlx_array_new_external(
    void *data, const int32_t *shape, size_t ndim, cmlx_dtype dtype, void *context, void (*finalizer)(void *));

// Another handle for the same array.
cmlx_array *cmlx_array_retain(const cmlx_array *a);

// Makes handle `a` stand for the array that `b` stands for.
int cmlx_array_assign(cmlx_array *a, const cmlx_array *b);

// NULL is allowed and ignored.
void cmlx_array_free(cmlx_array *a);

// These give 0, NULL or CMLX_BOOL for a NULL handle. The pointers are valid as long as the handle is, and unchanged.
size_t cmlx_array_ndim(const cmlx_array *a);
const int32_t *cmlx_array_shape(const cmlx_array *a);
// In elements. Meaningful for an evaluated array only.
const int64_t *cmlx_array_strides(const cmlx_array *a);
size_t cmlx_array_size(const cmlx_array *a);
cmlx_dtype cmlx_array_dtype(const cmlx_array *a);
size_t cmlx_dtype_size(cmlx_dtype dtype);

// Evaluates the array and copies its values, in row-major order, to `destination` of `count` bytes, which must be
// the array's size exactly.
int cmlx_array_copy_bytes(const cmlx_array *a, void *destination, size_t count);

// Evaluates the array and gives the address of its first element, whose neighbours lie at the array's strides.
// Valid as long as the array is alive; NULL for an array without elements. `row_contiguous` may be NULL.
int cmlx_array_data(const cmlx_array *a, const void **data, bool *row_contiguous);

// The values as text, in the manner of Python. Evaluates. The caller releases the text with `cmlx_string_free`.
char *cmlx_array_description(const cmlx_array *a);
void cmlx_string_free(char *text);

size_t cmlx_list_size(const cmlx_list *list);
// A new handle for element `index`.
cmlx_array *cmlx_list_get(const cmlx_list *list, size_t index);
void cmlx_list_free(cmlx_list *list);

// MARK: - Making arrays (shape.cpp)

cmlx_array *cmlx_zeros(const int32_t *shape, size_t ndim, cmlx_dtype dtype, cmlx_stream s);
cmlx_array *cmlx_ones(const int32_t *shape, size_t ndim, cmlx_dtype dtype, cmlx_stream s);
cmlx_array *cmlx_zeros_like(const cmlx_array *a, cmlx_stream s);
cmlx_array *cmlx_ones_like(const cmlx_array *a, cmlx_stream s);
cmlx_array *cmlx_full(
    const int32_t *shape, size_t ndim, const cmlx_array *values, cmlx_dtype dtype, cmlx_stream s);
cmlx_array *cmlx_eye(int32_t n, int32_t m, int32_t k, cmlx_dtype dtype, cmlx_stream s);
cmlx_array *cmlx_tri(int32_t n, int32_t m, int32_t k, cmlx_dtype dtype, cmlx_stream s);
cmlx_array *cmlx_tril(const cmlx_array *a, int32_t k, cmlx_stream s);
cmlx_array *cmlx_triu(const cmlx_array *a, int32_t k, cmlx_stream s);
cmlx_array *cmlx_arange(double start, double stop, double step, cmlx_dtype dtype, cmlx_stream s);
cmlx_array *cmlx_linspace(double start, double stop, int32_t count, cmlx_dtype dtype, cmlx_stream s);
// A window of `m` points: "hanning", "hamming", "bartlett" or "blackman".
cmlx_array *cmlx_window(const char *kind, int32_t m, cmlx_stream s);
cmlx_array *cmlx_diag(const cmlx_array *a, int32_t k, cmlx_stream s);
cmlx_array *cmlx_diagonal(const cmlx_array *a, int32_t offset, int32_t axis1, int32_t axis2, cmlx_stream s);
cmlx_array *cmlx_trace(
    const cmlx_array *a, int32_t offset, int32_t axis1, int32_t axis2, cmlx_dtype dtype, cmlx_stream s);
cmlx_list *cmlx_meshgrid(
    cmlx_array *const *arrays, size_t count, bool sparse, const char *indexing, cmlx_stream s);

// MARK: - Shape (shape.cpp)

cmlx_array *cmlx_astype(const cmlx_array *a, cmlx_dtype dtype, cmlx_stream s);
cmlx_array *cmlx_view(const cmlx_array *a, cmlx_dtype dtype, cmlx_stream s);
cmlx_array *cmlx_reshape(const cmlx_array *a, const int32_t *shape, size_t ndim, cmlx_stream s);
cmlx_array *cmlx_flatten(const cmlx_array *a, int32_t start, int32_t end, cmlx_stream s);
cmlx_array *cmlx_unflatten(const cmlx_array *a, int32_t axis, const int32_t *shape, size_t ndim, cmlx_stream s);
cmlx_array *cmlx_transpose(const cmlx_array *a, cmlx_stream s);
cmlx_array *cmlx_transpose_axes(const cmlx_array *a, const int32_t *axes, size_t count, cmlx_stream s);
cmlx_array *cmlx_swapaxes(const cmlx_array *a, int32_t axis1, int32_t axis2, cmlx_stream s);
cmlx_array *cmlx_moveaxis(const cmlx_array *a, int32_t source, int32_t destination, cmlx_stream s);
cmlx_array *cmlx_expand_dims(const cmlx_array *a, const int32_t *axes, size_t count, cmlx_stream s);
cmlx_array *cmlx_squeeze(const cmlx_array *a, cmlx_stream s);
cmlx_array *cmlx_squeeze_axes(const cmlx_array *a, const int32_t *axes, size_t count, cmlx_stream s);
cmlx_array *cmlx_atleast(const cmlx_array *a, int32_t ndim, cmlx_stream s); // ndim 1, 2 or 3
cmlx_array *cmlx_broadcast_to(const cmlx_array *a, const int32_t *shape, size_t ndim, cmlx_stream s);
cmlx_list *cmlx_broadcast_arrays(cmlx_array *const *arrays, size_t count, cmlx_stream s);
cmlx_array *cmlx_concatenate(cmlx_array *const *arrays, size_t count, int32_t axis, cmlx_stream s);
cmlx_array *cmlx_stack(cmlx_array *const *arrays, size_t count, int32_t axis, cmlx_stream s);
cmlx_list *cmlx_split(const cmlx_array *a, int32_t parts, int32_t axis, cmlx_stream s);
cmlx_list *cmlx_split_indices(
    const cmlx_array *a, const int32_t *indices, size_t count, int32_t axis, cmlx_stream s);
cmlx_array *cmlx_repeat(const cmlx_array *a, int32_t count, int32_t axis, cmlx_stream s);
cmlx_array *cmlx_tile(const cmlx_array *a, const int32_t *repetitions, size_t count, cmlx_stream s);
// One low and one high width per axis; mode "constant" or "edge".
cmlx_array *cmlx_pad(
    const cmlx_array *a, const int32_t *low, const int32_t *high, size_t count, const cmlx_array *value,
    const char *mode, cmlx_stream s);
// Axes may be NULL with a count of 0: the array is rolled as if flat.
cmlx_array *cmlx_roll(const cmlx_array *a, int32_t shift, const int32_t *axes, size_t count, cmlx_stream s);
cmlx_array *cmlx_as_strided(
    const cmlx_array *a, const int32_t *shape, size_t ndim, const int64_t *strides, size_t strides_count,
    size_t offset, cmlx_stream s);
cmlx_array *cmlx_contiguous(const cmlx_array *a, bool allow_column_major, cmlx_stream s);
cmlx_array *cmlx_stop_gradient(const cmlx_array *a, cmlx_stream s);
cmlx_list *cmlx_depends(
    cmlx_array *const *inputs, size_t input_count, cmlx_array *const *dependencies, size_t dependency_count);

// MARK: - Indexing (indexing.cpp)

// One start, stop and stride per axis.
cmlx_array *cmlx_slice(
    const cmlx_array *a, const int32_t *start, const int32_t *stop, const int32_t *stride, size_t ndim,
    cmlx_stream s);
cmlx_array *cmlx_slice_update(
    const cmlx_array *a, const cmlx_array *update, const int32_t *start, const int32_t *stop, const int32_t *stride,
    size_t ndim, cmlx_stream s);
cmlx_array *cmlx_take(const cmlx_array *a, const cmlx_array *indices, int32_t axis, cmlx_stream s);
cmlx_array *cmlx_take_flat(const cmlx_array *a, const cmlx_array *indices, cmlx_stream s);
cmlx_array *cmlx_take_along(const cmlx_array *a, const cmlx_array *indices, int32_t axis, cmlx_stream s);
cmlx_array *cmlx_put_along(
    const cmlx_array *a, const cmlx_array *indices, const cmlx_array *values, int32_t axis, cmlx_stream s);
// `indices[i]` indexes axis `axes[i]`; they broadcast to one shape. The result has that shape followed by
// `slice_sizes`, one per axis of `a`.
cmlx_array *cmlx_gather(
    const cmlx_array *a, cmlx_array *const *indices, const int32_t *axes, size_t count, const int32_t *slice_sizes,
    size_t ndim, cmlx_stream s);

typedef enum cmlx_scatter_mode {
    CMLX_SCATTER_SET,
    CMLX_SCATTER_ADD,
    CMLX_SCATTER_MULTIPLY,
    CMLX_SCATTER_MINIMUM,
    CMLX_SCATTER_MAXIMUM,
} cmlx_scatter_mode;

// The reverse of `cmlx_gather`: combines `updates`, shaped like its result, into a copy of `a`.
cmlx_array *cmlx_scatter(
    const cmlx_array *a, cmlx_array *const *indices, const int32_t *axes, size_t count, const cmlx_array *updates,
    cmlx_scatter_mode mode, cmlx_stream s);

// MARK: - Elementwise (elementwise.cpp)

#define CMLX_UNARY(name) cmlx_array *cmlx_##name(const cmlx_array *a, cmlx_stream s)
#define CMLX_BINARY(name) cmlx_array *cmlx_##name(const cmlx_array *a, const cmlx_array *b, cmlx_stream s)

CMLX_UNARY(abs);
CMLX_UNARY(acos);
CMLX_UNARY(acosh);
CMLX_UNARY(asin);
CMLX_UNARY(asinh);
CMLX_UNARY(atan);
CMLX_UNARY(atanh);
CMLX_UNARY(bitwise_invert);
CMLX_UNARY(ceil);
CMLX_UNARY(conjugate);
CMLX_UNARY(cos);
CMLX_UNARY(cosh);
CMLX_UNARY(degrees);
CMLX_UNARY(erf);
CMLX_UNARY(erf_inverse);
CMLX_UNARY(exp);
CMLX_UNARY(expm1);
CMLX_UNARY(floor);
CMLX_UNARY(imaginary_part);
CMLX_UNARY(is_finite);
CMLX_UNARY(is_inf);
CMLX_UNARY(is_nan);
CMLX_UNARY(is_negative_inf);
CMLX_UNARY(is_positive_inf);
CMLX_UNARY(log);
CMLX_UNARY(log10);
CMLX_UNARY(log1p);
CMLX_UNARY(log2);
CMLX_UNARY(logical_not);
CMLX_UNARY(negative);
CMLX_UNARY(radians);
CMLX_UNARY(real_part);
CMLX_UNARY(reciprocal);
CMLX_UNARY(rsqrt);
CMLX_UNARY(sigmoid);
CMLX_UNARY(sign);
CMLX_UNARY(sin);
CMLX_UNARY(sinh);
CMLX_UNARY(sqrt);
CMLX_UNARY(square);
CMLX_UNARY(tan);
CMLX_UNARY(tanh);

CMLX_BINARY(add);
CMLX_BINARY(atan2);
CMLX_BINARY(bitwise_and);
CMLX_BINARY(bitwise_or);
CMLX_BINARY(bitwise_xor);
CMLX_BINARY(divide);
CMLX_BINARY(equal);
CMLX_BINARY(floor_divide);
CMLX_BINARY(greater);
CMLX_BINARY(greater_equal);
CMLX_BINARY(left_shift);
CMLX_BINARY(less);
CMLX_BINARY(less_equal);
CMLX_BINARY(log_add_exp);
CMLX_BINARY(logical_and);
CMLX_BINARY(logical_or);
CMLX_BINARY(maximum);
CMLX_BINARY(minimum);
CMLX_BINARY(multiply);
CMLX_BINARY(not_equal);
CMLX_BINARY(power);
CMLX_BINARY(remainder);
CMLX_BINARY(right_shift);
CMLX_BINARY(subtract);

cmlx_list *cmlx_divmod(const cmlx_array *a, const cmlx_array *b, cmlx_stream s);
cmlx_array *cmlx_round(const cmlx_array *a, int32_t decimals, cmlx_stream s);
// Either bound may be NULL.
cmlx_array *cmlx_clip(const cmlx_array *a, const cmlx_array *low, const cmlx_array *high, cmlx_stream s);
cmlx_array *cmlx_where(const cmlx_array *condition, const cmlx_array *a, const cmlx_array *b, cmlx_stream s);
cmlx_array *cmlx_nan_to_num(
    const cmlx_array *a, float nan, cmlx_optional_float positive, cmlx_optional_float negative, cmlx_stream s);
cmlx_array *cmlx_is_close(
    const cmlx_array *a, const cmlx_array *b, double rtol, double atol, bool equal_nan, cmlx_stream s);
cmlx_array *cmlx_all_close(
    const cmlx_array *a, const cmlx_array *b, double rtol, double atol, bool equal_nan, cmlx_stream s);
cmlx_array *cmlx_array_equal(const cmlx_array *a, const cmlx_array *b, bool equal_nan, cmlx_stream s);

// MARK: - Reductions (reduce.cpp)

// Each reduces over the given axes; axes NULL with a count of 0 means all of them.
#define CMLX_REDUCTION(name)      \
    cmlx_array *cmlx_##name(      \
        const cmlx_array *a, const int32_t *axes, size_t count, bool keep_dims, cmlx_stream s)

CMLX_REDUCTION(all);
CMLX_REDUCTION(any);
CMLX_REDUCTION(log_sum_exp);
CMLX_REDUCTION(max);
CMLX_REDUCTION(mean);
CMLX_REDUCTION(median);
CMLX_REDUCTION(min);
CMLX_REDUCTION(product);
CMLX_REDUCTION(sum);

cmlx_array *cmlx_standard_deviation(
    const cmlx_array *a, const int32_t *axes, size_t count, bool keep_dims, int32_t ddof, cmlx_stream s);
cmlx_array *cmlx_variance(
    const cmlx_array *a, const int32_t *axes, size_t count, bool keep_dims, int32_t ddof, cmlx_stream s);
cmlx_array *cmlx_softmax(const cmlx_array *a, const int32_t *axes, size_t count, bool precise, cmlx_stream s);

// Without an axis these treat the array as flat.
cmlx_array *cmlx_argmax(const cmlx_array *a, cmlx_optional_int axis, bool keep_dims, cmlx_stream s);
cmlx_array *cmlx_argmin(const cmlx_array *a, cmlx_optional_int axis, bool keep_dims, cmlx_stream s);
cmlx_array *cmlx_sort(const cmlx_array *a, cmlx_optional_int axis, cmlx_stream s);
cmlx_array *cmlx_argsort(const cmlx_array *a, cmlx_optional_int axis, cmlx_stream s);
cmlx_array *cmlx_partition(const cmlx_array *a, int32_t kth, cmlx_optional_int axis, cmlx_stream s);
cmlx_array *cmlx_argpartition(const cmlx_array *a, int32_t kth, cmlx_optional_int axis, cmlx_stream s);
cmlx_array *cmlx_topk(const cmlx_array *a, int32_t k, cmlx_optional_int axis, cmlx_stream s);

#define CMLX_CUMULATIVE(name) \
    cmlx_array *cmlx_##name(const cmlx_array *a, int32_t axis, bool reverse, bool inclusive, cmlx_stream s)

CMLX_CUMULATIVE(cummax);
CMLX_CUMULATIVE(cummin);
CMLX_CUMULATIVE(cumprod);
CMLX_CUMULATIVE(cumsum);
CMLX_CUMULATIVE(logcumsumexp);

// MARK: - Products and convolutions (linear.cpp)

CMLX_BINARY(matmul);
CMLX_BINARY(inner);
CMLX_BINARY(kron);
CMLX_BINARY(outer);

// alpha * (a @ b) + beta * c
cmlx_array *cmlx_addmm(
    const cmlx_array *c, const cmlx_array *a, const cmlx_array *b, float alpha, float beta, cmlx_stream s);
cmlx_array *cmlx_tensordot(
    const cmlx_array *a, const cmlx_array *b, const int32_t *a_axes, const int32_t *b_axes, size_t count,
    cmlx_stream s);
cmlx_array *cmlx_einsum(const char *subscripts, cmlx_array *const *operands, size_t count, cmlx_stream s);
// Index arrays may be NULL.
cmlx_array *cmlx_gather_mm(
    const cmlx_array *a, const cmlx_array *b, const cmlx_array *a_indices, const cmlx_array *b_indices, bool sorted,
    cmlx_stream s);
// ord is a number, or without one the 2-norm or Frobenius norm.
cmlx_array *cmlx_norm(
    const cmlx_array *a, const double *ord, const int32_t *axes, size_t count, bool keep_dims, cmlx_stream s);

// Channels last: input (N, L, Cin), weight (Cout, K, Cin / groups).
cmlx_array *cmlx_conv1d(
    const cmlx_array *input, const cmlx_array *weight, int32_t stride, int32_t padding, int32_t dilation,
    int32_t groups, cmlx_stream s);
cmlx_array *cmlx_conv_transpose1d(
    const cmlx_array *input, const cmlx_array *weight, int32_t stride, int32_t padding, int32_t dilation,
    int32_t output_padding, int32_t groups, cmlx_stream s);
// Two values per argument: height, width.
cmlx_array *cmlx_conv2d(
    const cmlx_array *input, const cmlx_array *weight, const int32_t *stride, const int32_t *padding,
    const int32_t *dilation, int32_t groups, cmlx_stream s);
cmlx_array *cmlx_conv_transpose2d(
    const cmlx_array *input, const cmlx_array *weight, const int32_t *stride, const int32_t *padding,
    const int32_t *dilation, const int32_t *output_padding, int32_t groups, cmlx_stream s);
// Any number of spatial axes; every list has one value or one per axis.
cmlx_array *cmlx_conv_general(
    const cmlx_array *input, const cmlx_array *weight, const int32_t *stride, size_t stride_count,
    const int32_t *padding_low, size_t padding_low_count, const int32_t *padding_high, size_t padding_high_count,
    const int32_t *kernel_dilation, size_t kernel_dilation_count, const int32_t *input_dilation,
    size_t input_dilation_count, int32_t groups, bool flip, cmlx_stream s);

// Gives the packed matrix, the scales and, in mode "affine", the biases.
cmlx_list *cmlx_quantize(
    const cmlx_array *w, cmlx_optional_int group_size, cmlx_optional_int bits, const char *mode,
    const cmlx_array *global_scale, cmlx_stream s);
cmlx_array *cmlx_dequantize(
    const cmlx_array *w, const cmlx_array *scales, const cmlx_array *biases, cmlx_optional_int group_size,
    cmlx_optional_int bits, const char *mode, const cmlx_array *global_scale, cmlx_optional_dtype dtype,
    cmlx_stream s);
cmlx_array *cmlx_quantized_matmul(
    const cmlx_array *x, const cmlx_array *w, const cmlx_array *scales, const cmlx_array *biases, bool transpose,
    cmlx_optional_int group_size, cmlx_optional_int bits, const char *mode, cmlx_stream s);
cmlx_array *cmlx_gather_qmm(
    const cmlx_array *x, const cmlx_array *w, const cmlx_array *scales, const cmlx_array *biases,
    const cmlx_array *x_indices, const cmlx_array *w_indices, bool transpose, cmlx_optional_int group_size,
    cmlx_optional_int bits, const char *mode, bool sorted, cmlx_stream s);

// MARK: - Fused functions (fast.cpp)

// q (B, H, L, D), k and v (B, Hkv, S, D). mask_mode is "" (no mask, or `mask`) or "causal"; `mask` (boolean or
// additive, broadcast to (B, H, L, S)) and `sinks` (H) may be NULL.
cmlx_array *cmlx_fast_attention(
    const cmlx_array *q, const cmlx_array *k, const cmlx_array *v, float scale, const char *mask_mode,
    const cmlx_array *mask, const cmlx_array *sinks, cmlx_stream s);
// weight may be NULL.
cmlx_array *cmlx_fast_rms_norm(const cmlx_array *x, const cmlx_array *weight, float eps, cmlx_stream s);
// weight and bias may be NULL.
cmlx_array *cmlx_fast_layer_norm(
    const cmlx_array *x, const cmlx_array *weight, const cmlx_array *bias, float eps, cmlx_stream s);
// Exactly one of base and freqs (may be NULL) is given.
cmlx_array *cmlx_fast_rope(
    const cmlx_array *x, int32_t dims, bool traditional, cmlx_optional_float base, float scale, int32_t offset,
    const cmlx_array *freqs, cmlx_stream s);
// One offset per batch element, or one for all.
cmlx_array *cmlx_fast_rope_dynamic(
    const cmlx_array *x, int32_t dims, bool traditional, cmlx_optional_float base, float scale,
    const cmlx_array *offset, const cmlx_array *freqs, cmlx_stream s);
// x + sin^2(alpha * x) / (beta + 1e-9); x (N, L, C), alpha and beta (C).
// Linear layers in 8-bit integers with one scale per output, see CPU/cpu_ops.h.
cmlx_array *cmlx_fast_int8_scales(const cmlx_array *w, cmlx_stream s);
cmlx_array *cmlx_fast_int8_round(const cmlx_array *w, const cmlx_array *scales, cmlx_stream s);
cmlx_array *cmlx_fast_int8_pack(const cmlx_array *w, cmlx_stream s);
cmlx_array *cmlx_fast_int8_linear(
    const cmlx_array *x, const cmlx_array *packed, const cmlx_array *scales, const cmlx_array *bias, cmlx_stream s);

// Whether the CPU multiplies 8-bit integers.
bool cmlx_cpu_has_int8_products(void);

cmlx_array *cmlx_fast_snake(const cmlx_array *x, const cmlx_array *alpha, const cmlx_array *beta, cmlx_stream s);
// silu(gate) * up
cmlx_array *cmlx_fast_swiglu(const cmlx_array *gate, const cmlx_array *up, cmlx_stream s);
// rms_norm(x, weight, eps) * (1 + scale) + shift
cmlx_array *cmlx_fast_modulated_rms_norm(
    const cmlx_array *x, const cmlx_array *weight, const cmlx_array *scale, const cmlx_array *shift, float eps,
    cmlx_stream s);
// conv1d(snake(input, alpha, beta), weight) + bias + residual in one pass; alpha and beta (Cin), bias (Cout) and residual
// (like the output) may be NULL, alpha and beta only together.
cmlx_array *cmlx_fast_conv1d(
    const cmlx_array *input, const cmlx_array *weight, int32_t stride, int32_t padding, int32_t dilation,
    int32_t groups, const cmlx_array *alpha, const cmlx_array *beta, const cmlx_array *bias,
    const cmlx_array *residual, cmlx_stream s);
// The same around a transposed convolution.
cmlx_array *cmlx_fast_conv_transpose1d(
    const cmlx_array *input, const cmlx_array *weight, int32_t stride, int32_t padding, int32_t dilation,
    int32_t output_padding, int32_t groups, const cmlx_array *alpha, const cmlx_array *beta, const cmlx_array *bias,
    const cmlx_array *residual, cmlx_stream s);
// Attention in which position i sees the positions j with |i - j| <= window.
cmlx_array *cmlx_fast_windowed_attention(
    const cmlx_array *q, const cmlx_array *k, const cmlx_array *v, float scale, int32_t window, cmlx_stream s);

// One layer of a causal transformer for one token of each sequence; see CPU/cpu_ops.h. A list of the result, the keys
// and the values.
cmlx_list *cmlx_fast_decoder_layer(
    const cmlx_array *x, const cmlx_array *keys, const cmlx_array *values, const cmlx_array *rotations,
    const cmlx_array *begins, cmlx_array *const *weights, size_t weight_count, int32_t length, float eps,
    cmlx_stream s);
bool cmlx_fast_has_decoder_layer(bool int8, cmlx_stream s);

// MARK: - Random numbers (random.cpp)

cmlx_array *cmlx_random_key(uint64_t seed);
cmlx_array *cmlx_random_split(const cmlx_array *key, int32_t count, cmlx_stream s);
cmlx_array *cmlx_random_uniform(
    const cmlx_array *low, const cmlx_array *high, const int32_t *shape, size_t ndim, cmlx_dtype dtype,
    const cmlx_array *key, cmlx_stream s);
cmlx_array *cmlx_random_normal(
    const int32_t *shape, size_t ndim, cmlx_dtype dtype, float loc, float scale, const cmlx_array *key,
    cmlx_stream s);
cmlx_array *cmlx_random_multivariate_normal(
    const cmlx_array *mean, const cmlx_array *covariance, const int32_t *shape, size_t ndim, cmlx_dtype dtype,
    const cmlx_array *key, cmlx_stream s);
cmlx_array *cmlx_random_integers(
    const cmlx_array *low, const cmlx_array *high, const int32_t *shape, size_t ndim, cmlx_dtype dtype,
    const cmlx_array *key, cmlx_stream s);
cmlx_array *cmlx_random_bernoulli(
    const cmlx_array *p, const int32_t *shape, size_t ndim, const cmlx_array *key, cmlx_stream s);
cmlx_array *cmlx_random_truncated_normal(
    const cmlx_array *low, const cmlx_array *high, const int32_t *shape, size_t ndim, cmlx_dtype dtype,
    const cmlx_array *key, cmlx_stream s);
cmlx_array *cmlx_random_gumbel(
    const int32_t *shape, size_t ndim, cmlx_dtype dtype, const cmlx_array *key, cmlx_stream s);
cmlx_array *cmlx_random_laplace(
    const int32_t *shape, size_t ndim, cmlx_dtype dtype, float loc, float scale, const cmlx_array *key,
    cmlx_stream s);
cmlx_array *cmlx_random_categorical(const cmlx_array *logits, int32_t axis, const cmlx_array *key, cmlx_stream s);
cmlx_array *cmlx_random_categorical_shape(
    const cmlx_array *logits, int32_t axis, const int32_t *shape, size_t ndim, const cmlx_array *key, cmlx_stream s);
cmlx_array *cmlx_random_categorical_count(
    const cmlx_array *logits, int32_t axis, int32_t count, const cmlx_array *key, cmlx_stream s);
cmlx_array *cmlx_random_permutation(const cmlx_array *a, int32_t axis, const cmlx_array *key, cmlx_stream s);
cmlx_array *cmlx_random_permutation_of_range(int32_t count, const cmlx_array *key, cmlx_stream s);

// MARK: - Evaluation and transforms (transforms.cpp)

int cmlx_eval(cmlx_array *const *arrays, size_t count);
int cmlx_eval_async(cmlx_array *const *arrays, size_t count);

// Receives borrowed arguments and writes `result_count` new handles, which the library then owns, to `*results`, an
// array that it allocates with `malloc` and the library frees. Returns 0, or -1 after `cmlx_set_error`.
typedef int (*cmlx_function)(
    void *context, cmlx_array *const *arguments, size_t count, cmlx_array ***results, size_t *result_count);

// A closure over `context`, which is released with `destructor(context)` when the last user of the closure is gone.
cmlx_closure *cmlx_closure_new(cmlx_function function, void *context, void (*destructor)(void *));
void cmlx_closure_free(cmlx_closure *f);
cmlx_list *cmlx_closure_apply(const cmlx_closure *f, cmlx_array *const *arguments, size_t count);

// The function's values, and the gradients of the first of them with respect to the arguments `argument_numbers`, in
// ascending order. Both results are new lists.
int cmlx_value_and_grad(
    const cmlx_closure *f, const int32_t *argument_numbers, size_t argument_number_count,
    cmlx_array *const *arguments, size_t count, cmlx_list **values, cmlx_list **gradients);
int cmlx_vjp(
    const cmlx_closure *f, cmlx_array *const *primals, size_t count, cmlx_array *const *cotangents,
    size_t cotangent_count, cmlx_list **values, cmlx_list **result);
int cmlx_jvp(
    const cmlx_closure *f, cmlx_array *const *primals, size_t count, cmlx_array *const *tangents,
    size_t tangent_count, cmlx_list **values, cmlx_list **result);
// An axis below 0 means that the argument or result has no mapped axis.
cmlx_list *cmlx_vmap(
    const cmlx_closure *f, cmlx_array *const *arguments, size_t count, const int32_t *in_axes, size_t in_count,
    const int32_t *out_axes, size_t out_count);
// The function that recomputes its intermediate values for a gradient instead of keeping them.
cmlx_closure *cmlx_checkpoint(const cmlx_closure *f);
// The function `f` whose vector-Jacobian product is `vjp`, which receives the primals followed by the cotangents.
cmlx_closure *cmlx_custom_vjp(const cmlx_closure *f, const cmlx_closure *vjp);
// `f` compiled for the arguments' shapes and types, kept under `id`, which is unique to the function.
cmlx_closure *cmlx_compile(const cmlx_closure *f, uint64_t id, bool shapeless);
void cmlx_compile_erase(uint64_t id);
int cmlx_compile_enable(bool enable);

// MARK: - Files (io.cpp)

int cmlx_save_npy(const char *path, const cmlx_array *a);
cmlx_array *cmlx_load_npy(const char *path, cmlx_stream s);

// The file's bytes, mapped read-only. A file that another program shortens while it is mapped ends the process with
// a bus error, as with any mapping. Free the mapping when its arrays are made; they keep it alive. Where the system
// refuses, the result is null and `code` its error number.
cmlx_mapping *cmlx_mapping_open(const char *path, int *code);
const uint8_t *cmlx_mapping_bytes(const cmlx_mapping *m);
size_t cmlx_mapping_size(const cmlx_mapping *m);
void cmlx_mapping_free(cmlx_mapping *m);

// An array over part of a mapped file: without a copy where libmlx computes in main memory and the offset is a
// multiple of the element size, otherwise a copy. Fails if the array would reach beyond the mapping.
cmlx_array *cmlx_array_new_mapped(
    const cmlx_mapping *m, size_t offset, const int32_t *shape, size_t ndim, cmlx_dtype dtype);

#ifdef __cplusplus
}
#endif
