#include "query/plan/parameters.h"

#include <string>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "query/lang/refusals.h"
#include "query/lang/status_macros.h"
#include "query/plan/parameter_values.h"

namespace footfall::query {
namespace {

constexpr size_t kMaxNoteBytes = 4096;

// Walks a statement and puts values where parameters stand.
class Resolver {
 public:
  // `places` may be null.
  Resolver(absl::string_view text, const QueryOptions& options,
           ParameterPlaces* places)
      : text_(text), options_(options), places_(places) {}

  absl::Status Resolve(Select* select) {
    for (Item& item : select->items) {
      const bool before = std::exchange(found_, false);
      // Printed first: the name is that of the statement as written.
      std::string name = item.name.has_value() ? "" : CanonicalName(item.expr);
      FOOTFALL_RETURN_IF_ERROR(Resolve(&item.expr));
      if (found_ && !item.name.has_value()) item.name = std::move(name);
      found_ = before;
    }
    FOOTFALL_RETURN_IF_ERROR(ResolveAgain(&select->where));
    if (select->during.has_value()) {
      FOOTFALL_RETURN_IF_ERROR(ResolveAgain(&*select->during));
    }
    if (select->align.has_value()) {
      FOOTFALL_RETURN_IF_ERROR(select->align->start.has_value()
                                   ? Resolve(&*select->align->start)
                                   : Resolve(&select->align->event));
    }
    for (footfall::Test& test : select->having) {
      FOOTFALL_RETURN_IF_ERROR(Resolve(&test));
    }
    if (select->total.has_value()) {
      FOOTFALL_RETURN_IF_ERROR(Resolve(&select->total->name));
    }
    if (select->top.has_value() && select->top->others.has_value()) {
      FOOTFALL_RETURN_IF_ERROR(Resolve(&*select->top->others));
    }
    for (OrderKey& key : select->order_by) {
      if (!key.expr.has_value()) continue;
      FOOTFALL_RETURN_IF_ERROR(Resolve(&*key.expr));
    }
    if (select->zone.has_value()) return Resolve(&select->zone->name);
    return absl::OkStatus();
  }

  // What other values may be put into later.
  absl::Status ResolveAgain(std::vector<Condition>* where) {
    const bool before = std::exchange(again_, true);
    for (Condition& condition : *where) {
      for (Text& text : condition.texts) {
        const Parameter* parameter = std::get_if<Parameter>(&text);
        if (parameter == nullptr) continue;
        if (places_ != nullptr) places_->texts.push_back({&text, *parameter});
        FOOTFALL_RETURN_IF_ERROR(Resolve(&text));
      }
    }
    again_ = before;
    return absl::OkStatus();
  }
  absl::Status ResolveAgain(Range* range) {
    const bool before = std::exchange(again_, true);
    const bool found = std::exchange(found_, false);
    Range written = *range;
    FOOTFALL_RETURN_IF_ERROR(Resolve(range));
    if (places_ != nullptr && found_) {
      places_->during = range;
      places_->written = std::move(written);
    }
    found_ = found;
    again_ = before;
    return absl::OkStatus();
  }
  absl::Status PutAgain() {
    again_ = true;
    for (const ParameterPlaces::OfText& place : places_->texts) {
      FOOTFALL_ASSIGN_OR_RETURN(const std::string* value,
                                TextOf(place.parameter, kMaxMemberBytes));
      *place.text = *value;
    }
    if (places_->during == nullptr) return absl::OkStatus();
    *places_->during = places_->written;
    return Resolve(places_->during);
  }

  absl::Status Resolve(Show* show) {
    if (show->kind.has_value()) {
      FOOTFALL_RETURN_IF_ERROR(Resolve(&*show->kind));
    }
    FOOTFALL_RETURN_IF_ERROR(Resolve(&show->where));
    return show->during.has_value() ? Resolve(&*show->during)
                                    : absl::OkStatus();
  }

  absl::Status Resolve(Define*) { return absl::OkStatus(); }

  absl::Status Resolve(Insert* insert) {
    for (Insert::Row& row : insert->rows) {
      FOOTFALL_RETURN_IF_ERROR(Resolve(&row.time));
      if (const Parameter* parameter = std::get_if<Parameter>(&row.value)) {
        FOOTFALL_ASSIGN_OR_RETURN(row.value, NumberOf(*parameter));
      }
      for (Text& member : row.members) {
        FOOTFALL_RETURN_IF_ERROR(Resolve(&member));
      }
    }
    return absl::OkStatus();
  }

  absl::Status Resolve(Import* import) {
    FOOTFALL_RETURN_IF_ERROR(Resolve(&import->path, kMaxNoteBytes));
    for (Import::Column& column : import->columns) {
      for (std::optional<Text>* text : {&column.empty, &column.constant}) {
        if (!text->has_value()) continue;
        FOOTFALL_RETURN_IF_ERROR(Resolve(&**text));
      }
    }
    if (import->rejects.has_value()) {
      FOOTFALL_RETURN_IF_ERROR(Resolve(&*import->rejects, kMaxNoteBytes));
    }
    for (Import::Filter& filter : import->where) {
      for (Text& text : filter.texts) FOOTFALL_RETURN_IF_ERROR(Resolve(&text));
    }
    for (Text& text : import->null_words) {
      FOOTFALL_RETURN_IF_ERROR(Resolve(&text));
    }
    for (std::optional<Text>* text :
         {&import->format, &import->delimiter, &import->quote,
          &import->encoding, &import->decimal, &import->thousands}) {
      if (!text->has_value()) continue;
      FOOTFALL_RETURN_IF_ERROR(Resolve(&**text));
    }
    return import->zone.has_value() ? Resolve(&import->zone->name)
                                    : absl::OkStatus();
  }

  // The question's own are resolved when it is asked.
  absl::Status Resolve(Export* exported) {
    return Resolve(&exported->path, kMaxNoteBytes);
  }

  absl::Status Resolve(Delete* remove) {
    FOOTFALL_RETURN_IF_ERROR(Resolve(&remove->where));
    return Resolve(&remove->during);
  }

  absl::Status Resolve(Drop* drop) {
    for (std::optional<Text>* text : {&drop->kind, &drop->text}) {
      if (!text->has_value()) continue;
      FOOTFALL_RETURN_IF_ERROR(Resolve(&**text));
    }
    return drop->on.has_value() ? Resolve(&*drop->on) : absl::OkStatus();
  }

  absl::Status Resolve(AddEvent* event) {
    FOOTFALL_RETURN_IF_ERROR(Resolve(&event->kind));
    FOOTFALL_RETURN_IF_ERROR(Resolve(&event->name));
    FOOTFALL_RETURN_IF_ERROR(Resolve(&event->on));
    for (AddEvent::For& member : event->members) {
      FOOTFALL_RETURN_IF_ERROR(Resolve(&member.member));
    }
    for (std::optional<Text>* text : {&event->note, &event->event_source}) {
      if (!text->has_value()) continue;
      FOOTFALL_RETURN_IF_ERROR(Resolve(&**text, kMaxNoteBytes));
    }
    return absl::OkStatus();
  }

  absl::Status Resolve(Compact* /*compact*/) { return absl::OkStatus(); }

  // Written out, as DEFINE is.
  absl::Status Resolve(Alter* /*alter*/) { return absl::OkStatus(); }

  absl::Status Resolve(AddAlias* alias) {
    FOOTFALL_RETURN_IF_ERROR(Resolve(&alias->old_name));
    FOOTFALL_RETURN_IF_ERROR(Resolve(&alias->new_name));
    return alias->from.has_value() ? Resolve(&*alias->from) : absl::OkStatus();
  }

  absl::Status Resolve(AddAttribute* attribute) {
    FOOTFALL_RETURN_IF_ERROR(Resolve(&attribute->member));
    FOOTFALL_RETURN_IF_ERROR(Resolve(&attribute->value));
    return attribute->from.has_value() ? Resolve(&*attribute->from)
                                       : absl::OkStatus();
  }

 private:
  // The name of an item's columns: bounds(x) names them by x.
  static std::string CanonicalName(const Expr& expr) {
    const Call* call = std::get_if<Call>(&expr.node);
    if (call != nullptr && call->function == "bounds" &&
        call->arguments.size() == 1) {
      if (const Expr* inner =
              std::get_if<Expr>(&call->arguments.front().form)) {
        return Print(*inner);
      }
    }
    return Print(expr);
  }

  absl::StatusOr<const ParameterValue*> Find(const Parameter& parameter) {
    found_ = true;
    FOOTFALL_ASSIGN_OR_RETURN(const ParameterValue* value,
                              FindValue(text_, options_, parameter));
    if (places_ != nullptr && !again_) {
      places_->elsewhere.emplace_back(parameter.name, *value);
    }
    return value;
  }

  absl::StatusOr<const std::string*> TextOf(const Parameter& parameter,
                                            size_t max_bytes) {
    FOOTFALL_ASSIGN_OR_RETURN(const ParameterValue* value, Find(parameter));
    return TextIn(text_, parameter, *value, max_bytes);
  }

  absl::StatusOr<Number> NumberOf(const Parameter& parameter) {
    FOOTFALL_ASSIGN_OR_RETURN(const ParameterValue* value, Find(parameter));
    return NumberIn(text_, parameter, *value);
  }

  absl::Status Resolve(Text* text, size_t max_bytes = kMaxMemberBytes) {
    if (const Parameter* parameter = std::get_if<Parameter>(text)) {
      FOOTFALL_ASSIGN_OR_RETURN(const std::string* value,
                                TextOf(*parameter, max_bytes));
      *text = *value;
    }
    return absl::OkStatus();
  }

  absl::Status Resolve(DateArgument* date) {
    const Parameter* parameter = std::get_if<Parameter>(date);
    if (parameter == nullptr) return absl::OkStatus();
    FOOTFALL_ASSIGN_OR_RETURN(const ParameterValue* value, Find(*parameter));
    const Date* found = std::get_if<Date>(value);
    if (found == nullptr) return WrongType(text_, *parameter, *value, "a date");
    *date = *found;
    return absl::OkStatus();
  }

  absl::Status Resolve(std::vector<Condition>* conditions) {
    for (Condition& condition : *conditions) {
      for (Text& text : condition.texts) {
        FOOTFALL_RETURN_IF_ERROR(Resolve(&text));
      }
    }
    return absl::OkStatus();
  }

  absl::Status Resolve(Range* range) {
    auto* between = std::get_if<Range::Between>(&range->form);
    if (between == nullptr) return absl::OkStatus();
    if (between->one_date && between->first.has_value()) {
      if (const Parameter* parameter =
              std::get_if<Parameter>(&*between->first)) {
        FOOTFALL_ASSIGN_OR_RETURN(const ParameterValue* value,
                                  Find(*parameter));
        if (const Range* whole = std::get_if<Range>(value)) {
          return Replace(*parameter, *whole, range);
        }
      }
    }
    for (std::optional<DateArgument>* side :
         {&between->first, &between->last}) {
      if (!side->has_value()) continue;
      FOOTFALL_RETURN_IF_ERROR(Resolve(&**side));
    }
    return CheckOrder(*range);
  }

  // DURING $range
  absl::Status Replace(const Parameter& parameter, const Range& whole,
                       Range* range) {
    const Source source = range->source;
    range->form = whole.form;
    if (auto* between = std::get_if<Range::Between>(&range->form)) {
      between->first_source = between->last_source = source;
      for (const std::optional<DateArgument>* side :
           {&between->first, &between->last}) {
        if (side->has_value() && std::holds_alternative<Parameter>(**side)) {
          return WrongType(text_, parameter, whole,
                           "one that holds no parameter itself");
        }
      }
    } else if (const auto* last = std::get_if<Range::Last>(&range->form);
               last != nullptr && last->count < 1) {
      return WrongType(text_, parameter, whole, "one of 1 unit or more");
    }
    return CheckOrder(*range);
  }

  // Both sides as they stand on the calendar; offsets do not change the order
  // of days.
  absl::Status CheckOrder(const Range& range) {
    const auto* between = std::get_if<Range::Between>(&range.form);
    if (between == nullptr || !between->first.has_value() ||
        !between->last.has_value()) {
      return absl::OkStatus();
    }
    const Date& first = std::get<Date>(*between->first);
    const Date& last = std::get<Date>(*between->last);
    const auto end = [](const Date& date) {
      return DateEnd(date) - date.utc_offset_s.value_or(0);
    };
    if (first.start - first.utc_offset_s.value_or(0) < end(last)) {
      return absl::OkStatus();
    }
    const std::string a = FormatDate(first);
    const std::string b = FormatDate(last);
    return Refuse(Refusal::kRangeOrder, text_, range.source,
                  {absl::StrCat(a, "..", b), absl::StrCat(b, "..", a)});
  }

  absl::Status Resolve(EventReference* event) {
    FOOTFALL_RETURN_IF_ERROR(Resolve(&event->kind));
    return event->name.has_value() ? Resolve(&*event->name) : absl::OkStatus();
  }

  absl::Status Resolve(footfall::Test* test) {
    FOOTFALL_RETURN_IF_ERROR(Resolve(&test->left));
    return Resolve(&test->right);
  }

  absl::Status Resolve(Argument* argument) {
    if (footfall::Test* test = std::get_if<footfall::Test>(&argument->form)) {
      return Resolve(test);
    }
    Expr* expr = std::get_if<Expr>(&argument->form);
    if (expr == nullptr) return absl::OkStatus();
    // Alone, a parameter may also be a text: events($kind).
    if (const Parameter* parameter = std::get_if<Parameter>(&expr->node)) {
      FOOTFALL_ASSIGN_OR_RETURN(const ParameterValue* value, Find(*parameter));
      if (std::holds_alternative<std::string>(*value)) {
        FOOTFALL_ASSIGN_OR_RETURN(const std::string* text,
                                  TextOf(*parameter, kMaxMemberBytes));
        argument->form = *text;
        return absl::OkStatus();
      }
    }
    return Resolve(expr);
  }

  absl::Status Resolve(Expr* expr) {
    if (const Parameter* parameter = std::get_if<Parameter>(&expr->node)) {
      FOOTFALL_ASSIGN_OR_RETURN(const ParameterValue* value, Find(*parameter));
      if (const Date* date = std::get_if<Date>(value)) {
        expr->node = *date;
        return absl::OkStatus();
      }
      FOOTFALL_ASSIGN_OR_RETURN(Number number,
                                NumberIn(text_, *parameter, *value));
      expr->node = number;
    } else if (Operand* operand = std::get_if<Operand>(&expr->node)) {
      FOOTFALL_RETURN_IF_ERROR(Resolve(&operand->conditions));
      if (operand->during.has_value()) return Resolve(&*operand->during);
    } else if (Call* call = std::get_if<Call>(&expr->node)) {
      for (Argument& argument : call->arguments) {
        FOOTFALL_RETURN_IF_ERROR(Resolve(&argument));
      }
    } else if (Negation* negation = std::get_if<Negation>(&expr->node)) {
      for (Expr& inner : negation->inner) {
        FOOTFALL_RETURN_IF_ERROR(Resolve(&inner));
      }
    } else if (Arithmetic* sum = std::get_if<Arithmetic>(&expr->node)) {
      for (Expr& side : sum->sides) FOOTFALL_RETURN_IF_ERROR(Resolve(&side));
    } else if (EventReference* event =
                   std::get_if<EventReference>(&expr->node)) {
      return Resolve(event);
    }
    return absl::OkStatus();
  }

  absl::string_view text_;
  const QueryOptions& options_;
  ParameterPlaces* const places_;
  bool found_ = false;  // a parameter, since it was last cleared
  bool again_ = false;  // other values may be put there later
};

}  // namespace

absl::Status PutParameters(absl::string_view text, const QueryOptions& options,
                           Statement* statement, ParameterPlaces* places) {
  Resolver resolver(text, options, places);
  return std::visit([&resolver](auto& node) { return resolver.Resolve(&node); },
                    statement->node);
}

bool PutParametersAgain(absl::string_view text, const QueryOptions& options,
                        ParameterPlaces* places) {
  for (const auto& [name, value] : places->elsewhere) {
    const auto found = options.parameters.find(name);
    if (found == options.parameters.end() || !SameValue(found->second, value)) {
      return false;
    }
  }
  if (places->texts.empty() && places->during == nullptr) return true;
  return Resolver(text, options, places).PutAgain().ok();
}

absl::StatusOr<Statement> ResolveParameters(const Statement& statement,
                                            absl::string_view text,
                                            const QueryOptions& options) {
  Statement resolved = statement;
  FOOTFALL_RETURN_IF_ERROR(PutParameters(text, options, &resolved, nullptr));
  return resolved;
}

}  // namespace footfall::query
