// What people get wrong, each answered by a sentence with nothing lost.
#include <sys/mount.h>

#include "tests/core/cli/cli_fixture.h"

namespace pleinair::test {
namespace {

class BadInput : public CliTest {};

TEST_F(BadInput, NoCommandShowsUsage) {
  const auto result = runCli("");
  EXPECT_EQ(result.exitCode, 2);
  EXPECT_NE(result.output.find("generate"), std::string::npos) << result.output;
}

TEST_F(BadInput, EmptyFolder) {
  fs::create_directories(path("empty"));
  expectSentence(runCli("import " + quoted("empty") + " -p " + quoted("project")), "photo");
}

TEST_F(BadInput, MissingFolder) {
  expectSentence(runCli("import " + quoted("nowhere") + " -p " + quoted("project")), "nowhere");
}

TEST_F(BadInput, CorruptAndEmptyPhotosAreNamedAndTheRestGoesIn) {
  writePhotos("photos", 3);
  const std::string whole = jpeg(640, 480, 9);
  write(path("photos/half.jpg"), whole.substr(0, whole.size() / 2));
  write(path("photos/nothing.jpg"), "");
  write(path("photos/text.jpg"), "this is no picture");
  const auto result = runCli("import " + quoted("photos") + " -p " + quoted("project"));
  EXPECT_EQ(result.exitCode, 0) << result.output;
  for (const char* name : {"half.jpg", "nothing.jpg", "text.jpg"}) {
    EXPECT_NE(result.output.find(name), std::string::npos) << result.output;
  }
  EXPECT_NE(result.output.find("3 photos added"), std::string::npos) << result.output;
  EXPECT_EQ(fs::file_size(path("photos/half.jpg")), whole.size() / 2) << "originals stay as they are";
}

TEST_F(BadInput, CyrillicAndBrokenFileNames) {
  write(path("photos/закат над морем.jpg"), jpeg(64, 64, 1));
  write(path(std::string("photos/") + "caf\xe9.jpg"), jpeg(64, 64, 2));
  const auto result = runCli("import " + quoted("photos") + " -p " + quoted("project"));
  EXPECT_EQ(result.exitCode, 0) << result.output;
  EXPECT_NE(result.output.find("2 photos added"), std::string::npos) << result.output;
}

TEST_F(BadInput, CaptionInUtf16IsRead) {
  writePhotos("photos", 1);
  write(path("photos/photo-0.txt"), std::string("\xff\xfes\0e\0a\0", 8));
  ASSERT_EQ(runCli("import " + quoted("photos") + " -p " + quoted("project")).exitCode, 0);
  std::ifstream sidecar;
  for (const auto& entry : fs::recursive_directory_iterator(path("project") / "dataset")) {
    if (entry.path().extension() == ".txt") sidecar.open(entry.path());
  }
  std::string caption((std::istreambuf_iterator<char>(sidecar)), {});
  EXPECT_EQ(caption.substr(0, 3), "sea");
}

TEST_F(BadInput, BrokenProjectFileIsNamedWithLineAndColumnAndLeftAlone) {
  write(path("project/project.yaml"), "version: 1\nname: [unclosed\ntrigger: SKY\n");
  const auto result = runCli("train -p " + quoted("project") + " --model " + tinyModel());
  expectSentence(result, "project.yaml");
  EXPECT_NE(result.output.find("project.yaml:3:"), std::string::npos) << "line and column: " << result.output;
  std::ifstream file(path("project/project.yaml"));
  std::string text((std::istreambuf_iterator<char>(file)), {});
  EXPECT_NE(text.find("[unclosed"), std::string::npos);
}

TEST_F(BadInput, MissingModelFolder) {
  expectSentence(runCli("generate --model " + quoted("no-model") + " --prompt sky --out " + quoted("set")), "no-model");
}

TEST_F(BadInput, PickleCheckpointIsNeverLoaded) {
  // What torch.save writes first: a zip with a pickle inside, renamed to look harmless.
  write(path("model.safetensors"), std::string("PK\x03\x04\x14\0\0\0\0\0archive/data.pkl\x80\x02", 28));
  const auto result =
      runCli("generate --model " + tinyModel() + " --size 64x64 --steps 1 --lora " + quoted("model.safetensors") +
             " --prompt sky --out " + quoted("set"));
  expectSentence(result, "model.safetensors");
  EXPECT_NE(result.output.find("ickle"), std::string::npos) << result.output;
}

TEST_F(BadInput, AFileThatIsNoSafetensorsIsNamed) {
  write(path("lora.safetensors"), "not a lora");
  expectSentence(runCli("generate --model " + tinyModel() + " --size 64x64 --steps 1 --lora " +
                        quoted("lora.safetensors") + " --prompt sky --out " + quoted("set")),
                 "lora.safetensors");
}

TEST_F(BadInput, ALorasWeightThatIsNoNumberIsNotTakenForItsName) {
  fs::copy_file(PLEINAIR_GOLDEN_DIR "/sd15/lora/kohya.safetensors", path("lora.safetensors"));
  const auto withWeight = [&](const std::string& weight) {
    return runCli("generate --model " + tinyModel() + " --size 64x64 --steps 1 --lora " +
                  quoted("lora.safetensors:" + weight) + " --prompt sky --out " + quoted("set"));
  };
  expectSentence(withWeight("abc"), "weight is not understood");
  expectSentence(withWeight("0,8"), "weight is not understood");
  EXPECT_FALSE(fs::exists(path("set")));
  EXPECT_EQ(withWeight("0.8").exitCode, 0);
}

TEST_F(BadInput, ALoraIsNeverWrittenOverItself) {
  fs::copy_file(PLEINAIR_GOLDEN_DIR "/sd15/lora/kohya.safetensors", path("lora.safetensors"));
  const auto bytes = [&] {
    std::ifstream file(path("lora.safetensors"), std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  const std::string before = bytes(), same = quoted("lora.safetensors") + " " + quoted("./lora.safetensors");
  expectSentence(runCli("lora convert " + same + " --dtype fp16"), "over itself");
  expectSentence(runCli("lora resize " + same + " --rank 1"), "over itself");
  EXPECT_EQ(bytes(), before);
}

TEST_F(BadInput, UnknownSamplerNamesTheKnownOnes) {
  const auto result = runCli("generate --model " + tinyModel() + " --sampler dimm --size 64x64 --prompt sky --out " +
                             quoted("set"));
  expectSentence(result, "dimm");
  EXPECT_NE(result.output.find("ddim"), std::string::npos) << result.output;
}

TEST_F(BadInput, SizesThatTheModelCannotMake) {
  for (const auto& [size, words] : {std::pair{"100x64", "multiple of 8"}, {"0x64", "width"}, {"99999x64", "width"},
                                    {"64", "Write it as"}}) {
    expectSentence(runCli("generate --model " + tinyModel() + " --size " + size + " --prompt sky --out " + quoted("set")),
                   words);
  }
}

TEST_F(BadInput, TrainingWithoutPhotos) {
  fs::create_directories(path("photos"));
  writePhotos("photos", 1);
  ASSERT_EQ(runCli("import " + quoted("photos") + " -p " + quoted("project")).exitCode, 0);
  for (const auto& entry : fs::recursive_directory_iterator(path("project") / "dataset")) {
    if (entry.is_regular_file()) fs::remove(entry.path());
  }
  expectSentence(runCli("train -p " + quoted("project") + " --model " + tinyModel() + " --steps 1"), "photo");
}

TEST_F(BadInput, NoMemoryIsSaidInWords) {
  const std::string command = "generate --model " + tinyModel() + " --steps 1 --guidance 1 --threads 1 --device cpu" +
                              " --prompt sky --out " + quoted("set");
  const auto within = [&](int mebibytes, const std::string& size) {
    return runCli(command + " --size " + size, "ulimit -v " + std::to_string(mebibytes * 1024) + "; timeout 60 ");
  };
  // How much address space the program needs for a small picture differs from machine to machine. With no more than
  // that, a large one cannot even begin: its first activation takes 32 MiB. (With more it would compute for minutes.)
  int tooLittle = 256, enough = 8192;
  if (within(enough, "64x64").exitCode != 0) GTEST_SKIP() << "the libraries alone take more address space here";
  while (enough - tooLittle > 16) {
    const int middle = (tooLittle + enough) / 2;
    (within(middle, "64x64").exitCode == 0 ? enough : tooLittle) = middle;
  }
  expectSentence(within(enough, "4096x4096"), "memory");
}

TEST_F(BadInput, AFullDiskDuringTrainingKeepsWhatWasThere) {
  writePhotos("photos", 2);
  fs::create_directories(path("disk"));
  if (::mount("tmpfs", path("disk").c_str(), "tmpfs", 0, "size=1500k") != 0) {
    GTEST_SKIP() << "mounting a small file system needs root";
  }
  ASSERT_EQ(runCli("import " + quoted("photos") + " -p " + quoted("disk/project")).exitCode, 0);
  const auto result = runCli("train -p " + quoted("disk/project") + " --model " + tinyModel() +
                             " --resolution 64 --steps 40 --rank 32 --checkpoint-every 1 --sample-every 0 --name full");
  expectSentence(result, "disk is full");
  for (const auto& entry : fs::recursive_directory_iterator(path("disk/project"))) {
    EXPECT_NE(entry.path().extension(), ".part") << "nothing half-written stays: " << entry.path();
  }
  EXPECT_EQ(runCli("import " + quoted("photos") + " -p " + quoted("disk/project")).exitCode, 0) << "the project opens";
  ::umount(path("disk").c_str());
}

}  // namespace
}  // namespace pleinair::test
