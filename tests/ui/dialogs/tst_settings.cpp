#include <QComboBox>
#include <QLabel>
#include <QTest>

#include "tests/ui/support.h"
#include "ui/dialogs/settings_dialog.h"
#include "ui/style/language.h"

using namespace pleinair;
using namespace pleinair::ui;
using namespace pleinair::ui::test;

/// The settings window, on settings of its own.
class TestSettings : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() {
    isolate(m_temporary);
    applyLanguage(QStringLiteral("en"));
  }

  void everyPrecisionIsKept() {
    for (const PrecisionChoice precision : {PrecisionChoice::Float32, PrecisionChoice::BFloat16,
                                            PrecisionChoice::Float16, PrecisionChoice::Automatic}) {
      SettingsDialog dialog;
      QComboBox* box = precisionBox(dialog);
      box->setCurrentIndex(box->findData(static_cast<int>(precision)));
      QCOMPARE(AppSettings::instance().device().precision, precision);
      SettingsDialog again;
      QCOMPARE(precisionBox(again)->currentData().toInt(), static_cast<int>(precision));
    }
  }

  void whereFloat16IsNotUsedIsSaid() {
    SettingsDialog dialog;
    QVERIFY(!says(dialog, "float16 is for drawing"));
    QComboBox* box = precisionBox(dialog);
    box->setCurrentIndex(box->findData(static_cast<int>(PrecisionChoice::Float16)));
    QVERIFY(says(dialog, "float16 is for drawing"));
    SettingsDialog again;
    QVERIFY(says(again, "float16 is for drawing"));
    box->setCurrentIndex(0);
    QVERIFY(!says(dialog, "float16 is for drawing"));
  }

 private:
  static QComboBox* precisionBox(const SettingsDialog& dialog) {
    return dialog.findChild<QComboBox*>(QStringLiteral("precision"));
  }
  static bool says(const SettingsDialog& dialog, const char* words) {
    for (const QLabel* label : dialog.findChildren<QLabel*>()) {
      if (label->text().contains(QLatin1String(words))) return true;
    }
    return false;
  }

  QTemporaryDir m_temporary;
};

QTEST_MAIN(TestSettings)
#include "tst_settings.moc"
