// An answer as a struct array of Arrow.
//
// Each structure owns what it points to by its private_data, children and
// dictionaries included; a child that a consumer has taken away has a null
// release, and is left alone.

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "query/c/answer.h"
#include "query/c/error.h"
#include "query/lang/status_macros.h"

namespace footfall::query {
namespace {

struct SchemaParts {
  std::string format;
  std::string name;
  std::vector<ArrowSchema> children;
  std::vector<ArrowSchema*> addresses;
  ArrowSchema dictionary = {};
};

struct ArrayParts {
  std::shared_ptr<const CAnswer> answer;  // others' buffers
  std::vector<uint8_t> validity;
  std::vector<int32_t> offsets;
  std::string bytes;  // of texts, or bits of booleans
  std::vector<const void*> buffers;
  std::vector<ArrowArray> children;
  std::vector<ArrowArray*> addresses;
  ArrowArray dictionary = {};
};

// Of ArrowSchema with SchemaParts, and ArrowArray with ArrayParts.
template <typename Arrow, typename Parts>
void Release(Arrow* released) {
  Parts* const parts = static_cast<Parts*>(released->private_data);
  for (Arrow& child : parts->children) {
    if (child.release != nullptr) child.release(&child);
  }
  if (parts->dictionary.release != nullptr) {
    parts->dictionary.release(&parts->dictionary);
  }
  delete parts;
  released->release = nullptr;
}

// Releases what is half made where making the rest fails.
template <typename Arrow>
struct ReleaseIt {
  void operator()(Arrow* made) const {
    if (made->release != nullptr) made->release(made);
  }
};
template <typename Arrow>
using Half = std::unique_ptr<Arrow, ReleaseIt<Arrow>>;

SchemaParts* NewSchema(std::string format, std::string name, size_t children,
                       ArrowSchema* out) {
  auto parts = std::make_unique<SchemaParts>();
  parts->format = std::move(format);
  parts->name = std::move(name);
  parts->children.resize(children);
  for (ArrowSchema& child : parts->children) parts->addresses.push_back(&child);
  *out = {};
  out->format = parts->format.c_str();
  out->name = parts->name.c_str();
  out->flags = ARROW_FLAG_NULLABLE;
  out->n_children = static_cast<int64_t>(children);
  out->children = parts->addresses.data();
  out->release = Release<ArrowSchema, SchemaParts>;
  out->private_data = parts.get();
  return parts.release();
}

ArrayParts* NewArray(const std::shared_ptr<const CAnswer>& answer,
                     size_t length, size_t children, ArrowArray* out) {
  auto parts = std::make_unique<ArrayParts>();
  parts->answer = answer;
  parts->buffers = {nullptr};
  parts->children.resize(children);
  for (ArrowArray& child : parts->children) parts->addresses.push_back(&child);
  *out = {};
  out->length = static_cast<int64_t>(length);
  out->n_children = static_cast<int64_t>(children);
  out->children = parts->addresses.data();
  out->release = Release<ArrowArray, ArrayParts>;
  out->private_data = parts.get();
  return parts.release();
}

void SetBuffers(ArrayParts* parts, std::initializer_list<const void*> more,
                ArrowArray* out) {
  parts->buffers.insert(parts->buffers.end(), more);
  out->buffers = parts->buffers.data();
  out->n_buffers = static_cast<int64_t>(parts->buffers.size());
}

void SetBit(size_t bit, std::string* bits) {
  (*bits)[bit / 8] = static_cast<char>((*bits)[bit / 8] | (1 << (bit % 8)));
}

void AddValidity(const footfall_column& column, size_t rows, ArrayParts* parts,
                 ArrowArray* out) {
  if (column.missing == nullptr) return;
  parts->validity.resize((rows + 7) / 8);
  for (size_t row = 0; row < rows; ++row) {
    if (column.missing[row] != 0) {
      ++out->null_count;
    } else {
      parts->validity[row / 8] |= static_cast<uint8_t>(1 << (row % 8));
    }
  }
  parts->buffers[0] = parts->validity.data();
}

// The column's dictionary as utf8.
absl::Status AddTexts(const footfall_column& column, ArrayParts* parts,
                      ArrowArray* out) {
  parts->offsets.push_back(0);
  for (size_t i = 0; i < column.dictionary_size; ++i) {
    parts->bytes += column.dictionary[i];
    if (parts->bytes.size() > std::numeric_limits<int32_t>::max()) {
      return absl::ResourceExhaustedError(
          absl::StrCat("column ", column.name,
                       ": its texts are more than the 2 GiB that utf8 of Arrow "
                       "holds"));
    }
    parts->offsets.push_back(static_cast<int32_t>(parts->bytes.size()));
  }
  SetBuffers(parts, {parts->offsets.data(), parts->bytes.data()}, out);
  return absl::OkStatus();
}

// Whether each text stands in the dictionary once: else the texts are handed
// out as they are, a row each.
bool IsDictionary(const CAnswer& answer, size_t index) {
  return answer.answer().columns[index].dictionary != nullptr;
}

std::string FormatOf(const footfall_column& column, bool dictionary) {
  if (column.starts != nullptr) return "tss:";
  switch (column.type) {
    case FOOTFALL_TYPE_INTEGER:
      return "l";
    case FOOTFALL_TYPE_DECIMAL:
      return "g";
    case FOOTFALL_TYPE_BOOLEAN:
      return "b";
    default:
      return dictionary ? "i" : "u";
  }
}

absl::Status FillColumn(const std::shared_ptr<const CAnswer>& answer,
                        size_t index, ArrowSchema* schema, ArrowArray* array) {
  const footfall_column& column = answer->columns()[index];
  const size_t rows = answer->answer().row_count();
  const bool dictionary = IsDictionary(*answer, index);
  SchemaParts* const schema_parts =
      NewSchema(FormatOf(column, dictionary), column.name, 0, schema);
  ArrayParts* const parts = NewArray(answer, rows, 0, array);
  AddValidity(column, rows, parts, array);
  if (column.starts != nullptr) {
    SetBuffers(parts, {column.starts}, array);
  } else if (column.type == FOOTFALL_TYPE_INTEGER) {
    SetBuffers(parts, {column.integers}, array);
  } else if (column.type == FOOTFALL_TYPE_DECIMAL) {
    SetBuffers(parts, {column.decimals}, array);
  } else if (column.type == FOOTFALL_TYPE_BOOLEAN) {
    parts->bytes.resize((rows + 7) / 8);
    for (size_t row = 0; row < rows; ++row) {
      if (column.integers[row] != 0) SetBit(row, &parts->bytes);
    }
    SetBuffers(parts, {parts->bytes.data()}, array);
  } else if (dictionary) {
    SetBuffers(parts, {column.codes}, array);
    NewSchema("u", "", 0, &schema_parts->dictionary);
    schema->dictionary = &schema_parts->dictionary;
    ArrayParts* const texts =
        NewArray(answer, column.dictionary_size, 0, &parts->dictionary);
    array->dictionary = &parts->dictionary;
    return AddTexts(column, texts, &parts->dictionary);
  } else {
    return AddTexts(column, parts, array);
  }
  return absl::OkStatus();
}

absl::Status FillTable(const std::shared_ptr<const CAnswer>& answer,
                       ArrowSchema* schema_out, ArrowArray* array_out) {
  const size_t count = answer->columns().size();
  ArrowSchema schema = {};
  ArrowArray array = {};
  const Half<ArrowSchema> half_schema(&schema);
  const Half<ArrowArray> half_array(&array);
  SchemaParts* const schema_parts = NewSchema("+s", "", count, &schema);
  schema.flags = 0;
  ArrayParts* const parts =
      NewArray(answer, answer->answer().row_count(), count, &array);
  SetBuffers(parts, {}, &array);
  for (size_t i = 0; i < count; ++i) {
    FOOTFALL_RETURN_IF_ERROR(
        FillColumn(answer, i, &schema_parts->children[i], &parts->children[i]));
  }
  *schema_out = schema;
  *array_out = array;
  schema.release = nullptr;  // moved
  array.release = nullptr;
  return absl::OkStatus();
}

}  // namespace
}  // namespace footfall::query

int footfall_answer_arrow(const footfall_answer* answer,
                          struct ArrowSchema* schema, struct ArrowArray* array,
                          footfall_error** error) {
  return footfall::query::InC(error, [&] {
    return footfall::query::FillTable(answer->shared, schema, array);
  });
}
