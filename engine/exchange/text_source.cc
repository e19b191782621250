#include "engine/exchange/text_source.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "storage/base/status_macros.h"

namespace footfall::engine {
namespace {

using Encoding = CsvDialect::Encoding;

constexpr size_t kPieceBytes = size_t{1} << 16;
constexpr uint32_t kReplacement = 0xFFFD;

// Windows-1252 where it differs from Latin-1: bytes 0x80 to 0x9F. What calls
// itself Latin-1 uses them so.
constexpr uint16_t kWindows1252[32] = {
    0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
    0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,   0x017D, 0x8F,
    0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
    0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};

void AppendUtf8(uint32_t code, std::string* out) {
  if (code < 0x80) {
    out->push_back(static_cast<char>(code));
    return;
  }
  if (code < 0x800) {
    out->push_back(static_cast<char>(0xC0 | code >> 6));
  } else {
    if (code < 0x10000) {
      out->push_back(static_cast<char>(0xE0 | code >> 12));
    } else {
      out->push_back(static_cast<char>(0xF0 | code >> 18));
      out->push_back(static_cast<char>(0x80 | (code >> 12 & 0x3F)));
    }
    out->push_back(static_cast<char>(0x80 | (code >> 6 & 0x3F)));
  }
  out->push_back(static_cast<char>(0x80 | (code & 0x3F)));
}

// Decodes pieces of text, which may end anywhere.
class Decoder {
 public:
  Decoder(Encoding encoding, bool cr_lines)
      : encoding_(encoding), cr_lines_(cr_lines) {}

  void Add(absl::string_view bytes, std::string* out) {
    if (encoding_ == Encoding::kUtf8) {
      const size_t begin = out->size();
      out->append(bytes.data(), bytes.size());
      if (cr_lines_)
        std::replace(out->begin() + static_cast<std::ptrdiff_t>(begin),
                     out->end(), '\r', '\n');
      return;
    }
    for (const char c : bytes) {
      const auto byte = static_cast<unsigned char>(c);
      if (encoding_ == Encoding::kLatin1) {
        AddCode(byte >= 0x80 && byte < 0xA0 ? kWindows1252[byte - 0x80] : byte,
                out);
        continue;
      }
      if (!has_half_) {
        half_ = byte;
        has_half_ = true;
        continue;
      }
      has_half_ = false;
      AddUnit(encoding_ == Encoding::kUtf16Le ? half_ | byte << 8
                                              : half_ << 8 | byte,
              out);
    }
  }

  // What is unfinished when the text ends.
  void Finish(std::string* out) {
    if (has_half_ || high_ != 0) AppendUtf8(kReplacement, out);
    has_half_ = false;
    high_ = 0;
  }

 private:
  void AddUnit(uint32_t unit, std::string* out) {
    const bool is_low = unit >= 0xDC00 && unit < 0xE000;
    if (high_ != 0) {
      const uint32_t high = std::exchange(high_, 0);
      if (is_low) {
        AddCode(0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00), out);
        return;
      }
      AddCode(kReplacement, out);
    }
    if (unit >= 0xD800 && unit < 0xDC00) {
      high_ = unit;
    } else {
      AddCode(is_low ? kReplacement : unit, out);
    }
  }

  void AddCode(uint32_t code, std::string* out) {
    const bool is_mark = !std::exchange(started_, true) && code == 0xFEFF;
    if (is_mark) return;
    AppendUtf8(cr_lines_ && code == '\r' ? '\n' : code, out);
  }

  const Encoding encoding_;
  const bool cr_lines_;
  bool started_ = false;
  bool has_half_ = false;
  uint32_t half_ = 0;
  uint32_t high_ = 0;  // the first half of a pair
};

class FrontSource final : public ByteSource {
 public:
  FrontSource(std::string front, std::unique_ptr<ByteSource> source)
      : front_(std::move(front)), source_(std::move(source)) {}

  absl::StatusOr<size_t> Read(char* bytes, size_t size) override {
    if (at_ == front_.size()) return source_->Read(bytes, size);
    const size_t taken = std::min(size, front_.size() - at_);
    std::memcpy(bytes, front_.data() + at_, taken);
    at_ += taken;
    return taken;
  }
  uint64_t bytes_read() const override { return source_->bytes_read(); }
  uint64_t bytes_total() const override { return source_->bytes_total(); }

 private:
  const std::string front_;
  const std::unique_ptr<ByteSource> source_;
  size_t at_ = 0;
};

class TextSource final : public ByteSource {
 public:
  TextSource(std::unique_ptr<ByteSource> source, Encoding encoding,
             bool cr_lines)
      : source_(std::move(source)),
        decoder_(encoding, cr_lines),
        piece_(kPieceBytes) {}

  absl::StatusOr<size_t> Read(char* bytes, size_t size) override {
    while (at_ == text_.size() && !at_end_) {
      text_.clear();
      at_ = 0;
      FOOTFALL_ASSIGN_OR_RETURN(const size_t got,
                                source_->Read(piece_.data(), piece_.size()));
      decoder_.Add(absl::string_view(piece_.data(), got), &text_);
      at_end_ = got == 0;
      if (at_end_) decoder_.Finish(&text_);
    }
    const size_t taken = std::min(size, text_.size() - at_);
    std::memcpy(bytes, text_.data() + at_, taken);
    at_ += taken;
    return taken;
  }
  uint64_t bytes_read() const override { return source_->bytes_read(); }
  uint64_t bytes_total() const override { return source_->bytes_total(); }

 private:
  const std::unique_ptr<ByteSource> source_;
  Decoder decoder_;
  std::vector<char> piece_;
  std::string text_;
  size_t at_ = 0;
  bool at_end_ = false;
};

}  // namespace

std::unique_ptr<ByteSource> NewFrontSource(std::string front,
                                           std::unique_ptr<ByteSource> source) {
  return std::make_unique<FrontSource>(std::move(front), std::move(source));
}

std::unique_ptr<ByteSource> NewTextSource(std::unique_ptr<ByteSource> source,
                                          Encoding encoding, bool cr_lines) {
  if (encoding == Encoding::kUtf8 && !cr_lines) return source;
  return std::make_unique<TextSource>(std::move(source), encoding, cr_lines);
}

std::string ToUtf8(absl::string_view bytes, Encoding encoding, bool cr_lines) {
  std::string text;
  Decoder(encoding, cr_lines).Add(bytes, &text);
  return text;
}

}  // namespace footfall::engine
