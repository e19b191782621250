#include "query/answer/display_width.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace footfall::query {
namespace {

struct CodeRange {
  uint32_t first;
  uint32_t last;
};

#include "query/answer/display_width_table.inc"

template <size_t kCount>
bool Holds(const CodeRange (&ranges)[kCount], uint32_t code) {
  const CodeRange* range = std::partition_point(
      std::begin(ranges), std::end(ranges),
      [code](const CodeRange& r) { return r.last < code; });
  return range != std::end(ranges) && range->first <= code;
}

// The character that `text` begins with; its length in bytes, or 0 where the
// bytes are not UTF-8.
size_t Decode(absl::string_view text, uint32_t* code) {
  const auto byte = [&](size_t i) {
    return static_cast<uint32_t>(static_cast<unsigned char>(text[i]));
  };
  const uint32_t lead = byte(0);
  if (lead < 0x80) {
    *code = lead;
    return 1;
  }
  const size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return 0;
  uint32_t value = lead & (0x7f >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
    value = value << 6 | (byte(i) & 0x3f);
  }
  constexpr uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  if (value < kLeast[length] || value > 0x10ffff || surrogate) return 0;
  *code = value;
  return length;
}

// Takes a character from the front; how many columns it takes.
size_t TakeCharacter(absl::string_view* text) {
  uint32_t code = 0;
  const size_t length = Decode(*text, &code);
  text->remove_prefix(std::max<size_t>(length, 1));
  if (length == 0 || (code >= 0x20 && code < 0x7f)) return 1;
  if (Holds(kNone, code)) return 0;
  return Holds(kWide, code) ? 2 : 1;
}

}  // namespace

size_t DisplayWidth(absl::string_view text) {
  size_t width = 0;
  while (!text.empty()) width += TakeCharacter(&text);
  return width;
}

absl::string_view CutToWidth(absl::string_view text, size_t width) {
  absl::string_view rest = text;
  absl::string_view kept_rest = text;
  size_t taken = 0;
  while (!rest.empty()) {
    taken += TakeCharacter(&rest);
    if (taken > width) break;
    kept_rest = rest;
  }
  return text.substr(0, text.size() - kept_rest.size());
}

}  // namespace footfall::query
