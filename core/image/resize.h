#pragma once

#include "core/image/image.h"

namespace pleinair {

/// Resizes to exactly width x height with an antialiased Lanczos-3 filter. Works without photo decoders.
Image resized(const Image& image, int width, int height);

/// The centre width x height of a picture at least that large.
Image centerCropped(const Image& image, int width, int height);

}  // namespace pleinair
