// What may be declared as a metric, and what may be a name or a text.

#include "footfall/metric.h"

#include <functional>

#include "tests/support/catch.h"

namespace footfall {
namespace {

MetricSpec Dau() {
  MetricSpec spec;
  spec.name = "dau";
  spec.zone = "Asia/Shanghai";
  spec.dimensions = {{"app", Additivity::kAdds},
                     {"platform", Additivity::kOverlaps},
                     {"region", Additivity::kAdds}};
  spec.over_time = Additivity::kOverlaps;
  spec.unit = "users";
  return spec;
}

TEST_CASE("a good declaration is taken", "[metric]") {
  CHECK(ValidateMetricSpec(Dau()).ok());
  MetricSpec bare;
  bare.name = "x";
  CHECK(ValidateMetricSpec(bare).ok());
  MetricSpec wide = Dau();
  wide.dimensions.clear();
  for (int i = 0; i < 8; ++i) {
    wide.dimensions.push_back({"d" + std::to_string(i), Additivity::kLevel});
  }
  CHECK(ValidateMetricSpec(wide).ok());
}

TEST_CASE("a bad declaration names the field", "[metric]") {
  struct Case {
    const char* reason;
    std::function<void(MetricSpec*)> spoil;
  };
  const Case cases[] = {
      {"metric \"\": a name is", [](MetricSpec* s) { s->name = ""; }},
      {"metric \"Dau\"", [](MetricSpec* s) { s->name = "Dau"; }},
      {"metric \"1x\"", [](MetricSpec* s) { s->name = "1x"; }},
      {"metric", [](MetricSpec* s) { s->name = std::string(64, 'a'); }},
      {"metric \"d\\xc3\\xa4u\"", [](MetricSpec* s) { s->name = "däu"; }},
      {"metric dau: unknown value type",
       [](MetricSpec* s) { s->value_type = static_cast<ValueType>(2); }},
      {"metric dau: unknown rule over time",
       [](MetricSpec* s) { s->over_time = static_cast<Additivity>(3); }},
      {"metric dau: period counts 0",
       [](MetricSpec* s) { s->period.count = 0; }},
      {"metric dau: steps of a year begin in January, found month 4",
       [](MetricSpec* s) {
         s->period = {Unit::kYear, 1};
         s->period.first_month = 4;
       }},
      {"metric dau: keep: year from 4: years",
       [](MetricSpec* s) {
         s->keep = Period{Unit::kDay, 90};
         s->tiers = {{{Unit::kYear, 1}, {}}};
         s->tiers[0].period.first_month = 4;
       }},
      {"metric dau: zone \"Mars/Olympus\" is not known",
       [](MetricSpec* s) { s->zone = "Mars/Olympus"; }},
      {"metric dau: dimension \"App\"",
       [](MetricSpec* s) { s->dimensions[0].name = "App"; }},
      {"dimension \"time\": time, offset and partial",
       [](MetricSpec* s) { s->dimensions[0].name = "time"; }},
      {"dimension \"offset\"",
       [](MetricSpec* s) { s->dimensions[0].name = "offset"; }},
      {"dimension \"partial\"",
       [](MetricSpec* s) { s->dimensions[2].name = "partial"; }},
      {"dimension \"app\" is given twice",
       [](MetricSpec* s) { s->dimensions[2].name = "app"; }},
      {"dimension \"app\": the rule is",
       [](MetricSpec* s) {
         s->dimensions[0].rule = static_cast<Additivity>(9);
       }},
      {"found 9 dimensions; at most 8",
       [](MetricSpec* s) {
         for (int i = 0; i < 6; ++i) {
           s->dimensions.push_back(
               {"d" + std::to_string(i), Additivity::kAdds});
         }
       }},
      {"metric dau: unit: byte 0", [](MetricSpec* s) { s->unit = "\n"; }},
      {"metric dau: unit: text of 64 bytes",
       [](MetricSpec* s) { s->unit = std::string(64, 'u'); }},
  };
  for (const Case& c : cases) {
    MetricSpec spec = Dau();
    c.spoil(&spec);
    const absl::Status status = ValidateMetricSpec(spec);
    INFO(c.reason);
    REQUIRE(status.code() == absl::StatusCode::kInvalidArgument);
    CHECK_THAT(std::string(status.message()), ContainsSubstring(c.reason));
  }
}

TEST_CASE("a text is UTF-8 without control characters", "[metric]") {
  struct Case {
    absl::string_view text;
    bool fits;
    const char* reason;
  };
  const Case cases[] = {
      {"", true, ""},
      {"DeepSeek", true, ""},
      {"文小言", true, ""},
      {"it's \"5 %\", really", true, ""},
      {"\xf0\x9f\x90\xb3", true, ""},  // beyond 16 bits
      {"\xf4\x8f\xbf\xbf", true, ""},  // the last character
      {"a\tb", false, "byte 1 of the text is the control character U+0009"},
      {"a\n", false, "U+000A"},
      {"\x7f", false, "U+007F"},
      {"\xc2\x85", false, "U+0085"},  // C1
      {"\xc2\xa0", true, ""},         // no-break space is text
      {absl::string_view("a\0b", 3), false, "U+0000"},
      {"\xff", false, "byte 0 of the text, 0xff, is not UTF-8"},
      {"ab\x80", false, "byte 2 of the text, 0x80"},
      {"\xc0\xaf", false, "0xc0"},          // overlong
      {"\xc1\xbf", false, "0xc1"},          // overlong
      {"\xe0\x80\xaf", false, "0xe0"},      // overlong
      {"\xf0\x80\x80\xaf", false, "0xf0"},  // overlong
      {"\xed\xa0\x80", false, "0xed"},      // a surrogate
      {"\xf4\x90\x80\x80", false, "0xf4"},  // beyond U+10FFFF
      {"\xf5\x80\x80\x80", false, "0xf5"},
      {"\xe6\x96", false, "0xe6"},  // cut off
      {"\xc3", false, "0xc3"},
      {"\xc3(", false, "0xc3"},
  };
  for (const Case& c : cases) {
    const absl::Status status = ValidateText(c.text, kMaxMemberBytes);
    INFO(c.text);
    CHECK(status.ok() == c.fits);
    CHECK_THAT(std::string(status.message()), ContainsSubstring(c.reason));
  }
  CHECK(ValidateText(std::string(255, 'x'), 255).ok());
  CHECK_FALSE(ValidateText(std::string(256, 'x'), 255).ok());
}

TEST_CASE("dimensions are found by name", "[metric]") {
  Metric metric;
  metric.spec = Dau();
  CHECK(metric.FindDimension("app") == 0u);
  CHECK(metric.FindDimension("region") == 2u);
  CHECK_FALSE(metric.FindDimension("channel").has_value());
}

}  // namespace
}  // namespace footfall
