"""Legal forms of Uzbekistan, in Russian and in Uzbek of both alphabets. In Uzbek the form follows the name.

ҚК (joint venture) is found as ҚҚ of `kz`, which folds to the same letters.

False friends: «ИП ООО» is a foreign enterprise (иностранное предприятие), XK a private or a foreign one: companies.
"""

from __future__ import annotations

from typing import Final

from reconcile.names.kinds import LegalForm, Place, company, short, sole_trader

FORMS: Final[tuple[LegalForm, ...]] = (
    company(
        "ООО",
        "МЧЖ",
        "LLC",
        "Общество с ограниченной ответственностью",
        "Общества с ограниченной ответственностью",
        "Обществу с ограниченной ответственностью",
        "Обществом с ограниченной ответственностью",
        "Общество с огр. отв.",
        "Масъулияти чекланган жамияти",
        "Масъулияти чекланган жамият",
        "Mas'uliyati cheklangan jamiyati",
        "Mas'uliyati cheklangan jamiyat",
        "Limited Liability Company",
    ),
    short(Place.START, "000"),  # typed with zeros
    company("Акциядорлик жамияти", "Aksiyadorlik jamiyati", "Очиқ акциядорлик жамияти", "ОАЖ"),
    short(Place.EDGE, "АЖ"),
    company("Совместное предприятие", "Қўшма корхонаси", "Қўшма корхона"),
    short(Place.EDGE, "СП", companion=True),
    company("Иностранное предприятие", "Хорижий корхонаси", "Хорижий корхона", "Xorijiy korxona"),
    short(Place.EDGE, "ХК", companion=True),
    company("Частное предприятие", "Хусусий корхонаси", "Хусусий корхона"),
    short(Place.EDGE, "ЧП"),
    company("Семейное предприятие", "Оилавий корхонаси", "Оилавий корхона"),
    short(Place.END, "ОК"),
    company("ДУК", "Давлат унитар корхонаси", "Давлат унитар корхона", "ГУП", "Государственное унитарное предприятие"),
    company("Фермер хўжалиги", "Фермерское хозяйство"),
    short(Place.EDGE, "ФХ"),
    company("Деҳқон хўжалиги", "Дехканское хозяйство"),
    company("ННО", "ННТ", "Нодавлат нотижорат ташкилоти", "Негосударственная некоммерческая организация"),
    company("АКБ", "АИКБ", "АТБ", "Акционерно-коммерческий банк"),
    company("Акциядорлик тижорат банки", "Aksiyadorlik tijorat banki"),
    short(Place.END, "АТ"),
    sole_trader(
        Place.ANYWHERE,
        "ЯТТ",
        "YTT",
        "Якка тартибдаги тадбиркор",
        "Якка тартибдаги тадбиркори",
        "Якка тадбиркор",
    ),
)
