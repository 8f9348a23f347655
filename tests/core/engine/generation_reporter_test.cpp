// Pictures are told of once, in order and when their files are there, whichever thread writes them.
#include "core/engine/generation_reporter.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <thread>

namespace pleinair::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class GenerationReporterTest : public ::testing::Test {
 protected:
  GenerationReporterTest()
      : m_folder(fs::temp_directory_path() / ("pleinair-reporter-" + std::to_string(::getpid()))) {
    fs::remove_all(m_folder);
  }
  ~GenerationReporterTest() override { fs::remove_all(m_folder); }

  static Result<void> draw(GenerationReporter& reporter, int index) {
    PictureRecipe recipe;
    recipe.prompt = "a red sky";
    recipe.sampler = "ddim";
    recipe.steps = 1;
    recipe.seed = static_cast<std::uint64_t>(index) + 1;
    recipe.width = recipe.height = 64;
    return reporter.onPicture(index, kTotal, {64, 64, std::vector<std::uint8_t>(64 * 64 * 3, 90)}, recipe);
  }
  [[nodiscard]] SetWriter writer() const { return SetWriter::create(m_folder, "Evening", "model").value(); }
  /// From here on nothing can be written into the set: not even root makes a folder where a file is.
  void putAFileInPlaceOfTheFolder() const {
    fs::remove_all(m_folder);
    std::ofstream(m_folder) << "in the way";
  }
  void expectTold(int count) const {
    ASSERT_EQ(m_told.size(), static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) {
      const event::PictureReady& picture = m_told[static_cast<std::size_t>(i)];
      EXPECT_EQ(picture.index, i);
      EXPECT_EQ(picture.total, kTotal);
      EXPECT_EQ(picture.recipe.seed, static_cast<std::uint64_t>(i) + 1);
      EXPECT_NE(picture.file.string().find("seed-" + std::to_string(i + 1)), std::string::npos) << picture.file;
    }
  }

  static constexpr int kTotal = 6;
  fs::path m_folder;
  std::vector<event::PictureReady> m_told;
  EventSink m_sink = [this](const Event& event) {
    const auto* picture = std::get_if<event::PictureReady>(&event.body);
    if (picture == nullptr) return;
    EXPECT_TRUE(fs::exists(picture->file)) << picture->file;
    m_told.push_back(*picture);
  };
  JobReporter m_job{m_sink, 1};
};

TEST_F(GenerationReporterTest, AtOnceEachPictureIsToldOfBeforeTheNextIsBegun) {
  SetWriter set = writer();
  GenerationReporter reporter(m_job, set, Saving::AtOnce);
  for (int i = 0; i < kTotal; ++i) {
    ASSERT_TRUE(draw(reporter, i).ok());
    expectTold(i + 1);
  }
  EXPECT_TRUE(reporter.finish().ok());
  expectTold(kTotal);
}

TEST_F(GenerationReporterTest, BesideEachPictureIsToldOfOnceInOrderAndByTheEnd) {
  SetWriter set = writer();
  GenerationReporter reporter(m_job, set, Saving::Beside);
  for (int i = 0; i < kTotal; ++i) {
    ASSERT_TRUE(draw(reporter, i).ok());
    EXPECT_GE(m_told.size(), static_cast<std::size_t>(i)) << "the one before at the latest";
    for (int step = 0; step < i; ++step) reporter.onStep(step);
  }
  EXPECT_TRUE(reporter.finish().ok());
  expectTold(kTotal);
  reporter.onStep(kTotal);
  EXPECT_TRUE(reporter.finish().ok());
  expectTold(kTotal);
  EXPECT_EQ(set.added(), kTotal);
}

TEST_F(GenerationReporterTest, BesideAStepTellsOfAPictureThatIsWritten) {
  SetWriter set = writer();
  GenerationReporter reporter(m_job, set, Saving::Beside);
  ASSERT_TRUE(draw(reporter, 0).ok());
  for (int i = 0; i < 10'000 && m_told.empty(); ++i) {
    std::this_thread::sleep_for(1ms);
    reporter.onStep(i);
  }
  expectTold(1);
}

TEST_F(GenerationReporterTest, APictureThatCannotBeWrittenEndsTheGeneration) {
  SetWriter set = writer();
  putAFileInPlaceOfTheFolder();
  GenerationReporter atOnce(m_job, set, Saving::AtOnce);
  EXPECT_FALSE(draw(atOnce, 0).ok());
  GenerationReporter beside(m_job, set, Saving::Beside);
  ASSERT_TRUE(draw(beside, 0).ok());
  EXPECT_FALSE(draw(beside, 1).ok());
  expectTold(0);
}

TEST_F(GenerationReporterTest, TheLastPicturesErrorComesWithTheEndAlsoWhenAStepSawItFirst) {
  SetWriter set = writer();
  putAFileInPlaceOfTheFolder();
  for (const int steps : {0, 50}) {
    GenerationReporter reporter(m_job, set, Saving::Beside);
    ASSERT_TRUE(draw(reporter, 0).ok());
    for (int i = 0; i < steps; ++i) {
      std::this_thread::sleep_for(2ms);
      reporter.onStep(i);
    }
    const auto finished = reporter.finish();
    ASSERT_FALSE(finished.ok()) << steps;
    EXPECT_NE(finished.error().context.find(m_folder.filename().string()), std::string::npos)
        << finished.error().text();
  }
  expectTold(0);
}

}  // namespace
}  // namespace pleinair::test
