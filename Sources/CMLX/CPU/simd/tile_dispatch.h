// Chooses the tile by its size; see vector.h for how this file is included.

namespace cmlx::CMLX_ISA {

template <int rows, int vectors>
static void dispatch_tile(const TileCall& call) {
  if (call.rows == rows && call.vectors == vectors) return tile_of<rows, vectors>(call);
  if constexpr (vectors > 1) {
    if (call.vectors < vectors) return dispatch_tile<rows, vectors - 1>(call);
  }
  if constexpr (rows > 1) return dispatch_tile<rows - 1, vectors>(call);
}

static void tile(const TileCall& call) { dispatch_tile<kTileRows, kPanelVectors>(call); }

} // namespace cmlx::CMLX_ISA
