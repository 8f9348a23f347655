#pragma once

#include <future>

#include "core/engine/job_reporter.h"
#include "core/engine/set_writer.h"
#include "core/pipeline/text_to_image.h"

namespace pleinair {

/// Whether a picture is written before the next one is begun, or on another thread while that one is drawn: encoding
/// a PNG takes as long as several steps of a GPU, which would wait for it.
enum class Saving { AtOnce, Beside };

/// Passes a generation's steps on and keeps its pictures, telling of each when its file is there. A picture that was
/// written beside and failed comes back as the error of the next one, or of finish(). To be used by one thread, which
/// calls finish() at the end; the writer must outlive it.
class GenerationReporter final : public GenerationListener {
 public:
  GenerationReporter(JobReporter& reporter, SetWriter& writer, Saving saving);
  void onBegan(int totalSteps) override;
  void onStep(int done) override;
  void onLoraPartlyUsed(const std::filesystem::path& file, const std::vector<std::string>& unused) override;
  Result<void> onPicture(int index, int total, const Image& image, const PictureRecipe& recipe) override;
  /// Waits for the picture that is being written, and returns why one could not be.
  Result<void> finish();

 private:
  Result<void> announce();

  JobReporter& m_reporter;
  SetWriter& m_writer;
  Saving m_saving;
  event::PictureReady m_picture;  ///< the one that is being written
  Result<void> m_failed;
  std::future<Result<std::filesystem::path>> m_written;  // last: its thread ends before what it uses
};

}  // namespace pleinair
