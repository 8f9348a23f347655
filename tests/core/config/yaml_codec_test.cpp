#include "core/config/yaml_codec.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <limits>

#include "core/base/atomic_file.h"

namespace pleinair {
namespace {

namespace fs = std::filesystem;

class Yaml : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "pleinair-yaml-XXXXXX").string();
    m_folder = ::mkdtemp(pattern.data());
    m_file = m_folder / "a.yaml";
  }
  void TearDown() override { fs::remove_all(m_folder); }
  void write(const std::string& text) { ASSERT_TRUE(writeFileAtomic(m_file, text).ok()); }
  std::string text() { return readFile(m_file).value(); }
  void expectRefused(const std::string& yaml, const std::string& place, const std::string& word) {
    write(yaml);
    const auto config = yaml::loadTrainingConfig(m_file);
    ASSERT_FALSE(config.ok()) << yaml;
    EXPECT_EQ(config.error().code, ErrorCode::BadConfig);
    EXPECT_EQ(config.error().context, m_file.string() + place) << yaml;
    EXPECT_NE(config.error().message.find(word), std::string::npos) << config.error().message;
  }
  fs::path m_folder, m_file;
};

// Every field differs from its default, so that a forgotten one shows.
TrainingConfig unusualConfig() {
  TrainingConfig c;
  c.name = "skies-1";
  c.model = "/models/Étude";
  c.rank = 7;
  c.alpha = 3.3;
  c.targets.unetAttention = false;
  c.targets.textEncoderAttention = true;
  c.resolution = 512;
  c.bucketStep = 8;
  c.batchSize = 2;
  c.accumulate = 3;
  c.steps = 1234;
  c.learningRate = 0.1 + 0.2;
  c.textEncoderLearningRate = 1.0 / 3;
  c.schedule = LearningRateSchedule::Linear;
  c.warmupSteps = 11;
  c.beta1 = 0.85;
  c.beta2 = 0.99;
  c.epsilon = 1e-9;
  c.weightDecay = 0.02;
  c.maxGradientNorm = 0.5;
  c.minSnrGamma = 5;
  c.noiseOffset = 0.05;
  c.timestepShift = 2.5;
  c.captionDropout = 0.25;
  c.seed = std::numeric_limits<std::uint64_t>::max();
  c.sampleEvery = 25;
  c.checkpointEvery = 40;
  c.samplePrompts = {"SKY over the sea", "", "true", "12", "закат: \"red\"\nsecond line"};
  c.sampleNegativePrompt = "null";
  c.sampleSeed = 99;
  c.sampleSteps = 12;
  c.sampleGuidance = 7.25;
  c.sampleSampler = "euler";
  c.device = {DeviceChoice::Cuda, PrecisionChoice::BFloat16, 6};
  return c;
}

TEST_F(Yaml, EveryTrainingFieldComesBackExactly) {
  const TrainingConfig config = unusualConfig();
  ASSERT_TRUE(yaml::saveTrainingConfig(m_file, config).ok());
  const auto loaded = yaml::loadTrainingConfig(m_file);
  ASSERT_TRUE(loaded.ok()) << loaded.error().text();
  EXPECT_EQ(loaded.value(), config) << text();
  EXPECT_EQ(yaml::trainingConfigText(config), text());
}

TEST_F(Yaml, MissingKeysKeepTheirDefaultsAndAnEmptyFileIsAllDefaults) {
  write("rank: 4\n");
  TrainingConfig wanted;
  wanted.rank = 4;
  EXPECT_EQ(yaml::loadTrainingConfig(m_file).value(), wanted);
  write("# nothing yet\n");
  EXPECT_EQ(yaml::loadTrainingConfig(m_file).value(), TrainingConfig{});
}

TEST_F(Yaml, WrongTypesAreNamedWithLineAndColumn) {
  expectRefused("rank: 4\nsteps: many\n", ":2:8", "\"steps\" must be a whole number, not \"many\"");
  expectRefused("rank: 4.5\n", ":1:7", "whole number");
  expectRefused("rank: \"4\"\n", ":1:7", "whole number");
  expectRefused("steps: [1, 2]\n", ":1:8", "whole number");
  expectRefused("learning_rate: fast\n", ":1:16", "number");
  expectRefused("learning_rate: .nan\n", ":1:16", "number");
  expectRefused("targets:\n  unet_attention: maybe\n", ":2:19", "true or false");
  expectRefused("targets: all\n", ":1:10", "map");
  expectRefused("sample_prompts: one\n", ":1:17", "list");
  expectRefused("sample_prompts:\n  - fine\n  - [a]\n", ":3:5", "text");
  expectRefused("schedule: cosin\n", ":1:11", "constant, linear, cosine");
  expectRefused("seed: -1\n", ":1:7", "whole number");
  expectRefused("seed: 99999999999999999999\n", ":1:7", "too large");
  expectRefused("- a\n- b\n", ":1:1", "map");
}

TEST_F(Yaml, ValuesOutsideTheirRangeAreNamed) {
  expectRefused("rank: 0\n", ":1:7", "from 1 to 1024");
  expectRefused("steps: 0\n", ":1:8", "from 1");
  expectRefused("resolution: 250\n", ":1:13", "multiple of 8");
  expectRefused("caption_dropout: 1.5\n", ":1:18", "from 0 to 1");
  expectRefused("learning_rate: -0.1\n", ":1:16", "from 0");
}

TEST_F(Yaml, BrokenYamlSaysWhere) {
  expectRefused("rank: 4\nname: \"open\nsteps: 3\n", ":4:1", "valid YAML");
  expectRefused("rank: 4\n\tsteps: 3\n", ":2:1", "valid YAML");
  expectRefused("rank: 4\nrank: 5\n", ":2:1", "twice");
  expectRefused("name: a\xFFz\n", "", "UTF-8");
  write("a: " + std::string(5000, '['));
  EXPECT_EQ(yaml::loadTrainingConfig(m_file).error().code, ErrorCode::BadConfig);
}

TEST_F(Yaml, AMissingFileIsNotFoundAndNotBadConfig) {
  EXPECT_EQ(yaml::loadProject(m_file).error().code, ErrorCode::NotFound);
}

TEST_F(Yaml, AProjectComesBackExactly) {
  Project project;
  project.name = "Вечернее небо";
  project.trigger = "SKY";
  project.model = "/models/\xD1\x8D\xD1\x82\xD1\x8E\xD0\xB4";
  project.photos = {{"evening/IMG 12.jpg", true, false}, {"утро/a: b.png", false, true}, {"007", true, true}};
  ASSERT_TRUE(yaml::saveProject(m_file, project).ok());
  const auto loaded = yaml::loadProject(m_file);
  ASSERT_TRUE(loaded.ok()) << loaded.error().text();
  EXPECT_EQ(loaded.value(), project) << text();
}

TEST_F(Yaml, NamesThatLookLikeOtherTypesStayText) {
  for (const std::string name :
       {"true", "no",   "null", "~",  "12",      "1e5", "0x10", ".inf", "",     "- a",
        "# b",  "a: b", "'",    "\"", "  two  ", "&a",  "*a",   "!x",   "a\tb", "line\nline"}) {
    Project project;
    project.name = name;
    project.trigger = name;
    ASSERT_TRUE(yaml::saveProject(m_file, project).ok());
    const auto loaded = yaml::loadProject(m_file);
    ASSERT_TRUE(loaded.ok()) << name << ": " << loaded.error().text() << text();
    EXPECT_EQ(loaded->name, name) << text();
  }
}

TEST_F(Yaml, APathThatIsNotUtf8ComesBackByteForByte) {
  Project project;
  for (const std::string& path :
       {std::string("/photos/caf\xE9 100%/\xFF"), std::string("file:///odd"), std::string("/plain/100%25")}) {
    project.model = path;
    ASSERT_TRUE(yaml::saveProject(m_file, project).ok());
    EXPECT_EQ(yaml::loadProject(m_file)->model.native(), path) << text();
  }
}

TEST_F(Yaml, UnknownKeysSurviveASaveWithTheirTypeAndOrder) {
  write(
      "zebra: {stripes: 12, note: \"007\"}\n"
      "version: 1\nname: Old\n"
      "palette: [warm, 'true', 3]\n"
      "photos:\n"
      "  - path: a.jpg\n    starred: true\n    mood: calm\n"
      "  - path: b.jpg\n    removed: true\n"
      "  - path: c.jpg\n    starred: true\n    mood: \"12\"\n"
      "later: ~\n");
  auto project = yaml::loadProject(m_file);
  ASSERT_TRUE(project.ok()) << project.error().text();
  project->name = "New";
  std::erase_if(project->photos, [](const PhotoState& photo) { return photo.path != "a.jpg"; });
  ASSERT_TRUE(yaml::saveProject(m_file, project.value()).ok());
  const std::string saved = text();
  for (const char* kept : {"zebra", "stripes: 12", "\"007\"", "palette", "warm", "\"true\"", "mood: calm",
                           "mood: \"12\"", "later", "name: New"}) {
    EXPECT_NE(saved.find(kept), std::string::npos) << kept << "\n" << saved;
  }
  EXPECT_LT(saved.find("zebra"), saved.find("version"));
  EXPECT_LT(saved.find("palette"), saved.find("photos"));
  EXPECT_EQ(saved.find("b.jpg"), std::string::npos);
  const auto again = yaml::loadProject(m_file);
  ASSERT_TRUE(again.ok());
  ASSERT_EQ(again->photos.size(), 2u);  // c.jpg is known to another program, but plain here
  EXPECT_FALSE(again->photos[1].starred);
  ASSERT_TRUE(yaml::saveProject(m_file, again.value()).ok());
  EXPECT_EQ(text(), saved);  // saving again changes nothing
}

TEST_F(Yaml, ABrokenFileIsNotSavedOver) {
  const std::string broken = "name: [open\n";
  write(broken);
  EXPECT_EQ(yaml::saveProject(m_file, {}).error().code, ErrorCode::BadConfig);
  EXPECT_EQ(text(), broken);
}

TEST_F(Yaml, AProjectOfANewerProgramIsRefused) {
  write("version: 2\nname: Future\n");
  const auto project = yaml::loadProject(m_file);
  ASSERT_FALSE(project.ok());
  EXPECT_NE(project.error().message.find("newer"), std::string::npos);
  EXPECT_EQ(project.error().context, m_file.string() + ":1:10");
}

TEST_F(Yaml, ASetComesBackExactlyAndKeepsForeignKeys) {
  PictureSet set;
  set.name = "Before";
  set.created = "2026-01-02T03:04:05Z";
  set.model = "/models/etude";
  PictureRecipe recipe{"a sky, (red:1.2)\nnew line", "rain", "euler", 20,      4.5,
                       18446744073709551615u,        256,    192,     "Étude", {{"a.safetensors", 0.8, 0.3}, {"b", -0.1}}};
  set.pictures = {{"0001.png", recipe}, {"0002.png", recipe}};
  ASSERT_TRUE(yaml::savePictureSet(m_file, set).ok());
  std::string marked = text();
  marked.insert(marked.find("    prompt:"), "    rating: 5\n");
  write(marked);
  ASSERT_TRUE(yaml::savePictureSet(m_file, set).ok());
  EXPECT_NE(text().find("rating: 5"), std::string::npos) << text();
  const auto loaded = yaml::loadPictureSet(m_file);
  ASSERT_TRUE(loaded.ok()) << loaded.error().text();
  EXPECT_EQ(loaded->name, set.name);
  EXPECT_EQ(loaded->created, set.created);
  EXPECT_EQ(loaded->model, set.model);
  ASSERT_EQ(loaded->pictures.size(), 2u);
  EXPECT_EQ(loaded->pictures[0].file, "0001.png");
  EXPECT_EQ(loaded->pictures[0].recipe, recipe);
}

TEST_F(Yaml, RareSettingsOfAPictureComeBackAndAreNotWrittenWhereThereAreNone) {
  PictureSet set;
  PictureRecipe plain;
  plain.prompt = "a sky";
  PictureRecipe rare = plain;
  rare.strength = 0.55;
  rare.startImage = "/photos/закат.jpg";
  rare.sampling = {.clipSkip = 2,
                   .guidanceRescale = 0.7,
                   .zeroTerminalSnr = true,
                   .spacing = SpacingChoice::Linspace,
                   .prediction = PredictionChoice::Noise};
  rare.sizes = {.originalWidth = 1600, .originalHeight = 1200, .cropLeft = 3, .cropTop = 88, .targetWidth = 512,
                .targetHeight = 768};
  rare.tiledVae = true;
  rare.device = DeviceChoice::Cuda;
  rare.precision = PrecisionChoice::Float16;
  set.pictures = {{"0001.png", plain}};
  ASSERT_TRUE(yaml::savePictureSet(m_file, set).ok());
  for (const char* key : {"sampling", "sdxl_sizes", "strength", "start_image", "tiled_vae", "device", "precision"}) {
    EXPECT_EQ(text().find(key), std::string::npos) << text();
  }
  set.pictures.push_back({"0002.png", rare});
  ASSERT_TRUE(yaml::savePictureSet(m_file, set).ok());
  const auto loaded = yaml::loadPictureSet(m_file);
  ASSERT_TRUE(loaded.ok()) << loaded.error().text();
  EXPECT_EQ(loaded->pictures[0].recipe, plain);
  EXPECT_EQ(loaded->pictures[1].recipe, rare);
}

}  // namespace
}  // namespace pleinair
