// Any bytes as a set of places and a second one among its places, as a sealed
// tile has them: a set or a refusal. A set answers as its bits do, and goes
// through every form that it may have.
//
//   u8 form, u8 and u8 places, u8 form of the second set, then both sets' bytes

#include <string>
#include <vector>

#include "storage/codec/presence.h"
#include "storage/tile/tile.h"
#include "tests/fuzz/require.h"

namespace footfall::storage {
namespace {

std::vector<uint64_t> Words(const Presence& set, uint32_t places) {
  std::vector<uint64_t> words((places + 63) / 64);
  for (uint32_t i = 0; i < words.size(); ++i) {
    words[i] = set.Word(i * 64);
  }
  return words;
}

void CheckAnswers(const Presence& set, uint32_t places) {
  FUZZ_REQUIRE(set.begin() <= set.end());
  FUZZ_REQUIRE(set.end() <= places);
  const std::vector<uint64_t> words = Words(set, places);
  uint32_t rank = 0;
  for (uint32_t place = 0; place < words.size() * 64; ++place) {
    const bool has = (words[place / 64] >> (place % 64) & 1) != 0;
    FUZZ_REQUIRE(set.Has(place) == has);
    FUZZ_REQUIRE(!has || (place >= set.begin() && place < set.end()));
    if (place % 61 == 0) {
      FUZZ_REQUIRE(set.CountBelow(place) == rank);
      FUZZ_REQUIRE(!has || set.PlaceOf(rank) == place);
    }
    rank += has ? 1 : 0;
  }
  FUZZ_REQUIRE(set.count() == rank);
}

void CheckRoundTrip(const Presence& set, uint32_t places) {
  for (const Effort effort : {Effort::kFast, Effort::kDense}) {
    std::string bytes;
    const PresenceForm form = set.Encode(places, effort, &bytes);
    FUZZ_REQUIRE(effort == Effort::kDense || form <= PresenceForm::kBitmap);
    const std::vector<char> exact(bytes.begin(), bytes.end());
    absl::string_view in(exact.data(), exact.size());
    const auto again = Presence::Take(form, places, &in);
    FUZZ_REQUIRE(again.ok());
    FUZZ_REQUIRE(in.empty());
    FUZZ_REQUIRE(Words(*again, places) == Words(set, places));
    FUZZ_REQUIRE(again->count() == set.count());
  }
}

// Takes a set from the front of *in; false where it is refused.
bool TakeChecked(PresenceForm form, uint32_t places, absl::string_view* in,
                 Presence* set) {
  const absl::string_view before = *in;
  auto taken = Presence::Take(form, places, in);
  if (!taken.ok()) {
    FUZZ_REQUIRE(IsRefusal(taken.status()));
    FUZZ_REQUIRE(absl::IsUnimplemented(taken.status()) ==
                 (static_cast<uint8_t>(form) > kMaxPresenceForm));
    return false;
  }
  FUZZ_REQUIRE(in->size() <= before.size());
  FUZZ_REQUIRE(before.substr(before.size() - in->size()).data() == in->data());
  CheckAnswers(*taken, places);
  CheckRoundTrip(*taken, places);
  // Its own bytes hold all of it, and no part of them does.
  const size_t size = before.size() - in->size();
  const std::vector<char> exact(before.begin(), before.begin() + size);
  absl::string_view own(exact.data(), exact.size());
  const auto again = Presence::Take(form, places, &own);
  FUZZ_REQUIRE(again.ok());
  FUZZ_REQUIRE(Words(*again, places) == Words(*taken, places));
  if (size > 0) {
    absl::string_view cut(exact.data(), exact.size() - 1);
    FUZZ_REQUIRE(absl::IsDataLoss(Presence::Take(form, places, &cut).status()));
  }
  *set = *std::move(taken);
  return true;
}

}  // namespace
}  // namespace footfall::storage

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace footfall::storage;
  constexpr size_t kHeadSize = 4;
  if (size < kHeadSize) {
    return 0;
  }
  const uint32_t places = (data[1] + 256u * data[2]) % (kMaxTileCells + 1);
  const std::vector<char> exact(data + kHeadSize, data + size);
  absl::string_view in(exact.data(), exact.size());
  Presence set;
  Presence ranks;
  if (!TakeChecked(static_cast<PresenceForm>(data[0]), places, &in, &set) ||
      !TakeChecked(static_cast<PresenceForm>(data[3]), set.count(), &in,
                   &ranks)) {
    return 0;
  }
  const Presence within = ranks.Within(set);
  CheckAnswers(within, places);
  FUZZ_REQUIRE(within.count() == ranks.count());
  FUZZ_REQUIRE(Words(within.RanksIn(set), set.count()) ==
               Words(ranks, set.count()));
  for (uint32_t rank = 0; rank < within.count(); rank += 1 + rank / 8) {
    FUZZ_REQUIRE(within.PlaceOf(rank) == set.PlaceOf(ranks.PlaceOf(rank)));
  }
  return 0;
}
