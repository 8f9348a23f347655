#include "core/base/utf8.h"

#include <gtest/gtest.h>

namespace pleinair::utf8 {
namespace {

TEST(Utf8, KnowsLettersThatEnglishDoesNotUse) {
  for (const char* english : {"", "a red sky, 50 %", "Étude: 2 µm of sky…", "naïve ①②", "sky 🌅", "\xff\xfe"}) {
    EXPECT_FALSE(hasForeignLetters(english)) << english;
  }
  for (const char* other : {"закат", "a red закат", "夕焼け", "שקיעה", "ηλιοβασίλεμα", "\xffзакат"}) {
    EXPECT_TRUE(hasForeignLetters(other)) << other;
  }
}

}  // namespace
}  // namespace pleinair::utf8
