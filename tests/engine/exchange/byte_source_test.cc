// Plain and packed files read alike; damaged ones say so.

#include "engine/exchange/byte_source.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <random>
#include <string>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "footfall/csv_export.h"
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

// What `name` holds once `text` was written to it; nullopt where the build is
// without what packs it, which it then says.
std::optional<std::string> Packed(const std::string& path,
                                  absl::string_view text) {
  auto file = TextFile::Create(path);
  if (absl::IsUnimplemented(file.status())) {
    CHECK(absl::StrContains(file.status().message(), "without zstd"));
    return std::nullopt;
  }
  REQUIRE(file.ok());
  for (size_t at = 0; at < text.size(); at += 10'000) {
    REQUIRE((*file)->Write(text.substr(at, 10'000)).ok());
  }
  REQUIRE((*file)->Close().ok());
  std::ifstream stream(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

TEST_CASE("a file that is replaced keeps what it is", "[export]") {
  namespace fs = std::filesystem;
  const TempDir folder;
  // Its permissions, and the link that leads to it.
  const std::string path = folder / "real.csv";
  std::ofstream(path) << "before";
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
  const std::string link = folder / "link.csv";
  fs::create_symlink("real.csv", link);
  CHECK(Packed(link, "after") == "after");
  CHECK(fs::is_symlink(link));
  CHECK(Packed(path, "later") == "later");
  CHECK(fs::status(path).permissions() ==
        (fs::perms::owner_read | fs::perms::owner_write));
  // A link to nothing makes what it names.
  const std::string dangling = folder / "dangling.csv";
  fs::create_symlink("made.csv", dangling);
  CHECK(Packed(dangling, "new") == "new");
  CHECK(fs::is_symlink(dangling));
  CHECK(fs::is_regular_file(folder / "made.csv"));
  // A device is written to, and stays one.
  {
    auto null = TextFile::Create("/dev/null");
    REQUIRE(null.ok());
    REQUIRE((*null)->Write("text").ok());
    REQUIRE((*null)->Close().ok());
  }
  CHECK(fs::is_character_file("/dev/null"));
  {
    auto full = TextFile::Create("/dev/full");
    REQUIRE(full.ok());
    const absl::Status written = (*full)->Write(std::string(100'000, 'x'));
    const absl::Status closed = (*full)->Close();
    CHECK((absl::IsResourceExhausted(written) ||
           absl::IsResourceExhausted(closed)));
  }
  CHECK(fs::is_character_file("/dev/full"));
  CHECK_FALSE(fs::exists("/dev/full.part"));
  // What is open already gets it behind what it has.
  const std::string open_path = folder / "open.txt";
  std::FILE* const open_file = std::fopen(open_path.c_str(), "w");
  REQUIRE(open_file != nullptr);
  std::fputs("first ", open_file);
  std::fflush(open_file);
  {
    auto self =
        TextFile::Create(absl::StrCat("/proc/self/fd/", fileno(open_file)));
    REQUIRE(self.ok());
    REQUIRE((*self)->Write("second").ok());
    REQUIRE((*self)->Close().ok());
  }
  std::fclose(open_file);
  std::ifstream again(open_path);
  CHECK(std::string(std::istreambuf_iterator<char>(again), {}) ==
        "first second");
}

TEST_CASE("a pipe gets what is exported, packed or not", "[export]") {
  const TempDir folder;
  for (const char* const name : {"pipe.csv", "pipe.csv.gz"}) {
    CAPTURE(name);
    const std::string path = folder / name;
    REQUIRE(mkfifo(path.c_str(), 0600) == 0);
    // Nobody reads it yet.
    CHECK(absl::IsUnavailable(TextFile::Create(path).status()));
    std::string got;
    std::thread reader([&] {
      std::ifstream stream(path, std::ios::binary);
      got.assign(std::istreambuf_iterator<char>(stream), {});
    });
    absl::StatusOr<std::unique_ptr<TextFile>> file =
        absl::UnavailableError("not yet");
    while (!file.ok()) file = TextFile::Create(path);
    REQUIRE((*file)->Write("a,b\n1,2\n").ok());
    REQUIRE((*file)->Close().ok());
    reader.join();
    CHECK(std::filesystem::is_fifo(path));
    if (std::string(name) == "pipe.csv") {
      CHECK(got == "a,b\n1,2\n");
    } else {
      CHECK(got.substr(0, 2) == "\x1f\x8b");
    }
  }
}

TEST_CASE("a pipe whose reader goes away is an error, and no signal",
          "[export]") {
  const TempDir folder;
  for (const char* const name : {"pipe.csv", "pipe.csv.gz"}) {
    CAPTURE(name);
    const std::string path = folder / name;
    REQUIRE(mkfifo(path.c_str(), 0600) == 0);
    const int reader = open(path.c_str(), O_RDONLY | O_NONBLOCK);
    REQUIRE(reader >= 0);
    auto file = TextFile::Create(path);
    REQUIRE(file.ok());
    close(reader);
    // More than is held back before it is written.
    std::mt19937 random(7);
    std::string text(size_t{1} << 20, ' ');
    for (char& c : text) c = static_cast<char>('!' + random() % 90);
    const absl::Status written = (*file)->Write(text);
    const absl::Status closed = (*file)->Close();
    CHECK(absl::IsUnavailable(written.ok() ? closed : written));
    file->reset();
    // One that is sent on purpose is still heard.
    sigset_t pending;
    REQUIRE(sigpending(&pending) == 0);
    CHECK(sigismember(&pending, SIGPIPE) == 0);
  }
}

TEST_CASE("what a suffix packs is unpacked again by its content", "[export]") {
  const TempDir folder;
  struct Case {
    const char* name;
    absl::string_view mark;
  };
  const Case cases[] = {
      {"plain.csv", ""},
      {"packed.csv.gz", "\x1f\x8b"},
      {"packed.csv.zst", "\x28\xb5\x2f\xfd"},
  };
  for (const Case& c : cases) {
    for (const std::string& text :
         {std::string(), std::string("date,value\n"), ManyLines()}) {
      INFO(c.name << ", " << text.size() << " bytes");
      const auto packed = Packed(folder / c.name, text);
      if (!packed.has_value()) continue;
      CHECK(absl::StartsWith(*packed, c.mark));
      for (const size_t piece : {size_t{1} << 16, size_t{7}}) {
        const auto read = ReadAll(folder / c.name, piece);
        REQUIRE(read.ok());
        CHECK(*read == text);
      }
    }
  }
}

TEST_CASE("zstd data take no more memory than any decoder has", "[export]") {
  const TempDir folder;
  if (!Packed(folder / "any.zst", "text").has_value()) return;
  const std::string path = folder / "file.zst";
  // The head of a frame: magic, no size, a window of 2^(10 + exponent) bytes
  // and mantissa eighths more.
  const auto read = [&](char exponent, char mantissa) {
    std::string head = "\x28\xb5\x2f\xfd";
    head.push_back('\0');
    head.push_back(static_cast<char>(exponent << 3 | mantissa));
    WriteFile(path, head + "\x01");
    auto file = OpenByteSource(path);
    REQUIRE(file.ok());
    char bytes[16];
    return (*file)->Read(bytes, sizeof(bytes)).status();
  };
  CHECK(absl::IsDataLoss(read(13, 0)));  // it only ends early
  for (const auto& [exponent, mantissa] :
       {std::pair<char, char>{13, 1}, {14, 5}, {17, 0}, {31, 7}}) {
    const absl::Status status = read(exponent, mantissa);
    INFO(status);
    CHECK(absl::IsInvalidArgument(status));
    CHECK(absl::StrContains(status.message(), path));
    CHECK(absl::StrContains(status.message(), "--long"));
  }
}

TEST_CASE("zstd data that are not whole are refused", "[export]") {
  const TempDir folder;
  const std::string lines = ManyLines();
  const auto packed = Packed(folder / "whole.zst", lines);
  if (!packed.has_value()) return;
  // Frames one after the other are one text.
  WriteFile(folder / "two", *packed + *packed);
  const auto two = ReadAll(folder / "two");
  REQUIRE(two.ok());
  CHECK(*two == lines + lines);
  for (size_t size = 4; size < packed->size(); size += packed->size() / 50) {
    INFO(size << " of " << packed->size() << " bytes");
    WriteFile(folder / "short", packed->substr(0, size));
    const auto read = ReadAll(folder / "short");
    REQUIRE(read.status().code() == absl::StatusCode::kDataLoss);
    CHECK(absl::StrContains(read.status().message(), "end early"));
  }
  for (size_t at = 4; at < packed->size(); at += packed->size() / 50) {
    INFO("byte " << at << " of " << packed->size());
    std::string damaged = *packed;
    damaged[at] = static_cast<char>(~damaged[at]);
    WriteFile(folder / "damaged", damaged);
    const absl::Status status = ReadAll(folder / "damaged").status();
    // A damaged head may ask for more than it gets.
    CHECK((absl::IsDataLoss(status) ||
           (at < 18 && absl::IsInvalidArgument(status))));
  }
}

}  // namespace
}  // namespace footfall::engine
