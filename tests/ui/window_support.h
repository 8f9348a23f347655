#pragma once

#include <QApplication>
#include <QPushButton>
#include <QStandardPaths>
#include <functional>

#include "tests/ui/drops.h"
#include "tests/ui/support.h"
#include "ui/panels/training/training_panel.h"
#include "ui/panels/training/training_settings.h"
#include "ui/windows/studio.h"

namespace pleinair::ui::test {

constexpr int kPatienceMs = 120'000;

/// For initTestCase() of tests of the whole window: settings, projects and looks of its own. False without a folder.
inline bool startIsolated(const QTemporaryDir& folder) {
  if (!folder.isValid()) return false;
  QStandardPaths::setTestModeEnabled(true);
  isolate(folder);
  followSettings(*qApp);
  return true;
}

/// Presses Train for a run of a few seconds with the tiny model. Use as QVERIFY(startSmallTraining(...)).
inline bool startSmallTraining(
    TrainingPanel& panel, int steps, const std::function<void(TrainingConfig&)>& change = [](TrainingConfig&) {}) {
  if (!QTest::qWaitFor([&] { return !panel.settings().config().name.empty(); }, kPatienceMs)) return false;
  TrainingConfig config = panel.settings().config();
  config.rank = 2;
  config.alpha = 2;
  config.resolution = 64;
  config.bucketStep = 16;
  config.steps = steps;
  config.sampleEvery = 0;
  config.checkpointEvery = 0;
  config.samplePrompts = {"a photo of the SKY"};
  config.sampleSteps = 2;
  change(config);
  panel.settings().setConfig(config);
  auto* train = panel.findChild<QPushButton*>(QStringLiteral("train"));
  if (!QTest::qWaitFor([&] { return train->isEnabled(); }, kPatienceMs)) {
    qWarning("%s", qPrintable(panel.plan().obstacle));
    return false;
  }
  QTest::mouseClick(train, Qt::LeftButton);
  return panel.hasRunningWork();
}

}  // namespace pleinair::ui::test
