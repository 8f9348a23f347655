#include "app/etude/renderer.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "app/etude/captions.h"
#include "app/etude/colors.h"
#include "app/etude/noise.h"
#include "core/tensor/device.h"

namespace pleinair::etude {
namespace {

TEST(Renderer, DrawsTheSamePictureInAnyBatch) {
  const std::vector<Scene> scenes = {randomScene(1), randomScene(2), randomScene(3), randomScene(4)};
  const at::Tensor together = renderScenes(scenes, 64, at::kCPU);
  for (std::size_t i = 0; i < scenes.size(); ++i) {
    const at::Tensor alone = renderScenes({scenes[i]}, 64, at::kCPU);
    EXPECT_LT((alone[0] - together[static_cast<std::int64_t>(i)]).abs().max().item<float>(), 1e-4F) << "scene " << i;
  }
}

TEST(Renderer, SameSeedSameSceneAndOtherSeedAnother) {
  EXPECT_EQ(randomScene(7).quantities, randomScene(7).quantities);
  EXPECT_NE(randomScene(7).quantities, randomScene(8).quantities);
}

TEST(Renderer, LatticesHoldAHashOfSeedSaltAndPlace) {
  // The lowest 24 bits of a hash of seed, salt and place in 32 bits, computed apart.
  const at::Tensor numbers = lattice(at::tensor(std::vector<std::int64_t>{5, 4000000007}, at::kLong), 21, 2, 3);
  ASSERT_EQ(numbers.sizes(), (at::IntArrayRef{2, 1, 2, 3}));
  constexpr std::array<unsigned, 12> kWanted = {7397476U, 11899738U, 7238493U, 7469455U,  3749635U, 10975124U,
                                                4493591U, 3762330U,  6003121U, 10417533U, 3784310U, 1894413U};
  for (std::size_t i = 0; i < kWanted.size(); ++i) {
    EXPECT_EQ(numbers.view({-1})[static_cast<std::int64_t>(i)].item<float>() * 16777216.0F,
              static_cast<float>(kWanted[i]))
        << i;
  }
}

TEST(Renderer, OnAGpuLatticesHoldTheSameNumbers) {
  const auto device = resolveDevice({});
  if (!device || !device->isGpu()) GTEST_SKIP() << "no GPU here";
  const at::Tensor seeds = at::arange(7, at::kLong) * 1234567891;
  EXPECT_TRUE(at::equal(lattice(seeds.to(device->device), 1300, 33, 17).cpu(), lattice(seeds, 1300, 33, 17)));
}

TEST(Renderer, EveryPictureIsFiniteInRangeAndNotFlat) {
  std::vector<Scene> scenes;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    scenes.push_back(randomScene(seed));
  }
  const at::Tensor pictures = renderScenes(scenes, 64, at::kCPU);
  EXPECT_TRUE(at::isfinite(pictures).all().item<bool>());
  EXPECT_GE(pictures.min().item<float>(), 0.0F);
  EXPECT_LE(pictures.max().item<float>(), 1.0F);
  EXPECT_GT(pictures.flatten(1).std(1).min().item<float>(), 0.002F);
}

TEST(Renderer, DotsAreRoundAndTheSameInAnyBatch) {
  const at::Tensor seeds = at::arange(3, 6, at::kLong);
  const std::vector<DotKind> kinds = {{1, 1.5, 0.0}, {40, 1.0, 2.0}};
  const at::Tensor dots = strewDots(seeds, 5, 64, kinds);
  ASSERT_EQ(dots.sizes(), at::IntArrayRef({3, 2, 64, 64}));
  EXPECT_LT((strewDots(seeds.slice(0, 1, 2), 5, 64, kinds)[0] - dots[1]).abs().max().item<float>(), 1e-6F);
  // A lone dot spreads alike along rows and columns; one that lies over the border is left out of the comparison.
  const at::Tensor line = at::arange(64, at::kFloat);
  for (std::int64_t i = 0; i < 3; ++i) {
    const auto spread = [&](const at::Tensor& profile) {
      const at::Tensor share = profile / profile.sum();
      const at::Tensor mean = (share * line).sum();
      return (share * (line - mean).square()).sum().item<float>();
    };
    const at::Tensor dot = dots[i][0];
    const bool cut = dot[0].sum().item<float>() + dot[63].sum().item<float>() + dot.select(1, 0).sum().item<float>() +
                         dot.select(1, 63).sum().item<float>() >
                     0.0F;
    if (!cut) {
      EXPECT_NEAR(spread(dot.sum(0)), spread(dot.sum(1)), 0.05F) << "dot " << i;
    }
  }
}

TEST(Renderer, EveryMannerDrawsTheSamePictureInAnyBatch) {
  std::vector<Scene> scenes;
  for (int manner = 0; manner <= static_cast<int>(Manner::Cubist); ++manner) {
    scenes.push_back(randomScene(static_cast<std::uint64_t>(100 + manner)));
    scenes.back().manner = static_cast<Manner>(manner);
    scenes.push_back(scenes.back());
    scenes.back().seed += 1;
  }
  const at::Tensor together = renderScenes(scenes, 64, at::kCPU);
  EXPECT_TRUE(at::isfinite(together).all().item<bool>());
  for (std::size_t i = 0; i < scenes.size(); i += 2) {
    const at::Tensor alone = renderScenes({scenes[i]}, 64, at::kCPU);
    // Where two patches are equally even, rounding decides which is taken: a handful of pixels may differ.
    const at::Tensor apart = (alone[0] - together[static_cast<std::int64_t>(i)]).abs();
    EXPECT_LT(apart.mean().item<float>(), 1e-4F) << "scene " << i;
  }
}

// What only few scenes have would slip through a batch drawn at random.
TEST(Renderer, RareThingsAreDrawnTheSameInAnyBatch) {
  std::vector<Scene> scenes;
  for (const Quantity rare : {Quantity::Path, Quantity::Bars, Quantity::Shelf, Quantity::NearTrees, Quantity::Lights,
                              Quantity::Foreground, Quantity::LoneTree, Quantity::Boat}) {
    std::uint64_t seed = 0;
    while (randomScene(seed).at(rare) == 0.0F || randomScene(seed).manner != Manner::Photo) {
      ++seed;
    }
    scenes.push_back(randomScene(seed));
  }
  const at::Tensor together = renderScenes(scenes, 64, at::kCPU);
  EXPECT_TRUE(at::isfinite(together).all().item<bool>());
  for (std::size_t i = 0; i < scenes.size(); ++i) {
    const at::Tensor alone = renderScenes({scenes[i]}, 64, at::kCPU);
    EXPECT_LT((alone[0] - together[static_cast<std::int64_t>(i)]).abs().max().item<float>(), 2e-3F) << "scene " << i;
  }
}

// The filter that makes brush strokes made a small sun square.
TEST(Renderer, SmallSunsStayRoundInPaintings) {
  Scene scene = randomScene(1);
  scene.quantities.fill(0.0F);
  scene.at(Quantity::Horizon) = 1.2F;
  scene.at(Quantity::SunX) = 0.5F;
  scene.at(Quantity::SunY) = 0.5F;
  scene.at(Quantity::SunRadius) = 0.03F;
  scene.at(Quantity::SunLight) = 1.0F;
  scene.at(Quantity::GlowWidth) = 0.06F;
  scene.at(Quantity::CloudCover) = -9.0F;
  scene.at(Quantity::Exposure) = 0.6F;
  scene.at(Quantity::Contrast) = 1.0F;
  scene.at(Quantity::Saturation) = 1.0F;
  for (const Manner manner : {Manner::Oil, Manner::Watercolour, Manner::Pastel}) {
    scene.manner = manner;
    const at::Tensor grey = renderScenes({scene}, 256, at::kCPU)[0].mean(0);
    const auto around = [&](int dx, int dy) { return grey[128 + dy][128 + dx].item<float>(); };
    // 12 pixels from its heart the sun is over, in the corners of a square as well as straight aside.
    const float aside = (around(12, 0) + around(-12, 0) + around(0, 12) + around(0, -12)) / 4.0F;
    const float corner = (around(8, 8) + around(-8, 8) + around(8, -8) + around(-8, -8)) / 4.0F;
    EXPECT_NEAR(corner, aside, 0.08F) << "manner " << static_cast<int>(manner);
  }
}

TEST(Renderer, NightsAreNotBlackAndDaysAreNotWhite) {
  std::vector<Scene> nights;
  std::vector<Scene> days;
  for (std::uint64_t seed = 0; nights.size() < 10 || days.size() < 10; ++seed) {
    const Scene scene = randomScene(seed);
    if (scene.manner != Manner::Photo) {
      continue;
    }
    if (scene.time == DayTime::Night && nights.size() < 10) {
      nights.push_back(scene);
    }
    if (scene.time == DayTime::Noon && scene.weather == Weather::Overcast && days.size() < 10) {
      days.push_back(scene);
    }
  }
  const auto middle = [](const std::vector<Scene>& scenes) {
    return std::get<0>(renderScenes(scenes, 64, at::kCPU).mean(1).flatten(1).median(1));
  };
  EXPECT_GT(middle(nights).min().item<float>(), 0.02F);
  EXPECT_LT(middle(days).max().item<float>(), 0.97F);
}

TEST(Colors, NamesPlainPictures) {
  const auto named = [](double r, double g, double b) {
    const at::Tensor picture =
        at::tensor({r, g, b}, at::kFloat).view({1, 3, 1, 1}).expand({1, 3, 64, 64}).contiguous();
    const auto colors = mainColors(colorShares(picture)[0], 0.5);
    return colors.size() == 1 ? colorNames()[colors[0]] : std::string("several");
  };
  EXPECT_EQ(named(0.02, 0.02, 0.03), "black");
  EXPECT_EQ(named(0.95, 0.95, 0.94), "white");
  EXPECT_EQ(named(0.9, 0.45, 0.1), "orange");
  EXPECT_EQ(named(0.1, 0.3, 0.8), "blue");
  EXPECT_EQ(named(0.05, 0.08, 0.3), "dark blue");
  EXPECT_EQ(named(0.45, 0.2, 0.7), "violet");
  EXPECT_EQ(named(0.1, 0.5, 0.5), "teal");
  EXPECT_EQ(named(0.5, 0.5, 0.5), "grey");
}

TEST(Captions, NameOnlyColorsOfThePicture) {
  const PictureColors colors{.sky = {"orange", "violet"}, .whole = {"orange", "black"}};
  const std::vector<std::string> absent = {"teal", "green", "blue", "pink", "red", "brown", "peach", "cream", "grey"};
  Dice dice(3);
  bool namedOne = false;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const std::string text = " " + describe(randomScene(seed), colors, dice) + " ";
    for (const std::string& name : absent) {
      EXPECT_EQ(text.find(" " + name + " "), std::string::npos) << text;
      EXPECT_EQ(text.find(" " + name + ","), std::string::npos) << text;
    }
    namedOne = namedOne || text.find("orange") != std::string::npos;
  }
  EXPECT_TRUE(namedOne);
}

TEST(Captions, SomeAreEmptyAndPaintingsAreCalledSo) {
  Dice dice(5);
  int empty = 0;
  int oils = 0;
  int called = 0;
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    const Scene scene = randomScene(seed);
    const std::string text = describe(scene, {}, dice);
    empty += text.empty() ? 1 : 0;
    if (scene.manner == Manner::Oil && !text.empty()) {
      ++oils;
      called += text.find("oil") != std::string::npos ? 1 : 0;
    }
    if (scene.manner == Manner::Photo) {
      EXPECT_EQ(text.find("painting"), std::string::npos) << text;
    }
  }
  EXPECT_NEAR(empty, 200, 60);
  EXPECT_GT(called, oils * 8 / 10);
}

// Trees that captions kept silent about became a part of every forest and mountain.
TEST(Captions, NameEveryFigureThatIsDrawn) {
  Dice dice(9);
  int trees = 0;
  for (std::uint64_t seed = 0; seed < 4000; ++seed) {
    const Scene scene = randomScene(seed);
    const std::string text = describe(scene, {}, dice);
    if (scene.manner != Manner::Photo || text.empty()) {
      continue;
    }
    const bool tree = scene.at(Quantity::LoneTree) > 0.0F;
    trees += tree ? 1 : 0;
    EXPECT_EQ(text.find("a lone tree") != std::string::npos, tree) << text;
    EXPECT_EQ(text.find("a sailing boat") != std::string::npos, scene.at(Quantity::Boat) > 0.0F) << text;
  }
  EXPECT_GT(trees, 10);
}

// "the moon" alone drew a sun by day: no caption had said only that.
TEST(Captions, SomeNameOnlyTheMoonAndThenItIsNight) {
  Dice dice(11);
  int alone = 0;
  for (std::uint64_t seed = 0; seed < 24000; ++seed) {
    const Scene scene = randomScene(seed);
    if (describe(scene, {}, dice) == "the moon") {
      ++alone;
      EXPECT_EQ(scene.time, DayTime::Night);
      EXPECT_GT(scene.at(Quantity::Moon), 0.0F);
    }
  }
  EXPECT_GT(alone, 5);
}

}  // namespace
}  // namespace pleinair::etude
