// Plain and packed files read alike; damaged ones say so.

#include "engine/exchange/byte_source.h"

#include "tests/engine/exchange/text_files.h"
#include "tests/support/temp_dir.h"

namespace footfall::engine {
namespace {

using testing::Gzip;
using testing::TempDir;
using testing::WriteFile;

absl::StatusOr<std::string> ReadAll(const std::string& path,
                                    size_t piece = 1 << 16) {
  auto source = OpenByteSource(path);
  if (!source.ok()) return source.status();
  std::string text;
  std::string bytes(piece, '\0');
  while (true) {
    const auto got = (*source)->Read(bytes.data(), bytes.size());
    if (!got.ok()) return got.status();
    if (*got == 0) break;
    text.append(bytes, 0, *got);
  }
  CHECK((*source)->bytes_read() == (*source)->bytes_total());
  return text;
}

std::string ManyLines() {
  std::string text;
  for (int i = 0; i < 50'000; ++i) text += std::to_string(i * 7919) + "\n";
  return text;
}

TEST_CASE("a file gives its text, packed or not", "[import]") {
  const TempDir folder;
  const std::string lines = ManyLines();
  struct Case {
    const char* why;
    std::string bytes;
    std::string text;
  };
  const Case cases[] = {
      {"empty", "", ""},
      {"one byte", "a", "a"},
      {"only the first byte of gzip's mark", "\x1f", "\x1f"},
      {"many lines", lines, lines},
      {"packed nothing", Gzip(""), ""},
      {"packed", Gzip("date,value\n"), "date,value\n"},
      {"packed much", Gzip(lines), lines},
      {"two members", Gzip("one\n") + Gzip("two\n"), "one\ntwo\n"},
      {"padding of zeros", Gzip("one\n") + std::string(100, '\0'), "one\n"},
  };
  for (const Case& c : cases) {
    INFO(c.why);
    WriteFile(folder / "file", c.bytes);
    for (const size_t piece : {size_t{1} << 16, size_t{7}}) {
      const auto text = ReadAll(folder / "file", piece);
      REQUIRE(text.status() == absl::OkStatus());
      CHECK((*text == c.text));
    }
  }
}

TEST_CASE("packed files cut anywhere end in an error", "[import]") {
  const TempDir folder;
  const std::string packed = Gzip("date,value\n2025-02-08,1\n");
  for (size_t size = 2; size < packed.size(); ++size) {
    INFO("cut at " << size);
    WriteFile(folder / "file", packed.substr(0, size));
    const auto text = ReadAll(folder / "file");
    REQUIRE(text.status().code() == absl::StatusCode::kDataLoss);
    CHECK_THAT(std::string(text.status().message()),
               ContainsSubstring("the gzip data end early"));
  }
  // Cut between two members, nothing is missing.
  WriteFile(folder / "file", packed + packed.substr(0, 12));
  CHECK(ReadAll(folder / "file").status().code() ==
        absl::StatusCode::kDataLoss);
}

TEST_CASE("damaged packed data end in an error", "[import]") {
  const TempDir folder;
  const std::string good = Gzip("date,value\n2025-02-08,1\n");
  size_t refused = 0;
  for (size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x55);
    WriteFile(folder / "file", bad);
    const auto text = ReadAll(folder / "file");
    // Time and system in the head change nothing.
    refused += text.ok() ? 0 : 1;
    if (at >= 10) {
      INFO("byte " << at);
      CHECK(text.status().code() == absl::StatusCode::kDataLoss);
    }
  }
  CHECK(refused >= good.size() - 10);
  WriteFile(folder / "file", good + "junk");
  CHECK(ReadAll(folder / "file").status().code() ==
        absl::StatusCode::kDataLoss);
}

TEST_CASE("what cannot be read is named", "[import]") {
  const TempDir folder;
  const auto absent = OpenByteSource(folder / "absent.csv").status();
  CHECK(absent.code() == absl::StatusCode::kNotFound);
  CHECK_THAT(std::string(absent.message()), ContainsSubstring("absent.csv"));
  const auto directory = OpenByteSource(folder.path()).status();
  CHECK(directory.code() == absl::StatusCode::kInvalidArgument);
  CHECK_THAT(std::string(directory.message()),
             ContainsSubstring("is a folder"));
}

}  // namespace
}  // namespace footfall::engine
