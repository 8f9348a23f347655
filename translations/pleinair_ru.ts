<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ru_RU" sourcelanguage="en">
<context>
    <name>Errors</name>
    <message>
        <source>A file or folder is missing</source>
        <translation>Файла или папки нет на месте</translation>
    </message>
    <message>
        <source>Check whether it was moved or renamed.</source>
        <translation>Проверьте, не перенесли ли её и не переименовали ли.</translation>
    </message>
    <message>
        <source>There is no permission to use this file or folder</source>
        <translation>Нет прав на этот файл или папку</translation>
    </message>
    <message>
        <source>Change its permissions or choose another place.</source>
        <translation>Измените права или выберите другое место.</translation>
    </message>
    <message>
        <source>The file is damaged</source>
        <translation>Файл повреждён</translation>
    </message>
    <message>
        <source>Take it from the camera or a backup once more.</source>
        <translation>Возьмите его ещё раз с камеры или из копии.</translation>
    </message>
    <message>
        <source>This kind of file cannot be used here</source>
        <translation>Файлы такого вида здесь не подходят</translation>
    </message>
    <message>
        <source>Photos may be JPEG, PNG, WebP, TIFF or BMP.</source>
        <translation>Годятся снимки JPEG, PNG, WebP, TIFF и BMP.</translation>
    </message>
    <message>
        <source>This model cannot be run</source>
        <translation>Эту модель запустить нельзя</translation>
    </message>
    <message>
        <source>This LoRA was made for another model</source>
        <translation>Эта LoRA обучена для другой модели</translation>
    </message>
    <message>
        <source>Choose the model it was trained on, or another LoRA.</source>
        <translation>Выберите модель, на которой её учили, или другую LoRA.</translation>
    </message>
    <message>
        <source>This file could run programs when it is opened, so it was left closed</source>
        <translation>Такой файл при открытии может запустить чужую программу, поэтому он не открыт</translation>
    </message>
    <message>
        <source>Look for the same model as a .safetensors file.</source>
        <translation>Найдите ту же модель в формате .safetensors.</translation>
    </message>
    <message>
        <source>A settings file has a mistake</source>
        <translation>В файле настроек ошибка</translation>
    </message>
    <message>
        <source>Correct the place named here; the file was left as it is.</source>
        <translation>Исправьте указанное место; сам файл не тронут.</translation>
    </message>
    <message>
        <source>A value is out of its range</source>
        <translation>Значение за пределами допустимого</translation>
    </message>
    <message>
        <source>There is not enough memory</source>
        <translation>Не хватает памяти</translation>
    </message>
    <message>
        <source>Use a smaller size or batch, or close other programs.</source>
        <translation>Уменьшите размер или число снимков за раз либо закройте другие программы.</translation>
    </message>
    <message>
        <source>The disk is full</source>
        <translation>На диске нет места</translation>
    </message>
    <message>
        <source>Free some space; what was saved before is intact.</source>
        <translation>Освободите место; сохранённое раньше цело.</translation>
    </message>
    <message>
        <source>This project can only be read</source>
        <translation>Проект открыт только для чтения</translation>
    </message>
    <message>
        <source>Close it in the other window, or check the folder’s permissions.</source>
        <translation>Закройте его в другом окне или проверьте права на папку.</translation>
    </message>
    <message>
        <source>The computation ran into a value that is not a number</source>
        <translation>При вычислении получилось не число</translation>
    </message>
    <message>
        <source>A lower learning rate usually helps; the last checkpoint is intact.</source>
        <translation>Обычно помогает меньшая скорость обучения; последняя сохранённая точка цела.</translation>
    </message>
    <message>
        <source>There are no photos here</source>
        <translation>Здесь нет снимков</translation>
    </message>
    <message>
        <source>Add JPEG, PNG, WebP, TIFF or BMP files.</source>
        <translation>Добавьте файлы JPEG, PNG, WebP, TIFF или BMP.</translation>
    </message>
    <message>
        <source>This is in use just now</source>
        <translation>Сейчас это занято</translation>
    </message>
    <message>
        <source>A file could not be read or written</source>
        <translation>Не удалось прочитать или записать файл</translation>
    </message>
    <message>
        <source>Check the disk and try again.</source>
        <translation>Проверьте диск и попробуйте ещё раз.</translation>
    </message>
    <message>
        <source>Something went wrong</source>
        <translation>Что-то не получилось</translation>
    </message>
    <message>
        <source>Choose a Stable Diffusion 1.x, 2.x or SDXL model.</source>
        <translation>Выберите модель Stable Diffusion 1.x, 2.x или SDXL.</translation>
    </message>
    <message>
        <source>Get the file once more.</source>
        <translation>Скачайте файл ещё раз.</translation>
    </message>
    <message>
        <source>Models and LoRAs come as .safetensors files or as folders.</source>
        <translation>Модели и LoRA бывают файлами .safetensors или папками.</translation>
    </message>
</context>
<context>
    <name>Stages</name>
    <message>
        <source>Loading the model</source>
        <translation>Загрузка модели</translation>
    </message>
    <message>
        <source>Reading photos</source>
        <translation>Чтение снимков</translation>
    </message>
    <message>
        <source>Encoding photos</source>
        <translation>Кодирование снимков</translation>
    </message>
    <message>
        <source>Encoding captions</source>
        <translation>Кодирование подписей</translation>
    </message>
    <message>
        <source>Training</source>
        <translation>Обучение</translation>
    </message>
    <message>
        <source>Drawing samples</source>
        <translation>Рисование проб</translation>
    </message>
    <message>
        <source>Saving</source>
        <translation>Сохранение</translation>
    </message>
    <message>
        <source>Generating</source>
        <translation>Создание картинок</translation>
    </message>
    <message>
        <source>Importing photos</source>
        <translation>Добавление снимков</translation>
    </message>
</context>
<context>
    <name>Units</name>
    <message>
        <source>%1 GiB</source>
        <translation>%1 ГиБ</translation>
    </message>
    <message>
        <source>%1 MiB</source>
        <translation>%1 МиБ</translation>
    </message>
    <message>
        <source>%1 KiB</source>
        <translation>%1 КиБ</translation>
    </message>
    <message>
        <source>%1 bytes</source>
        <translation>%1 байт</translation>
    </message>
    <message>
        <source>%1 s left</source>
        <translation>ещё %1 с</translation>
    </message>
    <message>
        <source>%1 min left</source>
        <translation>ещё %1 мин</translation>
    </message>
    <message>
        <source>%1 h %2 min left</source>
        <translation>ещё %1 ч %2 мин</translation>
    </message>
</context>
<context>
    <name>pleinair::ui::AboutDialog</name>
    <message>
        <source>About Pleinair</source>
        <translation>О программе</translation>
    </message>
    <message>
        <source>Pleinair %1</source>
        <translation>Pleinair %1</translation>
    </message>
    <message>
        <source>A studio for teaching an image model your own photos, and for comparing what it makes of them.</source>
        <translation>Мастерская, где модель учат на своих снимках и сравнивают, что у неё выходит.</translation>
    </message>
    <message>
        <source>MIT licence. Built with Qt %1, libtorch, libvips, yaml-cpp and spdlog.</source>
        <translation>Лицензия MIT. Собрано с Qt %1, libtorch, libvips, yaml-cpp и spdlog.</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Закрыть</translation>
    </message>
</context>
<context>
    <name>pleinair::ui::BlindView</name>
    <message>
        <source>neither</source>
        <translation>ни одной</translation>
    </message>
    <message>
        <source>These two sets share no prompt and seed.</source>
        <translation>У этих двух наборов нет общего запроса с тем же зерном.</translation>
    </message>
    <message numerus="yes">
        <source>All %n pairs are judged.</source>
        <translation>
            <numerusform>Оценена %n пара.</numerusform>
            <numerusform>Оценены все %n пары.</numerusform>
            <numerusform>Оценены все %n пар.</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 из %2</translation>
    </message>
</context>
<context>
    <name>pleinair::ui::CaptionTools</name>
    <message numerus="yes">
        <source>Template applied to %n captions.</source>
        <translation>
            <numerusform>Шаблон применён к %n подписи.</numerusform>
            <numerusform>Шаблон применён к %n подписям.</numerusform>
            <numerusform>Шаблон применён к %n подписям.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Replaced in %n captions.</source>
        <translation>
            <numerusform>Заменено в %n подписи.</numerusform>
            <numerusform>Заменено в %n подписях.</numerusform>
            <numerusform>Заменено в %n подписях.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Apply to the %n selected</source>
        <translation>
            <numerusform>К выбранному снимку (%n)</numerusform>
            <numerusform>К %n выбранным</numerusform>
            <numerusform>К %n выбранным</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>in %n captions</source>
        <translation>
            <numerusform>в %n подписи</numerusform>
            <numerusform>в %n подписях</numerusform>
            <numerusform>в %n подписях</numerusform>
        </translation>
    </message>
    <message>
        <source>Trigger word</source>
        <translation>Слово-ключ</translation>
    </message>
    <message>
        <source>for example SKY</source>
        <translation>например, SKY</translation>
    </message>
    <message>
        <source>Template</source>
        <translation>Шаблон</translation>
    </message>
    <message>
        <source>{trigger} stands for the trigger word, {caption} for what is there now.</source>
        <translation>{trigger} — слово-ключ, {caption} — нынешняя подпись.</translation>
    </message>
    <message numerus="yes">
        <source>Apply to all %n</source>
        <translation>
            <numerusform>Применить ко всем (%n)</numerusform>
            <numerusform>Применить ко всем (%n)</numerusform>
            <numerusform>Применить ко всем (%n)</numerusform>
        </translation>
    </message>
    <message>
        <source>Find and replace</source>
        <translation>Найти и заменить</translation>
    </message>
    <message>
        <source>Find</source>
        <translation>Найти</translation>
    </message>
    <message>
        <source>Replace with</source>
        <translation>Заменить на</translation>
    </message>
    <message>
        <source>Match upper and lower case</source>
        <translation>Различать большие и малые буквы</translation>
    </message>
    <message>
        <source>Replace all</source>
        <translation>Заменить всё</translation>
    </message>
</context>
<context>
    <name>pleinair::ui::CaptionsPanel</name>
    <message>
        <source>%1 of %2</source>
        <translation>%1 из %2</translation>
    </message>
    <message numerus="yes">
        <source>%n without caption</source>
        <translation>
            <numerusform>%n без подписи</numerusform>
            <numerusform>%n без подписи</numerusform>
            <numerusform>%n без подписи</numerusform>
        </translation>
    </message>
    <message>
        <source>all have captions</source>
        <translation>у всех есть подписи</translation>
    </message>
    <message>
        <source>Next without caption</source>
        <translation>Следующий без подписи</translation>
    </message>
    <message>
        <source>Go to Training</source>
        <translation>К обучению</translation>
    </message>
    <message>
        <source>Ctrl+Enter</source>
        <translation>Ctrl+Enter</translation>
    </message>
    <message>
        <source>What is in the picture, in a few words</source>
        <translation>Что на снимке, в нескольких словах</translation>
    </message>
    <message>
        <source>Caption</source>
        <translation>Подпись</translation>
    </message>
    <message>
        <source>Insert the trigger word (Ctrl+T)</source>
        <translation>Вставить слово-ключ (Ctrl+T)</translation>
    </message>
    <message>
        <source>Often used here</source>
        <translation>Часто встречается</translation>
    </message>
    <message>
        <source>Photos</source>
        <translation>Снимки</translation>
    </message>
    <message>
        <source>Photo</source>
        <translation>Снимок</translation>
    </message>
    <message>
        <source>No photos to caption yet</source>
        <translation>Подписывать пока нечего</translation>
    </message>
    <message>
        <source>Add photos in Dataset first.</source>
        <translation>Сначала добавьте снимки на вкладке «Снимки».</translation>
    </message>
    <message>
        <source>Go to Dataset</source>
        <translation>К снимкам</translation>
    </message>
</context>
<context>
    <name>pleinair::ui::CloseQuestion</name>
    <message>
        <source>A training is running</source>
        <translation>Идёт обучение</translation>
    </message>
    <message>
        <source>It can be kept as it is now and go on later from the same step, or be cancelled. Samples and checkpoints stay in either case.</source>
        <translation>Его можно отложить и потом продолжить с того же шага или отменить. Пробы и сохранённые точки останутся в любом случае.</translation>
    </message>
    <message>
        <source>Keep the run resumable</source>
        <translation>Отложить и закрыть</translation>
    </message>
    <message>
        <source>Cancel the run</source>
        <translation>Отменить обучение</translation>
    </message>
    <message>
        <source>Go on training</source>
        <translation>Продолжать</translation>
    </message>
</context>
<context>
    <name>pleinair::ui::CompareGrid</name>
    <message>
        <source>seed %1</source>
        <translation>зерно %1</translation>
    </message>
</context>
<context>
    <name>pleinair::ui::CompareView</name>
    <message>
        <source>These sets have no picture of this prompt and seed yet.</source>
        <translation>В этих наборах ещё нет картинки с таким запросом и зерном.</translation>
    </message>
    <message>
        <source>Back to the grid</source>
        <translation>Назад к сетке</translation>
    </message>
    <message>
        <source>Back to the set</source>
        <translation>Назад к набору</translation>
    </message>
    <message>
        <source>Wipe</source>
        <translation>Шторка</translation>
    </message>
    <message>
        <source>Flip</source>
        <translation>Смена</translation>
    </message>
    <message>
        <source>A divider between the first set and the current one (W)</source>
        <translation>Граница между первым набором и текущим (W)</translation>
    </message>
    <message>
        <source>The first set and the current one in turn, on the same place (Tab)</source>
        <translation>Первый набор и текущий по очереди на одном месте (Tab)</translation>
    </message>
    <message>
        <source>Sets side by side</source>
        <translation>Наборы рядом</translation>
    </message>
    <message>
        <source>Two pictures to wipe and flip</source>
        <translation>Две картинки для шторки и смены</translation>
    </message>
    <message>
        <source>W wipe · Tab flip · arrows: next row, next set · wheel zooms · Esc back</source>
        <translation>W шторка · Tab смена · стрелки: ряд, набор · колесо: масштаб · Esc назад</translation>
    </message>
    <message>
        <source>W wipe · Tab flip · Ctrl+wheel zooms all · drag pans all</source>
        <translation>W шторка · Tab смена · Ctrl+колесо масштаб · тянуть сдвиг</translation>
    </message>
    <message>
        <source>Judge blind</source>
        <translation>Судить вслепую</translation>
    </message>
    <message>
        <source>Pairs without the sets’ names, in a drawn order: vote with 1 and 2 (V)</source>
        <translation>Пары без названий наборов, в случайном порядке: голос клавишами 1 и 2 (V)</translation>
    </message>
    <message>
        <source>Two pictures to choose from</source>
        <translation>Две картинки на выбор</translation>
    </message>
    <message>
        <source>1 left · 2 right · 0 neither · Backspace takes back · Esc back</source>
        <translation>1 левая · 2 правая · 0 ни одна · Backspace вернуть голос · Esc назад</translation>
    </message>
</context>
<context>
    <name>pleinair::ui::DatasetPanel</name>
    <message>
        <source>Look at it in full</source>
        <translation>Показать целиком</translation>
    </message>
    <message>
        <source>Edit caption</source>
        <translation>Изменить подпись</translation>
    </message>
    <message>
        <source>Star or unstar</source>
        <translation>Поставить или снять звезду</translation>
    </message>
    <message>
        <source>Remove from the project</source>
        <translation>Убрать из проекта</translation>
    </message>
    <message>
        <source>%1 · %2</source>
        <translation>%1 · %2</translation>
    </message>
    <message>
        <source>All photos</source>
        <translation>Все снимки</translation>
    </message>
    <message>
        <source>Starred</source>
        <translation>Со звездой</translation>
    </message>
    <message>
        <source>Without caption</source>
        <translation>Без подписи</translation>
    </message>
    <message>
        <source>Reading the photos</source>
        <translation>Снимки читаются</translation>
    </message>
    <message>
        <source>They appear here one by one.</source>
        <translation>Они появятся здесь один за другим.</translation>
    </message>
    <message>
        <source>No photos in this project</source>
        <translation>В этом проекте нет снимков</translation>
    </message>
    <message>
        <source>Drop photos or folders here</source>
        <translation>Перетащите сюда снимки или папки</translation>
    </message>
    <message>
        <source>Photos are copied into the project; the originals stay as they are.</source>
        <translation>Снимки копируются в проект, оригиналы остаются нетронутыми.</translation>
    </message>
    <message>
        <source>Add photos</source>
        <translation>Добавить снимки</translation>
    </message>
    <message>
        <source>Find in names and captions</source>
        <translation>Искать в именах и подписях</translation>
    </message>
    <message>
        <source>Size of the pictures</source>
        <translation>Размер картинок</translation>
    </message>
    <message>
        <source>Groups</source>
        <translation>Группы</translation>
    </message>
    <message>
        <source>Photos</source>
        <translation>Снимки</translation>
    </message>
</context>
<context>
    <name>pleinair::ui::EngineBridge</name>
    <message>
        <source>Importing photos</source>
        <translation>Добавление снимков</translation>
    </message>
    <message>
        <source>Preparing photos</source>
        <translation>Подготовка снимков</translation>
    </message>
    <message>
        <source>Training “%1”</source>
        <translation>Обучение «%1»</translation>
    </message>
    <message>
        <source>Generating “%1”</source>
        <translation>Создание набора «%1»</translation>
    </message>
</context>
<context>
    <name>pleinair::ui::GalleryPanel</name>
    <message>
        <source>No model is chosen, and the starter model is not installed.</source>
        <translation>Модель не выбрана, а начальная не установлена.</translation>
    </message>
    <message>
        <source>base</source>
        <translation>исходная</translation>
    </message>
    <message>
        <source>LoRA</source>
        <translation>LoRA</translation>
    </message>
    <message>
        <source>No pictures yet</source>
        <translation>Картинок пока нет</translation>
    </message>
    <message>
        <source>Write a prompt and press Generate. Or drop a picture that carries its recipe here, to take over its settings.</source>
        <translation>Напишите запрос и нажмите «Создать». Или перетащите сюда картинку с рецептом, чтобы взять её настройки.</translation>
    </message>
    <message>
        <source>without prompt</source>
        <translation>без запроса</translation>
    </message>
    <message numerus="yes">
        <source>%n step(s)</source>
        <translation>
            <numerusform>%n шаг</numerusform>
            <numerusform>%n шага</numerusform>
            <numerusform>%n шагов</numerusform>
        </translation>
    </message>
    <message>
        <source>guidance %1</source>
        <translation>верность %1</translation>
    </message>
    <message>
        <source>seed %1</source>
        <translation>зерно %1</translation>
    </message>
    <message>
        <source>without: %1</source>
        <translation>без: %1</translation>
    </message>
    <message>
        <source>This picture cannot be read.</source>
        <translation>Эту картинку не удалось прочитать.</translation>
    </message>
    <message>
        <source>The settings of the picture are taken over.</source>
        <translation>Настройки картинки взяты.</translation>
    </message>
    <message>
        <source>The settings are taken over, but for LoRAs that are not here: %1</source>
        <translation>Настройки взяты, кроме LoRA, которых здесь нет: %1</translation>
    </message>
    <message>
        <source>Use these settings</source>
        <translation>Взять эти настройки</translation>
    </message>
    <message>
        <source>Back to the set</source>
        <translation>Назад к набору</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Отменить</translation>
    </message>
    <message>
        <source>Base beside LoRA</source>
        <translation>Исходная рядом с LoRA</translation>
    </message>
    <message>
        <source>Draws the same pictures with and without the LoRAs and compares them</source>
        <translation>Рисует одни и те же картинки с LoRA и без них и ставит рядом</translation>
    </message>
    <message>
        <source>Checkpoints of one run</source>
        <translation>Точки одного запуска</translation>
    </message>
    <message>
        <source>Draws a set for each checkpoint and compares them</source>
        <translation>Рисует набор для каждой сохранённой точки и ставит рядом</translation>
    </message>
    <message>
        <source>Pictures of the set</source>
        <translation>Картинки набора</translation>
    </message>
    <message>
        <source>One picture large</source>
        <translation>Одна картинка крупно</translation>
    </message>
    <message>
        <source>%1 before</source>
        <translation>%1 до</translation>
    </message>
    <message>
        <source>%1 after</source>
        <translation>%1 после</translation>
    </message>
    <message>
        <source>%1 step %2</source>
        <translation>%1 шаг %2</translation>
    </message>
    <message>
        <source>No run has saved a checkpoint yet</source>
        <translation>Сохранённых точек пока нет</translation>
    </message>
    <message>
        <source>Picture %1 of %2</source>
        <translation>Картинка %1 из %2</translation>
    </message>
    <message>
        <source>Cancelled: %1 of %2 pictures are kept.</source>
        <translation>Отменено: осталось картинок %1 из %2.</translation>
    </message>
    <message numerus="yes">
        <source>Generate %n picture(s)</source>
        <translation>
            <numerusform>Создать %n картинку</numerusform>
            <numerusform>Создать %n картинки</numerusform>
            <numerusform>Создать %n картинок</numerusform>
        </translation>
    </message>
    <message>
        <source>This project is open read-only: a set could not be kept.</source>
        <translation>Проект открыт только для чтения: набор негде сохранить.</translation>
    </message>
    <message numerus="yes">
        <source>%n set(s) moved to the trash.</source>
        <translation>
            <numerusform>%n набор в корзине.</numerusform>
            <numerusform>%n набора в корзине.</numerusform>
            <numerusform>%n наборов в корзине.</numerusform>
        </translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Отменить</translation>
    </message>
    <message>
        <source>Waits for %1: the pictures are drawn when it ends or is stopped.</source>
        <translation>Ждёт: идёт %1. Картинки появятся, когда оно закончится или будет остановлено.</translation>
    </message>
    <message>
        <source>Waits for %1.</source>
        <translation>Ждёт: идёт %1.</translation>
    </message>
    <message>
        <source>Begins in a moment</source>
        <translation>Сейчас начнётся</translation>
    </message>
    <message>
        <source>“%1” acts on the next pictures.</source>
        <translation>«%1» подействует на следующие картинки.</translation>
    </message>
    <message>
        <source>About this LoRA</source>
        <translation>Об этой LoRA</translation>
    </message>
</context>
<context>
    <name>pleinair::ui::KeptSettings</name>
    <message>
        <source>%1 redrawn with strength %2</source>
        <translation>%1, перерисовано с силой %2</translation>
    </message>
    <message>
        <source>start picture %1, which is not found and has no effect</source>
        <translation>начальная картинка %1 не найдена и не действует</translation>
    </message>
    <message>
        <source>clip skip %1</source>
        <translation>clip skip %1</translation>
    </message>
    <message>
        <source>guidance rescale %1</source>
        <translation>guidance rescale %1</translation>
    </message>
    <message>
        <source>zero terminal SNR</source>
        <translation>нулевое конечное SNR</translation>
    </message>
    <message>
        <source>leading spacing</source>
        <translation>шаги от начала (leading)</translation>
    </message>
    <message>
        <source>trailing spacing</source>
        <translation>шаги от конца (trailing)</translation>
    </message>
    <message>
        <source>even spacing</source>
        <translation>шаги поровну (linspace)</translation>
    </message>
    <message>
        <source>the model predicts noise</source>
        <translation>модель предсказывает шум</translation>
    </message>
    <message>
        <source>the model predicts velocity</source>
        <translation>модель предсказывает скорость</translation>
    </message>
    <message>
        <source>original size %1</source>
        <translation>исходный размер %1</translation>
    </message>
    <message>
        <source>cut at %1, %2</source>
        <translation>вырезано с %1, %2</translation>
    </message>
    <message>
        <source>target size %1</source>
        <translation>целевой размер %1</translation>
    </message>
    <message>
        <source>decoded in tiles</source>
        <translation>декодировано по частям</translation>
    </message>
    <message>
        <source>on a graphics card</source>
        <translation>на видеокарте</translation>
    </message>
    <message>
        <source>on the processor</source>
        <translation>на процессоре</translation>
    </message>
    <message>
        <source>model %1</source>
        <translation>модель %1</translation>
    </message>
    <message>
        <source>%1 × %2 on the text encoders</source>
        <translation>%1 × %2 на текстовых энкодерах</translation>
    </message>
    <message>
        <source>Also: %1</source>
        <translation>Ещё: %1</translation>
    </message>
    <message>
        <source>Leave out</source>
        <translation>Убрать</translation>
    </message>
    <message>
        <source>Draws without these settings, which came with a picture</source>
        <translation>Рисовать без этих настроек, пришедших с картинкой</translation>
    </message>
</context>
<context>
    <name>pleinair::ui::KeysOverlay</name>
    <message>
        <source>Everywhere</source>
        <translation>Везде</translation>
    </message>
    <message>
        <source>Dataset, Captions, Training, Gallery</source>
        <translation>Снимки, Подписи, Обучение, Галерея</translation>
    </message>
    <message>
        <source>New project, open a project</source>
        <translation>Новый проект, открыть проект</translation>
    </message>
    <message>
        <source>Save now (it is saved as you type)</source>
        <translation>Сохранить сейчас (всё сохраняется и само)</translation>
    </message>
    <message>
        <source>Undo, redo</source>
        <translation>Отменить, вернуть</translation>
    </message>
    <message>
        <source>Find</source>
        <translation>Найти</translation>
    </message>
    <message>
        <source>Fold the list, the inspector</source>
        <translation>Свернуть список, свойства</translation>
    </message>
    <message>
        <source>Full screen</source>
        <translation>Во весь экран</translation>
    </message>
    <message>
        <source>Ground behind pictures: black, dark, mid grey, white</source>
        <translation>Фон картинок: чёрный, тёмный, средне-серый, белый</translation>
    </message>
    <message>
        <source>This sheet</source>
        <translation>Эта страница</translation>
    </message>
    <message>
        <source>Dataset</source>
        <translation>Снимки</translation>
    </message>
    <message>
        <source>Space</source>
        <translation>Пробел</translation>
    </message>
    <message>
        <source>Look at the photo in full, and back</source>
        <translation>Снимок целиком и обратно</translation>
    </message>
    <message>
        <source>Star</source>
        <translation>Звезда</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Delete</translation>
    </message>
    <message>
        <source>Remove from the project</source>
        <translation>Убрать из проекта</translation>
    </message>
    <message>
        <source>Captions</source>
        <translation>Подписи</translation>
    </message>
    <message>
        <source>Photo before, photo after</source>
        <translation>Предыдущий снимок, следующий</translation>
    </message>
    <message>
        <source>The same</source>
        <translation>То же</translation>
    </message>
    <message>
        <source>Next without caption</source>
        <translation>Следующий без подписи</translation>
    </message>
    <message>
        <source>Insert the trigger word</source>
        <translation>Вставить слово-ключ</translation>
    </message>
    <message>
        <source>Pictures</source>
        <translation>Картинки</translation>
    </message>
    <message>
        <source>Wheel</source>
        <translation>Колесо</translation>
    </message>
    <message>
        <source>Zoom at the pointer</source>
        <translation>Масштаб у указателя</translation>
    </message>
    <message>
        <source>Nearer, farther, whole, pixel for pixel</source>
        <translation>Ближе, дальше, целиком, пиксель в пиксель</translation>
    </message>
    <message>
        <source>Wipe between two pictures</source>
        <translation>Шторка между двумя картинками</translation>
    </message>
    <message>
        <source>Flip between two pictures</source>
        <translation>Смена двух картинок</translation>
    </message>
    <message>
        <source>Judge two sets blind: 1 and 2 vote, 0 for neither</source>
        <translation>Судить два набора вслепую: голоса 1 и 2, 0 ни за один</translation>
    </message>
</context>
<context>
    <name>pleinair::ui::LoraExportDialog</name>
    <message>
        <source>LoRA (*.safetensors)</source>
        <translation>LoRA (*.safetensors)</translation>
    </message>
    <message>
        <source>For A1111, Forge, ComfyUI, InvokeAI and nearly everything else.</source>
        <translation>Для A1111, Forge, ComfyUI, InvokeAI и почти всех остальных.</translation>
    </message>
    <message>
        <source>For programs written with the diffusers library.</source>
        <translation>Для программ, написанных на библиотеке diffusers.</translation>
    </message>
    <message>
        <source>For programs written with the PEFT library.</source>
        <translation>Для программ, написанных на библиотеке PEFT.</translation>
    </message>
    <message>
        <source>Export the LoRA</source>
        <translation>Экспорт LoRA</translation>
    </message>
    <message>
        <source>Export “%1”</source>
        <translation>Экспорт «%1»</translation>
    </message>
    <message>
        <source>Checkpoint</source>
        <translation>Точка</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>Формат</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>Точность</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Файл</translation>
    </message>
    <message>
        <source>Browse</source>
        <translation>Обзор</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Отменить</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Экспортировать</translation>
    </message>
    <message>
        <source>step %1</source>
        <translation>шаг %1</translation>
    </message>
    <message>
        <source>16 bits (float16), half the size</source>
        <translation>16 бит (float16), вдвое меньше</translation>
    </message>
    <message>
        <source>32 bits (float32), as trained</source>
        <translation>32 бита (float32), как при обучении</translation>
    </message>
</context>
<context>
    <name>pleinair::ui::LoraExporter</name>
    <message>
        <source>“%1” is being written…</source>
        <translation>«%1» записывается…</translation>
    </message>
    <message>
        <source>The LoRA is exported: %1</source>
        <translation>LoRA экспортирована: %1</translation>
    </message>
    <message>
        <source>Open the folder</source>
        <translation>Открыть папку</translation>
    </message>
    <message>
        <source>Nothing was exported: the file that is there stays.</source>
        <translation>Ничего не экспортировано: прежний файл остался.</translation>
    </message>
</context>
<context>
    <name>pleinair::ui::LoraInfoDialog</name>
    <message>
        <source>About this LoRA</source>
        <translation>Об этой LoRA</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Закрыть</translation>
    </message>
    <message>
        <source>Reading the file…</source>
        <translation>Читаю файл…</translation>
    </message>
    <message>
        <source>Made for</source>
        <translation>Сделана для</translation>
    </message>
    <message>
        <source>Trigger word</source>
        <translation>Слово-ключ</translation>
    </message>
    <message>
        <source>Base model</source>
        <translation>Исходная модель</translation>
    </message>
    <message>
        <source>Author</source>
        <translation>Автор</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>Вид</translation>
    </message>
    <message>
        <source>%1, %2 format</source>
        <translation>%1, формат %2</translation>
    </message>
    <message>
        <source>%1 to %2</source>
        <translation>от %1 до %2</translation>
    </message>
    <message>
        <source>Detail (rank)</source>
        <translation>Подробность (rank)</translation>
    </message>
    <message>
        <source>%1, alpha %2</source>
        <translation>%1, альфа %2</translation>
    </message>
    <message numerus="yes">
        <source>%n layers of the UNet</source>
        <translation>
            <numerusform>%n слой UNet</numerusform>
            <numerusform>%n слоя UNet</numerusform>
            <numerusform>%n слоёв UNet</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n layers of the text encoders</source>
        <translation>
            <numerusform>%n слой кодировщиков текста</numerusform>
            <numerusform>%n слоя кодировщиков текста</numerusform>
            <numerusform>%n слоёв кодировщиков текста</numerusform>
        </translation>
    </message>
    <message>
        <source>What it changes</source>
        <translation>Что меняет</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Размер</translation>
    </message>
    <message>
        <source>Trained</source>
        <translation>Обучена</translation>
    </message>
    <message>
        <source>Photos</source>
        <translation>Снимков</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>Шагов</translation>
    </message>
    <message>
        <source>Rounds over all photos</source>
        <translation>Проходов по всем снимкам</translation>
    </message>
    <message>
        <source>Captions it was trained with, and how often</source>
        <translation>Подписи, на которых её учили, и сколько раз</translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>и ещё %n</numerusform>
            <numerusform>и ещё %n</numerusform>
            <numerusform>и ещё %n</numerusform>
        </translation>
    </message>
    <message>
        <source>Settings, as the trainer wrote them</source>
        <translation>Настройки, как их записала программа обучения</translation>
    </message>
    <message>
        <source>Tensors that will not act</source>
        <translation>Тензоры, которые не подействуют</translation>
    </message>
    <message numerus="yes">
        <source>%n tensors have no meaning for this program and will not act:</source>
        <translation>
            <numerusform>%n тензор ничего не значит для этой программы и не подействует:</numerusform>
            <numerusform>%n тензора ничего не значат для этой программы и не подействуют:</numerusform>
            <numerusform>%n тензоров ничего не значат для этой программы и не подействуют:</numerusform>
        </translation>
    </message>
    <message>
        <source>%1, %2 parameters</source>
        <translation>%1, параметров: %2</translation>
    </message>
</context>
<context>
    <name>pleinair::ui::LoraList</name>
    <message>
        <source>step %1</source>
        <translation>шаг %1</translation>
    </message>
    <message>
        <source>No run has saved a checkpoint yet</source>
        <translation>Сохранённых точек пока нет</translation>
    </message>
    <message>
        <source>Browse…</source>
        <translation>Обзор…</translation>
    </message>
    <message>
        <source>Choose a LoRA file</source>
        <translation>Выберите файл LoRA</translation>
    </message>
    <message>
        <source>LoRA (*.safetensors)</source>
        <translation>LoRA (*.safetensors)</translation>
    </message>
    <message>
        <source>LoRA</source>
        <translation>LoRA</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>Добавить</translation>
    </message>
    <message>
        <source>Add a LoRA</source>
        <translation>Добавить LoRA</translation>
    </message>
    <message>
        <source>Take out</source>
        <translation>Убрать</translation>
    </message>
    <message>
        <source>Take out %1</source>
        <translation>Убрать %1</translation>
    </message>
    <message>
        <source>Weight of %1</source>
        <translation>Вес %1</translation>
    </message>
    <message>
        <source>About this LoRA</source>
        <translation>Об этой LoRA</translation>
    </message>
    <message>
        <source>About %1</source>
        <translation>О %1</translation>
    </message>
</context>
<context>
    <name>pleinair::ui::LossCurve</name>
    <message>
        <source>step %1</source>
        <translation>шаг %1</translation>
    </message>
    <message>
        <source>loss %1 (smoothed %2)</source>
        <translation>потери %1 (сглаженно %2)</translation>
    </message>
    <message>
        <source>validation %1</source>
        <translation>проверка %1</translation>
    </message>
    <message>
        <source>learning rate %1</source>
        <translation>скорость обучения %1</translation>
    </message>
    <message>
        <source>loss, smoothed</source>
        <translation>потери, сглаженно</translation>
    </message>
    <message>
        <source>each step</source>
        <translation>каждый шаг</translation>
    </message>
    <message>
        <source>validation</source>
        <translation>проверка</translation>
    </message>
    <message>
        <source>samples</source>
        <translation>пробы</translation>
    </message>
    <message>
        <source>checkpoints</source>
        <translation>сохранённые точки</translation>
    </message>
</context>
<context>
    <name>pleinair::ui::MainWindow</name>
    <message numerus="yes">
        <source>%1 acts only in part: %n of its layers have no place in this model, for example %2.</source>
        <translation>
            <numerusform>%1 действует лишь частично: %n его слою нет места в этой модели, например %2.</numerusform>
            <numerusform>%1 действует лишь частично: %n его слоям нет места в этой модели, например %2.</numerusform>
            <numerusform>%1 действует лишь частично: %n его слоям нет места в этой модели, например %2.</numerusform>
        </translation>
    </message>
    <message>
        <source>Not saved. %1</source>
        <translation>Не сохранено. %1</translation>
    </message>
    <message numerus="yes">
        <source>%n photos removed.</source>
        <translation>
            <numerusform>Убран %n снимок.</numerusform>
            <numerusform>Убрано %n снимка.</numerusform>
            <numerusform>Убрано %n снимков.</numerusform>
        </translation>
    </message>
    <message>
        <source>This project could not be opened</source>
        <translation>Проект не открылся</translation>
    </message>
    <message>
        <source>Back to the start</source>
        <translation>К началу</translation>
    </message>
    <message>
        <source>Open another</source>
        <translation>Открыть другой</translation>
    </message>
    <message>
        <source>This project is open in another window, or its folder cannot be written. You can look at everything; changes are off.</source>
        <translation>Проект открыт в другом окне, или в его папку нельзя писать. Смотреть можно всё, менять — нельзя.</translation>
    </message>
    <message>
        <source>Pleinair</source>
        <translation>Pleinair</translation>
    </message>
    <message>
        <source>%1 – Pleinair</source>
        <translation>%1 – Pleinair</translation>
    </message>
    <message>
        <source>Dataset · %1</source>
        <translation>Снимки · %1</translation>
    </message>
    <message>
        <source>Dataset</source>
        <translation>Снимки</translation>
    </message>
    <message numerus="yes">
        <source>Captions · %n without</source>
        <translation>
            <numerusform>Подписи · нет у %n</numerusform>
            <numerusform>Подписи · нет у %n</numerusform>
            <numerusform>Подписи · нет у %n</numerusform>
        </translation>
    </message>
    <message>
        <source>Captions</source>
        <translation>Подписи</translation>
    </message>
    <message>
        <source>Training</source>
        <translation>Обучение</translation>
    </message>
    <message>
        <source>Gallery</source>
        <translation>Галерея</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Отменить</translation>
    </message>
    <message numerus="yes">
        <source>%n files could not be read.</source>
        <translation>
            <numerusform>Не прочитан %n файл.</numerusform>
            <numerusform>Не прочитано %n файла.</numerusform>
            <numerusform>Не прочитано %n файлов.</numerusform>
        </translation>
    </message>
    <message>
        <source>Saving. The window closes in a moment.</source>
        <translation>Идёт сохранение. Окно сейчас закроется.</translation>
    </message>
    <message>
        <source>This project can only be read; photos cannot be added.</source>
        <translation>Проект открыт только для чтения, снимки добавить нельзя.</translation>
    </message>
    <message>
        <source>This is a LoRA. Open a project first, then drop it again.</source>
        <translation>Это LoRA. Сначала откройте проект, затем перетащите её ещё раз.</translation>
    </message>
    <message>
        <source>New project</source>
        <translation>Новый проект</translation>
    </message>
    <message>
        <source>Name of the project</source>
        <translation>Название проекта</translation>
    </message>
    <message>
        <source>Open project</source>
        <translation>Открыть проект</translation>
    </message>
    <message>
        <source>Photos (%1)</source>
        <translation>Снимки (%1)</translation>
    </message>
    <message>
        <source>Add photos</source>
        <translation>Добавить снимки</translation>
    </message>
    <message>
        <source>Rename the project</source>
        <translation>Переименовать проект</translation>
    </message>
    <message>
        <source>Add to the project</source>
        <translation>Добавить в проект</translation>
    </message>
</context>
<context>
    <name>pleinair::ui::ModelDialog</name>
    <message>
        <source>%1 (not there)</source>
        <translation>%1 (нет на месте)</translation>
    </message>
    <message>
        <source>The starter model is not installed. Drop a model above.</source>
        <translation>Начальная модель не установлена. Перетащите модель в поле выше.</translation>
    </message>
    <message>
        <source>Reading the model…</source>
        <translation>Читаю модель…</translation>
    </message>
    <message>
        <source>Family</source>
        <translation>Семейство</translation>
    </message>
    <message>
        <source>noise (epsilon)</source>
        <translation>шум (epsilon)</translation>
    </message>
    <message>
        <source>velocity (v)</source>
        <translation>скорость (v)</translation>
    </message>
    <message>
        <source>not said; its first picture will tell</source>
        <translation>не сказано; покажет первая картинка</translation>
    </message>
    <message>
        <source>Predicts</source>
        <translation>Предсказывает</translation>
    </message>
    <message>
        <source>Made for</source>
        <translation>Сделана для</translation>
    </message>
    <message>
        <source>pictures of %1 × %1</source>
        <translation>картинки %1 × %1</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>Параметры</translation>
    </message>
    <message>
        <source>%1 million: UNet %2, text %3, VAE %4</source>
        <translation>%1 млн: UNet %2, текст %3, VAE %4</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>Веса</translation>
    </message>
    <message>
        <source>On disk</source>
        <translation>На диске</translation>
    </message>
    <message>
        <source>%1, one file</source>
        <translation>%1, один файл</translation>
    </message>
    <message>
        <source>%1, a folder</source>
        <translation>%1, папка</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>Память</translation>
    </message>
    <message>
        <source>about %1, more than is free</source>
        <translation>около %1, больше, чем свободно</translation>
    </message>
    <message>
        <source>about %1</source>
        <translation>около %1</translation>
    </message>
    <message>
        <source>To generate at %1 × %2</source>
        <translation>Чтобы рисовать %1 × %2</translation>
    </message>
    <message>
        <source>To train at %1 pixels</source>
        <translation>Чтобы обучать на %1 px</translation>
    </message>
    <message>
        <source>Free now</source>
        <translation>Свободно сейчас</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 из %2</translation>
    </message>
    <message>
        <source>Open a project to use a model in it.</source>
        <translation>Откройте проект, чтобы взять в него модель.</translation>
    </message>
    <message>
        <source>This project can only be read.</source>
        <translation>Этот проект открыт только для чтения.</translation>
    </message>
    <message>
        <source>The project uses this model.</source>
        <translation>Проект работает с этой моделью.</translation>
    </message>
    <message>
        <source>Choose a model’s file</source>
        <translation>Выбор файла модели</translation>
    </message>
    <message>
        <source>Models (*.safetensors);;All files (*)</source>
        <translation>Модели (*.safetensors);;Все файлы (*)</translation>
    </message>
    <message>
        <source>Choose a model’s folder</source>
        <translation>Выбор папки модели</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Модель</translation>
    </message>
    <message>
        <source>Drop a model: a folder or one .safetensors file</source>
        <translation>Перетащите сюда модель: папку или один файл .safetensors</translation>
    </message>
    <message>
        <source>Choose a file…</source>
        <translation>Выбрать файл…</translation>
    </message>
    <message>
        <source>Choose a folder…</source>
        <translation>Выбрать папку…</translation>
    </message>
    <message>
        <source>Recent models</source>
        <translation>Недавние модели</translation>
    </message>
    <message>
        <source>Remove from the list</source>
        <translation>Убрать из списка</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Закрыть</translation>
    </message>
    <message>
        <source>Use this model</source>
        <translation>Взять эту модель</translation>
    </message>
</context>
<context>
    <name>pleinair::ui::NoiseInputs</name>
    <message>
        <source>What the model predicts (prediction)</source>
        <translation>Что предсказывает модель (prediction)</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>Автоматически</translation>
    </message>
    <message>
        <source>Noise (epsilon)</source>
        <translation>Шум (epsilon)</translation>
    </message>
    <message>
        <source>Velocity (v)</source>
        <translation>Скорость (v)</translation>
    </message>
    <message>
        <source>Automatic goes by the model&apos;s settings, and tries it out where they say nothing. Choose another one only where pictures come out as noise or in glaring colours.</source>
        <translation>Автоматически — как сказано в настройках модели, а если не сказано, то пробой. Меняйте, только если вместо картинок выходит шум или кричащие цвета.</translation>
    </message>
    <message>
        <source>How far the noise goes (zero terminal SNR)</source>
        <translation>Докуда доходит шум (zero terminal SNR)</translation>
    </message>
    <message>
        <source>To pure noise</source>
        <translation>До чистого шума</translation>
    </message>
    <message>
        <source>Lets pictures be very dark or very bright as a whole. Only for models that predict velocity, and not with every sampler. Off: as the model&apos;s settings say.</source>
        <translation>Картинки могут быть целиком очень тёмными или очень светлыми. Только для моделей, которые предсказывают скорость, и не со всяким сэмплером. Выключено — как сказано в настройках модели.</translation>
    </message>
</context>
<context>
    <name>pleinair::ui::NoticeBar</name>
    <message>
        <source>Details</source>
        <translation>Подробности</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Закрыть</translation>
    </message>
</context>
<context>
    <name>pleinair::ui::PhotoInspector</name>
    <message>
        <source>Caption</source>
        <translation>Подпись</translation>
    </message>
    <message>
        <source>Edit caption</source>
        <translation>Изменить подпись</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Убрать</translation>
    </message>
    <message>
        <source>Takes the photos out of the project; the files go to the project’s trash folder (Delete)</source>
        <translation>Убирает снимки из проекта; файлы уходят в его корзину (Delete)</translation>
    </message>
    <message>
        <source>Trigger word</source>
        <translation>Слово-ключ</translation>
    </message>
    <message>
        <source>The word that calls your subject in a prompt, for example SKY. Templates put it into captions.</source>
        <translation>Слово, которым вы зовёте свой сюжет в запросе, например SKY. Шаблоны ставят его в подписи.</translation>
    </message>
    <message>
        <source>none</source>
        <translation>нет</translation>
    </message>
    <message numerus="yes">
        <source>%n photos</source>
        <translation>
            <numerusform>%n снимок</numerusform>
            <numerusform>%n снимка</numerusform>
            <numerusform>%n снимков</numerusform>
        </translation>
    </message>
    <message>
        <source>Unstar</source>
        <translation>Снять звезду</translation>
    </message>
    <message>
        <source>Star</source>
        <translation>Звезда</translation>
    </message>
    <message numerus="yes">
        <source>%n photos selected</source>
        <translation>
            <numerusform>Выбран %n снимок</numerusform>
            <numerusform>Выбрано %n снимка</numerusform>
            <numerusform>Выбрано %n снимков</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 × %2 pixels</source>
        <translation>%1 × %2 пикс.</translation>
    </message>
    <message>
        <source>in %1</source>
        <translation>в папке %1</translation>
    </message>
    <message>
        <source>No caption yet</source>
        <translation>Подписи пока нет</translation>
    </message>
</context>
<context>
    <name>pleinair::ui::ProjectSession</name>
    <message>
        <source>rename the project</source>
        <translation>название проекта</translation>
    </message>
    <message>
        <source>trigger word</source>
        <translation>слово-ключ</translation>
    </message>
    <message>
        <source>choice of model</source>
        <translation>выбор модели</translation>
    </message>
    <message>
        <source>caption of %1</source>
        <translation>подпись к %1</translation>
    </message>
    <message numerus="yes">
        <source>template on %n captions</source>
        <translation>
            <numerusform>шаблон в %n подписи</numerusform>
            <numerusform>шаблон в %n подписях</numerusform>
            <numerusform>шаблон в %n подписях</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>replace in %n captions</source>
        <translation>
            <numerusform>замена в %n подписи</numerusform>
            <numerusform>замена в %n подписях</numerusform>
            <numerusform>замена в %n подписях</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>star on %n photos</source>
        <translation>
            <numerusform>звезда у %n снимка</numerusform>
            <numerusform>звезда у %n снимков</numerusform>
            <numerusform>звезда у %n снимков</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>no star on %n photos</source>
        <translation>
            <numerusform>снятая звезда у %n снимка</numerusform>
            <numerusform>снятая звезда у %n снимков</numerusform>
            <numerusform>снятая звезда у %n снимков</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>remove %n photos</source>
        <translation>
            <numerusform>уборка %n снимка</numerusform>
            <numerusform>уборка %n снимков</numerusform>
            <numerusform>уборка %n снимков</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>pleinair::ui::RecentCard</name>
    <message numerus="yes">
        <source>%n photos</source>
        <translation>
            <numerusform>%n снимок</numerusform>
            <numerusform>%n снимка</numerusform>
            <numerusform>%n снимков</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>pleinair::ui::RecipeForm</name>
    <message>
        <source>without prompt</source>
        <translation>без запроса</translation>
    </message>
    <message>
        <source>Prompt</source>
        <translation>Запрос</translation>
    </message>
    <message>
        <source>Stable Diffusion reads English. Words in other letters mean little to it until a training teaches them.</source>
        <translation>Stable Diffusion понимает английский. Слова другими буквами почти ничего для неё не значат, пока им не научит обучение.</translation>
    </message>
    <message>
        <source>Each line is a prompt of its own.</source>
        <translation>Каждая строка — отдельный запрос.</translation>
    </message>
    <message>
        <source>Not in the picture (negative prompt)</source>
        <translation>Чего не должно быть (negative prompt)</translation>
    </message>
    <message>
        <source>Pictures a prompt</source>
        <translation>Картинок на запрос</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>Зерно</translation>
    </message>
    <message>
        <source>Pictures take this seed and the ones after it.</source>
        <translation>Картинки берут это зерно и следующие за ним.</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>Шаги</translation>
    </message>
    <message>
        <source>Closeness to the prompt (guidance)</source>
        <translation>Верность запросу (guidance)</translation>
    </message>
    <message>
        <source>Sampler</source>
        <translation>Сэмплер</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Размер</translation>
    </message>
    <message>
        <source>px</source>
        <translation>пикс.</translation>
    </message>
    <message>
        <source>Rarely needed</source>
        <translation>Нужно редко</translation>
    </message>
    <message>
        <source>Width</source>
        <translation>Ширина</translation>
    </message>
    <message>
        <source>Height</source>
        <translation>Высота</translation>
    </message>
    <message>
        <source>Another seed by chance</source>
        <translation>Другое зерно наугад</translation>
    </message>
</context>
<context>
    <name>pleinair::ui::ReplaceQuestion</name>
    <message>
        <source>Replace the file?</source>
        <translation>Заменить файл?</translation>
    </message>
    <message>
        <source>“%1” is there already</source>
        <translation>«%1» там уже есть</translation>
    </message>
    <message>
        <source>It lies in %1. What it holds is lost when it is replaced.</source>
        <translation>Он лежит в %1. Если его заменить, то, что в нём есть, пропадёт.</translation>
    </message>
    <message>
        <source>Replace</source>
        <translation>Заменить</translation>
    </message>
    <message>
        <source>Leave it</source>
        <translation>Оставить</translation>
    </message>
</context>
<context>
    <name>pleinair::ui::RunView</name>
    <message>
        <source>%1 of %2</source>
        <translation>%1 из %2</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Продолжить</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Пауза</translation>
    </message>
    <message>
        <source>waits until other work has ended</source>
        <translation>ждёт конца другой работы</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>на паузе</translation>
    </message>
    <message>
        <source>saving, so that it can be resumed</source>
        <translation>сохраняется, чтобы можно было продолжить</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Остановить</translation>
    </message>
    <message>
        <source>Ends after this step; the run can be resumed later</source>
        <translation>Закончит после этого шага; потом можно продолжить</translation>
    </message>
    <message>
        <source>Sample now</source>
        <translation>Проба сейчас</translation>
    </message>
    <message>
        <source>Save now</source>
        <translation>Сохранить сейчас</translation>
    </message>
    <message>
        <source>step</source>
        <translation>шаг</translation>
    </message>
    <message>
        <source>loss, smoothed</source>
        <translation>потери, сглаженно</translation>
    </message>
    <message>
        <source>learning rate</source>
        <translation>скорость обучения</translation>
    </message>
    <message>
        <source>steps a second</source>
        <translation>шагов в секунду</translation>
    </message>
    <message>
        <source>time left</source>
        <translation>осталось</translation>
    </message>
    <message>
        <source>memory</source>
        <translation>память</translation>
    </message>
    <message>
        <source>Loss curve</source>
        <translation>Кривая потерь</translation>
    </message>
    <message>
        <source>Left and Right move the crosshair, plus and minus zoom, 0 shows all.</source>
        <translation>Влево и вправо двигают перекрестие, плюс и минус меняют масштаб, 0 показывает всё.</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>Экспорт…</translation>
    </message>
    <message>
        <source>Writes the LoRA as a file for other programs</source>
        <translation>Записать LoRA файлом для других программ</translation>
    </message>
</context>
<context>
    <name>pleinair::ui::RunsList</name>
    <message>
        <source>Resume from step %1</source>
        <translation>Продолжить с шага %1</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Продолжить</translation>
    </message>
    <message>
        <source>Runs stand here once the first one has begun.</source>
        <translation>Здесь появятся запуски, когда начнётся первый.</translation>
    </message>
    <message>
        <source>Use these settings</source>
        <translation>Взять эти настройки</translation>
    </message>
    <message>
        <source>Compare before and after</source>
        <translation>Сравнить до и после</translation>
    </message>
    <message>
        <source>Runs</source>
        <translation>Запуски</translation>
    </message>
</context>
<context>
    <name>pleinair::ui::RunsModel</name>
    <message>
        <source>d MMM HH:mm</source>
        <comment>date of a run</comment>
        <translation>d MMM HH:mm</translation>
    </message>
    <message numerus="yes">
        <source>%n step(s)</source>
        <translation>
            <numerusform>%n шаг</numerusform>
            <numerusform>%n шага</numerusform>
            <numerusform>%n шагов</numerusform>
        </translation>
    </message>
    <message>
        <source>stopped at step %1 of %2</source>
        <translation>остановлен на шаге %1 из %2</translation>
    </message>
</context>
<context>
    <name>pleinair::ui::SampleBrowser</name>
    <message>
        <source>base model</source>
        <translation>исходная модель</translation>
    </message>
    <message>
        <source>step %1</source>
        <translation>шаг %1</translation>
    </message>
    <message>
        <source>No sample of this prompt at this step yet.</source>
        <translation>Пробы с этим запросом на этом шаге ещё нет.</translation>
    </message>
    <message>
        <source>This sample cannot be read.</source>
        <translation>Эту пробу не удалось прочитать.</translation>
    </message>
    <message>
        <source>All samples</source>
        <translation>Все пробы</translation>
    </message>
    <message>
        <source>Wipe with base</source>
        <translation>Шторка с исходной</translation>
    </message>
    <message>
        <source>Step of the sample</source>
        <translation>Шаг пробы</translation>
    </message>
    <message>
        <source>Walks over the steps at the same prompt and seed</source>
        <translation>Ведёт по шагам при том же запросе и зерне</translation>
    </message>
    <message>
        <source>Samples: rows are prompts, columns are steps</source>
        <translation>Пробы: ряды — запросы, столбцы — шаги</translation>
    </message>
    <message>
        <source>One sample large</source>
        <translation>Одна проба крупно</translation>
    </message>
</context>
<context>
    <name>pleinair::ui::SampleGrid</name>
    <message>
        <source>base model</source>
        <translation>исходная модель</translation>
    </message>
    <message>
        <source>step %1</source>
        <translation>шаг %1</translation>
    </message>
</context>
<context>
    <name>pleinair::ui::SetsList</name>
    <message>
        <source>Rename</source>
        <translation>Переименовать</translation>
    </message>
    <message>
        <source>Compare selected</source>
        <translation>Сравнить выбранные</translation>
    </message>
    <message>
        <source>Move to the trash</source>
        <translation>В корзину</translation>
    </message>
    <message>
        <source>Sets</source>
        <translation>Наборы</translation>
    </message>
    <message>
        <source>Every generation is kept here as a set.</source>
        <translation>Каждое создание остаётся здесь набором.</translation>
    </message>
    <message>
        <source>Choose two to four sets with Ctrl or Shift, or drag one set on another</source>
        <translation>Выберите от двух до четырёх наборов с Ctrl или Shift или перетащите один набор на другой</translation>
    </message>
</context>
<context>
    <name>pleinair::ui::SetsModel</name>
    <message>
        <source>step %1</source>
        <translation>шаг %1</translation>
    </message>
    <message>
        <source>d MMM HH:mm</source>
        <translation>d MMM HH:mm</translation>
    </message>
</context>
<context>
    <name>pleinair::ui::SettingsDialog</name>
    <message>
        <source>Settings</source>
        <translation>Настройки</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Язык</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>Тема</translation>
    </message>
    <message>
        <source>Compute on</source>
        <translation>Считать на</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>Точность</translation>
    </message>
    <message>
        <source>New projects in</source>
        <translation>Новые проекты в папке</translation>
    </message>
    <message>
        <source>Takes effect when nothing is running. Automatic takes the graphics card where there is one.</source>
        <translation>Вступит в силу, когда ничего не идёт. Автоматически — это видеокарта, если она есть.</translation>
    </message>
    <message>
        <source>Browse</source>
        <translation>Обзор</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Закрыть</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>Как в системе</translation>
    </message>
    <message>
        <source>As the desktop</source>
        <translation>Как у рабочего стола</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Тёмная</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Светлая</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>Автоматически</translation>
    </message>
    <message>
        <source>Processor (CPU)</source>
        <translation>Процессор (CPU)</translation>
    </message>
    <message>
        <source>Graphics card (CUDA)</source>
        <translation>Видеокарта (CUDA)</translation>
    </message>
    <message>
        <source>32 bits (float32)</source>
        <translation>32 бита (float32)</translation>
    </message>
    <message>
        <source>16 bits (bfloat16)</source>
        <translation>16 бит (bfloat16)</translation>
    </message>
    <message>
        <source>16 bits (float16)</source>
        <translation>16 бит (float16)</translation>
    </message>
    <message>
        <source>float16 is for drawing on a graphics card: a processor takes float32 instead, and training on the card needs bfloat16 or float32.</source>
        <translation>float16 — для рисования на видеокарте: процессор берёт вместо него float32, а для обучения на видеокарте нужен bfloat16 или float32.</translation>
    </message>
</context>
<context>
    <name>pleinair::ui::StateView</name>
    <message>
        <source>Details</source>
        <translation>Подробности</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Скопировать</translation>
    </message>
</context>
<context>
    <name>pleinair::ui::StatusStrip</name>
    <message numerus="yes">
        <source>CPU, %n cores</source>
        <translation>
            <numerusform>Процессор, %n ядро</numerusform>
            <numerusform>Процессор, %n ядра</numerusform>
            <numerusform>Процессор, %n ядер</numerusform>
        </translation>
    </message>
    <message>
        <source>no model</source>
        <translation>модели нет</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 из %2</translation>
    </message>
    <message>
        <source>Model, device and memory in use</source>
        <translation>Модель, устройство и занятая память</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>на паузе</translation>
    </message>
    <message>
        <source>%1 %</source>
        <translation>%1 %</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Продолжить</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Пауза</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Отменить</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Ход работы</translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>и ещё %n</numerusform>
            <numerusform>и ещё %n</numerusform>
            <numerusform>и ещё %n</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>pleinair::ui::TokenMeter</name>
    <message numerus="yes">
        <source>%n tokens too many: the model does not read the end of this caption</source>
        <translation>
            <numerusform>На %n токен длиннее, чем нужно: конец подписи модель не прочтёт</numerusform>
            <numerusform>На %n токена длиннее, чем нужно: конец подписи модель не прочтёт</numerusform>
            <numerusform>На %n токенов длиннее, чем нужно: конец подписи модель не прочтёт</numerusform>
        </translation>
    </message>
    <message>
        <source>Tokens of this caption: the model reads at most %1</source>
        <translation>Токены подписи: модель читает не больше %1</translation>
    </message>
    <message>
        <source>Caption length</source>
        <translation>Длина подписи</translation>
    </message>
</context>
<context>
    <name>pleinair::ui::TrainingPanel</name>
    <message>
        <source>trigger as caption</source>
        <translation>слово-ключ как подпись</translation>
    </message>
    <message numerus="yes">
        <source>%n photo(s) without caption: the trigger stands for it.</source>
        <translation>
            <numerusform>%n снимок без подписи: вместо неё слово-ключ.</numerusform>
            <numerusform>%n снимка без подписи: вместо неё слово-ключ.</numerusform>
            <numerusform>%n снимков без подписи: вместо неё слово-ключ.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n photo(s) without caption, and no trigger word is set.</source>
        <translation>
            <numerusform>%n снимок без подписи, а слово-ключ не задано.</numerusform>
            <numerusform>%n снимка без подписи, а слово-ключ не задано.</numerusform>
            <numerusform>%n снимков без подписи, а слово-ключ не задано.</numerusform>
        </translation>
    </message>
    <message>
        <source>Trains %1 % of %2 M parameters.</source>
        <translation>Учится %1 % из %2 млн параметров.</translation>
    </message>
    <message>
        <source>Training needs photos</source>
        <translation>Для обучения нужны снимки</translation>
    </message>
    <message>
        <source>Add photos first; a dozen of one subject is a good start.</source>
        <translation>Сначала добавьте снимки; для начала хватит десятка с одним сюжетом.</translation>
    </message>
    <message>
        <source>Go to Dataset</source>
        <translation>К снимкам</translation>
    </message>
    <message>
        <source>Ready to train</source>
        <translation>Можно учить</translation>
    </message>
    <message>
        <source>Choose how thorough it shall be and press Train. The curve and the samples grow here while it runs.</source>
        <translation>Выберите, насколько тщательно учить, и нажмите «Учить». Здесь по ходу дела вырастут кривая и пробы.</translation>
    </message>
    <message>
        <source>New run</source>
        <translation>Новый запуск</translation>
    </message>
    <message>
        <source>Runs (%1)</source>
        <translation>Запуски (%1)</translation>
    </message>
    <message>
        <source>Runs</source>
        <translation>Запуски</translation>
    </message>
    <message>
        <source>Train</source>
        <translation>Учить</translation>
    </message>
    <message>
        <source>Use the trigger alone</source>
        <translation>Взять только слово-ключ</translation>
    </message>
    <message>
        <source>Writes the trigger word as the caption of these photos; can be undone</source>
        <translation>Запишет слово-ключ подписью этих снимков; можно отменить</translation>
    </message>
    <message>
        <source>Go to Captions</source>
        <translation>К подписям</translation>
    </message>
    <message>
        <source>Other runs can be opened once this one has ended.</source>
        <translation>Другие запуски можно открыть, когда закончится этот.</translation>
    </message>
    <message>
        <source>Training was cancelled before its first step.</source>
        <translation>Обучение отменено до первого шага.</translation>
    </message>
    <message numerus="yes">
        <source>%1 is trained: %n step(s).</source>
        <translation>
            <numerusform>%1 обучен: %n шаг.</numerusform>
            <numerusform>%1 обучен: %n шага.</numerusform>
            <numerusform>%1 обучен: %n шагов.</numerusform>
        </translation>
    </message>
    <message>
        <source>Compare before and after</source>
        <translation>Сравнить до и после</translation>
    </message>
    <message>
        <source>%1 stopped at step %2 and can go on from there.</source>
        <translation>%1 остановлен на шаге %2 и может продолжить с него.</translation>
    </message>
    <message>
        <source>Resume from step %1</source>
        <translation>Продолжить с шага %1</translation>
    </message>
</context>
<context>
    <name>pleinair::ui::TrainingPlan</name>
    <message numerus="yes">
        <source>about %n s</source>
        <translation>
            <numerusform>около %n с</numerusform>
            <numerusform>около %n с</numerusform>
            <numerusform>около %n с</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>about %n min</source>
        <translation>
            <numerusform>около %n мин</numerusform>
            <numerusform>около %n мин</numerusform>
            <numerusform>около %n мин</numerusform>
        </translation>
    </message>
    <message>
        <source>about %1 h</source>
        <translation>около %1 ч</translation>
    </message>
    <message>
        <source>This project is open read-only: training cannot write its run.</source>
        <translation>Проект открыт только для чтения: обучению некуда писать.</translation>
    </message>
    <message>
        <source>Training needs photos.</source>
        <translation>Для обучения нужны снимки.</translation>
    </message>
    <message>
        <source>No model is chosen, and the starter model is not installed.</source>
        <translation>Модель не выбрана, а начальная не установлена.</translation>
    </message>
    <message>
        <source>Nothing is chosen to be learnt, see Adapter.</source>
        <translation>Не выбрано, что учить, см. «Адаптер».</translation>
    </message>
    <message numerus="yes">
        <source>%n photo(s)</source>
        <translation>
            <numerusform>%n снимок</numerusform>
            <numerusform>%n снимка</numerusform>
            <numerusform>%n снимков</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n step(s)</source>
        <translation>
            <numerusform>%n шаг</numerusform>
            <numerusform>%n шага</numerusform>
            <numerusform>%n шагов</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>each photo seen about %n time(s)</source>
        <translation>
            <numerusform>каждый снимок увидит примерно %n раз</numerusform>
            <numerusform>каждый снимок увидит примерно %n раза</numerusform>
            <numerusform>каждый снимок увидит примерно %n раз</numerusform>
        </translation>
    </message>
    <message>
        <source>Few photos: the adapter may learn these by heart.</source>
        <translation>Снимков мало: адаптер может выучить их наизусть.</translation>
    </message>
    <message>
        <source>Each photo is seen too rarely to leave a mark: more steps would help.</source>
        <translation>Каждый снимок увидят слишком редко, чтобы он запомнился: нужно больше шагов.</translation>
    </message>
    <message>
        <source>Each photo is seen very often: the adapter may learn them by heart.</source>
        <translation>Каждый снимок увидят очень часто: адаптер может выучить их наизусть.</translation>
    </message>
    <message>
        <source>The change counts × %1: a lower learning rate or strength is safer.</source>
        <translation>Изменение считается × %1: надёжнее меньшая скорость или сила.</translation>
    </message>
    <message>
        <source>about %1 of memory</source>
        <translation>около %1 памяти</translation>
    </message>
    <message>
        <source>time and memory are told after the first steps</source>
        <translation>время и память станут известны после первых шагов</translation>
    </message>
    <message>
        <source>This takes about %1 of memory, and the device has %2: a lower resolution or batch size is safer.</source>
        <translation>На это нужно около %1 памяти, а у устройства %2: надёжнее меньшее разрешение или меньший пакет.</translation>
    </message>
</context>
<context>
    <name>pleinair::ui::TrainingSettings</name>
    <message>
        <source>The change is added times strength / detail: now × %1.</source>
        <translation>Изменение прибавляется с множителем сила / подробность: сейчас × %1.</translation>
    </message>
    <message>
        <source>Own settings, see the groups below.</source>
        <translation>Свои настройки, см. группы ниже.</translation>
    </message>
    <message>
        <source>A first impression; a matter of minutes on a GPU only.</source>
        <translation>Первое впечатление; за минуты — только на видеокарте.</translation>
    </message>
    <message>
        <source>A first impression in a few minutes.</source>
        <translation>Первое впечатление за несколько минут.</translation>
    </message>
    <message>
        <source>A good likeness for most sets of photos.</source>
        <translation>Хорошее сходство почти для любых снимков.</translation>
    </message>
    <message>
        <source>Finer detail for larger sets; takes about four times as long.</source>
        <translation>Тоньше детали для больших наборов; примерно вчетверо дольше.</translation>
    </message>
    <message>
        <source>Quick</source>
        <translation>Быстро</translation>
    </message>
    <message>
        <source>Balanced</source>
        <translation>Взвешенно</translation>
    </message>
    <message>
        <source>Thorough</source>
        <translation>Тщательно</translation>
    </message>
    <message>
        <source>Name of the run</source>
        <translation>Название запуска</translation>
    </message>
    <message>
        <source>Sample prompts, one a line</source>
        <translation>Запросы для проб, по одному в строке</translation>
    </message>
    <message>
        <source>Drawn from time to time with the same seed, to see what the training does.</source>
        <translation>Рисуются время от времени с одним и тем же зерном, чтобы видеть ход обучения.</translation>
    </message>
    <message>
        <source>Adapter</source>
        <translation>Адаптер</translation>
    </message>
    <message>
        <source>Pictures</source>
        <translation>Картинки</translation>
    </message>
    <message>
        <source>Steps and learning</source>
        <translation>Шаги и обучение</translation>
    </message>
    <message>
        <source>Samples and checkpoints</source>
        <translation>Пробы и сохранённые точки</translation>
    </message>
    <message>
        <source>Detail of the adapter (rank)</source>
        <translation>Подробность адаптера (rank)</translation>
    </message>
    <message>
        <source>More keeps finer detail, makes a larger file and sticks closer to the photos.</source>
        <translation>Больше — тоньше детали, крупнее файл и ближе к снимкам.</translation>
    </message>
    <message>
        <source>Strength of the adapter (alpha)</source>
        <translation>Сила адаптера (alpha)</translation>
    </message>
    <message>
        <source>Learn how it looks (UNet attention)</source>
        <translation>Учить вид (внимание UNet)</translation>
    </message>
    <message>
        <source>Learn the words too (text encoder)</source>
        <translation>Учить и слова (кодировщик текста)</translation>
    </message>
    <message>
        <source>Helps with a new trigger word; too much of it blurs what other words mean.</source>
        <translation>Помогает с новым словом-ключом; в избытке размывает смысл других слов.</translation>
    </message>
    <message>
        <source>Size (resolution)</source>
        <translation>Размер (resolution)</translation>
    </message>
    <message>
        <source>px</source>
        <translation>пикс.</translation>
    </message>
    <message>
        <source>Photos keep their own aspect at this square&apos;s area. Best at the model&apos;s own size.</source>
        <translation>Снимки сохраняют пропорции при площади такого квадрата. Лучше всего — родной размер модели.</translation>
    </message>
    <message>
        <source>Size step (bucket)</source>
        <translation>Шаг размера (bucket)</translation>
    </message>
    <message>
        <source>Sides are multiples of this; smaller steps crop less.</source>
        <translation>Стороны кратны этому числу; чем оно меньше, тем меньше обрезка.</translation>
    </message>
    <message>
        <source>Photos at once (batch)</source>
        <translation>Снимков за раз (batch)</translation>
    </message>
    <message>
        <source>photos</source>
        <translation>снимков</translation>
    </message>
    <message>
        <source>More makes each step steadier, slower and hungrier for memory.</source>
        <translation>Больше — шаги ровнее, но медленнее и требуют памяти.</translation>
    </message>
    <message>
        <source>Batches a step (accumulate)</source>
        <translation>Порций на шаг (accumulate)</translation>
    </message>
    <message>
        <source>Works like a larger batch without its memory.</source>
        <translation>Как больше снимков за раз, но без лишней памяти.</translation>
    </message>
    <message>
        <source>Steps without caption (dropout)</source>
        <translation>Шаги без подписи (dropout)</translation>
    </message>
    <message>
        <source>%</source>
        <translation>%</translation>
    </message>
    <message>
        <source>Some steps see no words, so that guidance keeps working.</source>
        <translation>Часть шагов не видит слов, чтобы запрос продолжал действовать.</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>Шаги</translation>
    </message>
    <message>
        <source>steps</source>
        <translation>шагов</translation>
    </message>
    <message>
        <source>How often the adapter is adjusted.</source>
        <translation>Сколько раз поправляется адаптер.</translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation>Скорость обучения</translation>
    </message>
    <message>
        <source>How far each step goes. Too high burns colours, too low learns little.</source>
        <translation>Длина каждого шага. Слишком большая пережигает цвета, слишком малая почти не учит.</translation>
    </message>
    <message>
        <source>Learning rate of the words</source>
        <translation>Скорость обучения слов</translation>
    </message>
    <message>
        <source>For the text encoder; a tenth of the other is usual.</source>
        <translation>Для кодировщика текста; обычно десятая часть основной.</translation>
    </message>
    <message>
        <source>Course of the rate (schedule)</source>
        <translation>Ход скорости (schedule)</translation>
    </message>
    <message>
        <source>Constant</source>
        <translation>Постоянный</translation>
    </message>
    <message>
        <source>Linear</source>
        <translation>Линейный</translation>
    </message>
    <message>
        <source>Cosine</source>
        <translation>Косинусный</translation>
    </message>
    <message>
        <source>Gentle start (warm-up)</source>
        <translation>Плавный старт (warm-up)</translation>
    </message>
    <message>
        <source>The rate rises over these first steps.</source>
        <translation>За эти первые шаги скорость нарастает.</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>Зерно</translation>
    </message>
    <message>
        <source>The same seed and settings give the same run.</source>
        <translation>То же зерно и те же настройки дают тот же запуск.</translation>
    </message>
    <message>
        <source>Even out noise levels (min-SNR)</source>
        <translation>Выровнять уровни шума (min-SNR)</translation>
    </message>
    <message>
        <source>5 is usual; 0 leaves it out.</source>
        <translation>Обычно 5; 0 — не применять.</translation>
    </message>
    <message>
        <source>… and its finer detail (feed-forward)</source>
        <translation>…и более тонкие детали (feed-forward)</translation>
    </message>
    <message>
        <source>… and its surfaces (convolutions)</source>
        <translation>…и фактуру поверхностей (свёртки)</translation>
    </message>
    <message>
        <source>… with the second text encoder as well</source>
        <translation>…вместе со вторым кодировщиком</translation>
    </message>
    <message>
        <source>Comes closer to the photos; makes a larger file and takes longer.</source>
        <translation>Приближает к фотографиям; файл больше, обучение дольше.</translation>
    </message>
    <message>
        <source>Learning rate of the second text encoder</source>
        <translation>Скорость обучения второго кодировщика</translation>
    </message>
    <message>
        <source>Lean towards noise (timestep shift)</source>
        <translation>Уклон в сторону шума (timestep shift)</translation>
    </message>
    <message>
        <source>Above 1, colours and composition are learnt more than detail; 1 treats all alike.</source>
        <translation>Больше 1 — цвет и композиция учатся больше деталей; 1 — всё поровну.</translation>
    </message>
    <message>
        <source>Light and dark (noise offset)</source>
        <translation>Свет и тьма (noise offset)</translation>
    </message>
    <message>
        <source>Lets very dark and very bright pictures be learnt; 0.05 is usual, 0 leaves it out.</source>
        <translation>Позволяет выучить очень тёмные и очень светлые картинки; обычно 0.05, 0 — не применять.</translation>
    </message>
    <message>
        <source>Weight decay</source>
        <translation>Затухание весов</translation>
    </message>
    <message>
        <source>Holds the weights small.</source>
        <translation>Не даёт весам расти.</translation>
    </message>
    <message>
        <source>Longest step (gradient clipping)</source>
        <translation>Самый длинный шаг (gradient clipping)</translation>
    </message>
    <message>
        <source>Cuts single steps that go too far; 0 never cuts.</source>
        <translation>Укорачивает слишком длинные шаги; 0 — никогда.</translation>
    </message>
    <message>
        <source>Draw samples every</source>
        <translation>Пробы каждые</translation>
    </message>
    <message>
        <source>0 draws none.</source>
        <translation>0 — без проб.</translation>
    </message>
    <message>
        <source>Save a checkpoint every</source>
        <translation>Сохранять точку каждые</translation>
    </message>
    <message>
        <source>0 saves only at the end.</source>
        <translation>0 — только в конце.</translation>
    </message>
    <message>
        <source>Sampler</source>
        <translation>Сэмплер</translation>
    </message>
    <message>
        <source>Steps a sample</source>
        <translation>Шагов на пробу</translation>
    </message>
    <message>
        <source>Closeness to the prompt (guidance)</source>
        <translation>Верность запросу (guidance)</translation>
    </message>
    <message>
        <source>Seed of the samples</source>
        <translation>Зерно проб</translation>
    </message>
    <message>
        <source>Not in the samples (negative prompt)</source>
        <translation>Чего не должно быть (negative prompt)</translation>
    </message>
</context>
<context>
    <name>pleinair::ui::WelcomePage</name>
    <message>
        <source>Drop a folder of photos</source>
        <translation>Перетащите сюда папку со снимками</translation>
    </message>
    <message>
        <source>Photos are copied into the project; the originals stay as they are.</source>
        <translation>Снимки копируются в проект, оригиналы остаются нетронутыми.</translation>
    </message>
    <message>
        <source>New project</source>
        <translation>Новый проект</translation>
    </message>
    <message>
        <source>Open project</source>
        <translation>Открыть проект</translation>
    </message>
    <message>
        <source>Recent projects</source>
        <translation>Недавние проекты</translation>
    </message>
</context>
<context>
    <name>pleinair::ui::WindowActions</name>
    <message>
        <source>None yet</source>
        <translation>Пока нет</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Отменить</translation>
    </message>
    <message>
        <source>Undo: %1</source>
        <translation>Отменить: %1</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>Вернуть</translation>
    </message>
    <message>
        <source>Redo: %1</source>
        <translation>Вернуть: %1</translation>
    </message>
    <message>
        <source>New project</source>
        <translation>Новый проект</translation>
    </message>
    <message>
        <source>Open project</source>
        <translation>Открыть проект</translation>
    </message>
    <message>
        <source>Recent projects</source>
        <translation>Недавние проекты</translation>
    </message>
    <message>
        <source>Add photos</source>
        <translation>Добавить снимки</translation>
    </message>
    <message>
        <source>Save now</source>
        <translation>Сохранить сейчас</translation>
    </message>
    <message>
        <source>Rename the project</source>
        <translation>Переименовать проект</translation>
    </message>
    <message>
        <source>Choose a model</source>
        <translation>Выбрать модель</translation>
    </message>
    <message>
        <source>Use the starter model</source>
        <translation>Взять начальную модель</translation>
    </message>
    <message>
        <source>Show the project’s folder</source>
        <translation>Показать папку проекта</translation>
    </message>
    <message>
        <source>Close the project</source>
        <translation>Закрыть проект</translation>
    </message>
    <message>
        <source>Find</source>
        <translation>Найти</translation>
    </message>
    <message>
        <source>Fold the list</source>
        <translation>Свернуть список</translation>
    </message>
    <message>
        <source>Fold the inspector</source>
        <translation>Свернуть свойства</translation>
    </message>
    <message>
        <source>Full screen</source>
        <translation>Во весь экран</translation>
    </message>
    <message>
        <source>Next ground behind pictures</source>
        <translation>Сменить фон картинок</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Настройки</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>Клавиши</translation>
    </message>
    <message>
        <source>About Pleinair</source>
        <translation>О программе</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>Выйти</translation>
    </message>
</context>
</TS>
