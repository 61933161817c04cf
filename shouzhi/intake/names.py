"""Names as printed: accounts without numbering, areas by code or name, headers with a unit in brackets."""

import re

from shouzhi.intake.cells import clean_text, is_scientific
from shouzhi.intake.vocabulary import code_list, normalise_text, normalise_word, words

_NUMBERINGS = [
    (1, re.compile(r"^[(（]?第?[一二三四五六七八九十]+[)）]?[、,，.．:：]\s*")),
    (2, re.compile(r"^[(（][一二三四五六七八九十]+[)）]\s*")),
    (3, re.compile(r"^\d{1,2}(?:\.\d{1,2})+[、.．)）]?\s*(?=[^\d.%])")),
    (3, re.compile(r"^\d{1,2}\s*[、.．,，:：]\s*(?=\D)")),
    (4, re.compile(r"^[(（]\d{1,2}[)）]\s*")),
    (4, re.compile(r"^\d{1,2}[)）]\s*")),
    (5, re.compile(r"^[①②③④⑤⑥⑦⑧⑨⑩]\s*")),
]
_OF_WHICH = re.compile(r"^[(（]?其\s*中[)）]?\s*[:：、,，]?\s*")
# 参保人数(人), 可支付月数, 住院率(%), 次均住院费用: counts, shares and averages, never money of a fund.
_NOT_MONEY = re.compile(
    r"(人数|人头数|人次数?)(合计|小计|总计)?$"
    r"|(月数|天数|床日数?|家数|户数|机构数|单位数|参保数|比例|占比|比重|[^利]率%?|抚养比|退休比|职退比|增幅|增速)$"
    r"|^(人均|次均|日均|例均|户均|每人)|^(年末)?(参保|缴费|在职|退休|享受待遇|就诊|住院)(职工)?人[数次]"
)
_NAME_UNIT = re.compile(r"[(（\[【]([^()（）\[\]【】]+)[)）\]】]$")
_PROVINCES = {
    "11",
    "12",
    "13",
    "14",
    "15",
    "21",
    "22",
    "23",
    "31",
    "32",
    "33",
    "34",
    "35",
    "36",
    "37",
    "41",
    "42",
} | {
    *(
        "43",
        "44",
        "45",
        "46",
        "50",
        "51",
        "52",
        "53",
        "54",
        "61",
        "62",
        "63",
        "64",
        "65",
        "66",
        "71",
        "81",
        "82",
        "10",
    )
}
_UNIT_SUFFIX = re.compile(r"[(（\[【/]?\s*(?:金额)?(?:单位)?[:：]?\s*(亿元|万元|元|亿|万)\s*[)）\]】]?$")


def split_numbering(text: str) -> tuple[int | None, str]:
    """Return the rank of a leading number (一、=1, （一）=2, 1.=3, (1)=4, ①=5; None) and the rest."""
    raw = text.strip()
    for rank, pattern in _NUMBERINGS:
        found = pattern.match(raw)
        if found and raw[found.end() :].strip():
            return rank, raw[found.end() :].strip()
    return None, raw


def split_account(text: str) -> tuple[int | None, bool, str]:
    """Return numbering rank, whether it is printed as 其中, and the bare name."""
    rank, rest = split_numbering(text)
    found = _OF_WHICH.match(rest)
    if not found:
        return rank, False, tidy_name(rest)
    inner_rank, inner = split_numbering(rest[found.end() :])
    return (rank or inner_rank), True, tidy_name(inner)


def is_not_money(name: str | None) -> bool:
    """True for a row that counts heads, visits, months or shares: its name or the unit in its brackets says so."""
    word = normalise_word(name)
    found = _NAME_UNIT.search(word)
    if found and found.group(1).removeprefix("单位").lstrip(":：") in words("not_money_units"):
        return True
    bare = _NAME_UNIT.sub("", word)
    return bool(_NOT_MONEY.search(bare))


def tidy_name(text: str) -> str:
    """Half width, no blanks, no trailing colon: 收　入　合　计： becomes 收入合计."""
    return normalise_text(text).rstrip(":：").replace("（", "(").replace("）", ")")


def header_unit(cell: str) -> tuple[str, str | None]:
    """Split 金额（万元） into the normalised word 金额 and the unit's code."""
    word = normalise_word(cell)
    found = _UNIT_SUFFIX.search(word)
    if not found or not word[: found.start()]:
        return word, None
    return word[: found.start()], code_list("units").find(found.group(1))


def is_area_code(text: str) -> bool:
    """True for a six-digit (or longer) division code of a Chinese province, or 100000."""
    return bool(re.fullmatch(r"\d{6}(\d{3}|\d{6})?", text)) and text[:2] in _PROVINCES


def area_of(code_text: str, name_text: str) -> tuple[str | None, str | None, str | None, str | None]:
    """Return admdvs, name, problem and the column it is in; either text may hold code or name."""
    code, name = normalise_text(code_text).removesuffix(".0"), clean_text(name_text)
    if is_scientific(code_text):
        problem = "区划代码是科学计数法，位数可能已丢失，请把该列设为文本后重填六位代码"
        return None, None, problem, "admdvs"
    if code.lower() in words("not_given"):
        code = ""
    if name and normalise_word(name) in words("not_given"):
        name = None
    if name and is_area_code(normalise_text(name)) and not code:
        code, name = normalise_text(name), None
    if code and re.fullmatch(r"\d{1,12}", code):
        if not (is_area_code(code) or (4 <= len(code) <= 12 and not name_is_number(name))):
            return None, None, "区划代码应为六位数字，如 150100", "admdvs"
        return code, name, None, None
    if code:
        found = re.fullmatch(r"(.+?)[(（]?(\d{6})[)）]?", code) or re.fullmatch(r"(\d{6})[-_]?(.+)", code)
        if found:
            groups = sorted(found.groups(), key=str.isdigit)
            return groups[1], name or groups[0], None, None
        return None, name or clean_text(code_text), None, None
    if name:
        return None, name, None, None
    return None, None, "没有区划：请填六位区划代码或地区名称", "admdvs"


def name_is_number(name: str | None) -> bool:
    return not name or name.replace(".", "").isdigit()


def account_of(code_text: str, name_text: str) -> tuple[str | None, str | None, bool, str | None, str | None]:
    """Return code, bare name, whether printed as 其中, problem and its column; either may hold either."""
    code, name = clean_text(code_text), clean_text(name_text)
    if is_scientific(code_text):
        return (
            None,
            None,
            False,
            "科目代码是科学计数法，位数可能已丢失，请把该列设为文本后重填",
            "account_code",
        )
    if code and not re.fullmatch(r"[A-Za-z0-9_.:\-]+", code):
        code, name = None, name or code
    if not name and code_text and code and code.isdigit() is False and not re.search(r"[A-Za-z0-9]", code):
        code = None
    if not code and not name:
        column = "account_name"
        return None, None, False, "没有科目：请填科目代码或名称", column
    if not name:
        return code, None, False, None, None
    _, is_of_which, bare = split_account(name)
    if not bare:
        return code, None, False, "科目名称为空，请填写科目名称", "account_name"
    if not code and re.fullmatch(r"[a-z][a-z0-9_]*", bare):
        return bare, None, is_of_which, None, None
    return code, bare, is_of_which, None, None
