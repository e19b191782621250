#include "storage/codec/presence.h"

#include <random>
#include <vector>

#include "absl/strings/escaping.h"
#include "tests/support/catch.h"
#include "tests/support/hex.h"

namespace footfall::storage {
namespace {

constexpr uint64_t kSeed = 11;

struct Set {
  uint32_t places;
  std::vector<uint32_t> taken;
};

std::vector<uint64_t> Words(const Set& set) {
  std::vector<uint64_t> words((set.places + 63) / 64);
  for (const uint32_t place : set.taken) {
    words[place / 64] |= uint64_t{1} << (place % 64);
  }
  return words;
}

// Checks every question a Presence answers against the words themselves.
void CheckAnswers(const Set& set, const Presence& presence) {
  const std::vector<uint64_t> words = Words(set);
  const auto has = [&](uint32_t place) {
    return place < set.places && (words[place / 64] >> (place % 64) & 1) != 0;
  };
  REQUIRE(presence.count() == set.taken.size());
  uint32_t below = 0;
  for (uint32_t place = 0; place < set.places; ++place) {
    REQUIRE(presence.Has(place) == has(place));
    REQUIRE(presence.CountBelow(place) == below);
    if (has(place)) {
      REQUIRE(presence.PlaceOf(below) == place);
      ++below;
    }
    uint64_t word = 0;
    for (uint32_t i = 0; i < 64; ++i) {
      word |= uint64_t{has(place + i)} << i;
    }
    REQUIRE(presence.Word(place) == word);
  }
  REQUIRE(presence.CountBelow(set.places) == below);
  if (!set.taken.empty()) {
    CHECK(presence.begin() == set.taken.front());
    CHECK(presence.end() == set.taken.back() + 1);
  }
}

TEST_CASE("a set of places has these bytes and comes back", "[codec][golden]") {
  struct Case {
    const char* why;
    Set set;
    PresenceForm form;
    const char* bytes;
  };
  std::vector<uint32_t> all;
  for (uint32_t i = 0; i < 256; ++i) {
    all.push_back(i);
  }
  const std::vector<Case> cases = {
      {"none", {256, {}}, PresenceForm::kNone, ""},
      {"all", {256, all}, PresenceForm::kAll, ""},
      {"all of one", {1, {0}}, PresenceForm::kAll, ""},
      {"the first", {256, {0}}, PresenceForm::kOne, "00"},
      {"the last", {256, {255}}, PresenceForm::kOne, "ff01"},
      {"two in a row", {64, {5, 6}}, PresenceForm::kRun, "0500"},
      {"all but the first", {4, {1, 2, 3}}, PresenceForm::kRun, "0101"},
      {"a hole", {64, {5, 7}}, PresenceForm::kBitmap, "050005"},
      {"ends only",
       {64, {0, 63}},
       PresenceForm::kBitmap,
       "003d0100000000000080"},
      {"across words",
       {130, {62, 63, 65, 129}},
       PresenceForm::kBitmap,
       "3e410b0000000000000008"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.why);
    std::string bytes;
    CHECK(Presence::Of(Words(c.set))
              .Encode(c.set.places, Effort::kFast, &bytes) == c.form);
    CHECK(absl::BytesToHexString(bytes) == c.bytes);
    bytes += "rest";
    absl::string_view in = bytes;
    const auto presence = Presence::Take(c.form, c.set.places, &in);
    REQUIRE(presence.ok());
    CHECK(in == "rest");
    CheckAnswers(c.set, *presence);
  }
}

TEST_CASE("of no places only none and all are sets", "[codec]") {
  for (uint8_t form = 0; form <= kMaxPresenceForm; ++form) {
    CAPTURE(static_cast<int>(form));
    for (const absl::string_view bytes : {"", "0", "some bytes"}) {
      CAPTURE(bytes);
      absl::string_view in = bytes;
      const auto set = Presence::Take(static_cast<PresenceForm>(form), 0, &in);
      if (form <= static_cast<uint8_t>(PresenceForm::kAll)) {
        REQUIRE(set.ok());
        CHECK(set->count() == 0);
      } else {
        CHECK(set.status().code() == absl::StatusCode::kDataLoss);
      }
    }
  }
}

TEST_CASE("random sets come back", "[codec]") {
  CAPTURE(kSeed);
  std::mt19937_64 random(kSeed);
  for (int round = 0; round < 200; ++round) {
    CAPTURE(round);
    Set set{1 + static_cast<uint32_t>(random() % 400), {}};
    const uint64_t one_in = 1 + random() % 5;
    const uint32_t begin = static_cast<uint32_t>(random() % set.places);
    for (uint32_t place = begin; place < set.places; ++place) {
      if (random() % one_in == 0) {
        set.taken.push_back(place);
      }
    }
    const Effort effort = round % 2 == 0 ? Effort::kFast : Effort::kDense;
    std::string bytes;
    const PresenceForm form =
        Presence::Of(Words(set)).Encode(set.places, effort, &bytes);
    absl::string_view in = bytes;
    const auto presence = Presence::Take(form, set.places, &in);
    REQUIRE(presence.ok());
    REQUIRE(in.empty());
    CheckAnswers(set, *presence);

    // Cut anywhere, it is refused.
    for (size_t size = 0; size < bytes.size(); ++size) {
      const std::string cut = bytes.substr(0, size);
      absl::string_view rest = cut;
      CHECK(Presence::Take(form, set.places, &rest).status().code() ==
            absl::StatusCode::kDataLoss);
    }
  }
}

TEST_CASE("the densest form is chosen when sealing", "[codec][golden]") {
  struct Case {
    const char* why;
    Set set;
    PresenceForm form;
    const char* bytes;
  };
  const std::vector<Case> cases = {
      {"few places", {10, {0, 2, 4, 5, 9}}, PresenceForm::kBits, "3502"},
      {"long runs",
       {256, {0, 1, 2, 3, 100, 101, 102, 103, 104, 105, 106, 107}},
       PresenceForm::kRuns,
       "13208800"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.why);
    std::string bytes;
    CHECK(Presence::Of(Words(c.set))
              .Encode(c.set.places, Effort::kDense, &bytes) == c.form);
    CHECK(absl::BytesToHexString(bytes) == c.bytes);
    absl::string_view in = bytes;
    const auto presence = Presence::Take(c.form, c.set.places, &in);
    REQUIRE(presence.ok());
    CHECK(in.empty());
    CheckAnswers(c.set, *presence);
  }
}

TEST_CASE("a set among the places of another is found there again", "[codec]") {
  CAPTURE(kSeed);
  std::mt19937_64 random(kSeed);
  for (int round = 0; round < 600; ++round) {
    CAPTURE(round);
    Set universe{1 + static_cast<uint32_t>(random() % 300), {}};
    Set subset{universe.places, {}};
    const uint64_t universe_one_in = 1 + random() % 3;
    const uint64_t subset_one_in = 1 + random() % 3;
    // All that the universe has of a stretch, or some of it all.
    const bool is_stretch = round % 3 == 0;
    const uint32_t begin = static_cast<uint32_t>(random() % universe.places);
    const uint32_t end =
        begin + static_cast<uint32_t>(random() % (universe.places + 1 - begin));
    for (uint32_t place = 0; place < universe.places; ++place) {
      if (random() % universe_one_in == 0) {
        universe.taken.push_back(place);
        if (is_stretch ? place >= begin && place < end
                       : random() % subset_one_in == 0) {
          subset.taken.push_back(place);
        }
      }
    }
    const Presence among = Presence::Of(Words(universe));
    const Presence ranks = Presence::Of(Words(subset)).RanksIn(among);
    REQUIRE(ranks.count() == subset.taken.size());
    REQUIRE(ranks.end() <= among.count());
    REQUIRE((ranks.is_run() || !is_stretch));
    CheckAnswers(subset, ranks.Within(among));
  }
}

TEST_CASE("a set that does not fit its places is refused", "[codec]") {
  struct Case {
    const char* why;
    PresenceForm form;
    const char* bytes;
    absl::StatusCode code;
  };
  const auto c = GENERATE(values<Case>({
      {"one beyond", PresenceForm::kOne, "40", absl::StatusCode::kDataLoss},
      {"a run beyond", PresenceForm::kRun, "053a", absl::StatusCode::kDataLoss},
      {"a run of 2^64", PresenceForm::kRun, "05feffffffffffffffff01",
       absl::StatusCode::kDataLoss},
      {"a bitmap beyond", PresenceForm::kBitmap, "3e0007",
       absl::StatusCode::kDataLoss},
      {"a bitmap that begins with a hole", PresenceForm::kBitmap, "050004",
       absl::StatusCode::kDataLoss},
      {"a bitmap that ends with a hole", PresenceForm::kBitmap, "050003",
       absl::StatusCode::kDataLoss},
      {"bits after the span", PresenceForm::kBitmap, "05000d",
       absl::StatusCode::kDataLoss},
      {"bits beyond", PresenceForm::kBits, "01", absl::StatusCode::kDataLoss},
      {"runs beyond", PresenceForm::kRuns, "8180ff",
       absl::StatusCode::kDataLoss},
      {"runs without end", PresenceForm::kRuns, "000000000000000000",
       absl::StatusCode::kDataLoss},
      {"places 0 and 2", PresenceForm::kRuns, "1f", absl::StatusCode::kOk},
      {"runs followed by a one", PresenceForm::kRuns, "9f",
       absl::StatusCode::kDataLoss},
      {"a later form", static_cast<PresenceForm>(7), "05",
       absl::StatusCode::kUnimplemented},
  }));
  CAPTURE(c.why);
  const std::string bytes = FromHex(c.bytes);
  absl::string_view in = bytes;
  CHECK(Presence::Take(c.form, 64, &in).status().code() == c.code);
}

}  // namespace
}  // namespace footfall::storage
