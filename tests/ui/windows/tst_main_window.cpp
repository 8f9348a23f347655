// The window with its real panels over the real engine: drops, damage, languages, read-only, closing.
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QUndoStack>
#include <set>

#include "tests/ui/window_support.h"
#include "ui/panels/captions/captions_panel.h"
#include "ui/panels/dataset/dataset_panel.h"
#include "ui/style/language.h"
#include "ui/style/theme.h"
#include "ui/widgets/notice_bar.h"
#include "ui/widgets/photo_grid.h"
#include "ui/windows/header_bar.h"
#include "ui/windows/main_window.h"

using namespace pleinair;
using namespace pleinair::ui;
using namespace pleinair::ui::test;

class TestMainWindow : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() {
    QVERIFY(startIsolated(m_temporary));
    const QString photos = m_temporary.filePath(QStringLiteral("Evening skies"));
    for (int i = 1; i <= 4; ++i) {
      QVERIFY(writeJpeg(QStringLiteral("%1/sky%2.jpg").arg(photos).arg(i), 480, 320, i));
    }
    QVERIFY(writeJpeg(photos + QStringLiteral("/вечер/закат 10.jpg"), 320, 480, 7));
    QVERIFY(writeBytes(photos + QStringLiteral("/sky2.txt"), "a red sky"));
    QVERIFY(writeBytes(photos + QStringLiteral("/empty.jpg"), ""));
    QVERIFY(writeBytes(photos + QStringLiteral("/broken.jpg"), "\xff\xd8\xff\xe0 this is no picture"));
  }

  void init() {
    m_bridge = std::make_unique<EngineBridge>(DeviceConfig{DeviceChoice::Cpu, PrecisionChoice::Automatic, 1});
    m_window = std::make_unique<MainWindow>(*m_bridge);
    m_window->show();
  }

  void cleanup() {
    m_window.reset();
    m_bridge.reset();
    AppSettings::instance().setLanguage(QStringLiteral("en"));
  }

  void aDroppedFolderBecomesAProject() {
    const QString photos = m_temporary.filePath(QStringLiteral("Evening skies"));
    QVERIFY(dropUrls(*m_window, {QUrl::fromLocalFile(photos)}));
    waitForImport(5);

    QStringList paths;
    for (const PhotoRow& row : m_window->session().photos()) paths << row.path;
    QCOMPARE(paths, (QStringList{"sky1.jpg", "sky2.jpg", "sky3.jpg", "sky4.jpg", "вечер/закат 10.jpg"}));
    QCOMPARE(m_window->header().projectName(), QStringLiteral("Evening skies"));
    QTRY_COMPARE(m_window->header().panelButton(1)->text(), QStringLiteral("Captions · 4 without"));

    // Both damaged files are named with a reason, and nothing else is.
    QTRY_COMPARE(m_window->skippedNotice().sentence(), QStringLiteral("2 files could not be read."));
    QVERIFY(m_window->skippedNotice().details().contains(QStringLiteral("empty.jpg: ")));
    QVERIFY(m_window->skippedNotice().details().contains(QStringLiteral("broken.jpg: ")));

    // Thumbnails come without anyone asking by hand, and the originals are as they were.
    auto* model = m_window->dataset().grid().model();
    QTRY_VERIFY_WITH_TIMEOUT(!model->index(0, 0).data(DatasetModel::ThumbnailRole).value<QImage>().isNull(), 10000);
    QCOMPARE(readText(photos + QStringLiteral("/sky2.txt")), QStringLiteral("a red sky"));
    QVERIFY(QFile::exists(photos + QStringLiteral("/sky1.jpg")));
  }

  void theNameOfATakenProjectIsCounted() {
    const QUrl photos = QUrl::fromLocalFile(m_temporary.filePath(QStringLiteral("Evening skies")));
    QVERIFY(dropUrls(*m_window, {photos}));
    waitForImport(5);
    QVERIFY(m_window->session().folder().filename().string().ends_with(" 2"));
  }

  void manyFilesMakeOneProject() {
    const QDir photos(m_temporary.filePath(QStringLiteral("Evening skies")));
    QVERIFY(dropUrls(*m_window, {QUrl::fromLocalFile(photos.filePath(QStringLiteral("sky3.jpg"))),
                                 QUrl::fromLocalFile(photos.filePath(QStringLiteral("sky1.jpg")))}));
    waitForImport(2);
    QCOMPARE(m_window->session().photos().front().path, QStringLiteral("sky1.jpg"));
  }

  void removedPhotosComeBackByUndo() {
    openSkies();
    PhotoGrid& grid = m_window->dataset().grid();
    grid.setCurrentIndex(grid.model()->index(1, 0));
    QTest::keyClick(&grid, Qt::Key_Delete);
    QCOMPARE(m_window->session().photos().size(), std::size_t{4});
    QCOMPARE(m_window->notice().sentence(), QStringLiteral("1 photo removed."));
    m_window->session().flush();
    QVERIFY(!QFile::exists(projectFile(QStringLiteral("dataset/sky2.jpg"))));

    Q_EMIT m_window->notice().actionTriggered();
    m_window->session().flush();
    QCOMPARE(m_window->session().photos().size(), std::size_t{5});
    QVERIFY(QFile::exists(projectFile(QStringLiteral("dataset/sky2.jpg"))));
    QCOMPARE(readText(projectFile(QStringLiteral("dataset/sky2.txt"))).trimmed(), QStringLiteral("a red sky"));
  }

  void starsSurviveReopening() {
    openSkies();
    m_window->session().setStarred({0, 2}, true);
    const auto folder = m_window->session().folder();
    m_window->session().close();
    m_window->session().open(folder);
    QTRY_VERIFY_WITH_TIMEOUT(m_window->session().isOpen(), 10000);
    QVERIFY(m_window->session().photos().at(0).starred);
    QVERIFY(!m_window->session().photos().at(1).starred);
    QVERIFY(m_window->session().photos().at(2).starred);
    m_window->session().setStarred({0, 2}, false);
    m_window->session().flush();
  }

  void theLanguageChangesWithoutRestart() {
    openSkies();
    QTRY_COMPARE(m_window->header().panelButton(2)->text(), QStringLiteral("Training"));
    AppSettings::instance().setLanguage(QStringLiteral("ru"));
    QTRY_COMPARE(m_window->header().panelButton(2)->text(), QStringLiteral("Обучение"));
    QTRY_COMPARE(m_window->header().panelButton(1)->text(), QStringLiteral("Подписи · нет у 4"));
    for (QWidget* panel : std::initializer_list<QWidget*>{&m_window->dataset(), &m_window->captions()}) {
      const auto buttons = panel->findChildren<QPushButton*>();
      for (const QPushButton* button : buttons) {
        // "SKY" and words of captions are the user's own; everything else must be Russian.
        if (button->text().isEmpty() || button->property("chip").toBool() || !button->isVisibleTo(panel)) continue;
        QVERIFY2(hasCyrillic(button->text()), qPrintable(button->text()));
      }
    }
  }

  void theThemeChangesWithoutRestart() {
    AppSettings::instance().setTheme(QStringLiteral("light"));
    QCOMPARE(qApp->palette().color(QPalette::Window), QColor(0xed, 0xed, 0xed));
    AppSettings::instance().setTheme(QStringLiteral("dark"));
    QCOMPARE(qApp->palette().color(QPalette::Window), QColor(0x26, 0x26, 0x26));
  }

  void theSecondWindowIsReadOnly() {
    openSkies();
    MainWindow second(*m_bridge);
    second.show();
    second.openPaths({m_window->session().folder()});
    QTRY_VERIFY_WITH_TIMEOUT(second.session().isOpen(), 10000);
    QVERIFY(second.session().readOnly());
    QVERIFY(second.readOnlyNotice().isVisible());
    second.session().setCaption(0, QStringLiteral("must not be kept"));
    QVERIFY(second.session().photos().at(0).caption != QStringLiteral("must not be kept"));
    QVERIFY(!m_window->session().readOnly());
  }

  void panelsAnswerToTheirKeys() {
    openSkies();
    m_window->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
    QTest::keyClick(m_window.get(), Qt::Key_2, Qt::ControlModifier);
    QTRY_VERIFY(m_window->captions().isVisible());
    QTest::keyClick(m_window.get(), Qt::Key_1, Qt::ControlModifier);
    QTRY_VERIFY(m_window->dataset().isVisible());
  }

 private:
  static bool hasCyrillic(const QString& text) {
    return std::any_of(text.begin(), text.end(), [](QChar c) { return c.script() == QChar::Script_Cyrillic; });
  }
  void waitForImport(std::size_t photos) {
    QTRY_COMPARE_WITH_TIMEOUT(m_window->session().photos().size(), photos, 20000);
    QTRY_VERIFY_WITH_TIMEOUT(m_window->session().importJob() == 0, 20000);
  }
  void openSkies() {
    const QString folder = m_temporary.filePath(QStringLiteral("projects/Evening skies"));
    m_window->openPaths({toPath(folder)});
    QTRY_VERIFY_WITH_TIMEOUT(m_window->session().isOpen(), 10000);
    QCOMPARE(m_window->session().photos().size(), std::size_t{5});
  }
  QString projectFile(const QString& name) const {
    return toQString(m_window->session().folder()) + QLatin1Char('/') + name;
  }

  QTemporaryDir m_temporary;
  std::unique_ptr<EngineBridge> m_bridge;
  std::unique_ptr<MainWindow> m_window;
};

QTEST_MAIN(TestMainWindow)
#include "tst_main_window.moc"
