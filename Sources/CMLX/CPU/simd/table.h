// The table of the kernels of one instruction set; see vector.h for how this file is included.

namespace cmlx::CMLX_ISA {

static const Kernels kTable = {
    .isa = CMLX_ISA_NAME,
    .width = kWidth,
    .depth_per_cell = CMLX_DEPTH_PER_CELL,
    .tile_rows = kTileRows,
    .panel_vectors = kPanelVectors,
    .tile = tile,
    .pack_rows = pack_rows,
    .pack_panel = pack_panel,
    .finish = finish,
    .dots = dots,
    .columns = columns,
    .softmax = softmax,
    .scale_values = scale_values,
    .map = map,
    .normalize = normalize,
    .rotate = rotate,
    .winograd_input = winograd_input,
    .winograd_output = winograd_output,
    .winograd_weights = winograd_weights,
    .dequantize = dequantize,
    .convert = convert,
};

} // namespace cmlx::CMLX_ISA
