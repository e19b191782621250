// Sets of users as std::set has them, and pieces made of and read into such.

#ifndef FOOTFALL_TESTS_STORAGE_SETS_SET_MODEL_H_
#define FOOTFALL_TESTS_STORAGE_SETS_SET_MODEL_H_

#include <bit>
#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "storage/sets/fold.h"
#include "storage/sets/piece_builder.h"
#include "storage/sets/piece_reader.h"
#include "storage/sets/row_cursor.h"
#include "storage/sets/user_events.h"
#include "tests/support/catch.h"

namespace footfall::storage {

// The samples that are present, by cell: their users.
using SetModel = std::map<uint32_t, std::set<uint64_t>>;

// What one piece says.
struct Said {
  std::vector<uint32_t> resets;
  std::set<uint64_t> forgets;
  std::vector<uint32_t> empties;  // cells that are present
  std::vector<UserEvent> events;  // in any order
};

inline void Apply(const Said& said, SetModel* model) {
  for (const uint32_t cell : said.resets) {
    model->erase(cell);
  }
  for (auto& [cell, users] : *model) {
    for (const uint64_t hash : said.forgets) {
      users.erase(hash);
    }
  }
  for (const uint32_t cell : said.empties) {
    (*model)[cell];
  }
  for (const UserEvent& event : said.events) {
    (*model)[event.cell].insert(event.hash);
  }
}

inline std::string Build(Said said, const PieceHead& head, uint64_t most = 0) {
  PieceBuilder builder(head);
  CellSet resets;
  for (const uint32_t cell : said.resets) resets.Add(cell);
  builder.Reset(resets);
  for (const uint64_t hash : said.forgets) builder.Forget(hash);
  CellSet cells;
  for (const uint32_t cell : said.empties) cells.Add(cell);
  builder.AddCells(cells);
  SortEvents(&said.events);
  if (most != 0) {
    ThresholdFinder finder({}, most);
    ForEachUserOf(said.events,
                  [&](const UserSteps& user) { finder.Count(user); });
    builder.Cut(finder.thresholds());
  }
  ForEachUserOf(said.events,
                [&](const UserSteps& user) { builder.AddUser(user); });
  auto piece = builder.Finish();
  REQUIRE(piece.ok());
  return *piece;
}

inline std::string Build(const SetModel& model, const PieceHead& head,
                         uint64_t most = 0) {
  Said said;
  for (const auto& [cell, users] : model) {
    said.empties.push_back(cell);
    for (const uint64_t hash : users) said.events.push_back({hash, cell});
  }
  return Build(said, head, most);
}

inline PieceReader Opened(const std::string& piece) {
  auto reader = PieceReader::Open(piece);
  INFO(reader.status());
  REQUIRE(reader.ok());
  return *std::move(reader);
}

PieceReader Opened(std::string&&) = delete;  // it borrows the bytes

// All that a piece adds, by its rows; counts and the union agree with them.
inline SetModel Read(const PieceReader& piece) {
  SetModel model;
  ForEachCell(piece.empties(), [&](uint32_t cell) { model[cell]; });
  RowCursor rows(piece, CellSet::All(), LaneUse::kApart);
  std::set<uint64_t> all;
  bool ascending = true;
  for (;;) {
    const auto next = rows.Next();
    REQUIRE(next.ok());
    if (!*next) break;
    REQUIRE(!rows.hashes().empty());
    for (size_t i = 0; i < rows.hashes().size(); ++i) {
      const uint64_t hash = rows.hashes()[i];
      ascending &= all.empty() || hash > *all.rbegin();
      all.insert(all.end(), hash);
      for (size_t row = 0; row < rows.row_count(); ++row) {
        for (uint64_t left = rows.steps(row)[i]; left != 0; left &= left - 1) {
          std::set<uint64_t>& users =
              model[rows.lane(row) * kPieceSteps +
                    static_cast<uint32_t>(std::countr_zero(left))];
          users.insert(users.end(), hash);
        }
      }
    }
  }
  REQUIRE(ascending);
  CellCounts counts = {};
  REQUIRE(piece.CountCells(&counts).ok());
  for (uint32_t cell = 0; cell < kPieceCells; ++cell) {
    const auto found = model.find(cell);
    REQUIRE(counts[cell] == (found == model.end() ? 0 : found->second.size()));
  }
  REQUIRE(all.size() == piece.user_count());
  const auto whole = piece.CountUnion(CellSet::All());
  REQUIRE(whole.ok());
  REQUIRE(*whole == all.size());
  return model;
}

inline SetModel Read(const std::string& piece) {
  return piece.empty() ? SetModel() : Read(Opened(piece));
}

// The pieces that a fold makes, by range.
inline std::vector<std::string> FoldInto(const std::vector<std::string>& pieces,
                                         const FoldOptions& options) {
  std::vector<PieceReader> readers;
  for (const std::string& piece : pieces) readers.push_back(Opened(piece));
  std::vector<std::string> folded;
  const absl::Status status =
      FoldPieces(readers, options, [&](HashRange, std::string piece) {
        folded.push_back(std::move(piece));
      });
  INFO(status);
  REQUIRE(status.ok());
  return folded;
}

inline std::string Fold(const std::vector<std::string>& pieces,
                        uint64_t most = 0) {
  FoldOptions options;
  options.most = most;
  const std::vector<std::string> folded = FoldInto(pieces, options);
  REQUIRE(folded.size() <= 1);
  return folded.empty() ? std::string() : folded[0];
}

// A random hash that a head allows.
inline uint64_t RandomHash(const PieceHead& head, std::mt19937_64* random) {
  const uint64_t hash =
      head.range.first() | ((*random)() & ~uint64_t{0} >> head.range.depth());
  return head.hash_bits == kShortHash ? hash & ~uint64_t{0xffff} : hash;
}

// How users come: so many of them, on a share of these cells each; some on one.
struct Crowd {
  size_t users;
  std::vector<uint32_t> cells;
  double once = .5;    // share of users of one cell
  double least = .01;  // of its cells that one of the others is in
  double most = .99;
};

inline std::vector<uint32_t> Cells(uint32_t lanes, uint32_t steps,
                                   uint32_t first_lane = 0) {
  std::vector<uint32_t> cells;
  for (uint32_t lane = first_lane; lane < first_lane + lanes; ++lane) {
    for (uint32_t step = 0; step < steps; ++step) {
      cells.push_back(lane * kPieceSteps + step);
    }
  }
  return cells;
}

inline std::vector<UserEvent> MakeEvents(const Crowd& crowd,
                                         const PieceHead& head,
                                         std::mt19937_64* random) {
  std::vector<UserEvent> events;
  std::uniform_real_distribution<double> unit;
  for (size_t i = 0; i < crowd.users; ++i) {
    const uint64_t hash = RandomHash(head, random);
    const uint32_t cell = crowd.cells[(*random)() % crowd.cells.size()];
    events.push_back({hash, cell});
    if (unit(*random) < crowd.once) continue;
    const double share =
        crowd.least + unit(*random) * (crowd.most - crowd.least);
    for (const uint32_t other : crowd.cells) {
      if (unit(*random) < share) events.push_back({hash, other});
    }
  }
  return events;
}

}  // namespace footfall::storage

#endif  // FOOTFALL_TESTS_STORAGE_SETS_SET_MODEL_H_
