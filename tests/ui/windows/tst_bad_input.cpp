// What goes wrong for people, in the real window over the real engine: each time one clear sentence on the screen,
// and what was good is kept.
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QFile>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QTest>
#include <fstream>

#include "tests/ui/weights_files.h"
#include "tests/ui/window_support.h"
#include "ui/dialogs/lora_info_dialog.h"
#include "ui/dialogs/model_dialog.h"
#include "ui/panels/captions/caption_edit.h"
#include "ui/panels/captions/captions_panel.h"
#include "ui/panels/dataset/dataset_panel.h"
#include "ui/panels/gallery/gallery_panel.h"
#include "ui/panels/gallery/lora_list.h"
#include "ui/panels/gallery/recipe_form.h"
#include "ui/panels/training/training_panel.h"
#include "ui/panels/training/training_settings.h"
#include "ui/widgets/notice_bar.h"
#include "ui/widgets/photo_grid.h"
#include "ui/widgets/state_view.h"
#include "ui/windows/main_window.h"
#include "ui/windows/welcome_page.h"

using namespace pleinair;
using namespace pleinair::ui;
using namespace pleinair::ui::test;
namespace fs = std::filesystem;

namespace {

constexpr uid_t kNobody = 65534;

/// Permissions do not bind root: while it lives, the whole process works as a user who owns `folder` only.
class AsNobody {
 public:
  explicit AsNobody(const QString& folder) : m_wasRoot(::geteuid() == 0) {
    if (!m_wasRoot) return;
    for (const auto& entry : fs::recursive_directory_iterator(toPath(folder))) give(entry.path());
    give(toPath(folder));
    m_changed = ::setresuid(kNobody, kNobody, 0) == 0;
  }
  ~AsNobody() {
    if (m_changed && ::setresuid(0, 0, 0) != 0) qFatal("could not become root again");
  }
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;
  [[nodiscard]] bool binds() const { return !m_wasRoot || m_changed; }

 private:
  static void give(const fs::path& path) { static_cast<void>(::chown(path.c_str(), kNobody, kNobody) == 0); }
  bool m_wasRoot, m_changed = false;
};

/// A small file system that is gone at the end.
class SmallDisk {
 public:
  SmallDisk(const QString& folder, const char* size) : m_folder(toPath(folder)) {
    fs::create_directories(m_folder);
    m_mounted = ::mount("tmpfs", m_folder.c_str(), "tmpfs", 0, size) == 0;
  }
  ~SmallDisk() {
    if (m_mounted) ::umount2(m_folder.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  [[nodiscard]] bool mounted() const { return m_mounted; }

 private:
  fs::path m_folder;
  bool m_mounted = false;
};

/// No more address space than the process has now and `room` bytes.
class LittleMemory {
 public:
  explicit LittleMemory(std::uint64_t room) {
    ::getrlimit(RLIMIT_AS, &m_before);
    std::ifstream statm("/proc/self/statm");
    std::uint64_t pages = 0;
    statm >> pages;
    const rlimit limit{pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) + room, m_before.rlim_max};
    ::setrlimit(RLIMIT_AS, &limit);
  }
  ~LittleMemory() { ::setrlimit(RLIMIT_AS, &m_before); }
  LittleMemory(const LittleMemory&) = delete;
  LittleMemory& operator=(const LittleMemory&) = delete;

 private:
  rlimit m_before{};
};

}  // namespace

class TestBadInput : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() { QVERIFY(startIsolated(m_temporary)); }

  void init() {
    m_bridge = std::make_unique<EngineBridge>(DeviceConfig{DeviceChoice::Cpu, PrecisionChoice::Automatic, 1});
    m_window = std::make_unique<MainWindow>(*m_bridge);
    m_window->show();
  }

  void cleanup() {
    m_window.reset();
    m_bridge.reset();
  }

  void anEmptyFolderLeavesNoProjectBehind() {
    QVERIFY(QDir().mkpath(file("nothing here")));
    dropPaths(*m_window, {file("nothing here")});
    QTRY_VERIFY_WITH_TIMEOUT(m_window->notice().isVisible(), kPatienceMs);
    QVERIFY2(m_window->notice().sentence().contains("no photos"), qPrintable(m_window->notice().sentence()));
    QVERIFY(m_window->notice().sentence().contains("nothing here"));
    QVERIFY(!m_window->session().isOpen());
    QVERIFY(m_window->findChild<WelcomePage*>()->isVisible());
    QTRY_VERIFY(!QFile::exists(file("projects/nothing here")));
    QVERIFY(AppSettings::instance().recentProjects().isEmpty());
    // The window goes on: a folder with photos becomes a project as ever.
    openPhotos("good after empty", 2);
  }

  void anEmptyFolderAddedToAProjectLeavesItAsItWas() {
    openPhotos("kept", 2);
    QVERIFY(QDir().mkpath(file("nothing here")));
    dropPaths(*m_window, {file("nothing here")});
    QTRY_VERIFY_WITH_TIMEOUT(m_window->notice().isVisible(), kPatienceMs);
    QVERIFY(m_window->session().isOpen());
    QCOMPARE(m_window->session().photos().size(), std::size_t{2});
  }

  void aFolderWithoutPermissionIsNamed() {
    QVERIFY(writeJpeg(file("shut/sky.jpg"), 64, 64, 1));
    QVERIFY(QDir().mkpath(file("projects")));
    QVERIFY(::chmod(qPrintable(file("shut")), 0) == 0);
    const AsNobody user(m_temporary.path());
    QVERIFY(user.binds());
    dropPaths(*m_window, {file("shut")});
    QTRY_VERIFY_WITH_TIMEOUT(m_window->notice().isVisible(), kPatienceMs);
    const QString sentence = m_window->notice().sentence();
    QVERIFY2(sentence.contains("permission", Qt::CaseInsensitive) && sentence.contains("shut"), qPrintable(sentence));
    QVERIFY(!m_window->session().isOpen());
    QTRY_VERIFY(!QFile::exists(file("projects/shut")));
  }

  void damagedPhotosAreListedAndTheRestGoesIn() {
    const QString photos = file("mixed");
    for (int i = 0; i < 3; ++i) QVERIFY(writeJpeg(QStringLiteral("%1/sky%2.jpg").arg(photos).arg(i), 160, 120, i));
    const QByteArray whole = readBytes(photos + "/sky0.jpg");
    QVERIFY(writeBytes(photos + "/half.jpg", whole.left(whole.size() / 2)));
    QVERIFY(writeBytes(photos + "/nothing.jpg", ""));
    QVERIFY(QFile::copy(QStringLiteral(PLEINAIR_GOLDEN_DIR "/image/wide_30000.png"), photos + "/wide.png"));
    dropPaths(*m_window, {photos});
    QTRY_COMPARE_WITH_TIMEOUT(m_window->session().photos().size(), std::size_t{3}, kPatienceMs);
    QTRY_COMPARE_WITH_TIMEOUT(m_window->skippedNotice().sentence(), QStringLiteral("3 files could not be read."),
                              kPatienceMs);
    const QString details = m_window->skippedNotice().details();
    for (const char* words : {"half.jpg: ", "nothing.jpg: ", "wide.png: ", "30,000"}) {
      QVERIFY2(details.contains(QLatin1String(words)), qPrintable(details));
    }
    QCOMPARE(readBytes(photos + "/half.jpg"), whole.left(whole.size() / 2));
  }

  void namesOfAnyScriptAndBrokenOnesAreShown() {
    QVERIFY(writeJpeg(file("names/закат над морем.jpg"), 64, 64, 1));
    QVERIFY(writeJpeg(file("names/plain.jpg"), 64, 64, 2));
    const std::string folder = file("names").toStdString();
    QCOMPARE(::rename((folder + "/plain.jpg").c_str(), (folder + "/caf\xe9.jpg").c_str()), 0);
    // As one file of a drop too, byte for byte.
    dropUrls(*m_window, {QUrl::fromLocalFile(file("names/закат над морем.jpg")),
                         QUrl::fromEncoded("file://" + QByteArray::fromStdString(folder) + "/caf%E9.jpg")});
    QTRY_COMPARE_WITH_TIMEOUT(m_window->session().photos().size(), std::size_t{2}, kPatienceMs);
    QTRY_VERIFY(m_window->session().importJob() == 0);
    QVERIFY(m_window->session().rowOf(QStringLiteral("закат над морем.jpg")) >= 0);
    QVERIFY(m_window->skippedNotice().isHidden());
    auto* model = m_window->dataset().grid().model();
    for (int row = 0; row < 2; ++row) {
      QTRY_VERIFY_WITH_TIMEOUT(!model->index(row, 0).data(DatasetModel::ThumbnailRole).value<QImage>().isNull(),
                               20000);
    }
  }

  void aCaptionInUtf16IsReadable() {
    QVERIFY(writeJpeg(file("utf16/sky.jpg"), 64, 64, 1));
    QByteArray text("\xff\xfe");
    for (const QChar letter : QStringLiteral("красное море")) {
      text += static_cast<char>(letter.unicode() & 0xff);
      text += static_cast<char>(letter.unicode() >> 8);
    }
    QVERIFY(writeBytes(file("utf16/sky.txt"), text));
    dropPaths(*m_window, {file("utf16")});
    QTRY_COMPARE_WITH_TIMEOUT(m_window->session().photos().size(), std::size_t{1}, kPatienceMs);
    QTRY_COMPARE(m_window->session().photos().front().caption, QStringLiteral("красное море"));
    m_window->showPanel(PanelId::Captions);
    QTRY_COMPARE(m_window->captions().editor().toPlainText(), QStringLiteral("красное море"));
  }

  void aBrokenProjectFileIsNamedWithLineAndColumn() {
    const QByteArray text = "version: 1\nname: [unclosed\ntrigger: SKY\n";
    QVERIFY(writeBytes(file("broken/project.yaml"), text));
    m_window->openPaths({toPath(file("broken"))});
    QTRY_VERIFY_WITH_TIMEOUT(m_window->errorPage().isVisible(), kPatienceMs);
    QString shown;
    for (const QLabel* label : m_window->errorPage().findChildren<QLabel*>()) shown += label->text() + '\n';
    QVERIFY2(shown.contains(QStringLiteral("project.yaml:3:")), qPrintable(shown));
    QCOMPARE(readBytes(file("broken/project.yaml")), text);
  }

  void aMissingModelFolderIsNamed() {
    openPhotos("no model", 2);
    m_window->session().setModel(toPath(file("model that was moved")));
    drawSmall();
    expectGallerySentence("model that was moved");
    m_window->showPanel(PanelId::Training);
    QVERIFY(startSmallTraining(m_window->training(), 5));
    QTRY_VERIFY_WITH_TIMEOUT(!m_window->training().hasRunningWork(), kPatienceMs);
    QVERIFY2(trainingSentence().contains("model that was moved"), qPrintable(trainingSentence()));
  }

  void aPickleStaysClosed() {
    openPhotos("pickle", 2);
    // Renamed to look harmless, and as it is: both are told about on the page on models, and nothing else changes.
    for (const char* name : {"style.safetensors", "style.ckpt"}) {
      QVERIFY(writeBytes(file(name), pickleFile()));
      dropPaths(*m_window, {file(name)});
      QTRY_VERIFY_WITH_TIMEOUT(m_window->modelPage() != nullptr, kPatienceMs);
      QTRY_VERIFY2_WITH_TIMEOUT(modelPageText().contains("ickle"), qPrintable(modelPageText()), kPatienceMs);
      QVERIFY2(modelPageText().contains(name), qPrintable(modelPageText()));
      QVERIFY(!m_window->modelPage()->findChild<QPushButton*>(QStringLiteral("useModel"))->isEnabled());
      m_window->modelPage()->close();
      QTRY_VERIFY(m_window->modelPage() == nullptr);
    }
    QVERIFY(m_window->session().project().model.empty());
    QVERIFY(m_window->gallery().form().loras().loras().empty());
  }

  void aDroppedModelIsShownAndUsed() {
    openPhotos("model", 2);
    dropPaths(*m_window, {toQString(tinyModel())});
    QTRY_VERIFY_WITH_TIMEOUT(m_window->modelPage() != nullptr, kPatienceMs);
    auto* use = m_window->modelPage()->findChild<QPushButton*>(QStringLiteral("useModel"));
    QTRY_VERIFY_WITH_TIMEOUT(use->isEnabled(), kPatienceMs);
    QVERIFY(m_window->session().project().model.empty());
    QTest::mouseClick(use, Qt::LeftButton);
    QCOMPARE(m_window->session().project().model, tinyModel());
    QTRY_VERIFY(m_window->modelPage() == nullptr);
    QVERIFY(m_window->session().photos().size() == 2);
  }

  void aLoraOfAnotherFamilyIsRefused() {
    openPhotos("family", 2);
    m_window->session().setModel(tinyModel());
    QVERIFY(writeBytes(
        file("sdxl.safetensors"),
        safetensorsFile({{"lora_te2_text_model_encoder_layers_0_self_attn_q_proj.lora_down.weight", {4, 1280}}})));
    dropPaths(*m_window, {file("sdxl.safetensors")});
    QTRY_COMPARE_WITH_TIMEOUT(m_window->gallery().form().loras().loras().size(), std::size_t{1}, kPatienceMs);
    noticeOf(m_window->gallery()).hide();  // it offers the LoRA's page; the next one is the error's
    drawSmall();
    expectGallerySentence("sdxl.safetensors");
    QVERIFY(m_window->gallery().sets().rowCount() == 0);
  }

  void aDroppedLoraOffersItsPage() {
    openPhotos("lora page", 2);
    QVERIFY(writeBytes(file("evening.safetensors"), taughtLora()));
    m_window->showPanel(PanelId::Gallery);
    dropPaths(m_window->gallery(), {file("evening.safetensors")});
    QTRY_COMPARE_WITH_TIMEOUT(m_window->gallery().form().loras().loras().size(), std::size_t{1}, kPatienceMs);
    auto* notice = m_window->gallery().findChild<NoticeBar*>();
    QVERIFY2(notice->sentence().contains("evening"), qPrintable(notice->sentence()));
    Q_EMIT notice->actionTriggered();
    const auto* page = m_window->gallery().findChild<LoraInfoDialog*>();
    QVERIFY(page != nullptr && page->isVisible());
  }

  void aFullDiskDuringTrainingKeepsWhatWasThere() {
    const SmallDisk disk(file("disk"), "size=1500k");
    if (!disk.mounted()) QSKIP("mounting a small file system needs root");
    AppSettings::instance().setProjectsFolder(toPath(file("disk")));
    openPhotos("full", 2);
    AppSettings::instance().setProjectsFolder(toPath(file("projects")));
    m_window->session().setModel(tinyModel());
    m_window->showPanel(PanelId::Training);
    QVERIFY(startSmallTraining(m_window->training(), 40, [](TrainingConfig& config) {
      config.rank = 32;
      config.checkpointEvery = 1;
    }));
    QTRY_VERIFY_WITH_TIMEOUT(!m_window->training().hasRunningWork(), kPatienceMs);
    QVERIFY2(trainingSentence().contains("disk is full", Qt::CaseInsensitive), qPrintable(trainingSentence()));
    const fs::path folder = m_window->session().folder();
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      QVERIFY2(entry.path().extension() != ".part", entry.path().c_str());
    }
    // What was saved before is shown when the project is opened again.
    m_window->session().close();
    m_window->openPaths({folder});
    QTRY_VERIFY_WITH_TIMEOUT(m_window->session().isOpen(), kPatienceMs);
    QCOMPARE(m_window->session().photos().size(), std::size_t{2});
    QTRY_COMPARE_WITH_TIMEOUT(m_window->training().runs().rowCount(), 1, kPatienceMs);
    QVERIFY(m_window->training().runs().at(0).lastStep > 0);
    m_window->session().close();
  }

  void aReadOnlyProjectIsShownAndLeftAlone() {
    openPhotos("read only", 2);
    const fs::path folder = m_window->session().folder();
    m_window->session().close();
    QTRY_VERIFY(!m_window->session().isOpen());
    m_bridge->post([] {}, nullptr, {});
    const AsNobody user(m_temporary.path());
    QVERIFY(user.binds());
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (entry.is_directory()) fs::permissions(entry.path(), fs::perms::owner_read | fs::perms::owner_exec);
    }
    fs::permissions(folder, fs::perms::owner_read | fs::perms::owner_exec);
    m_window->openPaths({folder});
    QTRY_VERIFY_WITH_TIMEOUT(m_window->session().isOpen(), kPatienceMs);
    QVERIFY(m_window->readOnlyNotice().isVisible());
    QCOMPARE(m_window->session().photos().size(), std::size_t{2});
    m_window->showPanel(PanelId::Captions);
    QVERIFY(m_window->captions().editor().isReadOnly());
    m_window->showPanel(PanelId::Training);
    QTRY_VERIFY(!m_window->training().plan().obstacle.isEmpty());
    QVERIFY(!m_window->training().findChild<QPushButton*>("train")->isEnabled());
    m_window->showPanel(PanelId::Gallery);
    QVERIFY(!m_window->gallery().findChild<QPushButton*>("generate")->isEnabled());
    m_window->session().close();
    fs::permissions(folder, fs::perms::owner_all);
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (entry.is_directory()) fs::permissions(entry.path(), fs::perms::owner_all);
    }
  }

  void withoutMemoryTheWindowSaysSoAndGoesOn() {
    openPhotos("memory", 2);
    m_window->session().setModel(tinyModel());
    drawSmall();
    QTRY_VERIFY_WITH_TIMEOUT(m_window->gallery().sets().rowCount() == 1 && !m_window->gallery().hasRunningWork(),
                             kPatienceMs);
    {
      const LittleMemory limit(std::uint64_t{100} << 20);
      drawSmall(4096);
      QTRY_VERIFY_WITH_TIMEOUT(!m_window->gallery().hasRunningWork(), kPatienceMs);
    }
    QVERIFY2(gallerySentence().contains("memory", Qt::CaseInsensitive), qPrintable(gallerySentence()));
    QCOMPARE(m_window->gallery().sets().rowCount(), 1);
    drawSmall();
    QTRY_VERIFY_WITH_TIMEOUT(m_window->gallery().sets().rowCount() == 2 && !m_window->gallery().hasRunningWork(),
                             kPatienceMs);
  }

 private:
  [[nodiscard]] QString file(const char* name) const { return m_temporary.filePath(QString::fromUtf8(name)); }
  static fs::path tinyModel() { return fs::path(PLEINAIR_GOLDEN_DIR) / "sd15"; }

  void openPhotos(const char* name, int count) {
    const QString photos = file(name);
    for (int i = 0; i < count; ++i) QVERIFY(writeJpeg(QStringLiteral("%1/sky%2.jpg").arg(photos).arg(i), 96, 64, i));
    dropPaths(*m_window, {photos});
    QTRY_COMPARE_WITH_TIMEOUT(m_window->session().photos().size(), static_cast<std::size_t>(count), kPatienceMs);
    QTRY_VERIFY_WITH_TIMEOUT(m_window->session().importJob() == 0, kPatienceMs);
  }

  /// Presses Generate for one small picture.
  void drawSmall(int side = 64) {
    m_window->showPanel(PanelId::Gallery);
    GalleryPanel& gallery = m_window->gallery();
    QTest::qWait(50);  // the first look at the project's sets fills the fields
    gallery.findChild<QPlainTextEdit*>("prompts")->setPlainText("a red sky");
    for (const auto& [name, value] : {std::pair{"steps", 2}, {"count", 1}}) {
      gallery.findChild<QSpinBox*>(name)->setValue(value);
    }
    gallery.form().setSize(side, side);
    auto* generate = gallery.findChild<QPushButton*>("generate");
    QTRY_VERIFY(generate->isEnabled());
    QTest::mouseClick(generate, Qt::LeftButton);
    QTRY_VERIFY(gallery.hasRunningWork() || noticeOf(gallery).isVisible());
  }

  static NoticeBar& noticeOf(QWidget& panel) { return *panel.findChild<NoticeBar*>(); }
  QString gallerySentence() { return noticeOf(m_window->gallery()).sentence(); }
  QString trainingSentence() { return noticeOf(m_window->training()).sentence(); }
  QString modelPageText() {
    QString text;
    if (m_window->modelPage() == nullptr) return text;
    for (const QLabel* label : m_window->modelPage()->findChildren<QLabel*>())
      text += label->text() + QLatin1Char('\n');
    return text;
  }
  void expectGallerySentence(const char* words) {
    QTRY_VERIFY_WITH_TIMEOUT(!m_window->gallery().hasRunningWork(), kPatienceMs);
    QVERIFY(noticeOf(m_window->gallery()).isVisible());
    QVERIFY2(gallerySentence().contains(QLatin1String(words)), qPrintable(gallerySentence()));
  }

  QTemporaryDir m_temporary;
  std::unique_ptr<EngineBridge> m_bridge;
  std::unique_ptr<MainWindow> m_window;
};

QTEST_MAIN(TestBadInput)
#include "tst_bad_input.moc"
