// In which forms the tiles of a database on disk are.

#ifndef FOOTFALL_TESTS_COMPAT_TILE_SURVEY_H_
#define FOOTFALL_TESTS_COMPAT_TILE_SURVEY_H_

#include <cstdint>
#include <set>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "storage/base/varint.h"
#include "storage/store/rocksdb_store.h"
#include "storage/tile/tile_layout.h"
#include "storage/tile/tile_reader.h"
#include "tests/support/catch.h"

namespace footfall::testing {

struct TileSurvey {
  std::set<storage::TileForm> forms;
  std::set<std::string> codecs;                    // in words
  std::set<std::pair<uint32_t, uint32_t>> shapes;  // lanes, steps
  int deleting = 0;                                // tiles that delete cells
  int patched = 0;                                 // bundles of several tiles
};

inline void SurveyTile(absl::string_view bytes, TileSurvey* survey) {
  const auto tile = storage::TileReader::Open(bytes);
  REQUIRE(tile.status() == absl::OkStatus());
  const storage::TileShape shape = tile->shape();
  survey->shapes.insert({shape.lanes, shape.steps});
  survey->deleting += tile->has_deleted() ? 1 : 0;
  // The flags stand behind the two numbers of the shape.
  absl::string_view rest = bytes.substr(storage::kTileHeadSize);
  uint64_t number;
  REQUIRE(storage::TakeVarint(&rest, &number));
  REQUIRE(storage::TakeVarint(&rest, &number));
  survey->forms.insert(static_cast<storage::TileForm>(
      static_cast<unsigned char>(rest[0]) >> storage::kTileFormShift));
  for (uint32_t lane = 0; lane < shape.lanes; ++lane) {
    if (!tile->HasLane(lane)) continue;
    storage::TileReader::CodedLane coded;
    REQUIRE(tile->TakeLane(lane, &coded) == absl::OkStatus());
    survey->codecs.insert(storage::DescribeColumn(coded.codec, coded.values));
  }
}

// Of the database in `path`, which no one has open for writing.
inline TileSurvey SurveyTiles(const std::string& path) {
  const auto store = storage::OpenRocksdbStore(
      path, {.create_if_missing = false, .read_only = true});
  REQUIRE(store.status() == absl::OkStatus());
  TileSurvey survey;
  const auto view = (*store)->TakeView();
  const auto bundles = view->Scan(Keyspace::kTiles, "", "");
  while (true) {
    const auto more = bundles->Next();
    REQUIRE(more.status() == absl::OkStatus());
    if (!*more) return survey;
    absl::string_view frames = bundles->value();
    int tiles = 0;
    for (; !frames.empty(); ++tiles) {
      uint64_t size;
      REQUIRE(storage::TakeVarint(&frames, &size));
      SurveyTile(frames.substr(0, size), &survey);
      frames.remove_prefix(size);
    }
    survey.patched += tiles > 1 ? 1 : 0;
  }
}

}  // namespace footfall::testing

#endif  // FOOTFALL_TESTS_COMPAT_TILE_SURVEY_H_
