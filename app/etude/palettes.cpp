#include "app/etude/palettes.h"

#include <algorithm>
#include <cmath>

namespace pleinair::etude {
namespace {

using Set = std::vector<SkyPalette>;

const Set kDawn = {
    {{0xffe8c8, 0xffd0c0, 0xd0c0dc, 0x8cacd8}, 0xfff0d0, 0xffe0d0, 0x9890a8},
    {{0xffd8a0, 0xf8b8a0, 0xb8a0c0, 0x6888c0}, 0xffe8b0, 0xffc8b0, 0x78708c},
    {{0xffc0a8, 0xf0a0b0, 0xc890c0, 0x8890d0}, 0xfff0c8, 0xffb8b8, 0x80709a},
    {{0xfff0d0, 0xe8e4d8, 0xb8d0e0, 0x80acd4}, 0xfffae0, 0xfff0e0, 0x98a0b0},
};
const Set kNoon = {
    {{0xd8ecf8, 0xa8d0f0, 0x6aa8e4, 0x2e6cc0}, 0xfffbf0, 0xffffff, 0x98a4b4},
    {{0xb8dcf4, 0x78b4ec, 0x3a80d0, 0x164a9c}, 0xfffdf4, 0xffffff, 0x8c9cb4},
    {{0xf0f4f4, 0xdce8f0, 0xb8d0e8, 0x90b4dc}, 0xfffdf0, 0xffffff, 0xa8b0b8},
    {{0xd0ecec, 0x98d4e0, 0x50b0d0, 0x1880b4}, 0xfffdf0, 0xfffff8, 0x90a8b0},
};
const Set kAfternoon = {
    {{0xf8e8c8, 0xd8dcd8, 0x98bcdc, 0x5488c4}, 0xfff4d0, 0xfff4dc, 0x98948f},
    {{0xffe4a8, 0xf0d8a8, 0xc0c0a8, 0x7898b0}, 0xfff0b8, 0xfff0c8, 0x9a8870},
    {{0xf4f0e0, 0xc8dce8, 0x80b0e0, 0x3c78c0}, 0xfff8e0, 0xfffaf0, 0x949caa},
};
const Set kSunset = {
    {{0xffd27a, 0xff9a3c, 0xd9622b, 0x6e4450}, 0xfff0b0, 0xffb060, 0x5e3028},
    {{0xffb050, 0xf0501e, 0xb8201a, 0x4a1220}, 0xffe890, 0xff7040, 0x3c1014},
    {{0xffe9a0, 0xffc850, 0xd89a3a, 0x8a6a40}, 0xfffbd0, 0xffe0a0, 0x6a4a24},
    {{0xffc070, 0xf0a070, 0x8a90b0, 0x2f5590}, 0xfff4c0, 0xffc890, 0x50506c},
    {{0xffd0a0, 0xffa098, 0xe080a8, 0x8070a8}, 0xfff0d0, 0xffb0b0, 0x704c70},
    {{0xffb8a0, 0xd880b0, 0x8a58a8, 0x3a2a68}, 0xffe8c8, 0xf090c0, 0x402858},
    {{0xffe0b0, 0xc8d0b0, 0x60a8a8, 0x1e6478}, 0xfff4d0, 0xf8e4c4, 0x30525c},
    {{0xff8a30, 0xc84010, 0x701808, 0x280808}, 0xffd070, 0xff8030, 0x280a06},
    {{0xffa860, 0xe87868, 0xa05080, 0x403060}, 0xfff0b0, 0xff9878, 0x442840},
    {{0xffdc90, 0xe8a868, 0xa08878, 0x586878}, 0xfff6c8, 0xffd8a0, 0x504440},
    {{0xf8a848, 0xb87038, 0x705038, 0x383030}, 0xffe0a0, 0xf0a858, 0x342418},
};
const Set kDusk = {
    {{0xe8b088, 0x8898c0, 0x3c5a98, 0x14285c}, 0xffd8a8, 0xb090a8, 0x283050},
    {{0xf0a080, 0x90709c, 0x483f80, 0x1a1a48}, 0xffc8a0, 0xc080a0, 0x282040},
    {{0xffc890, 0x90b0a8, 0x387890, 0x103850}, 0xffe0b0, 0xb0b0a0, 0x183440},
    {{0xe0a0b8, 0xa880b8, 0x6858a0, 0x302c68}, 0xffd0d0, 0xd098c0, 0x382c58},
    {{0xc8683c, 0x784848, 0x343858, 0x101830}, 0xffb078, 0xa05848, 0x1c1828},
    {{0xa0b8d8, 0x6088c0, 0x305898, 0x12305c}, 0xd0e0f0, 0x8098c0, 0x203458},
};
const Set kNight = {
    {{0x2a4070, 0x182c58, 0x0c1a40, 0x060e28}, 0xe8f0ff, 0x50648c, 0x0a1224},
    {{0x1e2636, 0x121824, 0x0a0d16, 0x040508}, 0xf0f0f0, 0x484c58, 0x08090e},
    {{0x205058, 0x123840, 0x082428, 0x041014}, 0xe8fff8, 0x386068, 0x061418},
    {{0x7a4a28, 0x402c28, 0x1a1820, 0x080a14}, 0xfff0e0, 0x6a5048, 0x0e0c10},
    {{0x443060, 0x2c2050, 0x181438, 0x0a081c}, 0xf0e8ff, 0x584878, 0x0e0a20},
    {{0x4868a0, 0x2c4c88, 0x183468, 0x0c1e44}, 0xf4f8ff, 0x7c94bc, 0x14203c},
};
const Set kOvercast = {
    {{0xd0d4d8, 0xb8bec4, 0xa0a8b0, 0x888f98}, 0xf4f4f0, 0xe0e2e4, 0x70777e},
    {{0xc8ccc8, 0xa8b0b0, 0x889094, 0x6c7478}, 0xf0f0e8, 0xd0d4d4, 0x5a6066},
    {{0xd8d8d0, 0xc8c4bc, 0xb0aca8, 0x949494}, 0xfff8e8, 0xe8e4dc, 0x7c7874},
    {{0xc0ccd8, 0x98acc0, 0x7890a8, 0x587088}, 0xf0f4f8, 0xc8d4e0, 0x4c5c70},
};
const Set kStorm = {
    {{0xa8b0b4, 0x70787e, 0x484e56, 0x2c3036}, 0xe8ece8, 0xa0a8ac, 0x22262c},
    {{0xb090b8, 0x705888, 0x443460, 0x241c3c}, 0xf0d8f0, 0xa888b8, 0x1c1630},
    {{0x98b0a8, 0x587870, 0x304a4c, 0x1a2c30}, 0xe0f0e0, 0x90aca4, 0x142426},
    {{0xc8a070, 0x806040, 0x483828, 0x201a18}, 0xffe0b0, 0xb88c60, 0x1a1410},
    {{0x8098c0, 0x405890, 0x203468, 0x0e1838}, 0xe0ecff, 0x7890c0, 0x0a1028},
    {{0x889098, 0x5c6468, 0x50545a, 0x3c4048}, 0xe0e0e0, 0x949a9e, 0x30343a},
    {{0x806090, 0x503870, 0x30204c, 0x180e28}, 0xf0d0ff, 0x9068b0, 0x120a20},
};
const Set kFog = {
    {{0xe8e8e6, 0xdcdddc, 0xd0d2d4, 0xc4c8cc}, 0xfffaf0, 0xf0f0f0, 0xb0b4b8},
    {{0xf4e0c4, 0xe8d4bc, 0xd8c8b8, 0xc0b8b4}, 0xfff4d8, 0xf8e8d0, 0xb0a498},
    {{0xc8d4e0, 0xb8c8d8, 0xa8bace, 0x90a4bc}, 0xf4f8ff, 0xd8e0ec, 0x8898ac},
    {{0xb8bcbc, 0xa8acae, 0x989ca0, 0x84888c}, 0xe8e8e4, 0xc4c8c8, 0x74787c},
};
const Set kSnowy = {
    {{0xe0e4ea, 0xccd2da, 0xb8c0cc, 0x9ca6b6}, 0xffffff, 0xeaeef4, 0x8c94a2},
    {{0xc4d0e0, 0xa8b8d0, 0x8c9ebc, 0x6c80a4}, 0xf8faff, 0xdce6f4, 0x64748e},
};
const Set kNightStorm = {
    {{0x585c68, 0x343844, 0x1c1e28, 0x0c0e14}, 0xe0e4ff, 0x606880, 0x0a0b10},
    {{0x604878, 0x382858, 0x201638, 0x0e0a1c}, 0xf0e0ff, 0x785898, 0x0e0818},
    {{0x304880, 0x1c2c60, 0x101a40, 0x080c20}, 0xe0ecff, 0x506cb0, 0x080c1c},
    {{0xa06030, 0x603c30, 0x302428, 0x141018}, 0xffe8d0, 0x90604c, 0x120e12},
};

void add(std::vector<const SkyPalette*>& to, const Set& set) {
  for (const SkyPalette& palette : set) {
    to.push_back(&palette);
  }
}

}  // namespace

std::vector<const SkyPalette*> palettesFor(DayTime time, Weather weather) {
  std::vector<const SkyPalette*> found;
  const bool dark = time == DayTime::Night;
  if (weather == Weather::Lightning || (weather == Weather::Storm && dark)) {
    add(found, kNightStorm);
    if (!dark) {
      add(found, kStorm);
    }
    return found;
  }
  if (dark) {
    add(found, kNight);
    return found;
  }
  if (weather == Weather::Storm) {
    add(found, kStorm);
    return found;
  }
  const bool low = time == DayTime::Sunset || time == DayTime::Dusk;
  if (!low && (weather == Weather::Overcast || weather == Weather::Rain || weather == Weather::Rainbow)) {
    add(found, kOvercast);
    return found;
  }
  if (!low && weather == Weather::Fog) {
    add(found, kFog);
    return found;
  }
  if (!low && weather == Weather::Snow) {
    add(found, kSnowy);
    return found;
  }
  switch (time) {
    case DayTime::Dawn:
      add(found, kDawn);
      break;
    case DayTime::Noon:
      add(found, kNoon);
      break;
    case DayTime::Afternoon:
      add(found, kAfternoon);
      break;
    case DayTime::Sunset:
      add(found, kSunset);
      break;
    case DayTime::Dusk:
      add(found, kDusk);
      break;
    case DayTime::Night:
      add(found, kNight);
      break;
  }
  return found;
}

Rgb linearFromSrgb(std::uint32_t color) {
  Rgb out{};
  for (std::size_t i = 0; i < 3; ++i) {
    const float v = static_cast<float>((color >> (16 - 8 * i)) & 0xff) / 255.0F;
    out[i] = v <= 0.04045F ? v / 12.92F : std::pow((v + 0.055F) / 1.055F, 2.4F);
  }
  return out;
}

std::array<Rgb, 4> scatteredSky(float elevation, float haze) {
  // Optical depths of a clean vertical column at 680, 550 and 440 nm; ozone keeps the zenith blue at twilight.
  constexpr Rgb kRayleigh = {0.046F, 0.108F, 0.265F};
  constexpr Rgb kOzone = {0.008F, 0.016F, 0.001F};
  const float mie = 0.03F + 0.25F * haze;
  const auto airMass = [](float degrees) {  // Kasten and Young 1989
    const float e = std::max(degrees, 0.0F);
    return 1.0F / (std::sin(e * 0.0174533F) + 0.50572F * std::pow(e + 6.07995F, -1.6364F));
  };
  const float sunMass = airMass(elevation) + (elevation < 0.0F ? -3.0F * elevation : 0.0F);
  constexpr std::array<float, 4> kHeights = {1.5F, 9.0F, 24.0F, 50.0F};
  std::array<Rgb, 4> sky{};
  float brightest = 1e-6F;
  for (std::size_t h = 0; h < kHeights.size(); ++h) {
    const float viewMass = airMass(kHeights[h]);
    for (std::size_t c = 0; c < 3; ++c) {
      const float depth = kRayleigh[c] + kOzone[c] + mie;
      const float apart = std::abs(viewMass - sunMass) < 0.01F ? 0.01F : viewMass - sunMass;
      const float through = (std::exp(-depth * sunMass) - std::exp(-depth * viewMass)) / (apart * depth);
      const float scattered = kRayleigh[c] + 0.6F * mie;
      sky[h][c] = scattered * viewMass * std::abs(through);
      brightest = std::max(brightest, sky[h][c]);
    }
  }
  for (Rgb& stop : sky) {
    for (float& value : stop) {
      value = 0.9F * std::pow(value / brightest, 0.85F);
    }
  }
  return sky;
}

}  // namespace pleinair::etude
