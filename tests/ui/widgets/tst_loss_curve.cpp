// The curve: what it keeps when it thins points, and what wheel, mouse and keys do to its view.
#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTest>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

#include "ui/widgets/loss_curve.h"

using namespace pleinair::ui;

namespace {

std::vector<RunStep> steps(int from, int to, double loss = 0.1) {
  std::vector<RunStep> all;
  for (int step = from; step <= to; ++step) all.push_back({step, loss + 0.01 * (step % 7), 1e-3, 0.5 * step, -1});
  return all;
}

void turnWheel(QWidget& widget, QPointF at, int turns) {
  QWheelEvent event(at, widget.mapToGlobal(at), {}, {0, 120 * turns}, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase,
                    false);
  QCoreApplication::sendEvent(&widget, &event);
}

}  // namespace

class TestLossCurve : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void thinningKeepsSpikes() {
    LossSeries series;
    auto points = steps(1, 100'000);
    points[54'321].loss = 9.0;
    points[12'345].loss = 0.0001;
    series.append(points);
    const auto columns = series.columns(1, 100'000, 500);
    QVERIFY(columns.size() <= 502);
    double least = 1e9, greatest = 0;
    for (const auto& column : columns) {
      least = std::min(least, column.least);
      greatest = std::max(greatest, column.greatest);
    }
    QCOMPARE(greatest, 9.0);
    QCOMPARE(least, 0.0001);
  }

  void smoothingIsDebiased() {
    LossSeries series;
    series.setWindow(50);
    std::vector<RunStep> constant;
    for (int step = 1; step <= 20; ++step) constant.push_back({step, 0.25, 1e-3, 1.0 * step, -1});
    series.append(constant);
    // A biased mean would begin near zero.
    for (std::size_t index = 0; index < series.size(); ++index) QVERIFY(std::abs(series.smoothedAt(index) - 0.25) < 1e-12);
  }

  void aResumedRunCutsWhatItRepeats() {
    LossSeries series;
    series.append(steps(1, 100));
    series.append(steps(61, 80, 0.5));
    QCOMPARE(series.size(), std::size_t{80});
    QCOMPARE(series.lastStep(), 80);
    QVERIFY(series.at(60).loss >= 0.5);
  }

  void aLossThatIsNoNumberIsLeftOut() {
    LossSeries series;
    auto points = steps(1, 10);
    points[4].loss = std::nan("");
    series.append(points);
    QCOMPARE(series.size(), std::size_t{9});
    QVERIFY(std::isfinite(series.smoothedAt(8)));
  }

  void hoverFindsTheStep() {
    LossSeries series;
    series.append(steps(1, 300));
    LossCurve curve;
    curve.resize(800, 300);
    curve.setSeries(&series);
    curve.show();
    QVERIFY(QTest::qWaitForWindowExposed(&curve));
    QSignalSpy hovered(&curve, &LossCurve::hovered);
    QTest::mouseMove(&curve, QPoint(static_cast<int>(std::lround(curve.xOf(140))), 150));
    QTRY_VERIFY(!hovered.isEmpty());
    QCOMPARE(curve.crosshair().value_or(-1), 140);
    QVERIFY(curve.readout(139).contains(QStringLiteral("140")));
    QTest::keyClick(&curve, Qt::Key_Right);
    QCOMPARE(curve.crosshair().value_or(-1), 141);
  }

  void theWheelZoomsAtThePointerAndADoubleClickShowsAll() {
    LossSeries series;
    series.append(steps(1, 1000));
    LossCurve curve;
    curve.resize(800, 300);
    curve.setSeries(&series);
    curve.show();
    QVERIFY(QTest::qWaitForWindowExposed(&curve));
    const QPointF at(curve.xOf(400), 150);
    turnWheel(curve, at, 3);
    QVERIFY(curve.to() - curve.from() < 600);
    QVERIFY(std::abs(curve.stepAt(at.x()) - 400) < 1.5);
    const double from = curve.from();
    QTest::mousePress(&curve, Qt::LeftButton, {}, QPoint(400, 150));
    QTest::mouseMove(&curve, QPoint(300, 150));
    QTest::mouseRelease(&curve, Qt::LeftButton, {}, QPoint(300, 150));
    QVERIFY(curve.from() > from);
    QTest::mouseDClick(&curve, Qt::LeftButton, {}, QPoint(400, 150));
    QVERIFY(curve.to() - curve.from() > 990);
  }

  void aZoomedViewStaysWhileTheRunGoesOn() {
    LossSeries series;
    series.append(steps(1, 500));
    LossCurve curve;
    curve.resize(800, 300);
    curve.setSeries(&series);
    curve.zoomAbout(100, 0.2);
    const double from = curve.from(), to = curve.to();
    series.append(steps(501, 600));
    QCOMPARE(curve.from(), from);
    QCOMPARE(curve.to(), to);
    curve.showAll();
    series.append(steps(601, 700));
    QCOMPARE(curve.to(), 700.0);
  }

  void aHundredThousandStepsPaintAtOnce() {
    LossSeries series;
    series.append(steps(1, 100'000));
    LossCurve curve;
    curve.resize(1200, 400);
    curve.setSeries(&series);
    (void)curve.grab();
    QElapsedTimer clock;
    clock.start();
    for (int frame = 0; frame < 10; ++frame) (void)curve.grab();
    const qint64 each = clock.elapsed() / 10;
    qInfo("a frame of 100,000 steps: %lld ms", static_cast<long long>(each));
    QVERIFY(each < 100);
  }
};

QTEST_MAIN(TestLossCurve)
#include "tst_loss_curve.moc"
