"""Uzbek in the Latin alphabet; Cyrillic and letterless spellings are derived from it."""

from __future__ import annotations

from typing import Final

from reconcile.world.phrases.language import Language

UZBEK: Final = Language(
    code="uz-latn",
    opening=(
        "To‘lov", "To‘lov amalga oshirildi", "Xizmat uchun to‘lov", "Oldindan to‘lov", "Oldindan to‘lov 100%", "Avans to‘lovi",
        "Balansni to‘ldirish", "O‘tkazma", "Xizmat haqi",
    ),
    invoice=(
        "{n}-sonli hisob-faktura bo‘yicha", "{n}-sonli to‘lov hisobi bo‘yicha", "{n} - sonli hisob-fakturaga asosan",
        "hisob-faktura № {n}", "hisob-faktura №{n} {d}", "to‘lov hisobi № {n}", "to‘lov hisobi №{n} {d} yil", "invoys № {n}",
        "{n} raqamli invoys bo‘yicha", "{n} raqamli hisob-fakturaga asosan", "{d} yildagi {n}-sonli hisob-fakturaga asosan",
        "{d} dagi {n}-sonli invoysga asosan", "hisobvaraq-faktura № {n} {d}", "{n}-sonli hisobvaraq-fakturaga muvofiq", "invoys {n}",
    ),
    invoices=(
        "{ns}-sonli hisob-fakturalar bo‘yicha", "hisob-fakturalar № {ns}", "to‘lov hisoblari № {ns}", "invoyslar: {ns}",
        "hisob-faktura № {ns}",
    ),
    joiners=(", ", " va ", ",", "; ", " hamda "),
    account=(
        "shaxsiy hisob {a}", "shaxsiy hisob raqami {a}", "sh/h {a}", "shaxsiy hisob raqam № {a}", "{a}-sonli shaxsiy hisobga",
        "shaxsiy hisob № {a}", "shaxsiy hisob raqamiga {a}",
    ),
    bare=("№ {n}", "{n}", "№{n} {d}", "{n} uchun"),
    ranges=("№ {n} hisob-fakturalar", "{n}-sonli hisob-fakturalar bo‘yicha"),
    service=(
        "bulutli xizmatlar uchun", "xosting xizmati uchun", "server ijarasi uchun", "axborot xizmatlari uchun", "virtual server uchun",
        "IT xizmatlari uchun", "fevral oyi uchun", "ma’lumotlarni saqlash uchun", "internet xizmatlari uchun",
    ),
    tax=("QQS {r}% bilan", "QQS {r}% {v}", "QQSsiz", "shu jumladan QQS {v}", "QQS hisobga olingan holda", "QQS bilan"),
    contract=(
        "shartnoma № {c}", "{c}-sonli shartnomaga asosan", "shartnoma №{c} {d}", "{d} yildagi {c}-sonli shartnoma bo‘yicha",
        "№ {c} shartnomaga muvofiq", "dog. № {c} {d}",
    ),
    other=("dalolatnoma № {x}", "tel. {p}", "STIR {t}", "buyurtma № {x}", "ariza № {x}", "akt № {x} {d}"),
    beneficiary=("{who} uchun", "{who} nomidan", "mijoz {who} uchun"),
    on_account=("{who} uchun to‘lov, shaxsiy hisob raqami {a}", "{who} uchun, sh/h {a}", "{who} uchun shaxsiy hisob {a}"),
    plain=(
        "Xizmatlar uchun to‘lov", "Bulutli xizmatlar uchun to‘lov", "Balansni to‘ldirish", "Xosting uchun", "Oferta asosida to‘lov",
        "Oldindan to‘lov xizmatlar uchun", "internet xizmati",
    ),
    refund=(
        "Xato o‘tkazilgan mablag‘ni qaytarish {d}", "Ortiqcha to‘langan summani qaytarish", "Avansni qaytarish, shartnoma № {c}",
        "Noto‘g‘ri o‘tkazilgan pul qaytarildi (hisob-faktura {n})",
    ),
    loan=("{c}-sonli shartnoma bo‘yicha qarzni qaytarish", "Moliyaviy yordam qaytarildi, № {x} {d}", "Qarz berish, shartnoma № {c}"),
    interest=("Depozit bo‘yicha foizlar", "Depozit foizi, yanvar oyi uchun"),
    own_funds=("O‘z mablag‘larini o‘tkazish", "O‘z hisobvaraqlari o‘rtasida mablag‘ o‘tkazish"),
    capital=("Ustav kapitaliga ulush", "Ustav fondini shakllantirish", "Ustav kapitalini to‘ldirish"),
    lump=("PAYME reyestr № {x} {d}", "CLICK reyestri № {x}, {d}", "UZUM orqali to‘lovlar reyestri {d}", "Ekvayring bo‘yicha qoplama {d}"),
    outgoing=("Bank xizmati komissiyasi", "Yanvar oyi ish haqi", "Ofis ijarasi, shartnoma № {c}"),
    months=tuple("yanvar fevral mart aprel may iyun iyul avgust sentabr oktabr noyabr dekabr".split()),
)
