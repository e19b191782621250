#include "query/lang/utf8.h"

namespace footfall::query {
namespace {

struct CodeRange {
  uint32_t first;
  uint32_t last;
};

// Blocks that terminals print two columns wide: East Asian Wide and Fullwidth
// of Unicode's EastAsianWidth, by block.
constexpr CodeRange kWide[] = {
    {0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0x33FF},
    {0x3400, 0x4DBF},   {0x4E00, 0x9FFF},   {0xA000, 0xA4CF},
    {0xA960, 0xA97F},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},
    {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},
    {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1FAFF},
    {0x20000, 0x3FFFD},
};

// Marks that sit on the character before them.
constexpr CodeRange kZeroWidth[] = {
    {0x0300, 0x036F}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x200B, 0x200F},
    {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F},
};

template <size_t n>
bool Holds(const CodeRange (&ranges)[n], uint32_t code) {
  for (const CodeRange& range : ranges) {
    if (code >= range.first && code <= range.last) return true;
  }
  return false;
}

}  // namespace

Character FirstCharacter(absl::string_view text) {
  const auto byte = [text](size_t i) {
    return static_cast<uint32_t>(static_cast<unsigned char>(text[i]));
  };
  const uint32_t first = byte(0);
  if (first < 0x80) return {first, 1, true};
  const Character bad = {first, 1, false};
  uint32_t size = 0;
  uint32_t code = 0;
  uint32_t least = 0;
  if ((first & 0xE0) == 0xC0) {
    size = 2, code = first & 0x1F, least = 0x80;
  } else if ((first & 0xF0) == 0xE0) {
    size = 3, code = first & 0x0F, least = 0x800;
  } else if ((first & 0xF8) == 0xF0) {
    size = 4, code = first & 0x07, least = 0x10000;
  } else {
    return bad;
  }
  if (text.size() < size) return bad;
  for (uint32_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return bad;
    code = (code << 6) | (byte(i) & 0x3F);
  }
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < least || surrogate || code > 0x10FFFF) return bad;
  return {code, size, true};
}

size_t CountCharacters(absl::string_view text) {
  size_t count = 0;
  while (!text.empty()) {
    text.remove_prefix(FirstCharacter(text).size);
    ++count;
  }
  return count;
}

int DisplayWidth(uint32_t code) {
  if (code < 0x300) return 1;
  if (Holds(kZeroWidth, code)) return 0;
  return Holds(kWide, code) ? 2 : 1;
}

bool IsControl(uint32_t code) {
  return code < 0x20 || (code >= 0x7F && code <= 0x9F);
}

std::string Printable(absl::string_view text, size_t max_characters) {
  std::string out;
  for (size_t count = 0; !text.empty(); ++count) {
    if (count == max_characters) return out + "...";
    const Character c = FirstCharacter(text);
    if (!c.valid || IsControl(c.code)) {
      out += "\xEF\xBF\xBD";  // U+FFFD
    } else {
      out.append(text.data(), c.size);
    }
    text.remove_prefix(c.size);
  }
  return out;
}

}  // namespace footfall::query
