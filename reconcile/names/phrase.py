"""The name in a phrase of a purpose: without the word before it (клиента, third party) and without what follows it.

A name ends where another part of the purpose begins: an id, an account, a subject («за услуги»), a tax. What may be
part of a company's name («Алма Услуги», «Счёт Плюс», «Центр по связям») ends it only behind a comma or a slash, or with
a number after it; cutting too early would make «Астана» of «Астана Лицей 5».
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_PAUSE: Final = r"[\s,;./(|-]+"
_BREAK: Final = r"(?:\s*[,;|(]\s*|\s*//?\s*)"
_ID: Final = (
    r"(?:бин|иин|инн|рнн|стир|пинфл|жшшир|жсн|бсн|bin|iin|inn|stir|pinfl|jshshir|kra\s+pin|иик|жск|iban|кбе|кнп|knp)\b"
)
_ACCOUNT: Final = (
    r"(?:л/\s?сч?|л\.\s?с\b|лиц(?:\.|ев[а-я]+)|сч\b\.?|сч[её]т(?:а|у|ом|ам|ов|-фактур[а-я]*)?\b|жеке\s+шот|дербес"
    r"|шот(?:ы|қа|тан|ына|-фактура)?\b|ш/[хҳ]|ша[хҳ]сий|shaxsiy|hisob(?:i|ga|varaq\w*|-faktura\w*)?\b|[хҳ]исоб"
    r"(?:и|га|-фактура\w*)?\b|a/c|acc\b|acct\b|account\b|akaunti\b|personal\s+acc\w*|invoice\b|inv\b|инвойс[а-я]*"
    r"|sch[ey]t[a-z]{0,2}\b|l/s|lic(?:evoi|evoy|evogo)\b|lits(?:evoi|evoy|evogo)\b)"
)
_DOCUMENT: Final = r"(?:договор|дог\b|заявк|тариф|реквизит|контракт|оплат|пополн|зачисл|dogovor|shartnoma|шартнома)"
_MONTH: Final = r"(?:январ|феврал|март|апрел|ма[йя]\b|июн|июл|август|сентябр|октябр|ноябр|декабр)"
_SUBJECT: Final = (
    rf"(?:услуг|хостинг|облач|аренд|сервер|vps\b|vds\b|интернет|домен|связь|период|предоставл|пользован|{_MONTH}"
    r"|uslug|hosting|services?\b|the\s+(?:month|period))"
)
_WARE: Final = (
    r"(?:hosting|cloud|server|servers|vps|vds|internet|subscription|service|domain|saas|bandwidth|colocation)"
)
"""What is sold. No company's name goes on with its fees, nor behind the English form that ends it."""
_PATRONYMIC_ENDED: Final = (
    r"(?:(?<=вича)|(?<=вны)|(?<=вну)|(?<=ұлы)|(?<=қызы)|(?<=vicha)|(?<=vny)|(?<=vnu)|(?<=uly)|(?<=kyzy))"
)
"""A person's whole name has been said."""
_TAX: Final = (
    r"(?:в\s?т\.?\s?ч|без\s+ндс|ндс\b|[қк][қк]с\b|qqs\b|vat\b|от\s+[0-9]|dated\s|is\s+registered|согл\.|согласно)"
)
_AFTER_BREAK: Final = r"(?:ref\b|rec\b|roc\b|id\b|сумм|дата\b|төлем|т[ўу]лов|to.lov|oplata|№|#)"
_NUMBERED: Final = r"\s*(?:(?:no|n|number|номер|на\s+опл[а-я]*|raqam\w*|ра[кқ]ам\w*)\b)?[\s.:№#-]*[0-9]"

_ENDS: Final = re.compile(
    "|".join(
        (
            rf"\s*\b{_ID}(?=\W*(?:[^\W\d_]+\W+)?(?:[0-9]|[ap][0-9]|kz[0-9]))",
            rf"{_PAUSE}(?:на|по|to|on|согл\w*\.?|po|na|soglasno)\s+(?:the\s+)?(?:{_ACCOUNT}|{_DOCUMENT})",
            rf"{_PAUSE}(?:за|for|za)\s+(?:{_SUBJECT}|[0-9])",
            r"\s+-\s+(?:as\s+per|against|vide)\b",
            rf"{_PAUSE}{_ACCOUNT}{_NUMBERED}",
            rf"{_PAUSE}(?:л/\s?сч?\b|ш/[хҳ]|a/c|{_TAX})",
            rf"{_BREAK}(?:{_ACCOUNT}|{_DOCUMENT}|{_SUBJECT}|{_AFTER_BREAK})",
            rf"(?<=[\"»”])\s+(?:{_SUBJECT}|{_WARE}\b|(?:в\s+)?(?:г\.|гор\.|город))",  # the quotes end the name
            rf"\s+{_WARE}\s+fees?\b",
            rf"(?:(?<=\bllp)|(?<=\bltd)|(?<=\bltd\.)|(?<=\blimited)|(?<=\bplc)|(?<=\bllc))\s+(?:{_WARE}|fees?|(?:it\s+)?services?)\b",
            rf"{_PATRONYMIC_ENDED}\s+(?:аванс|предоплат|avans|predoplat)",
            r"\s+(?:үшін|учун|uchun|атынан|номидан|nomidan)\b",
            r"[\s,;./(|№#-]+[0-9]{5,}",
        )
    ),
    re.IGNORECASE,
)
_BEFORE: Final = re.compile(
    r"^\W*(?:(?:(?:третье|третьего)\s+лиц[оа]|клиента?|абонента?|покупател[яь]|заказчика?|компани[юяи]|организаци[юи]"
    r"|фирму|гражданина|гражданку|гр-н[ау]|гр-ку|г-на|г-жу|mr|mrs|ms|miss|dr|client|customer|subscriber"
    r"|third\s+party|үшінші\s+тұлға|учинчи\s+шахс|uchinchi\s+shaxs)\b|гр\.)[\s.:]*",
    re.IGNORECASE,
)
_BEHIND_QUOTES: Final = re.compile(
    r"(?<=[»\"”])\s+(?!(?:и|с|или|либо|және|мен|ва|va|and|or)\b)(?=[a-zа-яёәғқңөұүһіўҳ])"
)
"""«ТОО "Рассвет Строй" доплата по счету»: the quotes have ended the name, and small letters go on with the purpose."""
_GLUED_CASE: Final = re.compile(
    r"(?:(?<=[\"»”])-?|(?<=\w)-|(?<=\bЖШС)|(?<=\bАҚ)|(?<=\bЖК)|(?<=\bИП)|(?<=\bТОО)|(?<=\bАО)|(?<=\bLLP))"
    r"(?:[ндт][ыіи][ңн]|[ndt][yi][nñ])\s*$",
    re.IGNORECASE,
)
"""«ТОО "Рассвет"-тың атынан», «"Рассвет" ЖШС-тің», «ЖШСтің»: the Kazakh genitive behind quotes, a hyphen or a form."""
_ANGLES: Final = re.compile(r"[<>\[\]]")
_FOLD: Final = re.compile(r"\r?\n")


def readings(phrase: str) -> Iterator[str]:
    """The names that the phrase may hold: whole, without the word before it, and each up to where it ends; with the
    bank's line folds as blanks and, where there are any, taken out («Рома|шка»)."""
    folds = (_FOLD.sub(" ", phrase), _FOLD.sub("", phrase)) if "\n" in phrase else (phrase,)
    for text in folds:
        whole = _GLUED_CASE.sub("", " ".join(_ANGLES.sub(" ", text).split()))
        for start in dict.fromkeys((0, _end_of(_BEFORE.match(whole)))):
            name = whole[start:]
            yield name
            end = _ENDS.search(name, 1)
            if end is not None:
                yield name[: end.start()]
            closed = _BEHIND_QUOTES.search(name)
            if closed is not None and not name[: closed.start()].islower():
                yield name[: closed.start()]


def _end_of(found: re.Match[str] | None) -> int:
    return found.end() if found else 0
