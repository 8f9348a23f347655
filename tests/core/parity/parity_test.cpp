#include "core/parity/parity.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

namespace pleinair {
namespace {

TEST(Parity, AnyFolderNamedByTheEnvironment) {
  const char* folder = std::getenv("PLEINAIR_FIXTURE");
  if (folder == nullptr) GTEST_SKIP() << "PLEINAIR_FIXTURE is not set";
  const char* only = std::getenv("PLEINAIR_ONLY");
  const auto report = runParity(folder, {.only = only != nullptr ? only : ""},
                                [](const ParityResult& result) { std::cout << parityLine(result) << std::endl; });
  ASSERT_TRUE(report) << report.error().text();
  std::cout << paritySummary(*report) << std::endl;
}

}  // namespace
}  // namespace pleinair
