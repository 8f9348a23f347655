// The studio's main job from a shell: photos in, LoRA out, sets compared.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/image/png.h"
#include "tests/core/cli/cli_fixture.h"

namespace pleinair::test {
namespace {

class CliPath : public CliTest {
 protected:
  /// Imports four photos and captions them.
  void makeProject() {
    writePhotos("photos", 4);
    ASSERT_EQ(runCli("import " + quoted("photos") + " -p " + quoted("project")).exitCode, 0);
    const auto captioned =
        runCli("caption -p " + quoted("project") + " --trigger SKY --template 'a photo of the {trigger}, {caption}'");
    ASSERT_EQ(captioned.exitCode, 0) << captioned.output;
    ASSERT_NE(captioned.output.find("4 captions"), std::string::npos) << captioned.output;
  }

  [[nodiscard]] std::string trainCommand(const std::string& name, const std::string& more) const {
    return "train -p " + quoted("project") + " --model " + tinyModel() + " --resolution 64 --rank 4 --device cpu --name " +
           name + " " + more;
  }
  [[nodiscard]] std::string generateCommand(const std::string& out, const std::string& more) const {
    return "generate --model " + tinyModel() + " --size 64x64 --steps 3 --device cpu --prompt 'sky at sunset' --out " +
           quoted(out) + " " + more;
  }

  static std::string bytesOf(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  static std::vector<fs::path> pictures(const fs::path& folder) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (entry.path().extension() == ".png") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
  }
};

TEST_F(CliPath, PhotosInLoraOutAndTwoSetsCompared) {
  makeProject();
  const auto trained = runCli(trainCommand("evening", "--steps 4 --sample-every 2 --sample-prompt sky --checkpoint-every 2"));
  ASSERT_EQ(trained.exitCode, 0) << trained.output;
  const fs::path run = path("project") / "runs/evening";
  EXPECT_TRUE(fs::exists(run / "config.yaml"));
  EXPECT_TRUE(fs::exists(run / "checkpoints/step_000002.safetensors"));
  EXPECT_TRUE(fs::exists(run / "checkpoints/step_000004.safetensors"));
  EXPECT_FALSE(pictures(run / "samples/step_000000").empty()) << "the base model's picture comes first";
  EXPECT_FALSE(pictures(run / "samples/step_000004").empty());
  std::istringstream metrics(bytesOf(run / "metrics.jsonl"));
  int lines = 0;
  for (std::string line; std::getline(metrics, line);) {
    const auto entry = nlohmann::json::parse(line);
    EXPECT_GT(entry.at("loss").get<double>(), 0);
    ++lines;
  }
  EXPECT_EQ(lines, 4);

  ASSERT_EQ(runCli(generateCommand("before", "--count 2 --seed 7")).exitCode, 0);
  const auto after = runCli(generateCommand(
      "after", "--count 2 --seed 7 --lora '" + (run / "checkpoints/step_000004.safetensors").string() + ":0.8'"));
  ASSERT_EQ(after.exitCode, 0) << after.output;
  ASSERT_EQ(pictures(path("before")).size(), 2u);
  ASSERT_EQ(pictures(path("after")).size(), 2u);
  EXPECT_TRUE(fs::exists(path("after/set.yaml")));
  EXPECT_NE(bytesOf(pictures(path("before"))[0]), bytesOf(pictures(path("after"))[0]));

  const auto compared = runCli("compare " + quoted("photos") + " " + quoted("before") + " " + quoted("after"));
  EXPECT_EQ(compared.exitCode, 0);
  EXPECT_NE(compared.output.find("CIEDE2000"), std::string::npos) << compared.output;
}

TEST_F(CliPath, SameSeedSamePictureAndItsRecipeInside) {
  ASSERT_EQ(runCli(generateCommand("one", "--seed 5 --negative grey --sampler euler")).exitCode, 0);
  ASSERT_EQ(runCli(generateCommand("two", "--seed 4 --negative grey --sampler euler --count 2")).exitCode, 0);
  const auto one = readPng(pictures(path("one"))[0]);
  const auto two = readPng(pictures(path("two"))[1]);
  ASSERT_TRUE(one.ok() && two.ok());
  EXPECT_EQ(*one, *two) << "picture i of a set takes seed + i";
  const auto recipe = readPngParameters(pictures(path("one"))[0]);
  ASSERT_TRUE(recipe.ok() && recipe->has_value());
  for (const char* part : {"sky at sunset", "Negative prompt: grey", "Steps: 3", "Sampler: Euler", "Seed: 5", "Size: 64x64"}) {
    EXPECT_NE((*recipe)->find(part), std::string::npos) << **recipe;
  }
}

TEST_F(CliPath, ATrainingsSampleIsThePictureThatItsCheckpointDraws) {
  makeProject();
  const auto trained = runCli(trainCommand(
      "evening", "--steps 4 --sample-every 4 --sample-prompt 'sky at sunset' --checkpoint-every 4 --learning-rate 0.01"));
  ASSERT_EQ(trained.exitCode, 0) << trained.output;
  const fs::path run = path("project") / "runs/evening";
  const auto again = [&](const std::string& out, const std::string& more) {
    const auto drawn = runCli("generate --model " + tinyModel() + " --size 64x64 --steps 20 --seed 1 --device cpu " +
                              "--prompt 'sky at sunset' --out " + quoted(out) + " " + more);
    EXPECT_EQ(drawn.exitCode, 0) << drawn.output;
    return readPng(pictures(path(out))[0]).value();
  };
  const Image base = again("base", "");
  const Image after = again("after", "--lora '" + (run / "checkpoints/step_000004.safetensors").string() + ":1'");
  EXPECT_EQ(readPng(pictures(run / "samples/step_000000")[0]).value(), base);
  EXPECT_EQ(readPng(pictures(run / "samples/step_000004")[0]).value(), after);
  EXPECT_NE(base, after);
}

TEST_F(CliPath, JsonLinesAreJson) {
  const auto result = runCli(generateCommand("set", "--json"));
  ASSERT_EQ(result.exitCode, 0) << result.output;
  std::istringstream lines(result.output);
  std::string last;
  for (std::string line; std::getline(lines, line);) last = nlohmann::json::parse(line).at("event");
  EXPECT_EQ(last, "finished");
}

TEST_F(CliPath, ControlCKeepsWhatWasMade) {
  const auto result = runCli(generateCommand("set", "--count 5000"), "timeout -s INT 4 ");
  EXPECT_TRUE(result.exitCode == 130 || result.exitCode == 124) << result.exitCode << result.output;
  const auto files = pictures(path("set"));
  EXPECT_GE(files.size(), 1u);
  for (const fs::path& file : files) EXPECT_TRUE(readPng(file).ok()) << file;
  for (const auto& entry : fs::directory_iterator(path("set"))) EXPECT_NE(entry.path().extension(), ".part");
  EXPECT_NE(bytesOf(path("set/set.yaml")).find(files.back().filename().string()), std::string::npos);
}

TEST_F(CliPath, ControlCThatArrivesTwiceIsOnePress) {
  const std::string onceMore = quoted("set") + "/*.png";
  const auto result = runCli(generateCommand("set", "--count 5000"),
                             "twice() { \"$@\" & pid=$!; until ls " + onceMore +
                                 " >/dev/null 2>&1; do sleep 0.05; done; kill -INT $pid; sleep 0.02; kill -INT $pid; "
                                 "wait $pid; }; twice ");
  EXPECT_EQ(result.exitCode, 130) << result.output;
  EXPECT_NE(result.output.find(" of 5000"), std::string::npos) << "it ended by its own way: " << result.output;
  EXPECT_NE(bytesOf(path("set/set.yaml")).find(pictures(path("set")).back().filename().string()), std::string::npos);
}

TEST_F(CliPath, APreparedProjectTrainsElsewhereWithoutEncodingAgain) {
  makeProject();
  ASSERT_EQ(runCli("prepare -p " + quoted("project") + " --model " + tinyModel() + " --resolution 64 --rank 4 --device cpu")
                .exitCode,
            0);
  // As a server gets it: another place, other file times.
  fs::copy(path("project"), path("server"), fs::copy_options::recursive);
  const auto writtenAt = [&] {
    std::map<fs::path, fs::file_time_type> times;
    for (const auto& entry : fs::directory_iterator(path("server") / "cache/latents")) {
      times[entry.path()] = entry.last_write_time();
    }
    return times;
  };
  const auto before = writtenAt();
  EXPECT_EQ(before.size(), 4u);
  const auto trained = runCli("train -p " + quoted("server") + " --model " + tinyModel() +
                              " --resolution 64 --rank 4 --steps 2 --sample-every 0 --device cpu --name server");
  EXPECT_EQ(trained.exitCode, 0) << trained.output;
  EXPECT_EQ(writtenAt(), before) << "latents come from the cache";
}

TEST_F(CliPath, InfoTellsWhatFilesAre) {
  makeProject();
  ASSERT_EQ(runCli(trainCommand("evening", "--steps 1 --sample-every 0")).exitCode, 0);
  const auto lora =
      runCli("info '" + (path("project") / "runs/evening/checkpoints/step_000001.safetensors").string() + "'");
  EXPECT_EQ(lora.exitCode, 0) << lora.output;
  EXPECT_NE(lora.output.find("rank"), std::string::npos) << lora.output;
  const auto model = runCli("info " + tinyModel());
  EXPECT_EQ(model.exitCode, 0) << model.output;
  EXPECT_NE(model.output.find("SD 1"), std::string::npos) << model.output;
  ASSERT_EQ(runCli(generateCommand("set", "")).exitCode, 0);
  const auto picture = runCli("info '" + pictures(path("set"))[0].string() + "'");
  EXPECT_EQ(picture.exitCode, 0) << picture.output;
  EXPECT_NE(picture.output.find("sky at sunset"), std::string::npos) << picture.output;
}

}  // namespace
}  // namespace pleinair::test
