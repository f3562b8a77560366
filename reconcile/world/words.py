"""Word lists that names are combined from. Common given names and surnames, company names of everyday words; any
likeness to somebody who lives or trades is chance."""

from __future__ import annotations

from typing import Final


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# Companies: a name is two words of one list and, often, one of the trade words behind.
COMPANY_WORDS: Final = {
    "KZ": _words(
        "Самал Тұлпар Қайнар Береке Жасыл Алтын Күміс Болашақ Арман Шапағат Көктем Ақжол Ұлытау Сарыарқа Жұлдыз Дала "
        "Бәйтерек Шаңырақ Керуен Нұрлы Мереке Өркен Зерде Айгөлек Бұлақ Қыран Сұңқар Жетісу Ертіс Тоғай Алатау Аспан "
        "Меридиан Горизонт Вектор Орион Парус Маяк Гранит Кристалл Атлант Форвард Янтарь Лазурит Пульсар Компас Каскад "
        "Эталон Прогресс Контур Азимут Спектр Зенит Квант Титан Феникс Аквамарин Бирюза Гармония Империал Калибр "
        "Лидер Магистраль Новатор Оптима Премьер Ракурс Сатурн Триумф Фаворит Центурион Юпитер Аврора Бриз Вершина "
        "Дельта Жемчуг Искра Кедр Ладья Мозаика Норд Оазис Пирамида Родник Сапфир Тандем Утес Фрегат Циркон Эдельвейс"
    ),
    "UZ": _words(
        "Yangi Oq Lola Zamin Navbahor Chinor Humo Oltin Kumush Dilshod Sharq Gulzor Buloq Bahor Samar Baraka Ishonch "
        "Umid Nur Registon Ziyo Mehr Orzu Saodat Kamolot Istiqbol Tong Yulduz Karvon Marvarid Nihol Obod Parvoz Qadam "
        "Rohat Sarbon Temir Ufq Xazina Yaylov Zarbuloq Anhor Bobur Chashma Durdona Farovon Gavhar Hamroh Jilva Kelajak "
        "Lochin Mustahkam Nafis Osmon Poytaxt Quyosh Ravon Sayqal Tarona Uchqun Vodiy Zafar Bo‘ston Do‘stlik Go‘zal "
        "Tog‘lar Cho‘qqi To‘lqin Imkon Kashfiyot Madad Sarhad Tizim Hosil Ipak Atlas Zarafshon Muhandis Yetakchi"
    ),
    "KE": _words(
        "Kilele Mawingu Bahari Savanna Simba Twiga Tumaini Imara Upendo Jahazi Nyota Baraka Amani Jamii Maendeleo "
        "Pwani Mlima Chui Tembo Kifaru Mwamba Nguzo Daraja Safina Kijani Zawadi Faida Mkono Mwanga Taa Acacia Highland "
        "Rift Longonot Equator Sunbird Granite Harbour Beacon Summit Cedar Maple Falcon Osprey Pioneer Vertex Zenith "
        "Coral Lagoon Meadow Orchard Riverside Stonebridge Tamarind Umoja Vista Westgate Bluebird Cobalt Domino Ember "
        "Foxglove Gazelle Horizon Indigo Jasmine Kestrel Lantern Mosaic Nimbus Onyx Prism Quartz Ridge Saffron"
    ),
}
TRADE_WORDS: Final = {
    "KZ": _words("Сервис Трейд Логистик Құрылыс Строй Тех Медиа Агро Консалт Маркет Софт Инжиниринг Транс Принт"),
    "UZ": _words("Servis Savdo Qurilish Trans Texno Agro Media Logistika Konsalt Soft Invest Market Plast Tekstil"),
    "KE": _words(
        "Traders Supplies Logistics Systems Media Farms Foods Consulting Motors Interiors Travel Hardware Digital"
    ),
}
MALE: Final = {
    "KZ": _words(
        "Арман Ерлан Нурлан Данияр Санжар Тимур Бауыржан Асхат Айдар Руслан Марат Серик Кайрат Олжас Бекзат Дмитрий "
        "Алексей Сергей Андрей Виктор Игорь Павел Роман Максим Николай Евгений Денис Антон Юрий Василий"
    ),
    "UZ": _words(
        "Botir Jasur Sherzod Otabek Sardor Bekzod Ulug‘bek Davron Farrux Rustam Shavkat Anvar Ilhom Jamshid Akmal "
        "Nodir Oybek Temur Umid Zafar Alisher Baxtiyor Doniyor Murod Sanjar"
    ),
    "KE": _words(
        "Peter John James Joseph David Samuel Daniel Brian Kevin Dennis Victor George Patrick Stephen Francis Moses "
        "Collins Evans Felix Geoffrey Hassan Ibrahim Juma Martin Nicholas"
    ),
}
FEMALE: Final = {
    "KZ": _words(
        "Айгуль Динара Жанар Сауле Асель Гульнара Мадина Алия Камила Баян Индира Лаура Светлана Ирина Ольга Татьяна "
        "Наталья Елена Марина Юлия Анна Екатерина Людмила Вера Оксана"
    ),
    "UZ": _words(
        "Dilnoza Gulnora Malika Nargiza Sevara Zulfiya Madina Feruza Kamola Lola Mohira Nilufar Oydin Ra’no Shahnoza "
        "Umida Xurshida Yulduz Zebo Barno"
    ),
    "KE": _words(
        "Mary Jane Grace Faith Mercy Esther Ruth Sarah Agnes Beatrice Caroline Dorcas Eunice Florence Halima Irene "
        "Joyce Lilian Nancy Pauline Rose Susan Winnie Zainab Lucy"
    ),
}
# Surnames in the masculine; Russian ones take -а / -a for women. Built from stems and endings, as they are in life.
_KZ_STEMS: Final = _words(
    "Ахмет Серик Нурпеис Жумабек Касым Омар Сулеймен Ибраим Токтар Бекет Сейт Исмаил Мусабек Оспан Рахим Толеген "
    "Шарип Ермек Жаксылык Кенже Мамыт Смагул Байжан Дюсен Кали Есим Молдабек Наурыз Садык Турсун Алдабек Кудайберген"
)
_UZ_STEMS: Final = _words(
    "Karim Rahim Yusup Tursun Abdulla Ergash Qodir Nazar Xolmat Said Ismoil Mirza Usmon Toshpulat Sobir Haydar Jo‘ra "
    "Norqul Eshon Bozor Ochil Sharip Hakim Ibragim Olim Nurmat Bobo Fayzi G‘ani Mumin Raximberdi Zokir Vohid Yo‘ldosh"
)


def _endings(
    stems: tuple[str, ...], endings: tuple[str, ...], vowels: str, vowel_endings: tuple[str, ...]
) -> tuple[str, ...]:
    return tuple(stem + end for stem in stems for end in (vowel_endings if stem[-1] in vowels else endings))


SURNAMES: Final = {
    "KZ": _endings(_KZ_STEMS, ("ов", "баев", "галиев", "канов"), "иеа", ("ев", "баев", "беков"))
    + _words("Иванов Петров Соколов Морозов Волков Лебедев Козлов Новиков Павлов Орлов Макаров Ким Пак Шмидт Вебер"),
    "UZ": _endings(_UZ_STEMS, ("ov", "boyev", "xonov", "qulov"), "aiou", ("yev", "boyev", "qulov")),
    "KE": _words(
        "Kamau Otieno Wanjiku Mwangi Kiprop Achieng Njoroge Odhiambo Kariuki Wafula Mutua Chebet Onyango Kimani Barasa "
        "Muthoni Cheruiyot Omondi Gitau Nyambura Rotich Wekesa Musyoka Akinyi Maina Langat Owino Njeri Kibet Simiyu "
        "Ndungu Auma Waweru Koech Nekesa Macharia Okoth Wambui Ruto Makokha Mureithi Atieno Karanja Jepkosgei "
        "Kiplagat Chepkoech Wangari Nyaga Muriuki Githinji Ngugi Kinyua Mbugua Gathoni Wairimu Wacera Kuria "
        "Thuo Gichuru Adhiambo Ouma Ochieng Opiyo Okello Aoko Anyango Awuor Oduor Ogutu Oloo Juma Were Wanyama "
        "Khaemba Lusweti Shikuku Mumo Kilonzo Mwende Ndinda Nzomo Kioko Musau Katana Mwakio Charo Kazungu "
        "Kiptoo Kosgei Bett Sang Chepngeno Tanui Birech Moraa Nyaboke Kerubo Ombati Nyakundi Osoro Lesuuda "
        "Lekuton Parsitau Naserian Abdi Noor Hussein Farah"
    ),
}
FATHERS: Final = _words(
    "Арман Ерлан Нурлан Марат Серик Кайрат Иван Петр Сергей Андрей Виктор Николай Болат Талгат Асхат Юрий Игорь"
)
LEGAL_FORMS: Final = {
    "KZ": (("ТОО", "ЖШС", "LLP"),) * 8 + (("АО", "АҚ", "JSC"), ("ПК", "ӨК", "PK"), ("ОО", "ҚБ", "OO")),
    "UZ": (("ООО", "МЧЖ", "MChJ"),) * 7 + (("ЧП", "ХК", "XK"), ("АО", "АЖ", "AJ"), ("СП ООО", "ҚК МЧЖ", "QK MChJ")),
    "KE": (("Limited", "Ltd", "Ltd"),) * 8 + (("PLC", "PLC", "Plc"), ("LLP", "LLP", "LLP")),
}
