// Numbers that are written before they are read: no time goes into zeros.

#ifndef FOOTFALL_QUERY_EXEC_RAW_ARRAY_H_
#define FOOTFALL_QUERY_EXEC_RAW_ARRAY_H_

#include <cstddef>
#include <memory>

namespace footfall::query {

template <typename T>
class RawArray {
 public:
  // Makes it `size` numbers, whatever they are.
  void Reset(size_t size) {
    numbers_ = std::make_unique_for_overwrite<T[]>(size);
    size_ = size;
  }
  size_t size() const { return size_; }
  T* data() { return numbers_.get(); }
  const T* data() const { return numbers_.get(); }
  T& operator[](size_t i) { return numbers_[i]; }
  const T& operator[](size_t i) const { return numbers_[i]; }

 private:
  std::unique_ptr<T[]> numbers_;
  size_t size_ = 0;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_RAW_ARRAY_H_
