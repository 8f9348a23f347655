#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cstdio>

#include "app/etude/evaluate.h"
#include "app/etude/renderer.h"
#include "app/etude/weights_in_training.h"
#include "core/nn/layers.h"
#include "core/tensor/torch_error.h"

namespace pleinair::etude {
namespace {

constexpr std::int64_t kSide = 128;  // of the judge's pictures: brush strokes are lost in smaller ones

struct Class {
  const char* name;
  std::vector<std::string> prompts;
  bool (*shows)(const Scene&);
};

const std::vector<Class>& classes() {
  using S = Scene;
  static const std::vector<Class> kClasses = {
      {"sunset",
       {"sunset", "sunset over the sea", "sunset over the hills", "a photo of a sunset"},
       [](const S& s) { return s.time == DayTime::Sunset; }},
      {"night",
       {"night", "night over the sea", "a starry night over the mountains", "a photo of the night sky"},
       [](const S& s) { return s.time == DayTime::Night; }},
      {"storm",
       {"a storm", "storm clouds over the sea", "dark storm clouds over the fields", "a photo of a stormy sky"},
       isStorm},
      {"fog",
       {"fog", "thick fog over a lake", "fog over a forest", "a photo of fog"},
       [](const S& s) { return s.weather == Weather::Fog; }},
      {"snow",
       {"falling snow", "snow over a forest", "falling snow over the city", "a photo of snowfall"},
       [](const S& s) { return s.weather == Weather::Snow; }},
      {"sea",
       {"the sea", "noon over the sea", "sunset over the sea", "a photo of the ocean"},
       [](const S& s) { return s.place == Place::Sea || s.place == Place::Beach; }},
      {"mountains",
       {"mountains", "noon over the mountains", "sunset over the mountains", "a photo of mountain ridges"},
       [](const S& s) { return s.place == Place::Mountains; }},
      {"forest",
       {"a forest", "noon over a forest", "sunset over a pine forest", "a photo of a forest"},
       [](const S& s) { return s.place == Place::Forest; }},
      {"city",
       {"a city", "night over the city", "sunset over a city skyline", "a photo of a city skyline"},
       [](const S& s) { return s.place == Place::City; }},
      {"rainbow",
       {"a rainbow", "a rainbow over the sea", "a rainbow over the hills", "a photo of a rainbow"},
       [](const S& s) { return s.weather == Weather::Rainbow; }},
      {"moon",
       {"the moon", "a full moon over the sea", "a moonlit night over the hills", "a photo of the moon"},
       [](const S& s) { return s.at(Quantity::Moon) > 0.0F; }},
      {"oil painting",
       {"an oil painting", "an oil painting of a sunset", "oil painting of the sea", "an oil painting of mountains"},
       [](const S& s) { return s.manner == Manner::Oil; }},
  };
  return kClasses;
}

/// A small convolutional classifier: 128x128 pictures -> one logit a class; a picture may show several.
class Judge final : public nn::Module {
 public:
  explicit Judge(std::int64_t count)
      : m_in(3, 32, 5, 2, 2),
        m_middle(32, 64, 3, 2, 1),
        m_deep(64, 128, 3, 2, 1),
        m_last(128, 128, 3, 1, 1),
        m_norm1(8, 32, 1e-5),
        m_norm2(8, 64, 1e-5),
        m_norm3(8, 128, 1e-5),
        m_out(256, count) {
    registerModule("in", m_in);
    registerModule("middle", m_middle);
    registerModule("deep", m_deep);
    registerModule("last", m_last);
    registerModule("norm1", m_norm1);
    registerModule("norm2", m_norm2);
    registerModule("norm3", m_norm3);
    registerModule("out", m_out);
  }
  /// pictures [B, 3, 128, 128] in [0, 1] -> [B, classes]
  at::Tensor forward(const at::Tensor& pictures) const {
    at::Tensor x = at::silu(m_norm1.forward(m_in.forward(pictures * 2.0 - 1.0)));
    x = at::silu(m_norm2.forward(m_middle.forward(x)));
    x = at::silu(m_norm3.forward(m_deep.forward(x)));
    x = at::silu(m_last.forward(x));
    return m_out.forward(at::cat({x.mean({2, 3}), x.amax({2, 3})}, 1));
  }

 private:
  nn::Conv2d m_in, m_middle, m_deep, m_last;
  nn::GroupNorm m_norm1, m_norm2, m_norm3;
  nn::Linear m_out;
};

struct Lesson {
  at::Tensor pictures;  // [n, 3, 128, 128]
  at::Tensor labels;    // [n, classes]
};

Lesson drawLesson(std::uint64_t seed, std::int64_t count, std::int64_t renderSize, at::Device device) {
  const at::NoGradGuard noGrad;
  const auto number = static_cast<std::int64_t>(classes().size());
  std::vector<at::Tensor> pictures;
  at::Tensor labels = at::empty({count, number}, at::kFloat);
  for (std::int64_t done = 0; done < count; done += 32) {
    std::vector<Scene> scenes;
    for (std::int64_t i = done; i < std::min(count, done + 32); ++i) {
      scenes.push_back(randomScene(seed + static_cast<std::uint64_t>(i)));
      for (std::int64_t c = 0; c < number; ++c) {
        labels[i][c] = classes()[static_cast<std::size_t>(c)].shows(scenes.back()) ? 1.0F : 0.0F;
      }
    }
    const std::int64_t factor = renderSize / kSide;
    pictures.push_back(at::avg_pool2d(renderScenes(scenes, renderSize, device), {factor, factor}));
  }
  return {at::cat(pictures), labels.to(device)};
}

void learn(Judge& judge, const Lesson& lesson, std::int64_t steps, const DeviceSpec& device) {
  WeightsInTraining weights({.weightDecay = 0.02, .averageDecay = 0.99});
  weights.add(judge, device.device, at::kFloat);
  const at::Tensor rare = (1.0 - lesson.labels.mean(0)) / lesson.labels.mean(0).clamp_min(1e-3);
  const std::int64_t batch = std::min<std::int64_t>(128, lesson.labels.size(0));
  for (std::int64_t step = 0; step < steps; ++step) {
    const at::Tensor which = at::randint(lesson.labels.size(0), {batch}, lesson.labels.options().dtype(at::kLong));
    at::Tensor pictures = lesson.pictures.index_select(0, which);
    if (step % 2 == 0) {
      pictures = pictures.flip({3});
    }
    if (step % 3 == 0) {  // generated pictures are softer than drawn ones
      pictures = at::upsample_bilinear2d(at::avg_pool2d(pictures, {2, 2}), {kSide, kSide}, false);
    }
    pictures =
        (pictures * (at::rand({batch, 1, 1, 1}, pictures.options()) * 0.3 + 0.85) + at::randn_like(pictures) * 0.01)
            .clamp(0.0, 1.0);
    const at::Tensor labels = lesson.labels.index_select(0, which);
    const at::Tensor loss = at::binary_cross_entropy_with_logits(judge.forward(pictures), labels, {}, rare);
    loss.backward();
    weights.step(2e-3 * (1.0 - static_cast<double>(step) / static_cast<double>(steps)));
  }
  weights.useAverage();
}

}  // namespace

Result<std::vector<ClassFigure>> evaluateClasses(Models& models, const JudgeOptions& options,
                                                 const SampleOptions& sampling, const std::filesystem::path& sheet,
                                                 const DeviceSpec& device) {
  using Figures = std::vector<ClassFigure>;
  Figures figures;
  Judge judge(static_cast<std::int64_t>(classes().size()));
  nn::initialize(judge, 7);
  auto learned = guarded("training the judge", [&]() -> bool {
    at::manual_seed(7);
    learn(judge, drawLesson(900000000, options.renders, options.renderSize, device.device), options.steps, device);
    const at::NoGradGuard noGrad;
    const Lesson exam =
        drawLesson(950000000, std::max<std::int64_t>(64, options.renders / 6), options.renderSize, device.device);
    const at::Tensor seen = (judge.forward(exam.pictures) > 0.0).to(at::kFloat);
    const at::Tensor recall = ((seen * exam.labels).sum(0) / exam.labels.sum(0).clamp_min(1.0)).cpu();
    const at::Tensor alarm = ((seen * (1.0 - exam.labels)).sum(0) / (1.0 - exam.labels).sum(0).clamp_min(1.0)).cpu();
    for (std::size_t c = 0; c < classes().size(); ++c) {
      const auto i = static_cast<std::int64_t>(c);
      figures.push_back({.name = classes()[c].name,
                         .found = 0.0,
                         .recall = recall[i].item<double>(),
                         .falseAlarm = alarm[i].item<double>()});
    }
    return true;
  });
  if (!learned) {
    return learned.error();
  }
  const at::NoGradGuard noGrad;
  std::vector<std::string> prompts;
  for (const Class& one : classes()) {
    for (int i = 0; i < options.perClass; ++i) {
      prompts.push_back(one.prompts[static_cast<std::size_t>(i) % one.prompts.size()]);
    }
  }
  PLEINAIR_ASSIGN(const at::Tensor pictures, samplePictures(models, prompts, sampling, device));
  const at::Tensor seen = (judge.forward(at::avg_pool2d(pictures, {2, 2})) > 0.0).to(at::kFloat).cpu();
  for (std::size_t c = 0; c < figures.size(); ++c) {
    const std::int64_t first = static_cast<std::int64_t>(c) * options.perClass;
    figures[c].found =
        seen.slice(0, first, first + options.perClass).select(1, static_cast<std::int64_t>(c)).mean().item<double>();
  }
  if (!sheet.empty()) {
    PLEINAIR_TRY(writeSheet(at::avg_pool2d(pictures, {2, 2}), options.perClass, sheet));
  }
  return figures;
}

}  // namespace pleinair::etude
