#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QSignalSpy>
#include <QTest>

#include "tests/ui/support.h"
#include "tests/ui/weights_files.h"
#include "ui/bridge/engine_bridge.h"
#include "ui/dialogs/lora_info_dialog.h"
#include "ui/style/language.h"

using namespace pleinair;
using namespace pleinair::ui;
using namespace pleinair::ui::test;

/// The page about a LoRA, with the real engine reading the file.
class TestLoraInfo : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() {
    isolate(m_temporary);
    applyLanguage(QStringLiteral("en"));
  }
  void cleanup() { applyLanguage(QStringLiteral("en")); }

  void tellsWhatAFileIs() {
    LoraInfoDialog dialog(m_bridge, goldenSd15() / "lora" / "kohya.safetensors");
    QVERIFY2(fill(dialog), "never filled");
    expect(dialog, {"kohya", "4, alpha 3", "networks.lora", "layers of the UNet"});
  }

  void tellsWhoWasTaughtWhatAndWhen() {
    QVERIFY(writeBytes(file("evening.safetensors"), taughtLora()));
    LoraInfoDialog dialog(m_bridge, toPath(file("evening.safetensors")));
    QVERIFY2(fill(dialog), "never filled");
    expect(dialog, {"Evening skies", "SKY", "v1-5-pruned.safetensors", "rank", "2, alpha 0", "1,280 parameters",
                    "1 layer of the UNet", "red sky (7), sea (3)", "2023", "24", "300", "evening.safetensors"});
    // Unknown tensors: how many, and each by its name.
    expect(dialog, {"2 tensors", "some.other.tensor", "another.one"});
    for (const QLabel* label : dialog.findChildren<QLabel*>()) {
      if (label->text().contains(QStringLiteral("some.other.tensor")) || label->text() == QStringLiteral("SKY")) {
        QVERIFY2(label->textInteractionFlags() & Qt::TextSelectableByKeyboard, qPrintable(label->text()));
      }
    }
  }

  void saysWhyAFileCannotBeRead() {
    QVERIFY(writeBytes(file("broken.safetensors"), "not a header at all"));
    LoraInfoDialog broken(m_bridge, toPath(file("broken.safetensors")));
    QVERIFY2(fill(broken), "never filled");
    expect(broken, {"broken.safetensors", "header"});
    LoraInfoDialog missing(m_bridge, toPath(file("moved away.safetensors")));
    QVERIFY2(fill(missing), "never filled");
    expect(missing, {"moved away.safetensors"});
    QVERIFY(!textOf(missing).contains(QStringLiteral("Reading")));
  }

  void changesItsLanguageWhileOpen() {
    QVERIFY(writeBytes(file("evening.safetensors"), taughtLora()));
    LoraInfoDialog dialog(m_bridge, toPath(file("evening.safetensors")));
    dialog.show();
    QVERIFY2(fill(dialog), "never filled");
    applyLanguage(QStringLiteral("ru"));
    QTRY_VERIFY2(textOf(dialog).contains(QStringLiteral("Слово-ключ")), qPrintable(textOf(dialog)));
    expect(dialog, {"SKY", "1 слой UNet", "2 тензора"});
    QVERIFY(!textOf(dialog).contains(QStringLiteral("Trigger")));
  }

  void fitsItsPageWithTheLongestWords() {
    QVERIFY(writeBytes(file("long.safetensors"), taughtLora(QByteArray(400, 'x'))));
    LoraInfoDialog dialog(m_bridge, toPath(file("long.safetensors")));
    dialog.show();
    QVERIFY2(fill(dialog), "never filled");
    QTest::qWait(50);
    const auto* scroll = dialog.findChild<QScrollArea*>();
    QVERIFY(scroll->widget()->width() <= scroll->viewport()->width());
    QTest::keyClick(&dialog, Qt::Key_Escape);
    QVERIFY(!dialog.isVisible());
  }

 private:
  [[nodiscard]] QString file(const char* name) const { return m_temporary.filePath(QLatin1String(name)); }

  static bool fill(LoraInfoDialog& dialog) {
    QSignalSpy filled(&dialog, &LoraInfoDialog::filled);
    return filled.wait(20'000);
  }

  static QString textOf(const QDialog& dialog) {
    QString text;
    for (const QLabel* label : dialog.findChildren<QLabel*>()) {
      if (!label->isHidden()) text += label->text() + QLatin1Char('\n');
    }
    return text;
  }

  static void expect(const QDialog& dialog, const QStringList& parts) {
    const QString text = textOf(dialog);
    for (const QString& part : parts) QVERIFY2(text.contains(part), qPrintable(part + QStringLiteral(" in ") + text));
  }

  QTemporaryDir m_temporary;
  EngineBridge m_bridge{DeviceConfig{DeviceChoice::Cpu, PrecisionChoice::Automatic, 1}};
};

QTEST_MAIN(TestLoraInfo)
#include "tst_lora_info.moc"
