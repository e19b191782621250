// The kernels as compiled for one kind of processor: see kernels.h.

#define FOOTFALL_KERNELS kernels_avx2
#include "query/func/kernels_body.inc"
