// Reads the bytes of one tile: the lanes and steps that are asked for, no more.

#ifndef FOOTFALL_STORAGE_TILE_TILE_READER_H_
#define FOOTFALL_STORAGE_TILE_TILE_READER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "storage/codec/presence.h"
#include "storage/tile/lane_block.h"
#include "storage/tile/tile.h"
#include "storage/tile/tile_layout.h"

namespace footfall::storage {

class VerifiedTiles;

// Moves the values of the present steps to the front, in step order, and
// returns them: a lane as OverlayCells() reads it becomes what LaneCells wants.
// Requires: values->size() is above every present step.
absl::Span<const int64_t> CompactCells(absl::Span<const uint64_t> present,
                                       std::vector<int64_t>* values);

// Borrows the bytes it was opened on. May be shared between two openings.
class TileReader {
 public:
  // To be opened before anything else.
  TileReader() = default;

  // Checks the header, the directory and the checksum over all bytes.
  //
  //   DATA_LOSS      the bytes are not a whole tile
  //   UNIMPLEMENTED  a version or codec of a later release; the message says
  //                  which, and what this build knows
  static absl::StatusOr<TileReader> Open(absl::string_view bytes);

  // The same in place, on other bytes: what a scan does, tile after tile. The
  // checksum is not summed up where `verified` knows the bytes; null: always.
  // After an error nothing may be read.
  absl::Status OpenAgain(absl::string_view bytes, VerifiedTiles* verified);

  TileShape shape() const { return shape_; }
  CellType type() const { return type_; }

  // Lanes that have a cell.
  uint32_t lane_count() const { return lane_set_.count(); }
  bool HasLane(uint32_t lane) const { return lane_set_.Has(lane); }
  // Whether any cell is marked deleted.
  bool has_deleted() const { return has_deleted_; }

  // The cells of `lane` at steps [begin, end), laid over what is there:
  // a value sets present and writes values[i]; a deleted cell clears present
  // and sets values[i] = 0; an absent one leaves both as they are. i and the
  // bits count from `begin`. A lane without cells changes nothing.
  //
  // Requires: begin < end <= shape().steps; values has end - begin elements;
  // present has ceil((end - begin) / 64) words.
  //   DATA_LOSS      the lane's bytes do not decode; the output is unspecified
  //   UNIMPLEMENTED  it is coded as only a later release knows
  absl::Status OverlayLane(uint32_t lane, uint32_t begin, uint32_t end,
                           absl::Span<int64_t> values,
                           absl::Span<uint64_t> present) const;

  // As OverlayLane onto cells that are all absent, their values 0, whatever the
  // spans hold before.
  absl::Status FillLane(uint32_t lane, uint32_t begin, uint32_t end,
                        absl::Span<int64_t> values,
                        absl::Span<uint64_t> present) const;

  // The lanes of `lanes` that have a value at steps [begin, end), each as a row
  // of *block: as FillLane(), for all of them in one go.
  //
  // Requires: `lanes` ascend and are below shape().lanes; begin < end <=
  // shape().steps. Errors as OverlayLane(); the message names the lane.
  absl::Status ReadLanes(absl::Span<const uint32_t> lanes, uint32_t begin,
                         uint32_t end, LaneBlock* block) const;

  // The same without the values, which are left as they were.
  absl::Status ReadPresence(absl::Span<const uint32_t> lanes, uint32_t begin,
                            uint32_t end, LaneBlock* block) const;

  // A number that no value of the lane is above, found without decoding one;
  // nullopt where the tile has none.
  // Requires: HasLane(lane).
  std::optional<int64_t> Ceiling(uint32_t lane) const;

  // As OverlayLane over the whole lane, and `deleted` ([shape().words()])
  // marks deleted cells (a later value clears the mark).
  absl::Status OverlayCells(uint32_t lane, absl::Span<int64_t> values,
                            absl::Span<uint64_t> present,
                            absl::Span<uint64_t> deleted) const;

  // One lane, taken apart but not decoded. Borrows the tile's bytes.
  struct CodedLane {
    CodedLane() = default;
    CodedLane(const CodedLane&) = delete;
    CodedLane& operator=(const CodedLane&) = delete;

    // Its own steps, or those of the whole tile: of the reader, then.
    const Presence& present() const { return shared ? *shared : own; }

    const Presence* shared = nullptr;
    Presence own;
    Presence deleted;
    Codec codec = Codec::kNone;
    absl::string_view values;
    // Whether `values` hold this lane alone; else it is number `value_index` of
    // a column across lanes.
    bool apart = true;
    uint32_t value_index = 0;
  };

  // Requires: HasLane(lane); *taken is new. Errors as OverlayLane().
  absl::Status TakeLane(uint32_t lane, CodedLane* taken) const;

  // Steps after which the calendar repeats for the lanes that need to know; 0
  // where none does.
  uint32_t season() const { return season_; }

  // What the tile holds, a line a lane, for people.
  std::string Dump() const;

 private:
  // A lane whose values are at steps [begin, end), with nothing deleted.
  struct RunLane {
    uint32_t begin = 0;
    uint32_t end = 0;
    Codec codec = Codec::kNone;
    absl::string_view values;
  };
  // (read_lanes.cc) Requires: form_ is not kColumn.
  bool TakeRun(uint32_t index, RunLane* lane) const;
  // Requires: some of its steps are among those of the row; `steps` are its
  // steps.
  absl::Status ReadRun(const RunLane& lane, const Presence& steps,
                       uint32_t begin, absl::Span<int64_t> values) const;
  static void MarkRun(const RunLane& lane, uint32_t begin, uint32_t end,
                      absl::Span<uint64_t> present);
  absl::Status ReadPresenceOf(uint32_t lane, uint32_t begin, uint32_t end,
                              absl::Span<uint64_t> present) const;
  // What ReadLanes() and ReadPresence() have in common.
  absl::Status ReadRows(absl::Span<const uint32_t> lanes, uint32_t begin,
                        uint32_t end, bool values, LaneBlock* block) const;

  // (open_tile.cc)
  // Takes a set with its form before it off *in.
  static absl::StatusOr<Presence> TakeSet(uint32_t places,
                                          absl::string_view* in);
  absl::Status OpenLanes(absl::string_view rest);
  absl::Status OpenColumn(absl::string_view rest);
  absl::Status OpenSealed(absl::string_view rest, bool ceilings);
  // Takes the ceilings off *rest.
  absl::Status OpenCeilings(absl::string_view* rest);
  absl::Status CheckHeads() const;
  absl::Status ReadLane(const CodedLane& lane, uint32_t begin, uint32_t end,
                        absl::Span<int64_t> values,
                        absl::Span<uint64_t> present,
                        absl::Span<uint64_t> deleted) const;
  absl::Status ReadValues(const CodedLane& lane, uint32_t rank,
                          absl::Span<int64_t> out) const;

  TileShape shape_ = {1, 1};
  CellType type_ = CellType::kInteger;
  bool has_deleted_ = false;
  TileForm form_ = TileForm::kLanes;  // never kSealedWithCeilings
  uint32_t season_ = 0;
  Presence lane_set_;
  // Lanes apart: of lane number i of the set, the head, and where its bytes,
  // without the head, begin and end in data_.
  absl::InlinedVector<uint8_t, 64> heads_;
  absl::InlinedVector<uint32_t, 65> ends_;  // one more; ends_[0] is 0
  absl::string_view data_;
  // Form kSealed: the steps that any lane has.
  Presence steps_;
  // The largest value, and of lane number i of the set the ceiling's code;
  // empty where there are none.
  int64_t top_ = 0;
  absl::string_view ceilings_;
  // Form kColumn: every lane's cell is at this step; data_ is their values.
  uint32_t column_step_ = 0;
  Codec column_codec_ = Codec::kNone;
};

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_TILE_TILE_READER_H_
