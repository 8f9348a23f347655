// What the window reads back from runs/ and sets/, also after a kill in the middle of a line.
#include <QTemporaryDir>
#include <QTest>

#include "core/config/yaml_codec.h"
#include "tests/ui/support.h"
#include "ui/bridge/run_library.h"

using namespace pleinair;
using namespace pleinair::ui;
using namespace pleinair::ui::test;

class TestRunLibrary : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() {
    m_temporary = std::make_unique<QTemporaryDir>();
    m_project = toPath(m_temporary->path());
  }

  void aKilledRunIsReadAsFarAsItCame() {
    const auto run = makeRun("skies-1", 10);
    QVERIFY(writeBytes(toQString(run / "metrics.jsonl"),
                       "{\"step\":1,\"loss\":0.5,\"learning_rate\":0.001,\"elapsed_seconds\":2}\n"
                       "{\"step\":2,\"loss\":0.25,\"learning_rate\":0.0005,\"elapsed_seconds\":3.5,"
                       "\"validation_loss\":0.4}\n"
                       "{\"step\":3,\"loss\":0.1"));
    QVERIFY(writeBytes(toQString(run / "resume" / "state.json"), "{}"));
    const auto record = loadRun(run);
    QVERIFY(record.ok());
    QCOMPARE(record->steps.size(), std::size_t{2});
    QCOMPARE(record->steps[1].loss, 0.25);
    QCOMPARE(record->steps[1].validationLoss, 0.4);
    QCOMPARE(record->steps[1].elapsedSeconds, 3.5);
    QVERIFY(record->steps[0].validationLoss < 0);
    QCOMPARE(record->summary.lastStep, 2);
    QVERIFY(record->summary.resumable);
    QCOMPARE(record->summary.secondsPerStep, 1.5);
  }

  void samplesAndCheckpointsAreFoundByTheirNames() {
    const auto run = makeRun("skies-1", 2);
    for (const char* file : {"samples/step_000000/00_1.png", "samples/step_000100/00_1.png",
                             "samples/step_000100/01_1.png", "samples/notes/00_1.png", "samples/step_000100/x.txt",
                             "checkpoints/step_000100.safetensors", "checkpoints/.step_000200.safetensors.tmp"}) {
      QVERIFY(writeBytes(toQString(run / file), "x"));
    }
    const auto record = loadRun(run);
    QVERIFY(record.ok());
    QCOMPARE(record->samples.size(), std::size_t{3});
    QCOMPARE(record->samples[2].step, 100);
    QCOMPARE(record->samples[2].promptIndex, 1);
    QCOMPARE(record->samples[2].prompt, std::string("a hill"));
    QCOMPARE(record->summary.checkpoints.size(), std::size_t{1});
    QVERIFY(!record->summary.resumable);
  }

  void foldersThatAreNoRunsArePassedOver() {
    makeRun("skies-1", 5);
    std::filesystem::create_directories(m_project / "runs" / "stray");
    QCOMPARE(listRuns(m_project).size(), std::size_t{1});
    QVERIFY(!loadRun(m_project / "runs" / "stray").ok());
    QVERIFY(listSets(m_project).empty());
  }

  void aSetGoesToTheTrashAndBackWhole() {
    const auto folder = freeSetFolder(m_project, QStringLiteral("Вечер: море/1"));
    QCOMPARE(folder.filename(), toPath(QStringLiteral("Вечер-море-1")));
    std::filesystem::create_directories(folder);
    PictureSet set;
    set.name = "one";
    QVERIFY(yaml::savePictureSet(folder / "set.yaml", set).ok());
    QVERIFY(freeSetFolder(m_project, QStringLiteral("Вечер: море/1")) != folder);
    QVERIFY(renameSet(folder, "two").ok());
    QCOMPARE(listSets(m_project).front().set.name, std::string("two"));
    const auto first = trashSet(m_project, folder);
    QVERIFY(first.ok());
    QVERIFY(listSets(m_project).empty());
    // Another set of the same folder name finds its own place in the trash.
    std::filesystem::create_directories(folder);
    const auto second = trashSet(m_project, folder);
    QVERIFY(second.ok() && *second != *first);
    QVERIFY(restoreSet(*first, folder).ok());
    QCOMPARE(listSets(m_project).size(), std::size_t{1});
  }

  void namesBecomeFoldersOfEverySystem() {
    QCOMPARE(folderNameFor(QStringLiteral("  a red sky, evening? ")), QStringLiteral("a-red-sky-evening"));
    QCOMPARE(folderNameFor(QStringLiteral("../..")), QStringLiteral("untitled"));
    QVERIFY(folderNameFor(QString(500, QLatin1Char('a'))).size() <= 60);
  }

 private:
  std::filesystem::path makeRun(const char* name, int steps) {
    TrainingConfig config;
    config.name = name;
    config.steps = steps;
    config.samplePrompts = {"a sea", "a hill"};
    const auto folder = m_project / "runs" / name;
    std::filesystem::create_directories(folder);
    if (!yaml::saveTrainingConfig(folder / "config.yaml", config)) qFatal("config.yaml");
    return folder;
  }

  std::unique_ptr<QTemporaryDir> m_temporary;
  std::filesystem::path m_project;
};

QTEST_GUILESS_MAIN(TestRunLibrary)
#include "tst_run_library.moc"
