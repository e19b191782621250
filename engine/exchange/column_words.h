// What headers say: words for dates, people, events, levels and the like, in
// the languages that exports come in.
//
// A header is folded (case, accents, width) and cut into words at what is
// neither letter nor digit, and where a small letter meets a capital: pageViews
// is read as pageviews and as page views. A word of another script is found
// inside the header as well, which has no blanks there.

#ifndef FOOTFALL_ENGINE_EXCHANGE_COLUMN_WORDS_H_
#define FOOTFALL_ENGINE_EXCHANGE_COLUMN_WORDS_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace footfall::engine {

enum class WordKind : uint8_t {
  kTime,     // date, day, week, jour, Datum, 日期
  kYear,     // year, Jahr, 年份
  kQuarter,  // quarter, Quartal, trimestre
  kMonth,    // month, Monat
  kWeek,     // week, Woche, semaine
  kDay,      // day, Tag
  kHour,     // hour, heure, 小时
  kWeekday,  // weekday, day of week
  kEnd,      // ending, until, fin: the last day of what a row is of
  kPeople,   // users, visitors, unique, Besucher, 日活: the same person is in
             // many steps
  kEvents,   // downloads, views, clicks, ventes, 下载: counted where they
             // happen, so they add
  kLevel,    // price, rate, rank, avg, Preis, 价格
  kValue,    // value, count, amount: says nothing
  kRate,     // per, speed, growth, 人均, "a/b": one number by another
  kShare,    // percent, share, Anteil: of the rest of the file
  kCumulative,  // cumulative, lifetime, to date, ytd, kumuliert: so far
  kStanding,    // current, open, backlog, last 7 days, 28d, ma7, previous: what
                // is there, or of another stretch of time than the row's
  kCounter,     // row, no, #, index: counts rows
  kId,          // id, uuid
  kCode,        // version, code, zip: digits that are no number
  kNote,        // note, comment, remarks
  kEventKind,   // kind, type, category
  kEventName,   // name, title, event, release
  kSource,      // source, url, link
  kTotal,       // total, sum, Gesamt: in a field, a row of sums
};

// Whether a text has a word of the kind.
bool HasWord(absl::string_view text, WordKind kind);
// Whether it is nothing but one.
bool IsWord(absl::string_view text, WordKind kind);
// Whether a header is named for what is measured: people, events, a level ...
bool NamesMeasure(absl::string_view header);

// Whether what a text names is of the kind: its last word, or the last before a
// bracket or an "of", "per" and the like. os_version is a version;
// version_downloads and lines_of_code are none.
bool HeadIs(absl::string_view text, WordKind kind);
// And only one: customer_ids are many, so their number is a count.
bool HeadIsOne(absl::string_view text, WordKind kind);

// Whether events are counted: a word for them that is the head, but for words
// such as "count" and "daily", or stands for many. downloads_ios and
// download_count are counts; download_speed and order_value are none.
bool CountsEvents(absl::string_view text);

// A name of the language: "Daily users" is daily_users, "日期" is date. ""
// where nothing of the text can stand in one.
std::string NameFrom(absl::string_view text);

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_EXCHANGE_COLUMN_WORDS_H_
