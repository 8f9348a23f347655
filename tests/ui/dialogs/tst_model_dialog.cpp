#include <QFile>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <filesystem>

#include "tests/golden_model.h"
#include "tests/ui/drops.h"
#include "tests/ui/support.h"
#include "tests/ui/weights_files.h"
#include "ui/bridge/engine_bridge.h"
#include "ui/dialogs/model_dialog.h"
#include "ui/style/language.h"
#include "ui/widgets/status_strip.h"

using namespace pleinair;
using namespace pleinair::ui;
using namespace pleinair::ui::test;

/// The page on models over the real engine: what it tells, what it refuses, what it changes.
class TestModelDialog : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() {
    isolate(m_temporary);
    applyLanguage(QStringLiteral("en"));
    if (starterModelFolder().empty()) QSKIP("the starter model is not installed");
  }

  void init() {
    AppSettings::instance().setValue(QStringLiteral("recentModels"), QStringList());
    m_session = std::make_unique<ProjectSession>(m_bridge);
    m_session->create(toPath(file("project %1").arg(++m_projects)), QStringLiteral("Skies"));
    QTRY_VERIFY_WITH_TIMEOUT(m_session->isOpen(), 20'000);
  }

  void cleanup() {
    m_session->close();
    m_session.reset();
    applyLanguage(QStringLiteral("en"));
  }

  void tellsTheStarterModelsFigures() {
    ModelDialog dialog(m_bridge, *m_session, use());
    QVERIFY(filled(dialog));
    expect(dialog, {"Étude", "SD 1.x", "velocity (v)", "12.0 million", "256 × 256", "float16", "MiB", "a folder",
                    "To generate at 320 × 256", "To train at 128 pixels", "about ", "Free now",
                    "The project uses this model."});
    QVERIFY(!button(dialog, "useModel")->isEnabled());
    QVERIFY(!button(dialog, "removeModel")->isEnabled());
    QCOMPARE(list(dialog)->count(), 1);
    const auto* path = dialog.findChild<QLabel*>(QStringLiteral("modelPath"));
    QCOMPARE(path->text(), toQString(starterModelFolder()));
    QVERIFY(path->textInteractionFlags() & Qt::TextSelectableByKeyboard);
  }

  void aDroppedFolderIsReadAndUsed() {
    StatusStrip strip(m_bridge, *m_session);
    ModelDialog dialog(m_bridge, *m_session, use());
    dialog.show();
    QVERIFY(filled(dialog));
    QVERIFY(dropPaths(dialog, {golden()}));
    QVERIFY(filled(dialog));
    expect(dialog, {"sd15", "SD 1.x", "noise (epsilon)", "float16", "4.1 million", golden()});
    // Looking is not using; but it is remembered.
    QVERIFY(m_session->project().model.empty());
    QCOMPARE(AppSettings::instance().recentModels(), QStringList{golden()});
    QCOMPARE(list(dialog)->count(), 2);

    QSignalSpy chosen(&dialog, &ModelDialog::chosen);
    QTest::mouseClick(button(dialog, "useModel"), Qt::LeftButton);
    QCOMPARE(chosen.size(), 1);
    QVERIFY(!dialog.isVisible());
    QCOMPARE(toQString(m_session->project().model), golden());
    QVERIFY2(textOf(strip).contains(QStringLiteral("sd15")), qPrintable(textOf(strip)));
    m_session->undoStack().undo();
    QVERIFY(m_session->project().model.empty());
  }

  void theOtherFamiliesAreTold_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<bool>("half");
    QTest::addColumn<bool>("singleFile");
    QTest::addColumn<QStringList>("told");
    const QString sd2 = QStringLiteral("2.7 million: UNet 1.5, text 0.1, VAE 1.0");
    const QString sdxl = QStringLiteral("3.5 million: UNet 2.3, text 0.1, VAE 1.0");
    QTest::newRow("SD 2.x-v folder") << "sd21v" << false << false
                                     << QStringList{"SD 2.x",  "velocity (v)", sd2,
                                                    "float32", ", a folder",   "768 × 768"};
    QTest::newRow("SD 2.x-v file") << "sd21v" << true << true
                                   << QStringList{"SD 2.x", "velocity (v)", sd2, "float16", ", one file"};
    QTest::newRow("SDXL folder") << "sdxl" << true << false
                                 << QStringList{"SDXL",    "noise (epsilon)", sdxl,
                                                "float16", ", a folder",      "1024 × 1024"};
    QTest::newRow("SDXL file") << "sdxl" << false << true << QStringList{"SDXL",    "noise (epsilon)", sdxl,
                                                                         "float32", ", one file",      "1024 × 1024"};
  }

  void theOtherFamiliesAreTold() {
    QFETCH(QString, name);
    QFETCH(bool, half);
    QFETCH(bool, singleFile);
    QFETCH(QStringList, told);
    const std::filesystem::path folder = toPath(file(QStringLiteral("%1 %2").arg(name).arg(half)));
    const pleinair::test::GoldenModelOptions options{
        half, {{"modelspec.prediction_type", name == "sd21v" ? "v" : "epsilon"}}};
    const auto made = pleinair::test::completeGoldenModel(goldenFolder(name), folder, options);
    QVERIFY2(made, made ? "" : made.error().text().c_str());
    const std::filesystem::path model = singleFile ? folder / "single_file.safetensors" : folder;
    ModelDialog dialog(m_bridge, *m_session, use());
    dialog.show();
    QVERIFY(filled(dialog));
    QVERIFY(dropPaths(dialog, {toQString(model)}));
    QVERIFY(filled(dialog));
    expect(dialog, told + QStringList{toQString(model)});
    QVERIFY(button(dialog, "useModel")->isEnabled());
  }

  void aFileThatDoesNotSayWhatItPredictsIsNotGuessed() {
    const std::filesystem::path folder = toPath(file(QStringLiteral("silent")));
    QVERIFY(pleinair::test::completeGoldenModel(goldenFolder(QStringLiteral("sd21v")), folder));
    ModelDialog dialog(m_bridge, *m_session, use());
    QVERIFY(filled(dialog));
    dialog.take(folder / "single_file.safetensors");
    QVERIFY(filled(dialog));
    expect(dialog, {"SD 2.x", "not said; its first picture will tell"});
  }

  void theStarterModelComesBackByKeys() {
    m_session->setModel(goldenSd15());
    ModelDialog dialog(m_bridge, *m_session, use());
    dialog.show();
    QVERIFY(filled(dialog));
    expect(dialog, {"The project uses this model."});
    list(dialog)->setFocus();
    QTest::keyClick(list(dialog), Qt::Key_Up);
    QVERIFY(filled(dialog));
    QCOMPARE(dialog.selected(), starterModelFolder());
    QTest::keyClick(list(dialog), Qt::Key_Return);
    QVERIFY(!dialog.isVisible());
    QVERIFY(m_session->project().model.empty());
    QCOMPARE(m_session->modelFolder(), starterModelFolder());
  }

  void whatCannotBeRunIsNamedAndNothingChanges_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("sentence");
    const auto checkpoint = [](int channels) {
      return safetensorsFile(
          {{QStringLiteral("model.diffusion_model.input_blocks.0.0.weight"), {32, channels, 3, 3}}});
    };
    QTest::newRow("pickle") << "model.ckpt" << pickleFile() << "ickle";
    QTest::newRow("renamed pickle") << "renamed.safetensors" << pickleFile() << "ickle";
    QTest::newRow("LoRA") << "style.safetensors" << taughtLora() << "This is a LoRA, not a model";
    QTest::newRow("inpainting") << "inpaint.safetensors" << checkpoint(9) << "an inpainting model";
    QTest::newRow("refiner") << "refiner.safetensors"
                             << safetensorsFile({{"model.diffusion_model.input_blocks.0.0.weight", {32, 4, 3, 3}},
                                                 {"conditioner.embedders.0.model.ln_final.weight", {8}}})
                             << "an SDXL refiner";
    QTest::newRow("DiT") << "sd3.safetensors"
                         << safetensorsFile(
                                {{"model.diffusion_model.joint_blocks.0.x_block.attn.qkv.weight", {4, 4}}})
                         << "a Stable Diffusion 3 model";
    QTest::newRow("without VAE") << "part.safetensors" << checkpoint(4) << "This checkpoint comes without its VAE";
    QTest::newRow("broken") << "broken.safetensors" << QByteArray("\xff\xff\xff\xff\xff\xff\xff\x7f{}", 10)
                            << "header";
    QTest::newRow("empty") << "empty.safetensors" << QByteArray() << "empty.safetensors";
  }

  void whatCannotBeRunIsNamedAndNothingChanges() {
    QFETCH(QString, name);
    QFETCH(QByteArray, bytes);
    QFETCH(QString, sentence);
    QVERIFY(writeBytes(file(name), bytes));
    ModelDialog dialog(m_bridge, *m_session, use());
    dialog.show();
    QVERIFY(filled(dialog));
    QVERIFY(dropPaths(dialog, {file(name)}));
    QVERIFY(filled(dialog));
    expect(dialog, {sentence, file(name)});
    QVERIFY(!button(dialog, "useModel")->isEnabled());
    QVERIFY(AppSettings::instance().recentModels().isEmpty());
    QVERIFY(m_session->project().model.empty());
    // The way back is one key or click.
    list(dialog)->setCurrentRow(0);
    QVERIFY(filled(dialog));
    expect(dialog, {"Étude", "SD 1.x"});
  }

  void aFolderWithoutItsWeightsIsRefused() {
    const QString copy = file(QStringLiteral("half a model"));
    std::filesystem::copy(goldenSd15(), toPath(copy), std::filesystem::copy_options::recursive);
    std::filesystem::remove(toPath(copy) / "vae" / "diffusion_pytorch_model.safetensors");
    ModelDialog dialog(m_bridge, *m_session, use());
    dialog.take(toPath(copy));
    QVERIFY(filled(dialog));
    expect(dialog, {"vae"});
    QVERIFY(!button(dialog, "useModel")->isEnabled());
    dialog.take(toPath(m_temporary.path()));
    QVERIFY(filled(dialog));
    expect(dialog, {"model_index.json"});
  }

  void aMissingRecentIsGreyAndCanBeTakenOut() {
    AppSettings::instance().addRecentModel(toPath(file("gone.safetensors")));
    AppSettings::instance().addRecentModel(goldenSd15());
    ModelDialog dialog(m_bridge, *m_session, use());
    dialog.show();
    QVERIFY(filled(dialog));
    QCOMPARE(list(dialog)->count(), 3);
    QTRY_COMPARE_WITH_TIMEOUT(list(dialog)->item(2)->text(), QStringLiteral("gone.safetensors (not there)"), 20'000);
    QVERIFY(list(dialog)->item(2)->foreground().color() != list(dialog)->item(1)->foreground().color());
    QCOMPARE(list(dialog)->item(1)->text(), QStringLiteral("sd15"));
    list(dialog)->setCurrentRow(2);
    QVERIFY(filled(dialog));
    expect(dialog, {"missing", "gone.safetensors"});
    QVERIFY(!button(dialog, "useModel")->isEnabled());
    QTest::keyClick(list(dialog), Qt::Key_Delete);
    QCOMPARE(AppSettings::instance().recentModels(), QStringList{golden()});
    QCOMPARE(list(dialog)->count(), 2);
    QVERIFY(filled(dialog));
    list(dialog)->setCurrentRow(1);
    QVERIFY(filled(dialog));
    QTest::mouseClick(button(dialog, "removeModel"), Qt::LeftButton);
    QVERIFY(AppSettings::instance().recentModels().isEmpty());
  }

  void theNewestRecentStandsFirst() {
    for (int i = 0; i < 15; ++i) AppSettings::instance().addRecentModel(toPath(QStringLiteral("/models/%1").arg(i)));
    AppSettings::instance().addRecentModel("/models/7");
    const QStringList recent = AppSettings::instance().recentModels();
    QCOMPARE(recent.size(), 12);
    QCOMPARE(recent.first(), QStringLiteral("/models/7"));
    QCOMPARE(recent.count(QStringLiteral("/models/7")), 1);
    QCOMPARE(recent.at(1), QStringLiteral("/models/14"));
  }

  void aRunsOwnMeasureGoesBeforeTheEstimate() {
    const auto measured = [](const std::filesystem::path&, const TrainingConfig&) { return qint64{123} << 40; };
    ModelDialog dialog(m_bridge, *m_session, use(), measured);
    QVERIFY(filled(dialog));
    expect(dialog, {"more than is free"});
  }

  void withoutAProjectItOnlyTells() {
    m_session->close();
    ModelDialog dialog(m_bridge, *m_session, use());
    dialog.take(goldenSd15());
    QVERIFY(filled(dialog));
    expect(dialog, {"SD 1.x", "Open a project to use a model in it."});
    QVERIFY(!button(dialog, "useModel")->isEnabled());
  }

  void changesItsLanguageWhileOpen() {
    ModelDialog dialog(m_bridge, *m_session, use());
    dialog.show();
    QVERIFY(filled(dialog));
    applyLanguage(QStringLiteral("ru"));
    QTRY_COMPARE(button(dialog, "useModel")->text(), QStringLiteral("Взять эту модель"));
    expect(dialog, {"Семейство", "скорость (v)", "Свободно сейчас"});
    QVERIFY(!textOf(dialog).contains(QStringLiteral("Memory")));
  }

 private:
  [[nodiscard]] QString file(const QString& name) const { return m_temporary.filePath(name); }
  static std::filesystem::path goldenFolder(const QString& name) {
    return std::filesystem::path(PLEINAIR_GOLDEN_DIR) / toPath(name);
  }
  static QString golden() { return toQString(goldenSd15()); }
  static QListWidget* list(const ModelDialog& dialog) { return dialog.findChild<QListWidget*>(); }
  static QPushButton* button(const ModelDialog& dialog, const char* name) {
    return dialog.findChild<QPushButton*>(QLatin1String(name));
  }

  static ModelUse use() {
    ModelUse use;
    use.width = 320;
    use.height = 256;
    use.training.resolution = 128;
    return use;
  }

  static bool filled(ModelDialog& dialog) {
    QSignalSpy filled(&dialog, &ModelDialog::filled);
    return filled.wait(20'000);
  }

  static QString textOf(const QWidget& widget) {
    QString text;
    for (const QLabel* label : widget.findChildren<QLabel*>()) {
      if (!label->isHidden()) text += label->text() + QLatin1Char('\n');
    }
    return text;
  }

  static void expect(const QWidget& widget, const QStringList& parts) {
    const QString text = textOf(widget);
    for (const QString& part : parts) QVERIFY2(text.contains(part), qPrintable(part + QStringLiteral(" in ") + text));
  }

  QTemporaryDir m_temporary;
  EngineBridge m_bridge{DeviceConfig{DeviceChoice::Cpu, PrecisionChoice::Automatic, 1}};
  std::unique_ptr<ProjectSession> m_session;
  int m_projects = 0;
};

QTEST_MAIN(TestModelDialog)
#include "tst_model_dialog.moc"
