// Numbers drawn from a seed: the same on every machine, unlike <random>'s
// distributions.

#ifndef FOOTFALL_EXAMPLES_MARKET_RANDOM_H_
#define FOOTFALL_EXAMPLES_MARKET_RANDOM_H_

#include <cstdint>

namespace footfall::market {

// SplitMix64 (G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number
// generators", OOPSLA 2014). Draws happen in the order of the calls: write one
// draw a statement, since C++ does not order the operands of `+` and `*`.
class Random {
 public:
  explicit Random(uint64_t seed);

  uint64_t Bits();
  // In [0, 1), with 53 bits.
  double Uniform();
  double Uniform(double low, double high);
  // Mean 0, variance 1, by Box and Muller; takes two uniforms.
  double Normal();
  // A count of mean `mean`; rounded from a normal where the mean exceeds 60.
  double Poisson(double mean);

 private:
  uint64_t state_;
};

}  // namespace footfall::market

#endif  // FOOTFALL_EXAMPLES_MARKET_RANDOM_H_
