// Files and byte sources for tests of imports.

#ifndef FOOTFALL_TESTS_ENGINE_EXCHANGE_TEXT_FILES_H_
#define FOOTFALL_TESTS_ENGINE_EXCHANGE_TEXT_FILES_H_

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>

#include "absl/strings/string_view.h"
#include "engine/exchange/byte_source.h"
#include "tests/support/catch.h"

namespace footfall::testing {

inline void WriteFile(const std::string& path, absl::string_view text) {
  std::ofstream file(path, std::ios::binary);
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
  REQUIRE(file.good());
}

inline std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// One gzip member.
inline std::string Gzip(absl::string_view text) {
  z_stream stream = {};
  REQUIRE(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8,
                       Z_DEFAULT_STRATEGY) == Z_OK);
  std::string source(text);
  std::string packed(deflateBound(&stream, source.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(source.data());
  stream.avail_in = static_cast<uInt>(source.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

// Text in pieces of at most `piece` bytes, as a slow pipe gives it.
class PieceSource final : public engine::ByteSource {
 public:
  PieceSource(std::string text, size_t piece)
      : text_(std::move(text)), piece_(piece) {}

  absl::StatusOr<size_t> Read(char* bytes, size_t size) override {
    const size_t count = std::min({size, piece_, text_.size() - at_});
    std::memcpy(bytes, text_.data() + at_, count);
    at_ += count;
    return count;
  }
  uint64_t bytes_read() const override { return at_; }
  uint64_t bytes_total() const override { return text_.size(); }

 private:
  const std::string text_;
  const size_t piece_;
  size_t at_ = 0;
};

}  // namespace footfall::testing

#endif  // FOOTFALL_TESTS_ENGINE_EXCHANGE_TEXT_FILES_H_
