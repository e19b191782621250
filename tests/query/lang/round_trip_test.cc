// Parse(Print(tree)) == tree, over random trees of every kind.

#include <limits>
#include <random>
#include <string>

#include "footfall/query.h"
#include "tests/support/catch.h"

namespace footfall {
namespace {

constexpr uint32_t kSeed = 119790000;

// Grows trees that a text could say.
class Grower {
 public:
  explicit Grower(uint32_t seed) : random_(seed) {}

  Statement AnyStatement() {
    Statement statement;
    switch (Below(11)) {
      case 0:
        statement.node = AnyShow();
        break;
      case 1:
        statement.node = AnyDefine();
        break;
      case 2:
        statement.node = AnyInsert();
        break;
      case 3:
        statement.node = AnyImport();
        break;
      case 4: {
        Delete remove;
        remove.metric = AnyName();
        remove.where = Conditions();
        remove.during = AnyRange();
        statement.node = remove;
        if (Half()) statement.explain = Statement::Explain::kPlan;
        break;
      }
      case 5:
        if (Below(4) == 0) {
          statement.node = AnyAlter();
          if (Half()) statement.explain = Statement::Explain::kPlan;
        } else if (Below(4) == 0) {
          Compact compact;
          if (Half()) compact.metric = AnyName();
          statement.node = compact;
        } else {
          statement.node = AnyDrop();
        }
        break;
      case 6:
        if (Half()) {
          statement.node = AnyEventStatement();
        } else {
          AddAlias alias;
          if (Half()) alias.dimension = AnyName();
          alias.old_name = AnyText();
          alias.new_name = AnyText();
          if (Half()) alias.from = AnyDateArgument();
          statement.node = alias;
        }
        if (Half()) {
          AddAttribute attribute = {AnyName(), AnyText(), AnyName(), AnyText()};
          if (Half()) attribute.from = AnyDateArgument();
          statement.node = attribute;
        }
        break;
      case 7:
        statement.node = AnyExport();
        break;
      default:
        statement.node = AnySelect();
        statement.explain = static_cast<Statement::Explain>(Below(3));
    }
    return statement;
  }

 private:
  size_t Below(size_t end) { return random_() % end; }
  bool Half() { return Below(2) == 0; }

  std::string AnyWord() {
    // Keywords are names like others.
    static const std::string kWords[] = {
        "dau",    "app",
        "region", "platform",
        "price",  "a",
        "x1",     "by",
        "every",  "during",
        "where",  "as",
        "in",     "select",
        "last",   "values",
        "top",    "across",
        "and",    "month",
        "asc",    "long_name_with_digits_0123456789"};
    return kWords[Below(std::size(kWords))];
  }
  Name AnyName() { return {AnyWord(), {}}; }
  std::string Literal() {
    static const std::string kTexts[] = {
        "DeepSeek", "",    "it's",  "''",         "豆包", "a--b",
        "100%",     "x_y", "\"q\"", "2025-02-08", ";",    "e\xCC\x81"};
    return kTexts[Below(std::size(kTexts))];
  }
  Text AnyText() {
    if (Below(5) == 0) return Parameter{AnyWord(), {}};
    return Literal();
  }
  std::vector<Name> Names(size_t least) {
    std::vector<Name> names(least + Below(3));
    for (Name& name : names) name = AnyName();
    return names;
  }

  Date AnyDate() {
    Date date;
    date.precision = static_cast<Unit>(1 + Below(8));
    const int year = 1 + static_cast<int>(Below(9999));
    const int month = 1 + static_cast<int>(Below(12));
    const int day = 1 + static_cast<int>(Below(28));
    switch (date.precision) {
      case Unit::kYear:
        date.start = absl::CivilSecond(year);
        break;
      case Unit::kQuarter:
        date.start = absl::CivilSecond(year, 1 + 3 * ((month - 1) / 3));
        break;
      case Unit::kMonth:
        date.start = absl::CivilSecond(year, month);
        break;
      case Unit::kWeek: {
        // A Monday well inside the years.
        const auto any = absl::CivilDay(2 + year % 9990, month, day);
        date.start = absl::CivilSecond(
            absl::PrevWeekday(any + 1, absl::Weekday::monday));
        break;
      }
      case Unit::kDay:
        date.start = absl::CivilSecond(year, month, day);
        break;
      default:
        date.start = absl::CivilSecond(
            year, month, day, static_cast<int>(Below(24)),
            date.precision == Unit::kHour ? 0 : static_cast<int>(Below(60)),
            date.precision == Unit::kSecond ? static_cast<int>(Below(60)) : 0);
        if (Half()) {
          static constexpr int32_t kOffsets[] = {0, 28800, -18000, 20700};
          date.utc_offset_s = kOffsets[Below(4)];
        }
    }
    return date;
  }
  DateArgument AnyDateArgument() {
    if (Below(5) == 0) return Parameter{AnyWord(), {}};
    return AnyDate();
  }

  Range AnyRange() {
    Range range;
    if (Below(3) == 0) {
      Range::Last last;
      last.count = 1 + static_cast<int64_t>(Below(100));
      last.unit = static_cast<Unit>(1 + Below(8));
      last.end = static_cast<Range::Last::End>(Below(3));
      range.form = last;
      return range;
    }
    Range::Between between;
    between.one_date = Below(3) == 0;
    if (between.one_date || Half()) between.first = AnyDateArgument();
    if (!between.one_date && Half()) between.last = AnyDateArgument();
    range.form = between;
    return range;
  }

  Condition AnyCondition() {
    Condition condition;
    // `time` is refused in WHERE; all other words may be dimensions.
    condition.dimension = AnyWord();
    condition.test = static_cast<Condition::Test>(Below(6));
    const bool list = condition.test == Condition::Test::kIn ||
                      condition.test == Condition::Test::kNotIn;
    const size_t count = list ? 1 + Below(3) : 1;
    for (size_t i = 0; i < count; ++i) condition.texts.push_back(AnyText());
    return condition;
  }
  std::vector<Condition> Conditions() {
    std::vector<Condition> conditions(Below(3));
    for (Condition& condition : conditions) condition = AnyCondition();
    return conditions;
  }

  Number AnyNumber() {
    Number number;
    switch (Below(5)) {
      case 0:
        number.value = std::numeric_limits<int64_t>::min();
        break;
      case 1:
        number.value = std::uniform_real_distribution<double>(-1, 1)(random_);
        break;
      case 2: {
        static constexpr double kDoubles[] = {1e8,   -1e8, 0.1,    5e-324,
                                              1e308, 0.0,  1e15,   123456.0,
                                              2e21,  -0.0, 1.5e-7, 1e22};
        number.value = kDoubles[Below(std::size(kDoubles))];
        break;
      }
      default:
        number.value = static_cast<int64_t>(random_()) - (int64_t{1} << 31);
    }
    return number;
  }

  EventReference AnyEvent() {
    EventReference event;
    event.kind = AnyText();
    if (Half()) event.name = AnyText();
    return event;
  }

  Expr AnyExpr(int depth) {
    Expr expr;
    switch (Below(depth == 0 ? 4 : 9)) {
      case 0:
        expr.node = AnyNumber();
        break;
      case 1:
        expr.node = Parameter{AnyWord(), {}};
        break;
      case 2:
        expr.node = AnyEvent();
        break;
      case 3:
      case 4: {
        Operand operand;
        operand.metric = AnyWord();
        if (Below(3) == 0) operand.conditions = Conditions();
        if (Below(4) == 0) operand.during = AnyRange();
        expr.node = operand;
        break;
      }
      case 5:
        expr.node = AnyCall(depth - 1);
        break;
      case 6: {
        Negation negation;
        negation.inner.push_back(AnyExpr(depth - 1));
        expr.node = negation;
        break;
      }
      default: {
        Arithmetic arithmetic;
        arithmetic.op = "+-*/"[Below(4)];
        arithmetic.sides.push_back(AnyExpr(depth - 1));
        arithmetic.sides.push_back(AnyExpr(depth - 1));
        expr.node = arithmetic;
      }
    }
    return expr;
  }

  footfall::Test AnyTest(int depth) {
    footfall::Test test;
    test.left = AnyExpr(depth);
    test.comparison = static_cast<Comparison>(Below(6));
    test.right = AnyExpr(depth);
    return test;
  }

  Call AnyCall(int depth) {
    static const std::string kFunctions[] = {"avg",         "sum",    "share",
                                             "lag",         "p99",    "every",
                                             "event_count", "bounds", "events"};
    Call call;
    call.function = kFunctions[Below(std::size(kFunctions))];
    const size_t count = call.function == "events" ? Below(2) : 1 + Below(3);
    for (size_t i = 0; i < count; ++i) {
      Argument argument;
      switch (Below(8)) {
        case 0:
          argument.form = AnyTest(depth > 0 ? depth - 1 : 0);
          break;
        case 1:
          argument.form = Duration{1 + static_cast<int64_t>(Below(50)),
                                   static_cast<Unit>(1 + Below(8))};
          break;
        case 2:
          argument.form = OffsetRange{static_cast<int64_t>(Below(60)) - 30,
                                      static_cast<int64_t>(Below(60)) - 30};
          break;
        case 3:
          argument.form = Literal();
          break;
        default:
          argument.form = AnyExpr(depth > 0 ? depth - 1 : 0);
      }
      call.arguments.push_back(argument);
    }
    if (call.arguments.empty()) return call;
    if (Below(4) == 0) {
      call.every = AnyPeriod();
      call.every_from = AnyFrom(&*call.every);
    }
    call.scope = static_cast<Call::Scope>(Below(3));
    if (call.scope != Call::Scope::kNone) {
      for (const Name& name : Names(1)) {
        call.scope_dimensions.push_back(name.name);
      }
    }
    return call;
  }

  Period AnyPeriod() {
    return {static_cast<Unit>(1 + Below(8)),
            1 + static_cast<int32_t>(Below(40))};
  }

  // Whether FROM is said of it; sets what it says.
  bool AnyFrom(Period* period) {
    if (period->unit < Unit::kWeek || period->unit == Unit::kMonth || Half()) {
      return false;
    }
    if (period->unit == Unit::kWeek) {
      period->week_start = static_cast<absl::Weekday>(Below(7));
    } else {
      period->first_month = 1 + static_cast<int32_t>(Below(12));
    }
    return true;
  }

  Select AnySelect() {
    Select select;
    const size_t items = 1 + Below(3);
    for (size_t i = 0; i < items; ++i) {
      Item item;
      item.expr = AnyExpr(4);
      if (Half()) item.name = AnyWord();
      select.items.push_back(item);
    }
    select.where = Conditions();
    if (Half()) {
      select.during = AnyRange();
    } else if (Below(4) == 0) {
      Align align;
      align.event = AnyEvent();
      align.first = static_cast<int64_t>(Below(60)) - 30;
      align.last = static_cast<int64_t>(Below(60)) - 30;
      align.unit = static_cast<Unit>(1 + Below(8));
      select.align = align;
    }
    if (Half()) select.by = Names(1);
    if (Half()) {
      Every every;
      every.bucket = AnyPeriod();
      every.from = AnyFrom(&every.bucket);
      every.fill = static_cast<FillMode>(Below(5));
      if (Below(3) == 0) every.fill_max = 1 + static_cast<int64_t>(Below(9));
      select.every = every;
    }
    for (size_t i = Below(3); i > 0; --i) select.having.push_back(AnyTest(2));
    if (Below(3) == 0) {
      Top top;
      top.count = 1 + static_cast<int64_t>(Below(99));
      if (Half()) {
        top.others = AnyText();
      } else if (Half()) {
        top.within = Names(1);
      }
      select.top = top;
    }
    for (size_t i = Below(3); i > 0; --i) {
      OrderKey key;
      if (Below(3) > 0) key.expr = AnyExpr(2);
      key.descending = Half();
      key.ascending = !key.descending && Half();
      select.order_by.push_back(key);
    }
    if (Below(3) == 0) select.limit = static_cast<int64_t>(Below(99));
    if (Below(3) == 0) select.zone = Zone{AnyText(), {}};
    return select;
  }

  Show AnyShow() {
    Show show;
    show.what = static_cast<Show::What>(Below(7));
    if (show.what == Show::What::kMembers || show.what == Show::What::kSeries) {
      show.name = AnyName();
    }
    const bool events = show.what == Show::What::kEvents;
    if (events || show.what == Show::What::kSeries) show.where = Conditions();
    if (events && Half()) show.kind = AnyText();
    if (events && Half()) show.during = AnyRange();
    return show;
  }

  Define AnyDefine() {
    Define define;
    define.spec.name = AnyWord();
    define.spec.value_type = static_cast<ValueType>(Below(2));
    define.spec.period = AnyPeriod();
    if (Half()) define.spec.zone = Literal();
    if (Half()) define.spec.unit = Literal();
    define.spec.over_time = static_cast<Additivity>(Below(3));
    for (const Name& name : Names(0)) {
      define.spec.dimensions.push_back(
          {name.name, static_cast<Additivity>(Below(3))});
    }
    if (Half()) define.spec.late = static_cast<int32_t>(Below(9));
    if (Half()) define.spec.keep = AnyKeep();
    if (define.spec.keep.has_value() && Half()) define.spec.tiers = AnyTiers();
    return define;
  }

  Period AnyKeep() {
    return {static_cast<Unit>(Below(8) + 1),
            static_cast<int32_t>(Below(9) + 1)};
  }

  std::vector<Tier> AnyTiers() {
    std::vector<Tier> tiers(1 + Below(3));
    for (Tier& tier : tiers) {
      tier.period = AnyKeep();
      if (Half()) tier.keep = AnyKeep();
    }
    return tiers;
  }

  Alter AnyAlter() {
    Alter alter;
    alter.metric = AnyName();
    MetricChanges& changes = alter.changes;
    if (Half()) changes.unit = Literal();
    if (Half()) changes.over_time = static_cast<Additivity>(Below(3));
    if (Half()) {
      changes.rules = {{AnyWord(), static_cast<Additivity>(Below(3))}};
    }
    if (Half()) changes.late = static_cast<int32_t>(Below(9));
    if (Half()) changes.keep = AnyKeep();
    if (Half()) changes.keep = std::optional<Period>();
    if (changes.keep.has_value() && Half()) {
      alter.keep_grid = AnyKeep();
      changes.tiers = AnyTiers();
    }
    if (Half() || changes == MetricChanges()) changes.name = AnyWord();
    return alter;
  }

  Insert AnyInsert() {
    Insert insert;
    insert.metric = AnyName();
    insert.dimensions = Names(0);
    for (size_t i = 1 + Below(3); i > 0; --i) {
      Insert::Row row;
      row.time = AnyDateArgument();
      if (Below(5) == 0) {
        row.value = Parameter{AnyWord(), {}};
      } else {
        row.value = AnyNumber();
      }
      for (size_t j = 0; j < insert.dimensions.size(); ++j) {
        row.members.push_back(AnyText());
      }
      insert.rows.push_back(row);
    }
    return insert;
  }

  std::string AnyHeader() {
    static const std::string kHeaders[] = {"Daily users", "date",  "time",
                                           "value",       "empty", "as",
                                           "a \"b\"",     "日期",  ""};
    return kHeaders[Below(std::size(kHeaders))];
  }

  Import::Column AnyColumn(bool events) {
    using Role = Import::Column::Role;
    static constexpr Role kSampleRoles[] = {Role::kTime, Role::kValue,
                                            Role::kDimension, Role::kConstant,
                                            Role::kValuesOf};
    static constexpr Role kEventRoles[] = {
        Role::kTime,   Role::kKind,      Role::kName,    Role::kNote,
        Role::kSource, Role::kDimension, Role::kConstant};
    Import::Column column;
    column.role = events ? kEventRoles[Below(std::size(kEventRoles))]
                         : kSampleRoles[Below(std::size(kSampleRoles))];
    const auto headers = [&] {
      for (size_t i = 1 + Below(3); i > 0; --i) {
        column.headers.push_back(AnyHeader());
      }
    };
    switch (column.role) {
      case Role::kConstant:
        column.constant = AnyText();
        column.dimension = AnyWord();
        return column;
      case Role::kValuesOf:
        column.dimension = AnyWord();
        column.all_others = Half();
        if (!column.all_others || Half()) headers();
        return column;
      case Role::kDimension:
        column.dimension = AnyWord();
        column.trim = Half();
        column.fold_case = Half();
        if (Half()) column.empty = AnyText();
        break;
      case Role::kTime:
        if (Below(3) == 0) headers();
        break;
      case Role::kValue:
        if (Half()) column.into = AnyName();
        break;
      default:
        if (Half()) {
          column.constant = AnyText();
          return column;
        }
    }
    column.header = AnyHeader();
    return column;
  }

  Import AnyImport() {
    Import import;
    import.path = AnyText();
    import.events = Below(4) == 0;
    if (!import.events && Below(4) != 0) import.metric = AnyName();
    for (size_t i = 1 + Below(4); i > 0; --i) {
      import.columns.push_back(AnyColumn(import.events));
    }
    for (size_t i = Below(3); i > 0; --i) {
      Import::Filter& filter = import.where.emplace_back();
      filter.header = AnyHeader();
      filter.negated = Half();
      for (size_t j = 1 + Below(3); j > 0; --j) {
        filter.texts.push_back(AnyText());
      }
    }
    for (std::optional<Text>* text :
         {&import.format, &import.delimiter, &import.quote, &import.encoding,
          &import.decimal, &import.thousands, &import.rejects}) {
      if (Below(4) == 0) *text = AnyText();
    }
    if (Below(4) == 0) import.skip = static_cast<int64_t>(Below(9));
    for (size_t i = Below(3); i > 0; --i) {
      import.null_words.push_back(AnyText());
    }
    if (Half()) import.duplicates = static_cast<SameSample>(Below(5));
    if (Half()) import.zone = Zone{AnyText(), {}};
    return import;
  }

  Export AnyExport() {
    Export exported;
    exported.path = AnyText();
    if (Half()) {
      exported.question = AnySelect();
      if (Half()) exported.format = static_cast<Export::Format>(Below(3));
    } else {
      exported.metric = AnyName();
    }
    return exported;
  }

  Drop AnyDrop() {
    Drop drop;
    drop.what = static_cast<Drop::What>(Below(4));
    switch (drop.what) {
      case Drop::What::kMetric:
        drop.name = AnyName();
        break;
      case Drop::What::kEvent:
        drop.kind = AnyText();
        drop.text = AnyText();
        drop.on = AnyDateArgument();
        break;
      case Drop::What::kAlias:
        if (Half()) drop.name = AnyName();
        drop.text = AnyText();
        break;
      case Drop::What::kAttribute:
        drop.name = AnyName();
        drop.text = AnyText();
        drop.attribute = AnyName();
    }
    return drop;
  }

  AddEvent AnyEventStatement() {
    AddEvent event;
    event.kind = AnyText();
    event.name = AnyText();
    event.on = AnyDateArgument();
    for (size_t i = Below(3); i > 0; --i) {
      event.members.push_back({AnyName(), AnyText()});
    }
    if (Half()) event.note = AnyText();
    if (Half()) event.event_source = AnyText();
    return event;
  }

  std::mt19937 random_;
};

TEST_CASE("what is printed reads back as the same tree", "[lang]") {
  INFO("seed " << kSeed);
  Grower grower(kSeed);
  for (int round = 0; round < 5000; ++round) {
    const Statement statement = grower.AnyStatement();
    const std::string text = Print(statement);
    INFO("round " << round << ": " << text);
    const auto parsed = Parse(text);
    if (!parsed.ok()) FAIL(parsed.status().message());
    REQUIRE(parsed->size() == 1);
    REQUIRE(Print(parsed->front()) == text);
    REQUIRE((parsed->front() == statement));
  }
}

}  // namespace
}  // namespace footfall
