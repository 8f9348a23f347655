// Sets side by side: alignment by prompt and seed, linked zoom, wipe and flip; the sample grid's order.
#include <QPainter>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTest>
#include <QWheelEvent>

#include "core/image/png.h"
#include "tests/ui/support.h"
#include "ui/models/sample_grid_model.h"
#include "ui/widgets/compare_view.h"
#include "ui/widgets/number_inputs.h"
#include "ui/widgets/picture_grid.h"
#include "ui/widgets/sample_grid.h"

using namespace pleinair;
using namespace pleinair::ui;

namespace {

PictureSet::Entry entry(const std::string& file, const std::string& prompt, std::uint64_t seed) {
  PictureSet::Entry made;
  made.file = file;
  made.recipe.prompt = prompt;
  made.recipe.seed = seed;
  made.recipe.width = made.recipe.height = 64;
  return made;
}

QImage filled(const QColor& color) {
  QImage image(64, 64, QImage::Format_RGB32);
  image.fill(color);
  return image;
}

void writeColor(const std::filesystem::path& file, std::uint8_t red, std::uint8_t green, std::uint8_t blue) {
  Image image{64, 64, {}};
  for (int pixel = 0; pixel < 64 * 64; ++pixel) image.rgb.insert(image.rgb.end(), {red, green, blue});
  QVERIFY(writePng(file, image).ok());
}

}  // namespace

class TestCompare : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void blindVotesCountForTheRightSet() {
    const QTemporaryDir folder;
    const std::filesystem::path red = toPath(folder.filePath("red.png")), blue = toPath(folder.filePath("blue.png"));
    writeColor(red, 200, 0, 0);
    writeColor(blue, 0, 0, 200);
    PictureLoader loader;
    BlindView view(loader);
    view.resize(600, 400);
    view.show();
    std::vector<BlindView::Pair> pairs;
    for (int i = 0; i < 12; ++i) pairs.push_back({red, blue, "sea"});
    view.begin(pairs, "before", "after", 5);
    QSet<bool> orders;
    // Red is always the favourite, on whichever side it stands on the screen.
    for (int i = 0; i < 11; ++i) {
      orders << view.isSwapped();
      // Both pictures are there, one red and one blue: they come one after the other.
      const auto bothShown = [&view] {
        const QImage seen = view.grab().toImage();
        const QColor left = seen.pixelColor(150, 200), right = seen.pixelColor(450, 200);
        return (left.red() > 100 && right.blue() > 100) || (left.blue() > 100 && right.red() > 100);
      };
      QTRY_VERIFY(bothShown());
      const bool redLeft = view.grab().toImage().pixelColor(150, 200).red() > 100;
      QCOMPARE(redLeft, !view.isSwapped());
      QTest::keyClick(&view, redLeft ? Qt::Key_1 : Qt::Key_2);
    }
    QVERIFY(view.result().isEmpty());
    QTest::keyClick(&view, Qt::Key_Backspace);
    QCOMPARE(view.votesFor(0), 10);
    QTest::keyClick(&view, view.isSwapped() ? Qt::Key_2 : Qt::Key_1);
    QTest::keyClick(&view, Qt::Key_0);
    QVERIFY(view.isDone());
    QCOMPARE(orders.size(), 2);
    QCOMPARE(view.result(), QStringLiteral("before: 11 · after: 0 · neither: 1"));
  }

  void rowsAlignByPromptAndSeed() {
    PictureSet before, after;
    before.pictures = {entry("0.png", "sea", 1), entry("1.png", "sea", 2), entry("2.png", "hill", 1)};
    after.pictures = {entry("0.png", "hill", 1), entry("1.png", "sea", 2), entry("2.png", "fog", 9)};
    const auto rows = alignSets({before, after});
    QCOMPARE(rows.size(), std::size_t{4});
    QCOMPARE(rows[0].picture, (std::vector<int>{0, -1}));
    QCOMPARE(rows[1].picture, (std::vector<int>{1, 1}));
    QCOMPARE(rows[2].picture, (std::vector<int>{2, 0}));
    QCOMPARE(rows[3].prompt, std::string("fog"));
    QCOMPARE(rows[3].picture, (std::vector<int>{-1, 2}));
  }

  void thePairIsWipedAndFlippedInPlace() {
    QTemporaryDir temporary;
    const std::filesystem::path folder = temporary.path().toStdString();
    std::filesystem::create_directories(folder / "a");
    std::filesystem::create_directories(folder / "b");
    writeColor(folder / "a" / "0.png", 255, 0, 0);
    writeColor(folder / "b" / "0.png", 0, 0, 255);
    SetRecord a{folder / "a", {"a", "", "", {entry("0.png", "sea", 1)}}};
    SetRecord b{folder / "b", {"b", "", "", {entry("0.png", "sea", 1)}}};
    PictureLoader loader;
    CompareView view(loader);
    view.resize(700, 500);
    view.setSets({a, b});
    view.show();
    QVERIFY(QTest::qWaitForWindowExposed(&view));
    QCOMPARE(view.grid().file(0, 1), folder / "b" / "0.png");
    QTest::keyClick(&view.grid(), Qt::Key_W);
    QVERIFY(view.showsPair());
    QTRY_VERIFY(view.wipe().hasTwo());
    QTRY_COMPARE(view.wipe().mode(), WipeView::Mode::Wipe);
    view.wipe().setDivider(0.5);
    const QImage shot = view.wipe().grab().toImage();
    const QPointF middle = view.wipe().pictureRect().center();
    QCOMPARE(shot.pixelColor(middle.toPoint() - QPoint(60, 60)), QColor(255, 0, 0));
    QCOMPARE(shot.pixelColor(middle.toPoint() + QPoint(60, 60)), QColor(0, 0, 255));
    QTest::keyClick(&view.wipe(), Qt::Key_Tab);
    QCOMPARE(view.wipe().mode(), WipeView::Mode::Second);
    QTest::keyClick(&view.wipe(), Qt::Key_Tab);
    QCOMPARE(view.wipe().mode(), WipeView::Mode::First);
    QTest::keyClick(&view.wipe(), Qt::Key_Escape);
    QVERIFY(!view.showsPair());
  }

  void theDividerFollowsTheMouse() {
    WipeView wipe;
    wipe.resize(600, 400);
    wipe.setPictures(filled(Qt::red), QStringLiteral("a"), filled(Qt::blue), QStringLiteral("b"));
    wipe.setMode(WipeView::Mode::Wipe);
    wipe.show();
    QVERIFY(QTest::qWaitForWindowExposed(&wipe));
    const QRectF place = wipe.pictureRect();
    const QPoint quarter(static_cast<int>(place.left() + place.width() / 4), static_cast<int>(place.center().y()));
    QTest::mousePress(&wipe, Qt::LeftButton, {}, quarter);
    QTest::mouseRelease(&wipe, Qt::LeftButton, {}, quarter);
    QVERIFY(std::abs(wipe.divider() - 0.25) < 0.02);
  }

  void allPicturesZoomTogetherAndStayInTheirCells() {
    PictureLoader loader;
    CompareGrid grid(loader);
    grid.resize(700, 500);
    SetRecord a{"/nowhere/a", {"a", "", "", {entry("0.png", "sea", 1)}}};
    SetRecord b{"/nowhere/b", {"b", "", "", {entry("0.png", "sea", 1)}}};
    grid.setSets({a, b});
    grid.setView(4, {0.0, 1.0});
    QCOMPARE(grid.zoom(), 4.0);
    QCOMPARE(grid.center(), QPointF(0.125, 0.875));
    QTest::keyClick(&grid, Qt::Key_0);
    QCOMPARE(grid.zoom(), 1.0);
  }

  void samplesStandByPromptAndStepBaseFirst() {
    SampleGridModel model;
    model.reset({QStringLiteral("sea"), QStringLiteral("hill")});
    model.add({100, 1, "hill", "/s/100/01.png"});
    model.add({0, 0, "sea", "/s/0/00.png"});
    model.add({50, 0, "sea", "/s/50/00.png"});
    QCOMPARE(model.columns(), 3);
    QCOMPARE(model.step(0), 0);
    QCOMPARE(model.step(2), 100);
    QVERIFY(model.hasBase());
    QVERIFY(model.file(0, 2).empty());
    QCOMPARE(model.file(1, 2), std::filesystem::path("/s/100/01.png"));
    QCOMPARE(model.columnNearest(60), 1);
    model.cutAfter(50);
    QCOMPARE(model.columns(), 2);
  }

  void theBaseModelStaysInSightWhileStepsScroll() {
    PictureLoader loader;
    SampleGridModel model;
    model.reset({QStringLiteral("sea")});
    for (int step = 0; step <= 2000; step += 50) model.add({step, 0, "sea", "/s/x.png"});
    SampleGrid grid(model, loader);
    grid.resize(600, 300);
    grid.show();
    QVERIFY(QTest::qWaitForWindowExposed(&grid));
    const QRect base = grid.cellRect(0, 0);
    QTest::keyClick(&grid, Qt::Key_End);
    QCOMPARE(grid.currentColumn(), model.columns() - 1);
    QCOMPARE(grid.cellRect(0, 0), base);
    QVERIFY(grid.viewport()->rect().contains(grid.cellRect(0, grid.currentColumn())));
  }

  void aPictureStillToComeIsNotChosen() {
    PictureLoader loader;
    PictureGrid grid(loader);
    grid.resize(900, 500);
    std::vector<PictureGrid::Tile> tiles(3);
    for (auto& tile : tiles) tile.recipe = entry("", "sea", 1).recipe;
    grid.setTiles(tiles);
    QCOMPARE(grid.current(), -1);
    grid.setTile(1, {"/nowhere/1.png", tiles[1].recipe});
    QCOMPARE(grid.current(), 1);
    grid.setCurrent(2);
    QCOMPARE(grid.current(), 1);
  }

  void aRateReadsAsPeopleWriteItAndTheWheelLeavesItAlone() {
    RateBox box;
    box.setValue(1e-4);
    QCOMPARE(box.text(), QStringLiteral("0.0001"));
    box.setValue(2e-5);
    QCOMPARE(box.text(), QStringLiteral("2e-05"));
    box.selectAll();
    QTest::keyClicks(&box, QStringLiteral("5e-4"));
    box.interpretText();
    QCOMPARE(box.value(), 5e-4);
    QuietSpinBox count;
    count.setValue(7);
    QWheelEvent wheel({5, 5}, count.mapToGlobal(QPointF(5, 5)), {}, {0, 120}, Qt::NoButton, Qt::NoModifier,
                      Qt::NoScrollPhase, false);
    QCoreApplication::sendEvent(&count, &wheel);
    QCOMPARE(count.value(), 7);
    SeedEdit seed;
    seed.setSeed(9'876'543'210'123ULL);
    QCOMPARE(seed.seed(), std::uint64_t{9'876'543'210'123ULL});
  }
};

QTEST_MAIN(TestCompare)
#include "tst_compare.moc"
