#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <memory>
#include <stdexcept>

#include "app/etude/crew.h"
#include "app/etude/pictures.h"
#include "app/etude/replica.h"
#include "app/etude/training.h"
#include "app/etude/weights_in_training.h"
#include "core/base/clock.h"
#include "core/tensor/torch_error.h"

namespace pleinair::etude {
namespace {

void save(Models& models, const std::filesystem::path& folder) {
  for (auto saved :
       {saveModule(*models.unet, folder, "unet", at::kHalf), saveModule(*models.text, folder, "text", at::kHalf)}) {
    if (!saved) {
      throw std::runtime_error(saved.error().text());
    }
  }
}

void show(const at::Tensor& pictures, std::int64_t columns, const std::filesystem::path& file) {
  if (auto written = writeSheet(pictures, columns, file); !written) {
    std::printf("diffusion: no sheet: %s\n", written.error().text().c_str());
  }
}

std::vector<std::string> promptsFor(const DeviceSpec& device) {
  std::vector<std::string> prompts = sheetPrompts();
  if (!device.isGpu()) {
    prompts.resize(4);
  }
  return prompts;
}

/// When pictures are drawn for the evolution strip; its last row is the finished model's.
constexpr std::array<std::int64_t, 6> kStripSteps = {250, 1000, 2500, 5000, 9000, 14000};

/// One row of the evolution strip.
at::Tensor strip(const Models& models, const DeviceSpec& device) {
  auto pictures = samplePictures(models, evolutionPrompts(), {}, device);
  return pictures ? at::avg_pool2d(*pictures, {2, 2}).cpu() : at::Tensor();
}

int replicaCount(const TrainOptions& options, const DeviceSpec& device) {
  return std::max(1, options.replicas > 0 ? options.replicas : gpusFor(device));
}

/// A training as it goes on. Each GPU of the machine is a replica that learns from its share of the batch.
struct Session {
  Session(Models& m, const TrainOptions& o, const DeviceSpec& d)
      : models(m), options(o), device(d), crew(replicaCount(o, d)) {
    const int count = replicaCount(o, d);
    models.vae->to(device.device, at::kFloat);
    for (int number = 0; number < count; ++number) {
      const at::Device place =
          device.isGpu() ? at::Device(at::kCUDA, static_cast<at::DeviceIndex>(number)) : at::kCPU;
      replicas.push_back(std::make_unique<Replica>(m, o, Replica::Place{number, count, place}));
      const at::ScalarType type = device.isGpu() ? at::kBFloat16 : at::kFloat;
      if (number == 0) {
        weights.add(*models.unet, place, type);
        weights.add(*models.text, place, type);
      } else {
        weights.mirror({&replicas.back()->unet(), &replicas.back()->text()}, place);
      }
    }
  }

  Models& models;
  const TrainOptions& options;
  const DeviceSpec& device;
  WeightsInTraining weights{{.averageDecay = 0.999, .orthogonal = true}};
  std::vector<std::unique_ptr<Replica>> replicas;
  Crew crew;
  std::vector<at::Tensor> losses, strips;
  double saved = 0.0;

  [[nodiscard]] std::int64_t drawn() const {
    std::int64_t sum = 0;
    for (const auto& replica : replicas) {
      sum += replica->drawn();
    }
    return sum;
  }

  void step(double progress) {
    std::vector<at::Tensor> parts(replicas.size());
    crew.run([&](int number) {
      const auto i = static_cast<std::size_t>(number);
      parts[i] = replicas[i]->learn();
    });
    at::Tensor loss = parts.front();
    for (std::size_t i = 1; i < parts.size(); ++i) {
      loss = loss + parts[i].to(loss.device());
    }
    weights.step(options.learningRate * rateFactor(static_cast<std::int64_t>(losses.size()), progress, options));
    losses.push_back(loss / static_cast<double>(replicas.size()));
  }

  void report(double seconds) {
    const auto steps = static_cast<std::int64_t>(losses.size());
    const bool stripDue = device.isGpu() && std::ranges::find(kStripSteps, steps) != kStripSteps.end();
    if (stripDue || seconds - saved > 100.0) {  // what a lost machine would take with it is small
      weights.useAverage();
      if (stripDue) {
        const at::NoGradGuard noGrad;
        strips.push_back(strip(models, device));
      } else {
        saved = seconds;
        save(models, options.folder);
      }
      weights.useTrained();
    }
    if (steps % 50 == 0) {
      const double mean = at::stack(std::vector<at::Tensor>(losses.end() - 50, losses.end())).mean().item<double>();
      std::printf("diffusion: step %lld  loss %.4f  %lld pictures  %.0f s\n", static_cast<long long>(steps), mean,
                  static_cast<long long>(drawn()), seconds);
      std::fflush(stdout);
    }
  }
};

}  // namespace

Result<TrainSummary> trainDiffusion(Models& models, const TrainOptions& options, const DeviceSpec& device) {
  return guarded("training the denoiser", [&]() -> TrainSummary {
    const auto start = std::chrono::steady_clock::now();
    Session session(models, options, device);
    for (const auto& replica : session.replicas) {
      replica->waitForPictures();
    }
    std::printf("diffusion: %lld pictures drawn in %.1f s, %zu learning\n", static_cast<long long>(session.drawn()),
                secondsSince(start), session.replicas.size());
    std::fflush(stdout);
    const double budget = options.minutes * 60.0;
    double progress = 0.0;
    while (progress < 1.0) {
      session.step(progress);
      session.report(secondsSince(start));
      const auto steps = static_cast<double>(session.losses.size());
      progress = options.steps > 0 ? steps / static_cast<double>(options.steps) : secondsSince(start) / budget;
    }
    const at::NoGradGuard noGrad;
    const TrainSummary summary = summaryOf(session.losses);
    session.weights.useAverage();
    save(models, options.folder);
    auto pictures = samplePictures(models, promptsFor(device), {}, device);
    if (pictures) {
      show(*pictures, 8, options.folder / "samples.png");
    }
    if (!session.strips.empty()) {
      session.strips.push_back(strip(models, device));
      show(at::cat(session.strips), session.strips.front().size(0), options.folder / "evolution.png");
    }
    std::printf("diffusion: %lld steps, loss %.4f -> %.4f, %lld pictures drawn\n",
                static_cast<long long>(summary.steps), summary.firstLoss, summary.lastLoss,
                static_cast<long long>(session.drawn()));
    return summary;
  });
}

}  // namespace pleinair::etude
