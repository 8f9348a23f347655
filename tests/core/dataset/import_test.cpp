#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/dataset/copy_file.h"
#include "tests/core/dataset/dataset_fixture.h"

namespace pleinair {
namespace {

namespace fs = std::filesystem;
using Import = DatasetTest;
using std::string_literals::operator""s;

TEST_F(Import, AFolderGoesInWithItsSubfoldersAsGroups) {
  photo("b.jpg", 1);
  photo("a.JPG", 2);
  photo("evening/one.jpg", 3);
  photo("evening/late/two.jpg", 4);
  write(m_source / "notes.doc", "not a photo");
  const auto report = import({m_source});
  ASSERT_TRUE(report.ok()) << report.error().text();
  EXPECT_EQ(report->added.size(), 4u);
  EXPECT_TRUE(report->skipped.empty());
  EXPECT_EQ(paths(), (Strings{"a.JPG", "b.jpg", "evening/late/two.jpg", "evening/one.jpg"}));
  EXPECT_EQ(listPhotos(m_project)->at(2).group, "evening/late");
}

TEST_F(Import, OriginalsStayAsTheyAreAndCopiesKeepTheirTime) {
  const fs::path original = photo("a.jpg");
  const auto before = readFile(original).value();
  const fs::file_time_type time = fs::file_time_type::clock::now() - std::chrono::hours(5000);
  fs::last_write_time(original, time);
  ASSERT_TRUE(import({m_source}).ok());
  EXPECT_EQ(readFile(original).value(), before);
  EXPECT_EQ(fs::last_write_time(original), time);
  EXPECT_EQ(fs::last_write_time(m_project / "dataset/a.jpg"), time);
  EXPECT_EQ(readFile(m_project / "dataset/a.jpg").value(), before);
}

TEST_F(Import, SeveralFoldersBecomeGroupsAndFilesGoToTheTop) {
  const fs::path single = photo("single.jpg", 1);
  photo("dawn/a.jpg", 2);
  photo("dusk/a.jpg", 3);
  ASSERT_TRUE(import({m_source / "dawn", m_source / "dusk/", single}).ok());
  EXPECT_EQ(paths(), (Strings{"dawn/a.jpg", "dusk/a.jpg", "single.jpg"}));
}

TEST_F(Import, TheSamePhotoTwiceIsThereOnce) {
  photo("a.jpg", 1);
  photo("sub/b.jpg", 2);
  ASSERT_TRUE(import({m_source}).ok());
  const auto again = import({m_source});
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(again->added.empty());
  EXPECT_EQ(again->alreadyThere, 2);
  EXPECT_EQ(paths().size(), 2u);
}

TEST_F(Import, ANameThatIsTakenGetsANumberAndStaysThatPhoto) {
  photo("a.jpg", 1);
  ASSERT_TRUE(import({m_source}).ok());
  photo("a.jpg", 2);
  const auto second = import({m_source});
  EXPECT_EQ(second->added, (Strings{"a (2).jpg"}));
  EXPECT_EQ(readFile(m_project / "dataset/a.jpg").value(), jpeg(1));
  const auto third = import({m_source});
  EXPECT_EQ(third->alreadyThere, 1);
  EXPECT_EQ(paths(), (Strings{"a (2).jpg", "a.jpg"}));
}

TEST_F(Import, TwoPhotosOfOneStemDoNotShareACaption) {
  photo("a.jpg", 1);
  write(m_source / "a.jpeg", jpeg(2));
  write(m_source / "a.txt", "shared by both");
  ASSERT_TRUE(import({m_source}).ok());
  const Strings all = paths();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_NE(fs::path(all[0]).stem(), fs::path(all[1]).stem());
  ASSERT_TRUE(saveCaption(m_project, all[0], "only mine").ok());
  EXPECT_EQ(captionOf(all[1]), "shared by both");
  EXPECT_EQ(import({m_source})->alreadyThere, 2);
}

TEST_F(Import, BrokenFilesAreListedWithTheReasonAndTheRestGoesOn) {
  photo("fine.jpg", 1);
  write(m_source / "cut.jpg", jpeg(2).substr(0, jpeg(2).size() / 2));
  write(m_source / "empty.jpg", "");
  write(m_source / "note.jpg", "this is text");
  write(m_source / "phone.heic",
        "\0\0\0\x18"
        "ftypheic...."s);
  fs::copy(fs::path(PLEINAIR_GOLDEN_DIR) / "image/wide_30000.png", m_source / "wide.png");
  fs::create_symlink("/nowhere/at/all.jpg", m_source / "dangling.jpg");
  std::vector<std::string> heard;
  NullProgress progress;
  ImportListener listener;
  listener.onSkipped = [&](const SkippedFile& file) { heard.push_back(file.file.filename().string()); };
  const auto report = importPhotos(m_project, {m_source}, progress, {}, listener);
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->added, (Strings{"fine.jpg"}));
  ASSERT_EQ(report->skipped.size(), 6u);
  EXPECT_EQ(heard.size(), 6u);
  const auto reason = [&](const std::string& name) {
    for (const SkippedFile& file : report->skipped) {
      if (file.file.filename() == name) return file.error;
    }
    return Error{};
  };
  EXPECT_EQ(reason("cut.jpg").code, ErrorCode::CorruptFile);
  EXPECT_NE(reason("empty.jpg").message.find("0 bytes"), std::string::npos);
  EXPECT_EQ(reason("note.jpg").code, ErrorCode::UnsupportedFormat);
  EXPECT_NE(reason("phone.heic").message.find("HEIC"), std::string::npos);
  EXPECT_NE(reason("wide.png").message.find("30,000"), std::string::npos);
  EXPECT_EQ(reason("dangling.jpg").code, ErrorCode::NotFound);
  EXPECT_EQ(paths(), (Strings{"fine.jpg"}));
}

TEST_F(Import, AnEmptyFolderSaysSo) {
  const auto report = import({m_source});
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().code, ErrorCode::EmptyDataset);
  EXPECT_EQ(report.error().context, m_source.string());
  EXPECT_FALSE(import({}).ok());
}

TEST_F(Import, ASourceThatIsNotThereIsListed) {
  photo("a.jpg");
  const auto report = import({m_source, m_folder / "gone"});
  ASSERT_TRUE(report.ok());
  ASSERT_EQ(report->skipped.size(), 1u);
  EXPECT_EQ(report->skipped[0].error.code, ErrorCode::NotFound);
}

TEST_F(Import, AFolderWithoutReadPermissionSaysSo) {
  if (::geteuid() == 0) {
    // Permissions do not bind root: the sentence itself is what can be checked.
    EXPECT_EQ(systemError(EACCES, "Cannot read the folder", m_source).code, ErrorCode::PermissionDenied);
    GTEST_SKIP() << "running as root";
  }
  photo("open/a.jpg");
  photo("shut/b.jpg");
  fs::permissions(m_source / "shut", fs::perms::none);
  const auto report = import({m_source});
  const auto alone = import({m_source / "shut"});
  fs::permissions(m_source / "shut", fs::perms::owner_all);
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->added.size(), 1u);
  ASSERT_EQ(report->skipped.size(), 1u);
  EXPECT_EQ(report->skipped[0].error.code, ErrorCode::PermissionDenied);
  EXPECT_EQ(alone.error().code, ErrorCode::PermissionDenied);
}

TEST_F(Import, NamesInAnyBytesBecomeReadable) {
  write(m_source / "закат над морем.jpg", jpeg(1));
  write(m_source / "caf\xE9.jpg", jpeg(2));
  write(m_source / "line\nbreak.jpg", jpeg(3));
  write(m_source / (std::string(245, 'x') + ".jpg"), jpeg(4));
  write(m_source / "\xE9t\xE9/b.jpg", jpeg(5));
  const auto report = import({m_source});
  ASSERT_TRUE(report.ok()) << report.error().text();
  EXPECT_EQ(report->added.size(), 5u);
  EXPECT_TRUE(report->skipped.empty());
  const Strings all = paths();
  ASSERT_EQ(all.size(), 5u);
  EXPECT_EQ(all[0], "%E9t%E9/b.jpg");
  EXPECT_EQ(all[1], "caf%E9.jpg");
  EXPECT_EQ(all[2], "line_break.jpg");
  EXPECT_EQ(all[4], "закат над морем.jpg");
  ASSERT_TRUE(saveCaption(m_project, all[3], "long names have captions too").ok());
  EXPECT_EQ(import({m_source})->alreadyThere, 5);
}

TEST_F(Import, CaptionsComeAlongInEveryEncoding) {
  for (const char* name : {"plain", "bom", "utf16le", "utf16be", "caption", "both", "latin", "none", "blank"}) {
    photo(name + ".jpg"s, static_cast<int>(std::string(name).size()) + name[0]);
  }
  write(m_source / "plain.txt", "a red sky\r\nat dusk\n");
  write(m_source / "bom.txt", "\xEF\xBB\xBFзакат");
  write(m_source / "utf16le.txt", "\xFF\xFE\x37\x04\x30\x04\x3A\x04\x30\x04\x42\x04"s);
  write(m_source / "utf16be.txt", "\xFE\xFF\0s\0k\0y"s);
  write(m_source / "caption.caption", "from the caption file");
  write(m_source / "both.txt", "text wins");
  write(m_source / "both.caption", "never seen");
  write(m_source / "latin.txt", "caf\xE9");
  write(m_source / "blank.txt", " \n");
  write(m_source / "metadata.jsonl",
        "{\"file_name\": \"none.jpg\", \"text\": \"from the list\"}\n"
        "not json\n"
        "{\"file_name\": \"sub/deep.jpg\", \"text\": \"also from the list\"}\n"
        "{\"file_name\": \"plain.jpg\", \"text\": \"never seen\"}\n{\"file_name\": 3}\n");
  photo("sub/deep.jpg", 99);
  ASSERT_TRUE(import({m_source}).ok());
  EXPECT_EQ(captionOf("plain.jpg"), "a red sky\nat dusk");
  EXPECT_EQ(captionOf("bom.jpg"), "закат");
  EXPECT_EQ(captionOf("utf16le.jpg"), "закат");
  EXPECT_EQ(captionOf("utf16be.jpg"), "sky");
  EXPECT_EQ(captionOf("caption.jpg"), "from the caption file");
  EXPECT_EQ(captionOf("both.jpg"), "text wins");
  EXPECT_EQ(captionOf("latin.jpg"), "café");
  EXPECT_EQ(captionOf("none.jpg"), "from the list");
  EXPECT_EQ(captionOf("sub/deep.jpg"), "also from the list");
  EXPECT_EQ(captionOf("blank.jpg"), "");
  EXPECT_EQ(readFile(m_project / "dataset/utf16be.txt").value(), "sky\n");
}

TEST_F(Import, HiddenFilesAndLoopsOfLinksAreLeftOut) {
  photo("a.jpg", 1);
  photo(".hidden.jpg", 2);
  photo(".cache/b.jpg", 3);
  photo("__MACOSX/c.jpg", 4);
  fs::create_directory_symlink(m_source, m_source / "loop");
  fs::create_directory_symlink("..", m_source / "up");
  write(m_folder / "elsewhere/d.jpg", jpeg(5));
  fs::create_directory_symlink(m_folder / "elsewhere", m_source / "linked");
  const auto report = import({m_source});
  ASSERT_TRUE(report.ok());
  const Strings all = paths();
  EXPECT_EQ(std::count(all.begin(), all.end(), "a.jpg"), 1);
  EXPECT_TRUE(std::any_of(all.begin(), all.end(), [](const std::string& path) { return path.ends_with("d.jpg"); }));
  for (const std::string& path : all) {
    EXPECT_EQ(path.find("hidden"), std::string::npos);
    EXPECT_EQ(path.find("loop"), std::string::npos) << path;
    EXPECT_EQ(path.find("project"), std::string::npos) << path;
  }
  EXPECT_EQ(all.size(), 2u);
}

TEST_F(Import, TheProjectIsNeverImportedIntoItself) {
  photo("a.jpg", 1);
  ASSERT_TRUE(import({m_source}).ok());
  EXPECT_FALSE(import({m_project}).ok());
  EXPECT_FALSE(import({m_project / "dataset"}).ok());
  EXPECT_EQ(import({m_folder})->added.size(), 1u);  // photos/a.jpg as a group, and not project/dataset/a.jpg
  EXPECT_EQ(paths(), (Strings{"a.jpg", "photos/a.jpg"}));
}

TEST_F(Import, AnotherProjectGivesItsDataset) {
  const fs::path other = m_folder / "other";
  ASSERT_TRUE(ProjectFolder::create(other).ok());
  write(other / "dataset/evening/a.jpg", jpeg(1));
  write(other / "dataset/evening/a.txt", "kept");
  write(other / "sets/one/picture.jpg", jpeg(2));
  ASSERT_TRUE(import({other}).ok());
  EXPECT_EQ(paths(), (Strings{"evening/a.jpg"}));
  EXPECT_EQ(captionOf("evening/a.jpg"), "kept");
}

TEST_F(Import, AFileGivenByNameNeedsNoExtension) {
  write(m_source / "scan0001", jpeg(1));
  const auto report = import({m_source / "scan0001"});
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(paths(), (Strings{"scan0001.jpg"}));
}

TEST_F(Import, CancellingKeepsWhatIsInAndSaysSo) {
  for (int i = 0; i < 30; ++i) photo("p" + std::to_string(i) + ".jpg", i);
  std::stop_source stop;
  NullProgress progress;
  ImportListener listener;
  listener.onAdded = [&, count = 0](const std::string&) mutable {
    if (++count == 3) stop.request_stop();
  };
  const auto report = importPhotos(m_project, {m_source}, progress, stop.get_token(), listener);
  ASSERT_TRUE(report.ok());
  EXPECT_TRUE(report->cancelled);
  EXPECT_EQ(report->added.size(), 3u);
  EXPECT_EQ(paths().size(), 3u);
}

TEST_F(Import, ThereMustBeAProject) {
  photo("a.jpg");
  NullProgress progress;
  EXPECT_EQ(importPhotos(m_folder / "none", {m_source}, progress, {}).error().code, ErrorCode::NotFound);
}

// The process dies in the middle of copying: no half photo is listed, and the next opening clears what was left.
TEST_F(Import, KilledWhileCopyingLeavesNoHalfPhoto) {
  const fs::path original = photo("a.jpg");
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto file = AtomicFile::create(m_project / "dataset/a.jpg");
    if (file) (void)file->write(std::string_view(readFile(original).value()).substr(0, 100));
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(paths().empty());
  const auto leftovers = [&] {
    return std::distance(fs::directory_iterator(m_project / "dataset"), fs::directory_iterator());
  };
  EXPECT_EQ(leftovers(), 1);
  { ASSERT_TRUE(ProjectFolder::open(m_project).ok()); }
  EXPECT_EQ(leftovers(), 0);
  ASSERT_TRUE(import({m_source}).ok());
  EXPECT_EQ(paths(), (Strings{"a.jpg"}));
}

TEST_F(Import, CopiesAreWholeAcrossFileSystems) {
  std::string big;
  for (int i = 0; i < 700'000; ++i) big += static_cast<char>(i * 31 >> 3);
  for (const fs::path& from : {m_source / "big", fs::path("/dev/shm/pleinair-copy-test")}) {
    if (!fs::exists(from.parent_path())) continue;
    write(from, big);
    EXPECT_EQ(dataset::copyFile(from, m_folder / "to").has_value(), false);
    EXPECT_EQ(readFile(m_folder / "to").value(), big);
    EXPECT_TRUE(dataset::sameBytes(from, m_folder / "to"));
    write(m_folder / "to", big.substr(1) + "x");
    EXPECT_FALSE(dataset::sameBytes(from, m_folder / "to"));
    fs::remove(from);
  }
  // /proc files say they are empty and are not: read through memory.
  EXPECT_FALSE(dataset::copyFile("/proc/self/status", m_folder / "status").has_value());
  const auto failed = dataset::copyFile(m_folder / "none", m_folder / "to");
  ASSERT_TRUE(failed.has_value());
  EXPECT_FALSE(failed->targetSide);
}

}  // namespace
}  // namespace pleinair
