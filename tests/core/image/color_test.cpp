#include "core/image/color.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>

namespace pleinair {
namespace {

struct SharmaPair {
  Lab first, second;
  double difference;
};

// Table 1 of Sharma, Wu and Dalal, "The CIEDE2000 color-difference formula: implementation notes, supplementary test
// data, and mathematical observations", Color Research & Application 30 (2005), 21-30.
constexpr SharmaPair kSharma[] = {
    {{50, 2.6772, -79.7751}, {50, 0, -82.7485}, 2.0425},
    {{50, 3.1571, -77.2803}, {50, 0, -82.7485}, 2.8615},
    {{50, 2.8361, -74.0200}, {50, 0, -82.7485}, 3.4412},
    {{50, -1.3802, -84.2814}, {50, 0, -82.7485}, 1.0000},
    {{50, -1.1848, -84.8006}, {50, 0, -82.7485}, 1.0000},
    {{50, -0.9009, -85.5211}, {50, 0, -82.7485}, 1.0000},
    {{50, 0, 0}, {50, -1, 2}, 2.3669},
    {{50, -1, 2}, {50, 0, 0}, 2.3669},
    {{50, 2.4900, -0.0010}, {50, -2.4900, 0.0009}, 7.1792},
    {{50, 2.4900, -0.0010}, {50, -2.4900, 0.0010}, 7.1792},
    {{50, 2.4900, -0.0010}, {50, -2.4900, 0.0011}, 7.2195},
    {{50, 2.4900, -0.0010}, {50, -2.4900, 0.0012}, 7.2195},
    {{50, -0.0010, 2.4900}, {50, 0.0009, -2.4900}, 4.8045},
    {{50, -0.0010, 2.4900}, {50, 0.0010, -2.4900}, 4.8045},
    {{50, -0.0010, 2.4900}, {50, 0.0011, -2.4900}, 4.7461},
    {{50, 2.5, 0}, {50, 0, -2.5}, 4.3065},
    {{50, 2.5, 0}, {73, 25, -18}, 27.1492},
    {{50, 2.5, 0}, {61, -5, 29}, 22.8977},
    {{50, 2.5, 0}, {56, -27, -3}, 31.9030},
    {{50, 2.5, 0}, {58, 24, 15}, 19.4535},
    {{50, 2.5, 0}, {50, 3.1736, 0.5854}, 1.0000},
    {{50, 2.5, 0}, {50, 3.2972, 0}, 1.0000},
    {{50, 2.5, 0}, {50, 1.8634, 0.5757}, 1.0000},
    {{50, 2.5, 0}, {50, 3.2592, 0.3350}, 1.0000},
    {{60.2574, -34.0099, 36.2677}, {60.4626, -34.1751, 39.4387}, 1.2644},
    {{63.0109, -31.0961, -5.8663}, {62.8187, -29.7946, -4.0864}, 1.2630},
    {{61.2901, 3.7196, -5.3901}, {61.4292, 2.2480, -4.9620}, 1.8731},
    {{35.0831, -44.1164, 3.7933}, {35.0232, -40.0716, 1.5901}, 1.8645},
    {{22.7233, 20.0904, -46.6940}, {23.0331, 14.9730, -42.5619}, 2.0373},
    {{36.4612, 47.8580, 18.3852}, {36.2715, 50.5065, 21.2231}, 1.4146},
    {{90.8027, -2.0831, 1.4410}, {91.1528, -1.6435, 0.0447}, 1.4441},
    {{90.9257, -0.5406, -0.9208}, {88.6381, -0.8985, -0.7239}, 1.5381},
    {{6.7747, -0.2908, -2.4247}, {5.8714, -0.0985, -2.2286}, 0.6377},
    {{2.0776, 0.0795, -1.1350}, {0.9033, -0.0636, -0.5514}, 0.9082},
};

TEST(Color, Ciede2000ReproducesSharmasTable) {
  ASSERT_EQ(std::size(kSharma), 34u);
  for (std::size_t i = 0; i < std::size(kSharma); ++i) {
    EXPECT_NEAR(ciede2000(kSharma[i].first, kSharma[i].second), kSharma[i].difference, 5.1e-5) << "pair " << i + 1;
    EXPECT_NEAR(ciede2000(kSharma[i].second, kSharma[i].first), kSharma[i].difference, 5.1e-5) << "pair " << i + 1;
  }
}

TEST(Color, LabOfKnownColours) {
  const Lab white = labFromSrgb(255, 255, 255), red = labFromSrgb(255, 0, 0);
  EXPECT_NEAR(white.l, 100, 1e-4);
  EXPECT_NEAR(white.a, 0, 1e-2);
  EXPECT_NEAR(white.b, 0, 1e-2);
  EXPECT_NEAR(red.l, 53.24, 0.01);
  EXPECT_NEAR(red.a, 80.09, 0.01);
  EXPECT_NEAR(red.b, 67.20, 0.01);
  EXPECT_NEAR(labFromSrgb(0, 0, 0).l, 0, 1e-9);
}

TEST(Color, SrgbComesBackThroughLab) {
  for (int r = 0; r < 256; r += 15) {
    for (int g = 0; g < 256; g += 17) {
      for (int b = 0; b < 256; b += 51) {
        const std::array<std::uint8_t, 3> rgb{static_cast<std::uint8_t>(r), static_cast<std::uint8_t>(g),
                                              static_cast<std::uint8_t>(b)};
        EXPECT_EQ(srgbFromLab(labFromSrgb(rgb[0], rgb[1], rgb[2])), rgb);
      }
    }
  }
}

Image striped(const std::vector<std::array<std::uint8_t, 3>>& colors, int columnsEach) {
  Image image{static_cast<int>(colors.size()) * columnsEach, 20, {}};
  for (int y = 0; y < image.height; ++y) {
    for (const auto& color : colors) {
      for (int x = 0; x < columnsEach; ++x) image.rgb.insert(image.rgb.end(), color.begin(), color.end());
    }
  }
  return image;
}

TEST(Color, PaletteFindsTheColoursAndTheirShares) {
  const Image image = striped({{250, 120, 30}, {250, 120, 30}, {20, 30, 90}, {240, 240, 235}}, 25);
  const auto colors = palette({image}, 3);
  ASSERT_EQ(colors.size(), 3u);
  EXPECT_NEAR(colors[0].share, 0.5, 0.02);
  EXPECT_NEAR(colors[1].share, 0.25, 0.02);
  EXPECT_LT(ciede2000(colors[0].color, labFromSrgb(250, 120, 30)), 0.5);
  double total = 0;
  for (const auto& color : colors) total += color.share;
  EXPECT_NEAR(total, 1, 1e-9);
}

TEST(Color, EachPictureWeighsTheSameWhateverItsSize) {
  const Image small = striped({{200, 0, 0}}, 4), large = striped({{0, 0, 200}}, 500);
  const auto colors = palette({small, large}, 2);
  EXPECT_NEAR(colors[0].share, 0.5, 1e-9);
}

TEST(Color, PaletteIsTheSameEachTimeAndSurvivesFewColours) {
  const Image image = striped({{250, 120, 30}, {20, 30, 90}}, 10);
  const auto first = palette({image}, 5), second = palette({image}, 5);
  ASSERT_EQ(first.size(), 5u);
  EXPECT_EQ(paletteDistance(first, second), 0);
  EXPECT_TRUE(palette({}, 5).empty());
}

/// Every hue alike, begun at another one for each seed: any turned palette of them is as good as another.
Image colorCircle(std::uint32_t seed) {
  std::mt19937 random(seed);
  Image image{64, 64, {}};
  while (image.rgb.size() < 64 * 64 * 3) {
    const double angle = static_cast<double>(random()) / 4294967296.0 * 2 * std::numbers::pi;
    const auto rgb = srgbFromLab({70, 25 * std::cos(angle), 25 * std::sin(angle)});
    image.rgb.insert(image.rgb.end(), rgb.begin(), rgb.end());
  }
  return image;
}

TEST(Color, OfEquallyGoodPalettesTheNearestIsTakenAndNoWorseOne) {
  const auto reference = palette({colorCircle(1)}, 5);
  const auto free = palette({colorCircle(2)}, 5), near = palette({colorCircle(2)}, 5, reference);
  EXPECT_GT(paletteDistance(reference, free), 4);
  EXPECT_LT(paletteDistance(reference, near), 1.5);
  const Image other = striped({{250, 120, 30}, {20, 30, 90}, {240, 240, 235}, {0, 90, 20}, {90, 0, 90}}, 25);
  EXPECT_EQ(paletteDistance(palette({other}, 5), palette({other}, 5, reference)), 0);
}

TEST(Color, PaletteDistanceTakesTheBestMatching) {
  const auto make = [](std::vector<double> lights) {
    std::vector<PaletteColor> colors;
    for (const double light : lights) colors.push_back({{light, 0, 0}, 0.2});
    return colors;
  };
  EXPECT_NEAR(paletteDistance(make({10, 30, 50, 70, 90}), make({90, 70, 50, 30, 10})), 0, 1e-12);
  // Greedy by order would pair 10-12 and leave 30-0; the best pairing is by rank.
  const double rank = (ciede2000({10, 0, 0}, {0, 0, 0}) + ciede2000({30, 0, 0}, {12, 0, 0})) / 2;
  const double crossed = (ciede2000({10, 0, 0}, {12, 0, 0}) + ciede2000({30, 0, 0}, {0, 0, 0})) / 2;
  EXPECT_NEAR(paletteDistance(make({10, 30}), make({12, 0})), std::min(rank, crossed), 1e-12);
  EXPECT_TRUE(std::isnan(paletteDistance(make({10}), make({10, 20}))));
}

TEST(Color, PaletteTransportWeighsColoursByTheirShares) {
  const Lab dark{10, 0, 0}, grey{50, 0, 0}, light{90, 0, 0};
  const auto between = [](const Lab& a, const Lab& b) { return ciede2000(a, b); };
  // Equal shares: the best matching of one to one.
  EXPECT_NEAR(paletteTransport({{dark, 0.5}, {light, 0.5}}, {{light, 0.5}, {grey, 0.5}}), between(dark, grey) / 2,
              1e-9);
  // The same colours in other shares: only what is too much of one moves.
  EXPECT_NEAR(paletteTransport({{dark, 0.9}, {light, 0.1}}, {{dark, 0.7}, {light, 0.3}}), 0.2 * between(dark, light),
              1e-9);
  // A colour parted in two is no change; the numbers of colours may differ.
  EXPECT_NEAR(paletteTransport({{dark, 0.6}, {light, 0.4}}, {{dark, 0.25}, {light, 0.4}, {dark, 0.35}}), 0, 1e-9);
  // What was sent the cheap way first must be sent back: grey is nearest to both, and both cannot have it.
  const Lab near{60, 0, 0};
  EXPECT_NEAR(paletteTransport({{grey, 0.5}, {near, 0.5}}, {{near, 0.5}, {light, 0.5}}),
              std::min(between(grey, near) + between(near, light), between(grey, light)) / 2, 1e-9);
  EXPECT_TRUE(std::isnan(paletteTransport({}, {{dark, 1}})));
}

TEST(Color, PaletteTransportIsTheLeastOfAllMatchings) {
  std::mt19937 random(5);
  const auto light = [&] { return static_cast<double>(random() % 100); };
  for (int round = 0; round < 50; ++round) {
    std::vector<PaletteColor> first, second;
    for (int i = 0; i < 5; ++i) {
      first.push_back({{light(), light() - 50, light() - 50}, 0.2});
      second.push_back({{light(), light() - 50, light() - 50}, 0.2});
    }
    EXPECT_NEAR(paletteTransport(first, second), paletteDistance(first, second), 1e-9);
    EXPECT_NEAR(paletteTransport(first, second), paletteTransport(second, first), 1e-9);
  }
}

}  // namespace
}  // namespace pleinair
