// Commands that set how the program behaves.

#include <cstdio>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "examples/repl/commands.h"

namespace footfall::repl {

bool Commands::SetMode(const Words& arguments) {
  if (arguments.empty()) {
    absl::FPrintF(session_.output_.stream(), "%s\n",
                  ModeName(session_.settings_.mode));
    return session_.FinishOutput();
  }
  const std::optional<Mode> mode = ParseMode(arguments[0]);
  if (!mode.has_value()) {
    absl::FPrintF(stderr, "write .mode and %s, such as .mode csv\n",
                  ModeList());
    return false;
  }
  session_.settings_.mode = *mode;
  return true;
}

bool Commands::SetFormat(const Words& arguments) {
  using Scale = NumberStyle::Scale;
  static constexpr std::pair<absl::string_view, Scale> kScales[] = {
      {"raw", Scale::kRaw}, {"wan", Scale::kWan}, {"si", Scale::kSi}};
  if (arguments.empty()) {
    const NumberStyle& style = session_.settings_.numbers;
    for (const auto& [name, scale] : kScales) {
      if (scale == style.scale)
        absl::FPrintF(session_.output_.stream(), "%s", name);
    }
    if (style.fraction_digits >= 0) {
      absl::FPrintF(session_.output_.stream(), " %d", style.fraction_digits);
    }
    absl::FPrintF(session_.output_.stream(), "%s\n", style.cut ? " cut" : "");
    return session_.FinishOutput();
  }
  NumberStyle style;
  bool known = false;
  for (const auto& [name, scale] : kScales) {
    if (arguments[0] != name) continue;
    style.scale = scale;
    known = true;
  }
  for (size_t i = 1; i < arguments.size(); ++i) {
    const bool last = i + 1 == arguments.size();
    if (arguments[i] == "cut" && last) {
      style.cut = true;
    } else if (arguments[i].size() == 1 &&
               absl::ascii_isdigit(
                   static_cast<unsigned char>(arguments[i][0])) &&
               i == 1) {
      style.fraction_digits = arguments[i][0] - '0';
    } else {
      known = false;
    }
  }
  if (!known) {
    absl::FPrintF(stderr,
                  "write .format raw, .format wan or .format si, with 0 to 9 "
                  "digits and cut if you like: .format wan 2 cut\n");
    return false;
  }
  session_.settings_.numbers = style;
  return true;
}

bool Commands::SetFlag(absl::string_view command, const Words& arguments,
                       bool Settings::*flag) {
  bool& setting = session_.settings_.*flag;
  if (arguments.empty()) return Say(setting ? "on" : "off");
  if (arguments[0] != "on" && arguments[0] != "off") {
    absl::FPrintF(stderr, "write %s on or %s off\n", command, command);
    return false;
  }
  setting = arguments[0] == "on";
  return true;
}

bool Commands::SetValues(const Words& arguments) {
  return SetFlag(".values", arguments, &Settings::values);
}

bool Commands::SetHeaders(const Words& arguments) {
  return SetFlag(".headers", arguments, &Settings::headers);
}

bool Commands::SetPager(const Words& arguments) {
  return SetFlag(".pager", arguments, &Settings::pager);
}

bool Commands::SetEcho(const Words& arguments) {
  return SetFlag(".echo", arguments, &Settings::echo);
}

bool Commands::SetBail(const Words& arguments) {
  return SetFlag(".bail", arguments, &Settings::bail);
}

bool Commands::SetTimer(const Words& arguments) {
  return SetFlag(".timer", arguments, &Settings::timer);
}

bool Commands::SetMissing(const Words& arguments) {
  if (arguments.empty()) return Say(session_.settings_.missing);
  session_.settings_.missing = arguments[0];
  return true;
}

bool Commands::SetWidth(const Words& arguments) {
  std::optional<size_t>& width = session_.settings_.width;
  if (arguments.empty()) {
    return Say(width.has_value() ? absl::StrCat(*width) : "auto");
  }
  size_t columns = 0;
  if (arguments[0] == "auto") {
    width.reset();
  } else if (absl::SimpleAtoi(arguments[0], &columns)) {
    width = columns;
  } else {
    absl::FPrintF(stderr,
                  "write .width 80, .width 0 for any, or .width auto for that "
                  "of the window\n");
    return false;
  }
  return true;
}

bool Commands::SetOutput(const Words& arguments) {
  return session_.Told(session_.output_.Redirect(
      arguments.empty() ? "" : arguments[0], /*once=*/false));
}

bool Commands::SetOnce(const Words& arguments) {
  return session_.Told(session_.output_.Redirect(arguments[0], /*once=*/true));
}

}  // namespace footfall::repl
