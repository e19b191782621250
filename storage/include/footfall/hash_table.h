// Hash tables that stay whole when memory runs out.
//
// Abseil's do not: one whose allocation fails while it grows, or whose element
// throws while it is made, is broken and must not even be destroyed. These are
// Abseil's with two differences: an element is complete before it goes in, and
// a table that is full moves into a larger one, which is given up where there
// is no memory for it. What throws leaves the table as it was.

#ifndef FOOTFALL_HASH_TABLE_H_
#define FOOTFALL_HASH_TABLE_H_

#include <algorithm>
#include <cstddef>
#include <new>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"

#pragma GCC visibility push(default)
namespace footfall {

// `Table` is one of Abseil's flat tables. What is not named here is as there.
// Elements move without throwing.
template <typename Table>
class HashTable : public Table {
 public:
  using iterator = typename Table::iterator;
  using const_iterator = typename Table::const_iterator;
  using init_type = typename Table::init_type;

  HashTable() = default;
  HashTable(const typename Table::hasher& hash,
            const typename Table::key_equal& equal)
      : Table(0, hash, equal) {}
  HashTable(HashTable&&) noexcept = default;
  HashTable& operator=(HashTable&&) noexcept = default;
  HashTable(const HashTable& other)
      : Table(0, other.hash_function(), other.key_eq()) {
    reserve(other.size());
    for (const auto& element : other) insert(init_type(element));
  }
  HashTable& operator=(const HashTable& other) {
    if (this != &other) *this = HashTable(other);
    return *this;
  }

  void reserve(size_t count) {
    if (!HasRoomFor(count - std::min(count, this->size()))) Grow(count);
  }
  std::pair<iterator, bool> insert(init_type element) {
    if (!HasRoomFor(1)) Grow(std::max<size_t>(2 * this->size(), 3));
    return Table::insert(std::move(element));
  }
  template <typename... Arguments>
  std::pair<iterator, bool> emplace(Arguments&&... arguments) {
    return insert(init_type(std::forward<Arguments>(arguments)...));
  }

  template <typename Key>
  size_t erase(const Key& key) {
    const size_t count = Table::erase(key);
    erased_ += count;
    return count;
  }
  void erase(iterator element) {
    Table::erase(element);
    ++erased_;
  }
  template <typename Condition>
  void EraseIf(Condition condition) {
    for (auto at = this->begin(); at != this->end();) {
      const auto element = at++;
      if (condition(*element)) erase(element);
    }
  }
  void clear() {
    Table::clear();
    erased_ = 0;
  }

  // They would grow it behind our back.
  template <typename... Arguments>
  void rehash(Arguments&&...) = delete;
  template <typename... Arguments>
  void merge(Arguments&&...) = delete;
  template <typename... Arguments>
  void emplace_hint(Arguments&&...) = delete;
  template <typename... Arguments>
  void insert_or_assign(Arguments&&...) = delete;

 private:
  // Whether so many more go in without an allocation. Places of elements that
  // were erased may still be taken.
  bool HasRoomFor(size_t count) const {
    const size_t capacity = this->capacity();
    const size_t limit = capacity - capacity / 8 - (capacity == 7 ? 1 : 0);
    return this->size() + erased_ + count <= limit;
  }

  // A false alarm of g++ 14, about a pointer that an empty table does not have.
  // Abseil switches it off, which is lost where its headers are precompiled.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
  void Grow(size_t count) {
    // Never destroyed where it could not grow: it owns nothing then.
    union Place {
      Place() {}
      ~Place() {}
      Table table;
    } larger;
    new (&larger.table) Table(0, this->hash_function(), this->key_eq());
    larger.table.reserve(count);
    larger.table.merge(static_cast<Table&>(*this));
    this->swap(larger.table);
    larger.table.~Table();
    erased_ = 0;
  }
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

  size_t erased_ = 0;  // since it grew last
};

// `Functions`: how keys are hashed and compared, where not by default.
template <typename Key, typename... Functions>
using FlatHashSet = HashTable<absl::flat_hash_set<Key, Functions...>>;

template <typename Key, typename Value, typename... Functions>
class FlatHashMap
    : public HashTable<absl::flat_hash_map<Key, Value, Functions...>> {
 public:
  using Base = HashTable<absl::flat_hash_map<Key, Value, Functions...>>;
  using Base::Base;

  template <typename... Arguments>
  std::pair<typename Base::iterator, bool> try_emplace(
      const Key& key, Arguments&&... arguments) {
    const auto found = this->find(key);
    if (found != this->end()) return {found, false};
    return this->insert({key, Value(std::forward<Arguments>(arguments)...)});
  }
  Value& operator[](const Key& key) { return try_emplace(key).first->second; }
};

}  // namespace footfall
#pragma GCC visibility pop

#endif  // FOOTFALL_HASH_TABLE_H_
