#include "core/dataset/project_folder.h"

#include "core/config/yaml_codec.h"
#include "tests/core/dataset/dataset_fixture.h"

namespace pleinair {
namespace {

namespace fs = std::filesystem;
using ProjectTest = DatasetTest;

TEST_F(ProjectTest, ANewProjectIsNamedAfterItsFolderAndCanBeOpened) {
  const fs::path folder = m_folder / "Вечер/небо/";
  const auto created = ProjectFolder::create(folder);
  ASSERT_TRUE(created.ok()) << created.error().text();
  EXPECT_EQ(created->project().name, "небо");
  EXPECT_FALSE(created->readOnly());
  for (const char* part : {"dataset", "runs", "sets", "trash", "cache"}) EXPECT_TRUE(fs::is_directory(folder / part));
  EXPECT_TRUE(ProjectFolder::isProject(folder));
  EXPECT_EQ(ProjectFolder::create(m_folder / "x", "Own name")->project().name, "Own name");
}

TEST_F(ProjectTest, AFolderWithOtherFilesIsLeftAlone) {
  photo("a.jpg");
  const auto refused = ProjectFolder::create(m_source);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::BadArgument);
  EXPECT_EQ(std::distance(fs::directory_iterator(m_source), fs::directory_iterator()), 1);
  EXPECT_FALSE(ProjectFolder::create(m_project).ok());
  EXPECT_FALSE(ProjectFolder::create(m_source / "a.jpg").ok());
  write(m_folder / "fresh/.directory", "left by a file manager");
  EXPECT_TRUE(ProjectFolder::create(m_folder / "fresh").ok());
}

TEST_F(ProjectTest, OpeningSaysWhatIsWrong) {
  EXPECT_EQ(ProjectFolder::open(m_folder / "gone").error().code, ErrorCode::NotFound);
  const auto plain = ProjectFolder::open(m_source);
  EXPECT_NE(plain.error().message.find("not a Pleinair project"), std::string::npos);
  const std::string broken = "name: fine\ntrigger: [oops\n";
  write(m_project / "project.yaml", broken);
  const auto opened = ProjectFolder::open(m_project);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code, ErrorCode::BadConfig);
  EXPECT_NE(opened.error().context.find("project.yaml:"), std::string::npos) << opened.error().text();
  EXPECT_EQ(readFile(m_project / "project.yaml").value(), broken);
}

TEST_F(ProjectTest, TheSecondOpenerOnlyReads) {
  auto first = ProjectFolder::open(m_project);
  ASSERT_TRUE(first.ok());
  EXPECT_FALSE(first->readOnly());
  {
    auto second = ProjectFolder::open(m_project);
    ASSERT_TRUE(second.ok());
    EXPECT_TRUE(second->readOnly());
    Project changed = second->project();
    changed.name = "mine";
    EXPECT_EQ(second->save(changed).error().code, ErrorCode::ReadOnly);
  }
  EXPECT_TRUE(ProjectFolder::open(m_project)->readOnly());  // the second's going does not take the first's lock
  ProjectFolder moved = std::move(first).value();
  EXPECT_TRUE(ProjectFolder::open(m_project)->readOnly());
  { const ProjectFolder gone = std::move(moved); }
  EXPECT_FALSE(ProjectFolder::open(m_project)->readOnly());
}

TEST_F(ProjectTest, SavingKeepsOnlyWhatDiffersAndComesBack) {
  {
    auto opened = ProjectFolder::open(m_project);
    Project project = opened->project();
    project.name = "Skies";
    project.trigger = "SKY";
    project.photos = {{"a.jpg", false, true}, {"b.jpg", false, false}};
    ASSERT_TRUE(opened->save(project).ok());
    EXPECT_EQ(opened->project().name, "Skies");
  }
  const auto again = ProjectFolder::open(m_project);
  EXPECT_EQ(again->project().trigger, "SKY");
  ASSERT_EQ(again->project().photos.size(), 1u);
  EXPECT_TRUE(again->project().photos[0].starred);
}

TEST_F(ProjectTest, TheDiskIsTheTruthAndTheFileHoldsStars) {
  write(m_project / "dataset/a.jpg", jpeg(1));
  write(m_project / "dataset/night/b.png", jpeg(2));
  write(m_project / "dataset/c.jpg", jpeg(3));
  write(m_project / "dataset/.hidden.jpg", jpeg(4));
  {
    auto opened = ProjectFolder::open(m_project);
    Project project = opened->project();
    project.photos = {{"night/b.png", false, true}, {"c.jpg", true, false}, {"gone.jpg", false, true}};
    ASSERT_TRUE(opened->save(project).ok());
  }
  const auto photos = listPhotos(m_project);
  ASSERT_TRUE(photos.ok());
  ASSERT_EQ(photos->size(), 2u);
  EXPECT_EQ(photos->at(0).path, "a.jpg");
  EXPECT_FALSE(photos->at(0).starred);
  EXPECT_EQ(photos->at(1).group, "night");
  EXPECT_TRUE(photos->at(1).starred);
}

TEST_F(ProjectTest, RemovedPhotosLieInTheTrashAndComeBackWithTheirCaption) {
  write(m_project / "dataset/night/a.jpg", jpeg(1));
  ASSERT_TRUE(saveCaption(m_project, "night/a.jpg", "stars").ok());
  ASSERT_TRUE(removePhoto(m_project, "night/a.jpg").ok());
  EXPECT_TRUE(paths().empty());
  EXPECT_TRUE(fs::exists(m_project / "trash/night/a.jpg"));
  EXPECT_FALSE(fs::exists(m_project / "dataset/night/a.txt"));
  ASSERT_TRUE(restorePhoto(m_project, "night/a.jpg").ok());
  EXPECT_EQ(captionOf("night/a.jpg"), "stars");
  EXPECT_EQ(removePhoto(m_project, "none.jpg").error().code, ErrorCode::NotFound);
  EXPECT_EQ(restorePhoto(m_project, "none.jpg").error().code, ErrorCode::NotFound);
}

TEST_F(ProjectTest, NothingInTheTrashIsEverLost) {
  for (int shade = 1; shade <= 3; ++shade) {
    write(m_project / "dataset/a.jpg", jpeg(shade));
    ASSERT_TRUE(saveCaption(m_project, "a.jpg", std::to_string(shade)).ok());
    ASSERT_TRUE(removePhoto(m_project, "a.jpg").ok());
  }
  EXPECT_EQ(readFile(m_project / "trash/a.jpg").value(), jpeg(3));
  EXPECT_EQ(readFile(m_project / "trash/a (2).jpg").value(), jpeg(1));
  EXPECT_EQ(readFile(m_project / "trash/a (3).jpg").value(), jpeg(2));
  EXPECT_EQ(readFile(m_project / "trash/a (3).txt").value(), "2\n");
  ASSERT_TRUE(restorePhoto(m_project, "a.jpg").ok());
  EXPECT_EQ(captionOf("a.jpg"), "3");
  write(m_project / "trash/a.jpg", jpeg(9));
  EXPECT_FALSE(restorePhoto(m_project, "a.jpg").ok());  // would replace the one that is there
  EXPECT_EQ(readFile(m_project / "dataset/a.jpg").value(), jpeg(3));
}

TEST_F(ProjectTest, PathsThatLeadOutOfTheDatasetAreRefused) {
  write(m_folder / "outside.jpg", jpeg(1));
  for (const std::string& path :
       {std::string("../../outside.jpg"), (m_folder / "outside.jpg").string(), std::string()}) {
    EXPECT_EQ(removePhoto(m_project, path).error().code, ErrorCode::BadArgument);
    EXPECT_EQ(saveCaption(m_project, path, "x").error().code, ErrorCode::BadArgument);
  }
  EXPECT_TRUE(fs::exists(m_folder / "outside.jpg"));
}

}  // namespace
}  // namespace pleinair
