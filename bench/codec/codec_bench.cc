// What each codec makes of real-looking lanes: bytes a value, and how fast it
// codes, decodes and sums them, beside what else there is.
//
//   codec_bench [SET...]     daily, short, minutely, decimals, quotients; or
//                            choice
//
// A lane is one series' stretch in a tile, coded alone and decoded into one
// array that is used again; "sum" decodes and adds. "sealed tile" is the whole
// way: lanes in tiles, opened and checked. Ours run once for each kind of
// processor that this machine can stand in for.
//
// Speeds are millions of values a second, the best of FOOTFALL_BENCH_ROUNDS
// rounds; in brackets how many times as fast as differences written as plain
// varints (the row "delta varint"), which holds on a busy machine too. "choice"
// is what choosing among our own costs and loses.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

#include "bench/codec/choice.h"
#include "bench/codec/lanes.h"
#include "bench/codec/stopwatch.h"
#include "bench/codec/subject.h"
#include "bench/support/workload.h"
#include "storage/codec/kernels.h"
#include "storage/tile/bundle.h"
#include "storage/tile/tile_builder.h"

namespace footfall::bench {
namespace {

// The lanes' bytes one after the other.
struct Coded {
  std::string bytes;
  std::vector<size_t> ends;
};

// A way to code a set whole.
struct Method {
  std::string name;
  const char* kernels;  // "" where there is one way only
  std::function<void(Coded*)> encode;
  std::function<void(const Coded&, bool sum)> decode;
  std::function<bool(const Coded&)> gives_back;  // every value
  Coded coded;
};

[[noreturn]] void Fail(const std::string& name) {
  std::fprintf(stderr, "codec_bench: %s does not give back the values\n",
               name.c_str());
  std::exit(1);
}

// Keeps the compiler from leaving out what made `value`.
template <typename T>
void Use(const T& value) {
  asm volatile("" : : "r,m"(value) : "memory");
}

uint64_t Sum(const int64_t* values, size_t count) {
  uint64_t sum = 0;
  for (size_t i = 0; i < count; ++i) {
    sum += static_cast<uint64_t>(values[i]);
  }
  return sum;
}

Method LaneByLane(const LaneSet& set, const Subject& subject) {
  Method method{subject.name, "", {}, {}, {}, {}};
  method.encode = [&set, subject](Coded* coded) {
    coded->bytes.clear();
    coded->ends.clear();
    for (const Lane& lane : set.lanes) {
      subject.encode(set, lane, &coded->bytes);
      coded->ends.push_back(coded->bytes.size());
    }
  };
  method.decode = [&set, subject](const Coded& coded, bool sum) {
    static std::vector<int64_t> values(storage::kMaxTileCells);
    size_t begin = 0;
    for (size_t i = 0; i < set.lanes.size(); ++i) {
      const Lane& lane = set.lanes[i];
      const auto bytes =
          absl::string_view(coded.bytes).substr(begin, coded.ends[i] - begin);
      begin = coded.ends[i];
      if (!subject.decode(set, lane, bytes, values.data())) {
        Fail(subject.name);
      }
      if (sum) {
        Use(Sum(values.data(), lane.values.size()));
      }
      Use(values.data());
    }
  };
  method.gives_back = [&set, subject](const Coded& coded) {
    Values values(storage::kMaxTileCells);
    size_t begin = 0;
    for (size_t i = 0; i < set.lanes.size(); ++i) {
      const Values& lane = set.lanes[i].values;
      const auto bytes =
          absl::string_view(coded.bytes).substr(begin, coded.ends[i] - begin);
      begin = coded.ends[i];
      if (!subject.decode(set, set.lanes[i], bytes, values.data()) ||
          !std::equal(lane.begin(), lane.end(), values.begin())) {
        return false;
      }
    }
    return true;
  };
  return method;
}

Method InTiles(const LaneSet& set) {
  const storage::TileShape shape = {storage::kMaxTileCells / set.steps,
                                    set.steps};
  Method method{"sealed tile", "", {}, {}, {}, {}};
  method.encode = [&set, shape](Coded* coded) {
    coded->bytes.clear();
    coded->ends.clear();
    storage::TileBuilder builder(shape, set.type, storage::Effort::kDense,
                                 set.season);
    std::vector<uint64_t> present(shape.words());
    for (size_t i = 0; i < set.lanes.size(); ++i) {
      const Lane& lane = set.lanes[i];
      for (uint32_t word = 0; word < shape.words(); ++word) {
        present[word] = lane.steps.Word(word * 64);
      }
      builder.AddLane(static_cast<uint32_t>(i % shape.lanes),
                      {present, {}, lane.values});
      if (i % shape.lanes == shape.lanes - 1 || i + 1 == set.lanes.size()) {
        const auto tile = builder.Finish();
        Require(tile.status());
        storage::AppendFrame(*tile, &coded->bytes);
        coded->ends.push_back(coded->bytes.size());
      }
    }
  };
  method.decode = [shape](const Coded& coded, bool sum) {
    static std::vector<int64_t> values(shape.steps);
    static std::vector<uint64_t> present(shape.words());
    values.resize(shape.steps);
    present.resize(shape.words());
    size_t begin = 0;
    for (const size_t end : coded.ends) {
      const auto bundle = storage::Bundle::Open(
          absl::string_view(coded.bytes).substr(begin, end - begin));
      Require(bundle.status());
      begin = end;
      for (uint32_t lane = 0; lane < shape.lanes; ++lane) {
        Require(bundle->ReadLane(lane, 0, shape.steps, absl::MakeSpan(values),
                                 absl::MakeSpan(present)));
        if (sum) {
          // An absent cell is 0.
          Use(Sum(values.data(), values.size()));
        }
        Use(values.data());
      }
    }
  };
  method.gives_back = [&set, shape](const Coded& coded) {
    Values values(shape.steps);
    std::vector<uint64_t> present(shape.words());
    size_t begin = 0;
    for (size_t i = 0; i < set.lanes.size(); ++i) {
      const size_t end = coded.ends[i / shape.lanes];
      const auto bundle = storage::Bundle::Open(
          absl::string_view(coded.bytes).substr(begin, end - begin));
      const uint32_t lane = static_cast<uint32_t>(i % shape.lanes);
      if (!bundle.ok() ||
          !bundle
               ->ReadLane(lane, 0, shape.steps, absl::MakeSpan(values),
                          absl::MakeSpan(present))
               .ok()) {
        return false;
      }
      size_t rank = 0;
      for (uint32_t step = 0; step < shape.steps; ++step) {
        const bool has = set.lanes[i].steps.Has(step);
        if (((present[step / 64] >> (step % 64) & 1) != 0) != has ||
            (has && values[step] != set.lanes[i].values[rank++])) {
          return false;
        }
      }
      begin = lane + 1 == shape.lanes ? end : begin;
    }
    return true;
  };
  return method;
}

// `method` with the inner loops of one kind of processor.
Method With(KernelLevel level, const char* name, const Method& method) {
  Method with{method.name, name, {}, {}, {}, {}};
  with.encode = [level, encode = method.encode](Coded* coded) {
    UseKernelLevel(level);
    encode(coded);
  };
  with.decode = [level, decode = method.decode](const Coded& coded, bool sum) {
    UseKernelLevel(level);
    decode(coded, sum);
  };
  with.gives_back = [level,
                     gives_back = method.gives_back](const Coded& coded) {
    UseKernelLevel(level);
    return gives_back(coded);
  };
  return with;
}

std::vector<Method> Methods(const LaneSet& set) {
  std::vector<Method> methods = {LaneByLane(set, Copy()),
                                 LaneByLane(set, PlainVarint())};
  std::vector<Method> ours = {InTiles(set)};
  for (const Subject& subject : OurSubjects()) {
    ours.push_back(LaneByLane(set, subject));
  }
  const KernelLevel before = ActiveKernelLevel();
  for (const Method& method : ours) {
    for (const auto& [level, name] :
         {std::pair{KernelLevel::kAvx512, "AVX-512"},
          std::pair{KernelLevel::kAvx2, "AVX2"},
          std::pair{KernelLevel::kPortable, "portable"}}) {
      if (UseKernelLevel(level)) {
        methods.push_back(With(level, name, method));
      }
    }
  }
  UseKernelLevel(before);
  for (const Subject& subject : OtherSubjects()) {
    if (!subject.only_integers || set.type == storage::CellType::kInteger) {
      methods.push_back(LaneByLane(set, subject));
    }
  }
  return methods;
}

void Compare(const LaneSet& set, int rounds) {
  std::vector<Method> methods = Methods(set);
  for (Method& method : methods) {
    method.encode(&method.coded);
    if (!method.gives_back(method.coded)) {
      Fail(method.name);
    }
  }
  const Method& baseline = methods[1];
  Coded scratch;
  std::vector<Contest> contests;
  for (const Method& method : methods) {
    contests.emplace_back([&] { baseline.encode(&scratch); },
                          [&] { method.encode(&scratch); });
    for (const bool sum : {false, true}) {
      contests.emplace_back(
          [&baseline, sum] { baseline.decode(baseline.coded, sum); },
          [&method, sum] { method.decode(method.coded, sum); });
    }
  }
  for (int round = 0; round < rounds; ++round) {
    for (Contest& contest : contests) {
      contest.Round();
    }
  }
  std::printf("\n%s: %s; %zu values in %zu lanes of up to %u\n\n", set.name,
              set.what, set.count, set.lanes.size(), set.steps);
  std::printf("| codec | kernels | bytes a value | encode | decode | sum |\n");
  std::printf("| --- | --- | --- | --- | --- | --- |\n");
  const double count = static_cast<double>(set.count);
  for (size_t i = 0; i < methods.size(); ++i) {
    const Method& method = methods[i];
    std::printf("| %s | %s | %.3f |", method.name.c_str(), method.kernels,
                static_cast<double>(method.coded.bytes.size()) / count);
    for (size_t j = 3 * i; j < 3 * i + 3; ++j) {
      std::printf(" %.0f (%.2f) |", count / contests[j].best_seconds() / 1e6,
                  contests[j].ratio());
    }
    std::printf("\n");
  }
  std::fflush(stdout);
}

int Main(int argc, char** argv) {
  const int rounds = FromEnvironment("FOOTFALL_BENCH_ROUNDS", 11);
  const std::vector<std::string> wanted(argv + 1, argv + argc);
  const auto is_wanted = [&wanted](const char* name) {
    return wanted.empty() ||
           std::find(wanted.begin(), wanted.end(), name) != wanted.end();
  };
  for (const LaneSet& set : LaneSets()) {
    if (is_wanted(set.name)) Compare(set, rounds);
  }
  for (const LaneSet& set : LaneSets()) {
    if (is_wanted("choice")) CompareChoices(set, rounds);
  }
  return 0;
}

}  // namespace
}  // namespace footfall::bench

int main(int argc, char** argv) { return footfall::bench::Main(argc, argv); }
