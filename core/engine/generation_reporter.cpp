#include "core/engine/generation_reporter.h"

#include <chrono>
#include <utility>

namespace pleinair {

GenerationReporter::GenerationReporter(JobReporter& reporter, SetWriter& writer, Saving saving)
    : m_reporter(reporter), m_writer(writer), m_saving(saving) {}

void GenerationReporter::onBegan(int totalSteps) { m_reporter.onStage(stage::kGenerating, totalSteps); }

void GenerationReporter::onStep(int done) {
  m_reporter.onProgress(done);
  const bool written = m_written.valid() && m_written.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  if (written) m_failed = announce();
}

void GenerationReporter::onLoraPartlyUsed(const std::filesystem::path& file, const std::vector<std::string>& unused) {
  m_reporter.send(event::LoraPartlyUsed{file, unused});
}

Result<void> GenerationReporter::onPicture(int index, int total, const Image& image, const PictureRecipe& recipe) {
  PLEINAIR_TRY(finish());
  m_picture = {{}, recipe, index, total};
  if (m_saving == Saving::AtOnce) {
    PLEINAIR_ASSIGN(m_picture.file, m_writer.add(image, recipe));
    m_reporter.send(m_picture);
    return {};
  }
  m_written = std::async(std::launch::async, [this, image] { return m_writer.add(image, m_picture.recipe); });
  return {};
}

Result<void> GenerationReporter::finish() {
  if (m_written.valid()) m_failed = announce();
  return std::exchange(m_failed, Result<void>());
}

Result<void> GenerationReporter::announce() {
  PLEINAIR_ASSIGN(m_picture.file, m_written.get());
  m_reporter.send(m_picture);
  return {};
}

}  // namespace pleinair
