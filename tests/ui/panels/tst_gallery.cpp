// Sets drawn by the real engine with a tiny model: progress, recipes, comparison, cancel, rename, trash and back.
#include <QCheckBox>
#include <QComboBox>
#include <QDropEvent>
#include <QLabel>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QStandardPaths>
#include <QTest>
#include <algorithm>

#include "core/config/recipe_text.h"
#include "core/image/png.h"
#include "tests/ui/support.h"
#include "ui/panels/gallery/gallery_panel.h"
#include "ui/panels/gallery/lora_list.h"
#include "ui/panels/gallery/recipe_form.h"
#include "ui/panels/gallery/sets_list.h"
#include "ui/widgets/compare_view.h"
#include "ui/widgets/notice_bar.h"
#include "ui/widgets/picture_grid.h"

using namespace pleinair;
using namespace pleinair::ui;
using namespace pleinair::ui::test;

namespace {

constexpr int kPatienceMs = 120'000;

}  // namespace

class TestGallery : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() {
    QStandardPaths::setTestModeEnabled(true);
    QVERIFY(m_temporary.isValid());
    isolate(m_temporary);
  }

  void init() {
    m_bridge = std::make_unique<EngineBridge>(DeviceConfig{DeviceChoice::Cpu, PrecisionChoice::Automatic, 1});
    m_session = std::make_unique<ProjectSession>(*m_bridge);
    m_panel = std::make_unique<GalleryPanel>(*m_bridge, *m_session);
    m_panel->resize(1300, 800);
    m_panel->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_panel.get()));
    static int count = 0;
    m_session->create(toPath(m_temporary.filePath(QStringLiteral("project%1").arg(++count))),
                      QStringLiteral("Skies"));
    QTRY_VERIFY_WITH_TIMEOUT(m_session->isOpen(), 10'000);
    m_session->setModel(std::filesystem::path(PLEINAIR_GOLDEN_DIR) / "sd15");
    m_session->flush();
    field("prompts")->setPlainText(QStringLiteral("a red sky\na sea at night"));
    number("steps")->setValue(2);
    number("count")->setValue(2);
    m_panel->form().setSize(64, 64);
  }

  void cleanup() {
    m_panel.reset();
    m_session.reset();
    m_bridge.reset();
  }

  void aSetFillsPictureByPictureAndIsKept() {
    QPushButton* generate = m_panel->findChild<QPushButton*>(QStringLiteral("generate"));
    QVERIFY2(generate->text().startsWith(QStringLiteral("Generate 4 ")), qPrintable(generate->text()));
    QTest::mouseClick(generate, Qt::LeftButton);
    QTRY_VERIFY(m_panel->hasRunningWork());
    QCOMPARE(m_panel->grid().tiles().size(), std::size_t{4});
    QTRY_VERIFY_WITH_TIMEOUT(!m_panel->hasRunningWork(), kPatienceMs);
    const auto& tiles = m_panel->grid().tiles();
    QCOMPARE(tiles.size(), std::size_t{4});
    for (const auto& tile : tiles) QVERIFY(std::filesystem::exists(tile.file));
    QCOMPARE(tiles[1].recipe.seed, tiles[0].recipe.seed + 1);
    QCOMPARE(tiles[2].recipe.prompt, std::string("a sea at night"));
    // Another panel on the same project finds the set on disk.
    GalleryPanel again(*m_bridge, *m_session);
    QTRY_COMPARE_WITH_TIMEOUT(again.sets().rowCount(), 1, 10'000);
    QCOMPARE(again.sets().at(0).set.pictures.size(), std::size_t{4});
    QCOMPARE(again.sets().at(0).set.name, std::string("a red sky"));
  }

  void aDroppedPictureBringsItsRecipe() {
    PictureRecipe recipe;
    recipe.prompt = "a storm, \"dark\": heavy";
    recipe.negativePrompt = "people";
    recipe.sampler = "euler";
    recipe.steps = 33;
    recipe.guidanceScale = 6.5;
    recipe.seed = 4242;
    recipe.width = 128;
    recipe.height = 192;
    const auto file = toPath(m_temporary.filePath(QStringLiteral("recipe.png")));
    QVERIFY(writePng(file, sky(32, 32, 1), formatRecipe(recipe)).ok());
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(toQString(file))});
    QDragEnterEvent enter(QPoint(600, 300), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(m_panel.get(), &enter);
    QVERIFY(enter.isAccepted());
    QDropEvent drop(QPointF(600, 300), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(m_panel.get(), &drop);
    QTRY_COMPARE(field("prompts")->toPlainText(), QString::fromStdString(recipe.prompt));
    const GenerationRequest request = m_panel->form().request();
    QCOMPARE(request.negativePrompt, recipe.negativePrompt);
    QCOMPARE(request.sampler, recipe.sampler);
    QCOMPARE(request.steps, recipe.steps);
    QCOMPARE(request.guidanceScale, recipe.guidanceScale);
    QCOMPARE(request.seed, recipe.seed);
    QCOMPARE(request.width, recipe.width);
    QCOMPARE(request.height, recipe.height);
  }

  void rareSettingsOfAPictureComeBackAreShownAndCanBeLeftOut() {
    const PictureRecipe recipe = rareRecipe();
    RecipeForm& form = m_panel->form();
    m_panel->applyRecipe({recipe, "/models/harbour", {}});
    const GenerationRequest request = form.request();
    QCOMPARE(request.sampling, recipe.sampling);
    QCOMPARE(request.sizes, recipe.sizes);
    QCOMPARE(request.startImage, recipe.startImage);
    QCOMPARE(request.strength, recipe.strength);
    QCOMPARE(request.tiledVae, true);
    QCOMPARE(request.device, (DeviceConfig{DeviceChoice::Cuda, PrecisionChoice::Float16, 0}));
    QCOMPARE(request.model, std::filesystem::path("/models/harbour"));
    QCOMPARE(request.loras, recipe.loras);
    QCOMPARE(request.guidanceScale, recipe.guidanceScale);  // finer than the field shows
    QCOMPARE(request.steps, 400);
    const QLabel* kept = m_panel->findChild<QLabel*>(QStringLiteral("kept"));
    QVERIFY(kept->isVisible());
    for (const char* part :
         {"model harbour", "harbour.jpg redrawn with strength 0.4", "clip skip 2", "guidance rescale 0.7",
          "trailing spacing", "original size 1600 × 1200", "cut at 0, 88", "decoded in tiles", "on a graphics card",
          "float16", "dusk × 0.25 on the text encoders"}) {
      QVERIFY2(kept->text().contains(QString::fromUtf8(part)), qPrintable(kept->text()));
    }
    QTest::mouseClick(m_panel->findChild<QPushButton*>(QStringLiteral("leaveOut")), Qt::LeftButton);
    QVERIFY(!kept->isVisible());
    const GenerationRequest plain = form.request();
    QCOMPARE(plain.sampling, SamplingOptions{});
    QCOMPARE(plain.sizes, SizeConditioning{});
    QVERIFY(plain.startImage.empty() && plain.model.empty() && !plain.tiledVae);
    QCOMPARE(plain.device, DeviceConfig{});
    QVERIFY(!plain.loras.front().textEncoderWeight);
    QCOMPARE(plain.steps, 400);  // what has a field stays
  }

  void theNextRecipeLeavesNothingOfTheOneBefore() {
    const QLabel* kept = m_panel->findChild<QLabel*>(QStringLiteral("kept"));
    m_panel->applyRecipe({rareRecipe(), {}, {}});
    PictureRecipe plain;
    plain.steps = 8;
    m_panel->applyRecipe({plain, {}, {}});
    QVERIFY2(!kept->isVisible(), qPrintable(kept->text()));
    QCOMPARE(m_panel->form().request().sampling, SamplingOptions{});
    // The artist's own numbers count once they are set.
    m_panel->applyRecipe({rareRecipe(), {}, {}});
    m_panel->findChild<QDoubleSpinBox*>(QStringLiteral("guidance"))->setValue(3.5);
    QCOMPARE(m_panel->form().request().guidanceScale, 3.5);
  }

  void predictionAndZeroTerminalSnrReachThePictures() {
    RecipeForm& form = m_panel->form();
    QCOMPARE(form.request().sampling, SamplingOptions{});
    auto* prediction = m_panel->findChild<QComboBox*>(QStringLiteral("prediction"));
    auto* zeroSnr = m_panel->findChild<QCheckBox*>(QStringLiteral("zeroSnr"));
    auto* sampler = m_panel->findChild<QComboBox*>(QStringLiteral("sampler"));
    QVERIFY(!prediction->isVisible());  // folded
    const SamplingOptions wanted{.zeroTerminalSnr = true, .prediction = PredictionChoice::Velocity};
    prediction->setCurrentIndex(prediction->findText(QStringLiteral("Velocity"), Qt::MatchStartsWith));
    zeroSnr->setChecked(true);
    sampler->setCurrentIndex(sampler->findData(QStringLiteral("ddim")));
    number("count")->setValue(1);
    QCOMPARE(form.request().sampling, wanted);
    m_panel->generate();
    QTRY_VERIFY(m_panel->hasRunningWork());
    QTRY_VERIFY_WITH_TIMEOUT(!m_panel->hasRunningWork(), kPatienceMs);
    const PictureGrid::Tile drawn = m_panel->grid().tiles().front();
    QCOMPARE(drawn.recipe.sampling, wanted);
    // A recipe without them takes them back; the picture's own brings them again, unfolded.
    PictureRecipe plain;
    plain.steps = 2;
    m_panel->applyRecipe({plain, {}, {}});
    QCOMPARE(form.request().sampling, SamplingOptions{});
    QVERIFY(!prediction->isVisible());
    m_panel->applyRecipeOf(drawn.file);
    QTRY_COMPARE(form.request().sampling, wanted);
    QVERIFY(prediction->isVisible() && zeroSnr->isChecked());
    QVERIFY(!m_panel->findChild<QLabel*>(QStringLiteral("kept"))->text().contains(QStringLiteral("velocity")));
  }

  void aPromptInOtherLettersIsToldThatTheModelReadsEnglish() {
    const auto says = [&] {
      const auto labels = m_panel->form().findChildren<QLabel*>();
      return std::ranges::any_of(labels, [](const QLabel* label) {
        return label->isVisible() && label->text().contains(QStringLiteral("reads English"));
      });
    };
    field("prompts")->setPlainText(QString::fromUtf8("Étude: 2 µm of sky, 50 %"));
    QVERIFY(!says());
    field("prompts")->setPlainText(QString::fromUtf8("a red sky\nзакат над морем"));
    QVERIFY(says());
    QCOMPARE(m_panel->form().request().prompts.size(), std::size_t{2});
    field("prompts")->setPlainText(QStringLiteral("sunset over the sea"));
    QVERIFY(!says());
  }

  void aStartPictureThatIsNotHereIsSaidAndNotUsed() {
    const auto file = toPath(m_temporary.filePath(QStringLiteral("alone.png")));
    QVERIFY(writePng(file, sky(32, 32, 1), formatRecipe(rareRecipe())).ok());
    m_panel->applyRecipeOf(file);
    const QLabel* kept = m_panel->findChild<QLabel*>(QStringLiteral("kept"));
    QTRY_VERIFY2(kept->text().contains(QStringLiteral("harbour.jpg, which is not found")), qPrintable(kept->text()));
    QVERIFY(m_panel->form().request().startImage.empty());
    QVERIFY(m_panel->form().request().loras.empty());
    QVERIFY(m_panel->findChild<NoticeBar*>()->sentence().contains(QStringLiteral("dusk")));
    // Beside the picture it is found.
    QVERIFY(writeJpeg(m_temporary.filePath(QStringLiteral("harbour.jpg")), 64, 64, 1));
    m_panel->applyRecipeOf(file);
    QTRY_COMPARE(m_panel->form().request().startImage, toPath(m_temporary.filePath(QStringLiteral("harbour.jpg"))));
  }

  void aPictureWithoutRecipeIsSaidToHaveNone() {
    const auto file = toPath(m_temporary.filePath(QStringLiteral("bare.png")));
    QVERIFY(writePng(file, sky(32, 32, 1)).ok());
    m_panel->applyRecipeOf(file);
    auto* notice = m_panel->findChild<NoticeBar*>();
    QTRY_VERIFY(notice->isVisible());
    QVERIFY2(notice->details().contains(QStringLiteral("no recipe")) ||
                 notice->sentence().contains(QStringLiteral("no recipe")),
             qPrintable(notice->sentence()));
    QVERIFY(field("prompts")->toPlainText().startsWith(QStringLiteral("a red sky")));
  }

  void baseBesideLoraAlignsAndDiffers() {
    m_panel->form().loras().add(std::filesystem::path(PLEINAIR_GOLDEN_DIR) / "sd15" / "lora" / "kohya.safetensors");
    QPushButton* beside = button(QStringLiteral("Base beside LoRA"));
    QVERIFY(beside->isEnabled());
    QTest::mouseClick(beside, Qt::LeftButton);
    QTRY_VERIFY(m_panel->isComparing());
    QTRY_VERIFY_WITH_TIMEOUT(!m_panel->hasRunningWork(), kPatienceMs);
    CompareGrid& grid = m_panel->compareView().grid();
    QCOMPARE(grid.sets().size(), std::size_t{2});
    QCOMPARE(grid.rows().size(), std::size_t{4});
    for (int row = 0; row < 4; ++row) {
      const auto before = readPng(grid.file(row, 0)), after = readPng(grid.file(row, 1));
      QVERIFY(before.ok() && after.ok());
      QVERIFY(*before != *after);
      const auto recipe = readPngParameters(grid.file(row, 1));
      QVERIFY(recipe.ok() && recipe->has_value());
      QVERIFY(recipe->value().find("<lora:kohya:1>") != std::string::npos);
    }
    m_panel->compareSets({grid.sets()[0].folder, grid.sets()[1].folder});
    m_panel->compareView().showPair(WipeView::Mode::Wipe);
    QTRY_COMPARE(m_panel->compareView().wipe().mode(), WipeView::Mode::Wipe);
  }

  void aSetDroppedOnAnotherStartsComparing() {
    twoSets();
    SetsModel& sets = m_panel->sets();
    std::unique_ptr<QMimeData> dragged(sets.mimeData({sets.index(0)}));
    QVERIFY(!sets.canDropMimeData(dragged.get(), Qt::CopyAction, -1, -1, sets.index(0)));
    QVERIFY(sets.dropMimeData(dragged.get(), Qt::CopyAction, -1, -1, sets.index(1)));
    QVERIFY(m_panel->isComparing());
    QTest::keyClick(&m_panel->compareView().grid(), Qt::Key_Escape);
    QVERIFY(!m_panel->isComparing());
  }

  void usingThePicturesSettingsBringsThemBack() {
    QTest::mouseClick(m_panel->findChild<QPushButton*>(QStringLiteral("generate")), Qt::LeftButton);
    QTRY_VERIFY(m_panel->hasRunningWork());
    QTRY_VERIFY_WITH_TIMEOUT(!m_panel->hasRunningWork(), kPatienceMs);
    field("prompts")->setPlainText(QStringLiteral("something else"));
    number("steps")->setValue(50);
    m_panel->grid().setCurrent(3);
    QTest::mouseClick(m_panel->findChild<QPushButton*>(QStringLiteral("useSettings")), Qt::LeftButton);
    QTRY_COMPARE(field("prompts")->toPlainText(), QStringLiteral("a sea at night"));
    QCOMPARE(number("steps")->value(), 2);
    QCOMPARE(m_panel->form().request().seed, m_panel->grid().tiles()[3].recipe.seed);
  }

  void cancelKeepsWhatIsDone() {
    number("count")->setValue(32);
    number("steps")->setValue(20);
    m_panel->generate();
    QTRY_VERIFY_WITH_TIMEOUT(m_panel->hasRunningWork(), 5000);
    QTRY_VERIFY_WITH_TIMEOUT(m_panel->sets().rowCount() == 1 && !m_panel->sets().at(0).set.pictures.empty(),
                             kPatienceMs);
    QTest::mouseClick(m_panel->findChild<QPushButton*>(QStringLiteral("cancel")), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(!m_panel->hasRunningWork(), 10'000);
    const auto& pictures = m_panel->sets().at(0).set.pictures;
    QVERIFY(!pictures.empty() && pictures.size() < 64);
    QCOMPARE(m_panel->grid().tiles().size(), pictures.size());
  }

  void aSetIsRenamedTrashedAndBroughtBack() {
    twoSets();
    SetsModel& sets = m_panel->sets();
    const auto folder = sets.at(0).folder;
    QVERIFY(sets.setData(sets.index(0), QStringLiteral("Вечер"), Qt::EditRole));
    QCOMPARE(sets.at(0).set.name, QStringLiteral("Вечер").toStdString());
    m_session->flush();
    QTRY_VERIFY(readText(toQString(folder / "set.yaml")).contains(QStringLiteral("Вечер")));
    m_panel->setsList().select(folder);
    QTest::keyClick(&m_panel->setsList(), Qt::Key_Delete);
    QTRY_COMPARE(sets.rowCount(), 1);
    QVERIFY(!std::filesystem::exists(folder));
    QTest::mouseClick(button(QStringLiteral("Undo")), Qt::LeftButton);
    QTRY_COMPARE(sets.rowCount(), 2);
    QVERIFY(std::filesystem::exists(folder / "set.yaml"));
  }

  void theDiceTakesAnotherSeed() {
    const auto before = m_panel->form().request().seed;
    QTest::mouseClick(m_panel->findChild<QWidget*>(QStringLiteral("dice")), Qt::LeftButton);
    QVERIFY(m_panel->form().request().seed != before);
  }

 private:
  static PictureRecipe rareRecipe() {
    PictureRecipe recipe;
    recipe.prompt = "a storm";
    recipe.sampler = "euler";
    recipe.steps = 400;
    recipe.guidanceScale = 6.625;
    recipe.seed = 7;
    recipe.width = recipe.height = 128;
    recipe.loras = {{"/loras/dusk.safetensors", 1.0 / 3, 0.25}};
    recipe.sampling = {.clipSkip = 2, .guidanceRescale = 0.7, .spacing = SpacingChoice::Trailing};
    recipe.sizes = {.originalWidth = 1600, .originalHeight = 1200, .cropTop = 88};
    recipe.startImage = "/photos/harbour.jpg";
    recipe.strength = 0.4;
    recipe.tiledVae = true;
    recipe.device = DeviceChoice::Cuda;
    recipe.precision = PrecisionChoice::Float16;
    return recipe;
  }
  QPlainTextEdit* field(const char* name) { return m_panel->findChild<QPlainTextEdit*>(QLatin1String(name)); }
  QSpinBox* number(const char* name) { return m_panel->findChild<QSpinBox*>(QLatin1String(name)); }

  QPushButton* button(const QString& text) {
    for (QPushButton* each : m_panel->findChildren<QPushButton*>()) {
      if (each->text() == text) return each;
    }
    qWarning("no button \"%s\"", qPrintable(text));
    return nullptr;
  }

  void twoSets() {
    number("count")->setValue(1);
    for (int set = 1; set <= 2; ++set) {
      m_panel->generate();
      QTRY_COMPARE_WITH_TIMEOUT(m_panel->sets().rowCount(), set, 10'000);
      QTRY_VERIFY_WITH_TIMEOUT(!m_panel->hasRunningWork(), kPatienceMs);
    }
  }

  QTemporaryDir m_temporary;
  std::unique_ptr<EngineBridge> m_bridge;
  std::unique_ptr<ProjectSession> m_session;
  std::unique_ptr<GalleryPanel> m_panel;
};

QTEST_MAIN(TestGallery)
#include "tst_gallery.moc"
