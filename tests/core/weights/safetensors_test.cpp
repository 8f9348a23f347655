#include "core/weights/safetensors.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <limits>

#include "core/weights/component_weights.h"
#include "core/weights/hash.h"

namespace pleinair {
namespace {

// The program's promise is 100 ms; under the address sanitizer it runs several times as long.
#if defined(__SANITIZE_ADDRESS__)
constexpr std::chrono::milliseconds kAtOnce{1000};
#else
constexpr std::chrono::milliseconds kAtOnce{100};
#endif

namespace fs = std::filesystem;

/// Bytes of address space this process has taken.
rlim_t memoryInUse() {
  std::ifstream statistics("/proc/self/statm");
  rlim_t pages = 0;
  statistics >> pages;
  return pages * static_cast<rlim_t>(sysconf(_SC_PAGESIZE));
}

/// What this thread has used of its processor: on a busy machine the clock on the wall measures the others.
std::chrono::nanoseconds processorTime() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

class Safetensors : public testing::Test {
 protected:
  Safetensors() : folder(fs::path(testing::TempDir()) / ("safetensors_" + std::to_string(::getpid()))) {
    fs::remove_all(folder);
    fs::create_directories(folder);
  }
  ~Safetensors() override { fs::remove_all(folder); }

  fs::path write(const std::string& name, const std::string& bytes) const {
    std::ofstream(folder / name, std::ios::binary) << bytes;
    return folder / name;
  }
  /// A file with this header text and this much data.
  fs::path file(const std::string& header, std::size_t dataBytes, std::uint64_t claimed = 0) const {
    const std::uint64_t length = claimed > 0 ? claimed : header.size();
    std::string bytes;
    for (int i = 0; i < 8; ++i) bytes += static_cast<char>((length >> (8 * i)) & 0xff);
    return write("hostile.safetensors", bytes + header + std::string(dataBytes, '\0'));
  }
  /// A file whose header is made of pieces too large to be handed over as one text.
  fs::path largeFile(const std::string& begin, const std::string& repeated, std::size_t times,
                     const std::string& end) const {
    const std::uint64_t length = begin.size() + repeated.size() * times + end.size();
    std::ofstream out(folder / "large.safetensors", std::ios::binary);
    for (int i = 0; i < 8; ++i) out.put(static_cast<char>((length >> (8 * i)) & 0xff));
    out << begin;
    for (std::size_t i = 0; i < times; ++i) out << repeated;
    out << end;
    return folder / "large.safetensors";
  }
  /// Opens what must be refused, and quickly.
  ErrorCode refused(const fs::path& path) const {
    const std::chrono::nanoseconds start = processorTime();
    const auto opened = SafetensorsFile::open(path);
    EXPECT_LT(processorTime() - start, kAtOnce);
    EXPECT_FALSE(opened) << "should have been refused";
    return opened ? ErrorCode::Unknown : opened.error().code;
  }

  fs::path folder;
};

TEST_F(Safetensors, RoundTripKeepsValuesShapesTypesAndMetadata) {
  const TensorMap tensors{{"half", at::arange(6, at::kFloat).reshape({2, 3}).to(at::kHalf)},
                          {"bfloat", at::arange(5, at::kFloat).to(at::kBFloat16)},
                          {"wide", at::arange(4, at::kLong)},
                          {"flags", at::tensor(std::vector<int>{1, 0, 1}).to(at::kBool)},
                          {"scalar", at::full({}, 2.5, at::kDouble)},
                          {"empty", at::empty({0, 4}, at::kFloat)},
                          {"transposed", at::arange(6, at::kFloat).reshape({2, 3}).t()}};
  const TextMap metadata{{"ss_network_dim", "16"}, {"title", "Вечер"}};
  ASSERT_TRUE(writeSafetensors(folder / "a.safetensors", tensors, metadata));
  const auto read = SafetensorsFile::open(folder / "a.safetensors");
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(read->metadata(), metadata);
  const TensorMap back = read->tensors();
  ASSERT_EQ(back.size(), tensors.size());
  for (const auto& [name, tensor] : tensors) {
    EXPECT_EQ(back.at(name).scalar_type(), tensor.scalar_type()) << name;
    EXPECT_TRUE(at::equal(back.at(name), tensor)) << name;
  }
}

TEST_F(Safetensors, SameTensorsGiveSameBytesAndAnAlignedHeader) {
  const TensorMap tensors{{"b", at::ones({3}, at::kHalf)}, {"a", at::ones({3})}};
  const auto bytes = encodeSafetensors(tensors, {{"k", "v"}}).value();
  EXPECT_EQ(bytes, encodeSafetensors(tensors, {{"k", "v"}}).value());
  EXPECT_EQ(static_cast<unsigned char>(bytes[0]) % 8, 0);
  ASSERT_TRUE(writeSafetensors(folder / "same.safetensors", tensors, {{"k", "v"}}));
  EXPECT_EQ(sha256OfFile(folder / "same.safetensors").value(), sha256Hex(bytes));
}

TEST_F(Safetensors, ConvertsFloatsButNotNumbersWhileWriting) {
  ASSERT_TRUE(
      writeSafetensors(folder / "h.safetensors", {{"x", at::ones({2})}, {"n", at::arange(2)}}, {}, at::kHalf));
  const auto read = SafetensorsFile::open(folder / "h.safetensors").value();
  EXPECT_EQ(read.tensor("x").value().scalar_type(), at::kHalf);
  EXPECT_EQ(read.tensor("n").value().scalar_type(), at::kLong);
}

TEST_F(Safetensors, TensorsOutliveTheFileObject) {
  ASSERT_TRUE(writeSafetensors(folder / "a.safetensors", {{"x", at::full({1000}, 3.0)}}));
  at::Tensor kept;
  {
    const auto read = SafetensorsFile::open(folder / "a.safetensors").value();
    kept = read.tensor("x").value();
  }
  fs::remove(folder / "a.safetensors");
  EXPECT_EQ(kept.sum().item<double>(), 3000.0);
}

TEST_F(Safetensors, UnalignedDataIsReadAllTheSame) {
  const std::string header = R"({"pad":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
                             R"("x":{"dtype":"F32","shape":[1],"data_offsets":[1,5]}})";
  const auto read = SafetensorsFile::open(file(header, 5));
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(read->tensor("x").value().item<float>(), 0.0f);
}

TEST_F(Safetensors, ScalarsAndEmptyTensorsAreLegal) {
  const std::string header = R"({"s":{"dtype":"F32","shape":[],"data_offsets":[0,4]},)"
                             R"("e":{"dtype":"F16","shape":[0,7],"data_offsets":[4,4]}})";
  const auto read = SafetensorsFile::open(file(header, 4));
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(read->tensor("s").value().dim(), 0);
  EXPECT_EQ(read->tensor("e").value().sizes(), (at::IntArrayRef{0, 7}));
}

TEST_F(Safetensors, HostileHeadersAreRefusedAtOnce) {
  const std::string good = R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})";
  ASSERT_TRUE(SafetensorsFile::open(file(good, 8)));
  const std::vector<std::pair<std::string, fs::path>> cases = {
      {"claims more than the file", file(good, 8, 1'000'000)},
  };
  for (const auto& [what, path] : cases) EXPECT_EQ(refused(path), ErrorCode::CorruptFile) << what;
  const std::vector<std::tuple<std::string, std::string, std::size_t>> headers = {
      {"trailing bytes", good, 9},
      {"too little data", good, 7},
      {"not an object", R"([1])", 0},
      {"leading space", " " + good, 8},
      {"broken JSON", R"({"a":)", 0},
      {"text after the object", good + "x", 8},
      {"duplicate name",
       R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})",
       1},
      {"duplicate field", R"({"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}})", 1},
      {"duplicate metadata", R"({"__metadata__":{"k":"1","k":"2"}})", 0},
      {"metadata that is no text", R"({"__metadata__":{"k":1}})", 0},
      {"metadata that is nested", R"({"__metadata__":{"k":{"l":"m"}}})", 0},
      {"hole",
       R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}})",
       3},
      {"overlap",
       R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}})",
       3},
      {"hole at the start", R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})", 2},
      {"offsets reversed", R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}})", 1},
      {"one offset", R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0]}})", 1},
      {"three offsets", R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,1]}})", 1},
      {"negative extent", R"({"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}})", 1},
      {"fractional extent", R"({"a":{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}})", 1},
      {"extents that overflow", R"({"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}})", 0},
      {"huge extent", R"({"a":{"dtype":"U8","shape":[99999999999999999999999],"data_offsets":[0,1]}})", 1},
      {"shape that does not fit", R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})", 8},
      {"unknown type", R"({"a":{"dtype":"F99","shape":[1],"data_offsets":[0,1]}})", 1},
      {"missing type", R"({"a":{"shape":[1],"data_offsets":[0,1]}})", 1},
      {"null entry", R"({"a":null})", 0},
      {"invalid UTF-8", "{\"\xff\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1},
      {"deep nesting", "{\"a\":" + std::string(100'000, '['), 0},
  };
  for (const auto& [what, header, bytes] : headers) {
    EXPECT_EQ(refused(file(header, bytes)), ErrorCode::CorruptFile) << what;
  }
}

TEST_F(Safetensors, HeadersOfAHundredMegabytesAreRefusedAsQuickly) {
  constexpr std::size_t kMany = 99'000'000;
  const std::string entry = R"("dtype":"U8","shape":[0],"data_offsets":[0,0]})";
  const auto refusedLarge = [&](const char* what, const std::string& begin, const std::string& repeated,
                                const std::string& end) {
    const fs::path path = largeFile(begin, repeated, kMany / repeated.size(), end);
    // Read once, so that the disk's speed is not what is measured.
    std::ifstream(path, std::ios::binary).ignore(std::numeric_limits<std::streamsize>::max());
    EXPECT_EQ(refused(path), ErrorCode::CorruptFile) << what;
  };
  refusedLarge("white space without end", "{", std::string(1000, ' '), "");
  refusedLarge("a text without end", R"({"__metadata__":{"a":")", std::string(1000, 'x'), "");
  refusedLarge("a long name", R"({")", std::string(1000, 'x'), R"(":{)" + entry + "}");
  refusedLarge("nesting", "{\"a\":", std::string(1000, '['), "");
  refusedLarge("a long number", R"({"a":{"shape":[)", std::string(1000, '1'), "]}}");
  refusedLarge("a long shape", R"({"a":{"shape":[1)", ",1,1,1,1,1,1,1,1", "]}}");
  refusedLarge("one name many times", "{", "\"a\":{" + entry + ",", "}");
  refusedLarge("a text that a fault follows", R"({"__metadata__":{"a":")", std::string(1000, 'x'), R"("},"a":null})");
}

TEST_F(Safetensors, AHeaderOfAMillionTensorsIsRefused) {
  // Every name another: written out by hand, since nothing repeats.
  std::string header = "{";
  for (int i = 0; i < 1'000'000; ++i) {
    header += (i == 0 ? "\"" : ",\"") + std::to_string(i) + R"(":{"dtype":"U8","shape":[0],"data_offsets":[0,0]})";
  }
  const auto opened = SafetensorsFile::open(file(header + "}", 0));
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("100,000"), std::string::npos) << opened.error().text();
}

TEST_F(Safetensors, WhatAHeaderClaimsIsNeverAllocated) {
  // In a process that may take no more than 64 MiB over what it has, files that claim terabytes are still refused as
  // corrupt, and a large but honest one is read.
  const std::vector<fs::path> hostile = {
      write("a.safetensors", std::string(7, '\xff') + '\x7f'),
      write("b.safetensors", std::string("\x00\xe1\xf5\x05\x00\x00\x00\x00{", 9)),
      file(R"({"a":{"dtype":"F32","shape":[1000000000000],"data_offsets":[0,4000000000000]}})", 8)};
  EXPECT_EXIT(
      {
        rlimit limit{};
        limit.rlim_cur = limit.rlim_max = memoryInUse() + (64U << 20);
        setrlimit(RLIMIT_AS, &limit);
        bool good = true;
        for (const fs::path& path : hostile) {
          const auto opened = SafetensorsFile::open(path);
          good = good && !opened && opened.error().code == ErrorCode::CorruptFile;
        }
        std::_Exit(good ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
}

TEST_F(Safetensors, TextsAreReadAsJsonMeansThem) {
  const std::string header =
      R"({"__metadata__":{"k\u00e9y":"a\n\"b\"\\ \ud83d\ude00 \u0416"},"\u0061":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})";
  const auto read = SafetensorsFile::open(file(header, 1));
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->contains("a"));
  EXPECT_EQ(read->metadata().at("k\xc3\xa9y"), "a\n\"b\"\\ \xf0\x9f\x98\x80 \xd0\x96");
  const std::string end = R"(":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})";
  // Two spellings of one name, half a pair of surrogates, unknown escapes, control characters.
  EXPECT_EQ(refused(file(R"({"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"\u0061)" + end, 1)),
            ErrorCode::CorruptFile);
  for (const char* name : {R"(\ud83d)", R"(\ude00)", R"(\ud83dx)", R"(\ud83d\u0041)", R"(\x41)", R"(\u00g0)", "\t"}) {
    EXPECT_EQ(refused(file("{\"" + std::string(name) + end, 1)), ErrorCode::CorruptFile) << name;
  }
  for (const char* number : {"01", "-1", "-0", "1.0", "1e0", "0x1", "+1"}) {
    EXPECT_EQ(
        refused(file(R"({"a":{"dtype":"U8","shape":[)" + std::string(number) + R"(],"data_offsets":[0,1]}})", 1)),
        ErrorCode::CorruptFile)
        << number;
  }
}

TEST_F(Safetensors, FilesTooShortToBeOneAreRefused) {
  EXPECT_EQ(refused(write("empty.safetensors", "")), ErrorCode::CorruptFile);
  EXPECT_EQ(refused(write("short.safetensors", "abc")), ErrorCode::CorruptFile);
  EXPECT_EQ(refused(write("huge.safetensors", std::string(8, '\xff'))), ErrorCode::CorruptFile);
  EXPECT_EQ(refused(folder / "missing.safetensors"), ErrorCode::NotFound);
}

TEST_F(Safetensors, PicklesAreNamedWhateverTheirNameSays) {
  EXPECT_EQ(refused(write("model.safetensors", std::string("PK\x03\x04", 4) + std::string(100, 'x'))),
            ErrorCode::UnsafeFile);
  EXPECT_EQ(refused(write("old.safetensors", "\x80\x02\x8a\nl\xfc\x9c\x46\xf9 j\xa8P\x19.")), ErrorCode::UnsafeFile);
  // A header of 0x0280 bytes begins with the same two bytes as a pickle and is none.
  std::string header = R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})";
  header.resize(0x0280, ' ');
  EXPECT_TRUE(SafetensorsFile::open(file(header, 1)));
}

TEST_F(Safetensors, WhatPeopleTakeForWeightsIsCalledByItsName) {
  for (const auto& [bytes, words] :
       {std::pair<std::string, std::string>{"<!DOCTYPE html><title>Sign in</title>", "web page"},
        {"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n", "Git LFS pointer"},
        {std::string("GGUF\x03\0\0\0\x23\x01\0\0\0\0\0\0", 16), "GGUF"},
        {"\x89PNG\r\n\x1a\n", "picture"}}) {
    const fs::path weights = write("weights.safetensors", bytes);
    EXPECT_EQ(refused(weights), ErrorCode::CorruptFile) << words;
    const Error error = SafetensorsFile::open(weights).error();
    EXPECT_NE(error.message.find(words), std::string::npos) << error.text();
  }
}

TEST_F(Safetensors, FailedSaveLeavesTheOldFile) {
  ASSERT_TRUE(writeSafetensors(folder / "a.safetensors", {{"x", at::ones({2})}}));
  EXPECT_FALSE(writeSafetensors(folder / "a.safetensors", {{"\xff", at::zeros({2})}}));
  EXPECT_EQ(SafetensorsFile::open(folder / "a.safetensors").value().tensor("x").value().sum().item<double>(), 2.0);
}

TEST_F(Safetensors, ComponentsComeInOneFileAVariantOrShards) {
  ASSERT_TRUE(writeSafetensors(folder / "model.fp16.safetensors", {{"x", at::ones({1})}}));
  EXPECT_TRUE(ComponentWeights::open(folder).value().contains("x"));
  fs::remove(folder / "model.fp16.safetensors");
  ASSERT_TRUE(writeSafetensors(folder / "p1.safetensors", {{"x", at::ones({1})}}));
  ASSERT_TRUE(writeSafetensors(folder / "p2.safetensors", {{"y", at::ones({1})}}));
  write("model.safetensors.index.json", R"({"weight_map":{"x":"p1.safetensors","y":"p2.safetensors"}})");
  EXPECT_EQ(ComponentWeights::open(folder).value().names(), (std::vector<std::string>{"x", "y"}));
  write("model.safetensors.index.json", R"({"weight_map":{"x":"../elsewhere.safetensors"}})");
  EXPECT_EQ(ComponentWeights::open(folder).error().code, ErrorCode::CorruptFile);
}

TEST_F(Safetensors, AFolderWithOnlyPicklesSaysSo) {
  write("model.bin", "PK\x03\x04");
  EXPECT_EQ(ComponentWeights::open(folder).error().code, ErrorCode::UnsafeFile);
  fs::remove(folder / "model.bin");
  EXPECT_EQ(ComponentWeights::open(folder).error().code, ErrorCode::NotFound);
}

}  // namespace
}  // namespace pleinair
