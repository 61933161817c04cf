"""Which fund a title, sheet name or column label speaks of."""

import re

from shouzhi.intake.vocabulary import normalise_text

_POOLED = re.compile(r"统筹基金|统筹账户|\(统筹|职工统筹|居民统筹|统筹部分|^统筹$|统筹\)")
_WITH_ACCOUNT = re.compile(r"含个人账户|含个账|统筹基金[和与及、]个人账户|统账")
_OTHER_INSURANCE = re.compile(r"养老|失业|工伤|新型农村合作医疗|新农合")


def fund_in_text(text: str | None) -> str | None:
    """Return the fund that a title names, or None where it names none or more than one."""
    word = normalise_text(text)
    if not word:
        return None
    has_employee, has_resident = "职工" in word, bool(re.search("居民|城乡医保", word))
    if _OTHER_INSURANCE.search(word) and not re.search("医疗|医保", word):
        return None
    if "医疗救助" in word and not (has_employee or "居民基本医疗" in word):
        return "610100"
    if "调剂金" in word:
        return (
            "ADJ310"
            if has_employee and not has_resident
            else "ADJ390"
            if has_resident and not has_employee
            else None
        )
    if has_employee and has_resident:
        return _total(word)
    if has_resident:
        return "390200" if "大病" in word and "基本医" not in word else "390100"
    if has_employee and re.search(
        r"基本|医保|医疗保险|^城?镇?职工(统筹)?$|职工\(|职工统筹|个人账户|个账", word
    ):
        return _employee(word)
    for code, pattern in (
        ("320100", r"公务员"),
        ("330100", r"大额|职工大病"),
        ("340100", r"离休"),
        ("350100", r"残疾军人|伤残军人"),
        ("370100", r"企业补充"),
        ("310200", r"^(职工)?(个人账户|个账)"),
    ):
        if re.search(pattern, word):
            return code
    return _employee(word) if has_employee else _total(word)


def _employee(word: str) -> str:
    if re.search(r"大额|大病", word) and "基本" not in word:
        return "330100"
    if _WITH_ACCOUNT.search(word):
        return "310000"
    if re.search(r"个人账户|个账", word):
        return "310200"
    return "310100" if _POOLED.search(word) else "310000"


def _total(word: str) -> str | None:
    if not re.search(r"合计|汇总|总表|总计|^基本医疗保险(基金)?$", word):
        return None
    if not re.search(r"医疗|医保|^(合计|汇总|总计)", word):
        return None
    return "POOLED" if _POOLED.search(word) and not _WITH_ACCOUNT.search(word) else "ALL"


def fund_in_label(label: str, title_fund: str | None) -> str | None:
    """Return the fund of an amount column: its own where it names one, else the title's."""
    if title_fund in {"310000", "310100", "310200"} or "职工" in label:
        if re.search(r"个人账户|个账", label) and not _WITH_ACCOUNT.search(label):
            return "310200"
        if re.search(r"统筹", label):
            return "310100"
    if re.search(r"职工|居民|公务员|大额|医疗救助|离休|企业补充", label):
        return fund_in_text(label) or title_fund
    return title_fund
