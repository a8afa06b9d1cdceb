"""Given names and places drawn by chance from lists of names, or invented: nobody in particular; and sentences."""

from __future__ import annotations

from pathlib import Path

GIVEN = {
    "en": """
Alex Alison Alvin Amber Ana Andrea Andrew Angel Angelica Anna Anne Ariana Austin Bailey Barbara Becky Bianca Billy
Bonnie Brandy Breanna Brenda Brendan Brian Brittany Brooke Caitlin Caitlyn Cameron Carl Carla Carrie Cassandra
Catherine Cindy Clarence Clifford Clinton Cody Connie Corey Cory Courtney Craig Cristina Crystal Daisy Daniel Danny
Darius Darlene Darren Darryl David Dennis Destiny Earl Elaine Erik Ernest Faith Felicia Frances Frederick Gabriel
Gail Gene Gilbert Glenn Gloria Greg Gwendolyn Harry Hayley Heidi Herbert Holly Ian Ivan Jack Jackson Jaclyn Jane
Janice Jasmin Jasmine Jay Jeff Jenna Jeremy Jermaine Jerry Jim Joan Joe Katelyn Kathryn Kenneth Kirsten Kristi
Kristopher Krystal Latoya Leon Lisa Lydia Makayla Marcus Margaret Marilyn Marissa Marvin Max Melinda Melvin Meredith
Michael Michele Miguel Misty Nancy Natalie Nathan Nicholas Oscar Patrick Patty Paula Penny Philip Preston Rachael
Randy Raven Regina Reginald Renee Rickey Rita Robert Robin Ronnie Ryan Samantha Sandy Shane Sharon Shawn Shawna
Sheri Sierra Sophia Stephen Sydney Tabitha Tamara Thomas Tommy Traci Travis Trevor Tristan Tyler Vanessa Vernon
Victoria Virginia Wayne Whitney Xavier
""",
    "fr": """
Adrien Adrienne Adélaïde Agathe Agnès Aimé Aimée Alain Alex Alexandre Alexandria Alexandrie Alfred Alice Alix
Alphonse Amélie Anastasie Anaïs André Andrée Anne Anouk Antoine Antoinette Arnaude Arthur Astrid Audrey Auguste
Augustin Aurore Benjamin Benoît Bernadette Bernard Capucine Caroline Catherine Chantal Charlotte Christiane
Christine Christophe Claire Claude Clémence Constance Corinne Cécile Célina Céline Daniel David Denis Denise Diane
Dominique Dorothée Emmanuelle Eugène Franck François Françoise Frédéric Frédérique Gabriel Geneviève Georges Gilbert
Gilles Grégoire Guillaume Guy Henriette Honoré Hortense Hélène Isaac Isabelle Jacqueline Jacques Jean Jeanne
Jeannine Josette Joséphine Jules Julie Julien Juliette Jérôme Laetitia Laure Laurence Laurent Louis Louise Luc Lucas
Luce Lucie Lucy Léon Madeleine Maggie Manon Marcel Marcelle Margaret Margaud Margaux Margot Marie Marine Martin
Martine Mathilde Matthieu Maurice Michel Michelle Monique Nath Nathalie Nicolas Nicole Noémi Odette Olivier Patricia
Patrick Philippe Philippine Pénélope René Renée Richard Robert Roger Roland Simone Stéphane Stéphanie Susan Susanne
Suzanne Sylvie Thibaut Thierry Thomas Théophile Thérèse Timothée Valérie Victoire Victor Vincent Véronique William
Yves Zacharie Zoé Édouard Élisabeth Élise Élodie Éléonore Émile Éric
""",
    "tr": """
Abdulbekir Acarkan Aclan Adasal Akgüneş Alabezek Aliabbas Almast Alpin Altınkaya Arıel Atagün Atılgan Avunç Aybora
Aynilhayat Aynımah Aysevim Aytek Aytöz Ayşan Azade Açılay Bali Basriye Bağdat Başhan Bedi Beray Berkal Berksay Besey
Beyhatun Beyzade Binay Binışık Birsen Burakhan Burcuhan Buşra Büreyre Büşranur Cenan Ceyhun Cindoruk Coşkun Dalkılıç
Damlanur Danış Dağistan Dincer Durgadin Duruöz Dürrüşehvar Ebuakil Ekmel Enes Enginiz Erdogan Erdursun Erksoy
Eryıldız Evde Evrimer Fetullah Feza Gelengül Gencaslan Ginyas Göli Görklü Gözel Gülşa Günden Günser Gürcüye Hanedan
Hasret Havali Hayrünnisa Heyvetullah Hürmet Idık Karcan Kardelen Kayıt Kifaye Kitan Konguralp Kuddusi Kırgız Maksüde
Masar Meleknur Menfeat Mengi Merdi Mihrab Miray Muhyettin Muktedir Mutluhan Nazende Nezengül Nilcan Nurser Nurveren
Oganer Otay Oğuzman Rabih Razı Rehime Sabihe Safinaz Saire Salurbay Samurtay Sarpkın Sayin Sebattin Sehel Selçuk
Semat Serma Sevginur Sevsevil Sezginbaş Seçgül Simten Soydaner Sulhi Süheyda Süner Tamaydın Taşar Timurtaş Toy Tulun
Tuğçe Türabi Türcan Ufukay Ulakbey Ulu Uzsoy Uçan Uğan Verim Vezat Yamin Yasan Yaşattin Yelesen Yıldır Zekayi Zennun
Övün Özdil Öztek Özüdoğru Ülküdeş Ünübol İkiz İlbek İlkim İlteriş İsra Şide Şinasi
""",
    "ru": """
Август Аверкий Авксентий Автоном Алевтина Алексей Амос Ананий Анастасия Андрей Андрон Аникей Анисим Анна Антип
Антонина Аполлинарий Аполлон Арсений Архип Афанасий Бажен Болеслав Будимир Вадим Валерий Валерьян Варлаам Василий
Вацлав Велимир Венедикт Вениамин Вера Владилен Владимир Вячеслав Гаврила Галина Гедеон Глеб Гордей Гремислав
Григорий Данила Дарья Дементий Демид Демьян Добромысл Евгения Евграф Евсей Евфросиния Екатерина Елисей Ефим Ефрем
Жанна Зосима Зоя Иванна Игорь Изяслав Иларион Иннокентий Иосиф Ипатий Ипполит Ирина Исидор Казимир Каллистрат Ким
Кира Климент Кондрат Кондратий Корнил Лаврентий Лазарь Лариса Леон Леонид Лука Лучезар Любомир Марина Мартын Мартьян
Милан Милий Милица Милован Мина Митофан Михаил Мстислав Наина Наркис Нестор Никандр Никанор Никодим Николай Никон
Нонна Оксана Олег Олимпиада Панкратий Панфил Пимен Полина Порфирий Прасковья Пров Прокл Радим Радислав Ратибор
Ратмир Родион Роман Рубен Савва Савватий Савелий Светозар Святослав Селиверст Семен Серафим Сигизмунд Силантий
Сильвестр Синклитикия Соломон Софон Софрон Спартак Тамара Твердислав Творимир Тимофей Тимур Тит Трифон Трофим Ульян
Фадей Фаина Федот Феликс Феоктист Феофан Фирс Фома Фрол Харлампий Чеслав Эммануил Эрнест Эрнст Ювеналий Юлиан Юлий
Юлия Ян Ярослав
""",
    "uk": """
Єва Євген Єлисавета Єлисей Єфрем Іван Ігнат Ігор Ірена Ірина Аарон Августин Аврелій Ада Адам Азар Алевтин Альберт
Альбіна Амалія Амвросій Анастасія Андрій Анжела Антон Аніта Арсен Артем Богдан Богданна Богодар Богуслав Богуслава
Болеслав Борис Борислав Вʼячеслав Вадим Валентин Валентина Валерій Варвара Варфоломій Василина Василь Венедикт
Веніямин Владислав Володимир Володимира Віктор Вікторія Віолетта Віра Віталій Гаврило Галина Ганна Геннадій Георгій
Герман Гліб Гордій Григорій Давид Данило Данна Дарина Демʼян Демид Дмитро Едита Едуард Захар Зиновій Златослава
Зорян Йосип Камілла Кирило Клавдія Климент Костянтин Лариса Левко Леон Леонтій Леонід Леопольд Лукʼян Любов Ліза
Лілія Макар Максим Марʼяна Марина Марко Марта Мартин Маруся Марія Микита Мирон Мирослав Михайлина Михайло Мілена
Назар Нестор Одарка Оксана Оксенія Олег Олекса Олександр Олена Олесь Ольга Омелян Онисим Опанас Орест Орина Орися
Орхип Остап Охрім Павло Панас Пармен Петро Пилип Прохір Пріска Розалія Роксолана Роман Руслан Святослав Святослава
Світлана Семен Сергій Симон Сніжана Соломія Софія Станіслав Степан Стефан Тарас Теодор Тереза Тетяна Тимофій Трохим
Устим Федір Феофан Франц Хома Юстим Юстина Юхим Яків Ярема Ярина Ярослав Ярослава
""",
    "ar": """
أروى أسرار أغاريد ابتهال اعتماد ايمان بلقيس بهجة تاج تاليا تحسين ترانيم ترف تقي جدير جليل جميل جهاد جهراء جوان جوانا
جود جودي حسام حسنين حليم حمدي حمزة خضر خطيب خلف داني داوود دريد دعاء ذكي ذيب رائد راسم راشد راضي رامز راني راوي رخاء
رسمي رضي روبين روحي ريان ريتاج ريما زاهر ساهد سجا سديم سعدي سلسبيل سهل شبيب شجاع شعبان شعيب شفيع شكري شكيب شهاب شهم
صافي صباح صبري صخر صدقي ضحى ضرغام طائف طلال ظافر ظبي ظريف عابد عاتب عاصم عاكف عذب عربي عرفان علوان عمران عمرو غزوان
غزير غيداء فارع فتوح فخر فردوس فضل فطين فهمي قاسم قطز قيس كارم كاشف كاظم كافور كريم كليم كنار كوثر لاما لقاء لهفان
ليان مأمون محمود مروان مريم مشاري مشرف مصعب مظهر معن مفيد مهيب مياس ميرال ميمون نائل ناجي نادر ناديه ناردين ناصر
ناصيف ناعم نافذ ناهد نبهان نبيل نجدت نجوان نسيب نشوان نشوة نصر نصري نصور نضال نظام نعيم نوال نوره نيازي هادي هاشم
هايدي هدى وجدي ودود وسيل وصاف وفاء وليد ياسر يافع يسرى يعقوب يقين
""",
    "kk": """
Абылай Айбек Айгерім Айгүл Айдана Айдос Айжан Айнұр Айсұлу Ақжан Ақмарал Алтынай Аман Амангүл Арман Асан Асқар Асылбек
Аян Әсел Әлия Бақыт Бақытжан Балжан Батыр Баян Бекзат Болат Ботагөз Ғазиз Гүлнәр Гүлсім Дана Дархан Дастан Дәулет
Дидар Досжан Еділ Елдос Ерболат Ербол Еркін Ерлан Есен Жандос Жанар Жанат Жасұлан Жұлдыз Қайрат Қанат Қуаныш Құралай
Мадина Мақсат Марат Меруерт Мұрат Назгүл Нұрлан Нұржан Оразбек Пернегүл Рахат Рысбек Сабыр Салтанат Самат Санжар Серік
Сұлтан Тілек Тоқтар Төлеген Ұлан Үміт Шолпан Шынар Ырыс Сейітова Қасымов Жұмабаев Айтбаева Төлегенова Оспанова
Қонысбаев Мұқанов Айгүлдің Бақытты Арманға Серікпен Жанардан Еркінге Сабырды Тілекке Мұратпен Қанатты Болатты Шолпанға
Маратты
""",
    "ky": """
Абдылда Азамат Айбек Айгерим Айгүл Айдай Айжамал Айнура Айпери Акжол Акмат Акылбек Алмаз Алтынай Аман Анара Арстан
Асан Асел Асылкан Бакыт Бактыгүл Баястан Бегимай Бекзат Бермет Болот Бурул Гүлзат Гүлнара Дастан Динара Дөөлөт Жаныбек
Жаңыл Жылдыз Жаркынай Жибек Канат Каныкей Карлыгач Кубаныч Курманбек Манас Марат Мээрим Мирлан Назгүл Нурлан Нургүл
Омурбек Өмүрбек Рахат Сабыр Сагын Саламат Салтанат Санжар Сайкал Сүйүн Сыймык Табылды Талант Таалай Темир Тилек
Толгонай Төрөкан Турсун Улан Умут Урмат Чолпон Чынара Чынгыз Шайыр Шабдан Ырыс Эмил Эркин Эрлан Сыдыкова Асанов
Токтоматова Жээнбеков Маматова Орозбеков Кыдырова Айгүлдүн Болотту Азаматка Таланттын Умутка Бакытты Эркинге Темирди
Чолпондон Нурланга Манасты
""",
    "tg": """
Абдуллоҷон Азиза Адолат Алишер Анвар Аниса Асал Баҳор Баҳром Бахтиёр Беҳрӯз Бибигул Бунафша Ганҷина Гулбаҳор Гулнора
Гулчеҳра Давлат Далер Дилбар Дилафрӯз Дилшод Достон Ёрмаҳмад Зарина Зафар Заррина Зебо Зулфия Иқбол Илҳом Исмоил
Қурбон Қодир Комрон Лола Мадина Манижа Маҳбуба Меҳринисо Мирзо Мунира Наврӯз Нигина Нилуфар Нозанин Олим Орзу Озода
Парвина Париса Рустам Раҳмон Рухшона Сабоҳат Садаф Саодат Ситора Сино Субҳон Султон Суҳроб Таҳмина Тоҳир Умед
Фазлиддин Файз Фарзона Фаридун Фарҳод Фирӯз Хуршед Хайринисо Ҳаким Ҳикмат Ҷамила Ҷамшед Ҷаҳонгир Ҷовид Чаман Шабнам
Шаҳло Шариф Шоҳин Шукрона Эраҷ Юсуф Раҳимова Назаров Каримзода Саидзода Холов Ғафурова Умедро Зафари Лолаи Наврӯзро
Хуршеди Файзро Субҳонро Олими
""",
    "uz": """
Abror Adolat Akmal Alisher Anvar Asal Aziza Bahor Bahrom Baxt Baxtiyor Barno Bobur Botir Boʻri Dilbar Dilnoza Dilshod
Doston Erkin Fazilat Farhod Farida Firuza Fotima Gavhar Goʻzal Gulchehra Gulnora Hikmat Hulkar Iroda Islom Jahongir
Jamshid Jasur Kamola Komil Lola Madina Malika Mansur Mavluda Mehribon Mohira Muhabbat Muqaddas Murod Nafisa Navroʻz
Nigora Nilufar Nodira Nozima Odil Oydin Oygul Olim Oʻktam Ozod Qahramon Qodir Qudrat Raʼno Rahmat Rustam Rayhon Sabr
Sadoqat Saodat Sarvar Sevara Shavkat Shirin Shoira Shuhrat Sobir Sulton Temur Toʻlqin Toʻxta Umid Umida Xurshid Yodgor
Yulduz Zafar Zebo Zilola Ziyoda Zulfiya Rahimov Karimova Toshmatov Ergasheva Yoʻldosheva Murodni Umidga Lolaning
Zafardan Sabrni Oydinga Olimning
""",
    "fa": """
آرزو آرش آزاده اختر ادریس افسانه اقبال امید انیسه بابک باران بهار بهرام بهروز بنفشه پرستو پروانه پروین پریسا پیمان
ترانه جاوید جمشید حامد حبیب حکیم حمیده خاطره خالد خورشید داوود دلاور رامین راضیه رحمت رحیم روشن رویا ریحانه زرغونه
زلمی زهرا ژاله ساحل ساره ستاره سحر سعید سلیم سمیرا سهراب سهیلا شاهین شبنم شریف شعله شکریه شکیبا شهلا شیرین صابر صادق
صدف طاهر طلا ظریف عابد عارف عزیز غزال غفور فاطمه فرشته فرزانه فرهاد فرید فریبا فیروزه قاسم قادر کاوه کریم گلالی گلناز
لاله لطیف لیلا محبوبه مرجان مرسل مژده مسعود مقصود مهتاب مهران میرویس مینا نادر نازنین نرگس نسترن نسیم نگار نگینه نور
نورالله نیلوفر وحید وفا یاسمین احمدی رحیمی نظری کریمی حسینی رضایی صافی وردک ستانکزی اکبری محمدی
""",
}

PLACES = {
    "en": """
London Paris Bristol Leeds Glasgow Dublin Oxford Cork Kabul Herat Mosul Basra Aleppo Homs Gaza Nairobi Lagos Accra
Kampala Turkey Chad China Georgia Bishkek Osh Tashkent Minsk Kyiv Tbilisi Yerevan
""",
    "fr": """
Paris Lyon Marseille Lille Nantes Bordeaux Calais Rouen Reims Dijon Angers Limoges Bruxelles Liège Genève Lausanne
Alger Oran Tunis Dakar Bamako Conakry Abidjan Kinshasa Goma Kigali Tchétchénie Géorgie Turquie Syrie
""",
    "tr": """
Istanbul Ankara Izmir Bursa Adana Konya Antep Mardin Batman Silvan Hakkari Diyarbakır Urfa Trabzon Samsun Rize Sivas
Tokat Ordu Kars Ağrı Muş Bitlis Siirt Edirne Mersin Hatay Afrin Kobani Münih
""",
    "ru": """
Москва Казань Грозный Аргун Гудермес Шали Назарань Махачкала Дербент Хасавюрт Нальчик Элиста Уфа Пермь Тверь Псков
Минск Гродно Брест Бишкек Ош Нарын Талас Каракол Чуй Джалалабад Ташкент Самарканд Душанбе Ереван
""",
    "uk": """
Київ Львів Харків Одеса Дніпро Полтава Суми Чернігів Житомир Вінниця Луцьк Рівне Тернопіль Ужгород Чернівці Херсон
Миколаїв Маріуполь Донецьк Луганськ Мелітополь Бердянськ Буча Ірпінь Краматорськ Слов'янськ Бахмут Ізюм Куп'янськ
Керч
""",
    "ar": """
دمشق حلب حمص حماة درعا إدلب الرقة بغداد الموصل البصرة أربيل كركوك صنعاء عدن تعز غزة رفح القدس نابلس عمان بيروت
طرابلس القاهرة الخرطوم الفاشر كابول هرات قندهار طهران مشهد
""",
    "kk": """
Алматы Ақтау Ақтөбе Астана Атырау Көкшетау Қарағанды Қостанай Қызылорда Маңғыстау Орал Павлодар Семей Талдықорған Тараз
Түркістан Шымкент Жезқазған Жаңаөзен Балқаш Риддер Алматыда Шымкентте Таразға Семейден Оралда
""",
    "ky": """
Бишкек Ош Нарын Талас Каракол Токмок Баткен Балыкчы Өзгөн Кочкор Кемин Аламүдүн Кербен Сузак Ноокат Чүй Лейлек Кадамжай
Нарында Ошто Баткенге Таласта Караколдон Чүйдө
""",
    "tg": """
Душанбе Хуҷанд Кӯлоб Бохтар Хоруғ Исфара Панҷакент Истаравшан Ҳисор Ваҳдат Норак Турсунзода Рашт Мурғоб Шуғнон Ёвон
Варзоб Кобул Хуҷандро Кӯлоби Хоруғро Рашти
""",
    "uz": """
Toshkent Samarqand Buxoro Xiva Urganch Nukus Andijon Namangan Fargʻona Qoʻqon Margʻilon Termiz Qarshi Jizzax Guliston
Navoiy Chirchiq Angren Denov Shahrisabz Buxoroda Termizga Nukusdan Xivada Qarshiga
""",
    "fa": """
کابل هرات قندهار مزارشریف بامیان غزنی قندوز بدخشان پنجشیر لغمان ننگرهار پروان کاپیسا فاریاب جوزجان هلمند نیمروز فراه
تخار بغلان مشهد تهران اصفهان شیراز پیشاور کویته
""",
}

# Sentences in which somebody or some place is named.
INSIDE = {
    "en": "yesterday we met {} at the gate",
    "fr": "hier nous avons parlé à {} au bureau",
    "tr": "yesterday we met {} at the gate",
    "ru": "вчера мы видели {} у дома",
    "uk": "вчора ми бачили {} біля дому",
    "ar": "اليوم كان {} مع",
    "kk": "кеше біз {} көрдік",
    "ky": "кечээ биз {} көрдүк",
    "tg": "дирӯз мо {} дидем",
    "uz": "kecha biz {} koʻrdik",
    "fa": "دیروز ما {} را دیدیم",
}
FIRST = {
    "en": "{} came at night.",
    "fr": "{} est venu hier.",
    "tr": "{} came at night.",
    "ru": "{} пришёл ночью.",
    "uk": "{} прийшов вночі.",
    "ar": "{} كان مع",
    "kk": "{} түнде келді.",
    "ky": "{} түндө келди.",
    "tg": "{} шабона омад.",
    "uz": "{} kechasi keldi.",
    "fa": "{} شب آمد.",
}
NOTES = {file.stem: file.read_text("utf-8") for file in Path(__file__).with_name("notes_in").glob("*.txt")}
"""Plain notes of invented cases; they tell what language the sentences are in."""
