#include "app/etude/noise.h"
#include "app/etude/paint.h"

namespace pleinair::etude {

/// Washes of diluted ink on warm paper, and a brush line where light meets dark.
at::Tensor ink(const at::Tensor& pictures, const at::Tensor& seeds, const at::Tensor& discs) {
  const std::int64_t size = pictures.size(2);
  const at::Tensor noise = fractalNoise(seeds, {.salt = 155, .size = size, .cells = 8, .octaves = 5, .gain = 0.55});
  const Places at = placesOf(pictures);
  const at::Tensor moved = sampleTexture(pictures, at.x + noise * 0.005, at.y + noise * 0.005);
  const at::Tensor forms = roundAgain(evened(moved, 4), pictures, discs);
  const at::Tensor tone = toneOf(forms);
  const at::Tensor lines = ((blurred(tone, 2) - tone) * 6.0 - 0.06).clamp(0.0, 0.7);
  // Ink is laid in few steps, the palest of which is bare paper; each pools a little at its edge.
  const at::Tensor steps = (tone * 0.4 + blurred(blurred(tone, 4), 4) * 0.6) * 4.0 + noise * 0.06;
  const at::Tensor level = steps.floor();
  const at::Tensor within = steps - level;
  const at::Tensor laid = (level + (within * 3.0 - 1.0).clamp(0.0, 1.0)) / 4.0;
  const at::Tensor wash = ((laid * 0.65 + tone * 0.35) * 1.05 + 0.06 + noise * 0.02).clamp(0.03, 1.0) - lines;
  const at::Tensor paper = at::tensor({0.97, 0.945, 0.885}, pictures.options()).view({1, 3, 1, 1});
  const at::Tensor black = at::tensor({0.09, 0.095, 0.13}, pictures.options()).view({1, 3, 1, 1});
  return (black + (paper - black) * wash.clamp(0.0, 1.0)).clamp(0.0, 1.0);
}

/// Flat tints from a few blocks, a dark block for the shadows, and between them lines cut along the forms, the
/// broader the darker; the lights stay clean.
at::Tensor woodcut(const at::Tensor& pictures, const at::Tensor& seeds, const at::Tensor& discs) {
  const std::int64_t size = pictures.size(2);
  const at::Tensor wobble = fractalNoise(seeds, {.salt = 158, .size = size, .cells = 4, .octaves = 2, .gain = 0.4});
  const at::Tensor forms = roundAgain(evened(evened(pictures, 4), 3), pictures, discs);
  const at::Tensor tone = toneOf(forms);
  const Places at = placesOf(pictures);
  const at::Tensor grey = forms.mean(1, true);
  // Three tints: each pixel keeps its hue and takes the brightness of the step it belongs to.
  const at::Tensor steps = tone * 3.2;
  const at::Tensor level = (steps.floor() + ((steps - steps.floor()) * 8.0 - 6.5).clamp(0.0, 1.0)) / 3.2;
  const at::Tensor gain = (level * 0.72 + 0.3) / (grey + 0.08);
  const at::Tensor flat = (saturated(forms, 1.2) * gain).clamp(0.0, 1.0);
  const at::Tensor paper = at::tensor({0.95, 0.9, 0.8}, pictures.options()).view({1, 3, 1, 1});
  const at::Tensor tint = flat * 0.78 + paper * 0.2;
  const at::Tensor phase = (at.y + wobble * 0.007 + tone * 0.03) * (6.2831853 * 256.0 / 16.0);
  const at::Tensor share = ((0.52 - tone) * 1.9).clamp(-0.25, 1.0);  // how much of a line's period is dark
  const at::Tensor cut = ((phase.sin() * 0.5 - 0.5 + share) * 3.0 + 0.5).clamp(0.0, 1.0);
  const at::Tensor solid = ((0.12 - tone) * 14.0).clamp(0.0, 1.0);
  const at::Tensor contour = ((blurred(tone, 2) - tone) * 7.0 - 0.25).clamp(0.0, 1.0);
  const at::Tensor dark = at::maximum(at::maximum(cut * 0.75, solid), contour);
  const at::Tensor black = at::tensor({0.13, 0.11, 0.14}, pictures.options()).view({1, 3, 1, 1});
  return (tint + (black - tint) * dark * 0.92).clamp(0.0, 1.0);
}

}  // namespace pleinair::etude
