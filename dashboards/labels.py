"""Words and numbers as readers see them: one formatter, one vocabulary for links, six states.

Pages, charts and downloads all come here, so that the same figure is the same string everywhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pandas as pd

# --- numbers ---------------------------------------------------------------------------------

NOT_APPLICABLE = "—"
NOT_REPORTED = "? 未报送"
HELD_TAG = "待核"
NO_PERMISSION = "您无权查看该统筹区"
NO_RESULT = "没有符合条件的数据"


@dataclass(frozen=True)
class Unit:
    """How one unit is written: stored amount ÷ divisor, with a number of decimals."""

    text: str
    divisor: Decimal
    decimals: int


UNITS = {
    "元": Unit("元", Decimal(1), 2),
    "万元": Unit("万元", Decimal(10_000), 2),
    "亿元": Unit("亿元", Decimal(100_000_000), 2),
    "月": Unit("个月", Decimal(1), 1),
    "%": Unit("%", Decimal("0.01"), 1),
    "百分点": Unit("个百分点", Decimal("0.01"), 1),
    "个": Unit("个", Decimal(1), 0),
    "项": Unit("项", Decimal(1), 0),
    "行": Unit("行", Decimal(1), 0),
    "元整": Unit("元", Decimal(1), 0),
    "人": Unit("人", Decimal(1), 0),
    "人次": Unit("人次", Decimal(1), 0),
    "次": Unit("次", Decimal(1), 4),
    "天": Unit("天", Decimal(1), 1),
    "张": Unit("张", Decimal(1), 2),
    "倍": Unit("", Decimal(1), 2),
    "": Unit("", Decimal(1), 4),
}


def is_missing(value: Any) -> bool:
    """True for None, NaN, NaT and NA."""
    return bool(pd.isna(value))


def fmt(value: Any, unit: str, *, signed: bool = False, with_unit: bool = False) -> str:
    """A stored figure as text in a unit, rounded half up, with thousands separators.

    ``fmt(12345650, "万元")`` is ``"1,234.57"``; a missing value is ``"—"``; a true zero is ``"0.00"``;
    the minus sign is U+2212.  Never raises for a value that is not a number: it is returned as text.
    """
    if is_missing(value):
        return NOT_APPLICABLE
    spec = UNITS[unit]
    try:
        exact = Decimal(str(value)) / spec.divisor
    except ArithmeticError:
        return str(value)
    if not exact.is_finite():
        return NOT_APPLICABLE
    rounded = exact.quantize(Decimal(1).scaleb(-spec.decimals), rounding=ROUND_HALF_UP)
    sign = "−" if rounded < 0 else ("+" if signed and rounded > 0 else "")
    tail = spec.text if with_unit or unit == "%" else ""
    gap = "" if unit in {"%", "个", "项", "行", "人", "人次", ""} or not tail else " "
    return f"{sign}{abs(rounded):,.{spec.decimals}f}{gap}{tail}"


def fmt_months(value: Any) -> str:
    """Reserve months; at or below zero the fund is used up and no negative months are printed."""
    if is_missing(value):
        return NOT_APPLICABLE
    return "已用尽" if float(value) <= 0 else fmt(value, "月", with_unit=True)


def fmt_held(text: str, held: bool) -> str:
    """A figure that failed a check carries its mark."""
    return f"{text} {HELD_TAG}" if held else text


def fmt_difference(value: Any, unit: str) -> str:
    """A difference in words and an arrow, without red or green: ▲ 多 / ▼ 少."""
    if is_missing(value):
        return NOT_APPLICABLE
    number = float(value)
    if number == 0:
        return f"持平 {fmt(0, unit)}"
    return f"{'▲ 多' if number > 0 else '▼ 少'} {fmt(abs(number), unit)}"


# unit codes of the metric catalogue that are written in a unit of their own
CATALOGUE_UNITS = {"yuan_each": "元整", "quotient": "倍", "persons": "人", "days": "天", "beds": "张"}


def fmt_metric(value: Any, unit: str | None) -> str:
    """A rule's or indicator's figure in the unit its catalogue entry names."""
    name = (unit or "").strip()
    if is_missing(value):
        return NOT_APPLICABLE
    if name in {"月", "个月", "months"}:
        return fmt(value, "月", with_unit=True)
    if name in {"比率", "ratio", "%", "百分比"}:
        return fmt(value, "%")
    if name in {"元", "yuan"}:
        return fmt(value, "万元", with_unit=True)
    if name in {"万元", "亿元"}:
        return fmt(value, name, with_unit=True)
    if name in CATALOGUE_UNITS:
        return fmt(value, CATALOGUE_UNITS[name], with_unit=True)
    if name in {"rows", "行"}:
        return fmt(value, "行", with_unit=True)
    if name in {"期", "年", "次", "count", "个"}:
        return f"{fmt(value, '个')}{'' if name == 'count' else name}"
    return plain(value) + (f" {name}" if name else "")


def fmt_value(value: Any, unit: str | None) -> str:
    """A rule's or indicator's figure where it stands for itself: months that are used up are said to be so.

    Distances to a threshold and other differences are written by ``fmt_metric``: they may be negative.
    """
    return fmt_months(value) if (unit or "").strip() in {"月", "个月", "months"} else fmt_metric(value, unit)


def fmt_parameter(value: Any, unit: str | None) -> str:
    """A policy parameter as documents write it: 7%, 35,000 元, 是."""
    if is_missing(value):
        return NOT_APPLICABLE
    if unit == "ratio":
        return f"{plain(float(value) * 100)}%"
    if unit == "yuan":
        return f"{float(value):,.2f}".removesuffix(".00") + " 元"
    if unit == "flag":
        return "是" if float(value) else "否"
    return plain(value)


def plain(value: Any) -> str:
    """A figure without a known unit: no trailing zeros, at most four decimals."""
    if is_missing(value):
        return NOT_APPLICABLE
    if isinstance(value, str):
        return value
    text = f"{Decimal(str(value)).quantize(Decimal('0.0001'), rounding=ROUND_HALF_UP):,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "−")


# --- the public vocabulary of links: these words stand in URLs and are never renamed ----------

SCHEMES = {"职工": "employee", "居民": "resident", "合计": "all"}
BASES = {"统筹基金": "pooled", "含个人账户": "with_account"}
PERIOD_TYPES = {"月": "month", "季": "quarter", "半年": "half", "年": "year"}
COMPARES = ("同比", "预算", "全区均值")
WHOLE_REGION = "全区"
ALL_AREAS = "全部地区"

LEVELS = ("red", "orange", "yellow", "blue", "none", "not_available")
LEVEL_TEXT = {
    "red": "红色",
    "orange": "橙色",
    "yellow": "黄色",
    "blue": "蓝色",
    "none": "无预警",
    "not_available": "无法判断",
}
LEVEL_SYMBOL = {"red": "■", "orange": "▲", "yellow": "◆", "blue": "●", "none": "—", "not_available": "?"}
CHANGE_TEXT = {"new": "新增", "raised": "升级", "lowered": "降级", "cleared": "解除", "same": "不变"}
TREND_TEXT = {
    "worsening": "↗ 恶化",
    "stable": "→ 平稳",
    "improving": "↘ 改善",
    "not_available": "· 期数不足",
}
CHECK_STATUS_TEXT = {
    "pass": "通过",
    "warn": "警告",
    "fail": "不通过",
    "na_no_data": "无数据",
    "na_too_early": "期数不足",
}
CHECK_KIND_TEXT = {
    "integrity": "自身一致",
    "statement": "报表勾稽",
    "violation": "违规",
    "warning": "预警",
    "lead": "线索",
}
DIFFERENCE_TEXT = {
    "none": "无差异",
    "rounding": "四舍五入",
    "stated_difference": "表内差异",
    "restatement": "重述期初",
    "final_audit": "决算调整",
    "omission": "漏列",
    "not_available": "无法比较",
}
STATEMENT_TEXT = {
    "budget": "预算",
    "revised_budget": "调整预算",
    "estimate": "预计执行",
    "execution": "执行",
    "final": "决算",
}
ARRIVAL_TEXT = {
    "reported": "全部基金已报送",
    "partly": "部分基金已报送",
    "missing": "未报送",
    "not_expected": "不要求",
    "derived": "汇总推算",
    "business": "业务数据推算",
}
FEED_ARRIVAL_TEXT = {
    "reported": "已报送",
    "partly": "部分种类已报送",
    "missing": "未报送",
    "no_rows": "当月无记录（近一年有）",
    "not_expected": "不要求",
}
ARRIVAL_SYMBOL = {
    "reported": "●",
    "partly": "◐",
    "missing": "?",
    "no_rows": "–",
    "not_expected": "×",
    "derived": "○",
    "business": "◇",
}
UNDATED = "不分月"
OPENING_TEXT = {
    "stated": "报表填报",
    "prior_closing": "上期期末",
    "derived": "由期末倒推",
    "not_available": "无法取得",
}
ROLE_TEXT = {"addend": "计入合计", "of_which": "其中", "subtotal": "报表小计", "balance": "结余"}
ORIGIN_TEXT = {"statement": "报表", "business": "业务", "mixed": "报表＋业务"}
SIDE_TEXT = {"income": "收入", "expenditure": "支出", "balance": "结余"}
DIRECTION_TEXT = {"high_good": "越高越好", "low_good": "越低越好", "neutral": "不评价"}
MEASURE_TEXT = {"period": "本期数", "ytd": "本年累计数"}
# of a quarantined row; without a code it is still open
SETTLED_TEXT = {"delivered_again": "已由后来的文件更正", "dismissed": "已注明不再处理"}
BATCH_STATUS_TEXT = {
    "loaded": "已入库",
    "rejected": "整份拒收",
    "dismissed": "拒收，已注明不再处理",
    "unchanged": "内容未变",
}
# what a warning rule or a metric rests on; a policy parameter's basis has its own words (BASIS_TEXT)
RULE_BASIS_TEXT = {"stated": "文件明文", "assumed": "本产品的设计约定", "sample": "示例"}
TOOL_TEXT = {"dbt": "模型检验", "gx": "形状检验"}
FACT_TEXT = {
    "build_id": "版本号",
    "code_hash": "程序指纹",
    "data_date": "数据截至",
    "dbt_version": "模型检验工具版本",
    "duckdb_version": "数据库版本",
    "great_expectations_version": "形状检验工具版本",
    "lake_fingerprint": "数据湖指纹",
    "product_version": "程序版本",
    "region": "地区包",
    "schema_version": "表结构版本",
    "built_at": "生成时间",
    "exit_code": "运行结果码",
    "issues": "待处理事项",
    "dbt_nodes": "模型与检验个数",
    "dbt_warnings": "模型检验警告",
    "expectations": "形状检验",
    "inputs": "输入文件",
    "row_counts": "各表行数",
    "marts_sha256": "发布文件指纹",
    "marts_bytes": "发布文件大小",
}
MEDICAL_KIND_TEXT = {
    "all": "全部类别",
    "inpatient": "住院",
    "outpatient": "普通门诊",
    "chronic": "门诊慢特病",
    "pharmacy": "定点药店",
    "maternity": "生育",
    "other": "其他",
}
PERSON_GROUP_TEXT = {
    "all": "合计",
    "in_service": "在职",
    "retired": "退休",
    "adult": "成年居民",
    "elder": "老年居民",
    "minor_student": "未成年人和学生",
    "minor": "未成年人",
    "student": "学生",
    "newborn": "新生儿",
    "other": "其他",
}
SCHEME_TEXT = {
    "employee": "职工",
    "resident": "居民",
    "all": "合计",
    "civil_servant": "公务员补助",
    "large_claim": "大额补助",
    "retired_cadre": "离休",
    "disabled_soldier": "伤残军人",
    "enterprise_supplement": "企业补充",
    "resident_critical_illness": "居民大病",
    "other": "其他",
}
ITEM_TEXT = {"premium": "保险费", "subsidy": "财政补助"}
PAYER_TEXT = {
    "all": "合计",
    "employer": "单位",
    "person": "个人",
    "other": "其他",
}
CONTRIBUTION_KIND_TEXT = {
    "normal": "正常",
    "arrears": "补缴",
    "lump_sum": "一次性补缴",
    "refund": "退费",
    "other": "其他",
}
PAYMENT_SOURCE_TEXT = {
    "101": "零星报销",
    "102": "生育现金",
    "103": "生育津贴",
    "104": "医疗救助",
    "105": "灵活就业",
    "106": "零星补差",
    "107": "年度二次报销",
    "201": "清算支付",
    "202": "年中调整",
    "203": "预留保证金发放",
    "204": "年终清算",
    "205": "超定额",
    "206": "门诊统筹包干",
    "207": "预付金",
    "999": "其他",
    "unknown": "未注明",
}
AXIS_TEXT = {"deficit": "不足", "surplus": "结余偏多"}
SEVERITY_TEXT = {"info": "说明", "warning": "提醒", "problem": "问题"}

POPULATION_TEXT = {
    "all": "全部",
    "privileged": "享受医疗照顾人员",
    "civil_servant": "公务员",
    "provincial_cadre": "省级干部",
}
HOSPITAL_LEVEL_TEXT = {"1": "一级", "2": "二级", "3": "三级", "9": "未定级", "all": "不分级别"}
CARE_PLACE_TEXT = {
    "local": "本地",
    "referred": "转诊",
    "unreferred": "自行外出",
    "unknown": "转诊不明",
    "all": "不分就医地",
}
TOPIC_TEXT = {
    "contribution": "筹资",
    "benefit": "统筹待遇",
    "large_claim": "大额医疗保险",
    "civil_servant": "公务员医疗补助",
    "cadre": "省级干部",
    "resident": "居民筹资与待遇",
}
SCOPE_LEVEL_TEXT = {"nation": "国家", "region": "自治区", "area": "统筹区"}
BASIS_TEXT = {"stated": "文件规定", "assumed": "假定", "sample": "仅供样例"}
APPROVAL_TEXT = {
    "first": "首次规定",
    "higher_document": "上级文件",
    "approved": "已批准",
    "unapproved": "未见批准",
    "draft": "征求意见稿",
}

VOCABULARIES: dict[str, dict[str, str]] = {
    "level_code": LEVEL_TEXT,
    "previous_level_code": LEVEL_TEXT,
    "surplus_level_code": LEVEL_TEXT,
    "change_code": CHANGE_TEXT,
    "trend_code": TREND_TEXT,
    "status": CHECK_STATUS_TEXT,
    "kind": CHECK_KIND_TEXT,
    "difference_class": DIFFERENCE_TEXT,
    "statement_code": STATEMENT_TEXT,
    "arrival_code": ARRIVAL_TEXT,
    "opening_basis": OPENING_TEXT,
    "origin_code": ORIGIN_TEXT,
    "account_role": ROLE_TEXT,
    "side": SIDE_TEXT,
    "direction": DIRECTION_TEXT,
    "measure_code": MEASURE_TEXT,
    "status_code": BATCH_STATUS_TEXT,
    "settled_code": {**SETTLED_TEXT, "open": "待处理"},
    "axis": AXIS_TEXT,
    "contribution_kind_code": CONTRIBUTION_KIND_TEXT,
    "source_code": PAYMENT_SOURCE_TEXT,
    "medical_kind_code": MEDICAL_KIND_TEXT,
    "person_group_code": PERSON_GROUP_TEXT,
    "scheme_code": SCHEME_TEXT,
    "item_code": ITEM_TEXT,
    "payer_code": PAYER_TEXT,
    "tool": TOOL_TEXT,
    "fact_key": FACT_TEXT,
    "severity_code": SEVERITY_TEXT,
    "population_code": POPULATION_TEXT,
    "topic_code": TOPIC_TEXT,
    "hospital_level_code": HOSPITAL_LEVEL_TEXT,
    "care_place_code": CARE_PLACE_TEXT,
    "scope_level_code": SCOPE_LEVEL_TEXT,
    "basis": BASIS_TEXT,
    "approval_code": APPROVAL_TEXT,
}


def word(column: str, code: Any) -> str:
    """The Chinese word of a code; an unknown code is shown as it is, a missing one as ``—``."""
    if is_missing(code):
        return NOT_APPLICABLE
    return VOCABULARIES.get(column, {}).get(str(code), str(code))


def document_text(doc_no: Any, doc_title: Any, *, with_title: bool = True) -> str:
    """A document as readers cite it: number and 《title》; a document without an official number by its title."""
    if is_missing(doc_no) or doc_no == "":
        return NOT_APPLICABLE
    if is_missing(doc_title) or doc_title == "":
        return str(doc_no)
    if str(doc_no).isascii():
        return str(doc_title)
    return f"{doc_no}《{doc_title}》" if with_title else str(doc_no)


def clause_text(clause: Any) -> str:
    """A clause as readers cite it: a bare number is said to be one (``条款 1.2.3(1)``), words stand as they are."""
    if is_missing(clause) or clause == "":
        return ""
    return f"条款 {clause}" if re.fullmatch(r"[\d.()（）、]+", str(clause)) else str(clause)


def level_mark(code: Any) -> str:
    """Level as symbol and text, never colour alone: ``■ 红色``."""
    key = "not_available" if is_missing(code) else str(code)
    return f"{LEVEL_SYMBOL.get(key, '?')} {LEVEL_TEXT.get(key, key)}"


# --- periods ---------------------------------------------------------------------------------

_QUARTERS = "一二三四"


def period_label(period_code: str) -> str:
    """``202609`` → ``2026年9月``; ``2026Q3`` → ``2026年三季度``; ``2026H1`` → ``2026年上半年``; ``2026`` → ``2026年``."""
    year, rest = period_code[:4], period_code[4:]
    if not rest:
        return f"{year}年"
    if rest[0] == "Q":
        return f"{year}年{_QUARTERS[int(rest[1]) - 1]}季度"
    if rest[0] == "H":
        return f"{year}年{'上' if rest[1] == '1' else '下'}半年"
    return f"{year}年{int(rest)}月"


def period_end_label(period_code: str) -> str:
    """How the end of a period reads in a sentence: ``2026年9月末``."""
    return f"{period_label(period_code)}末"


def parse_period(text: str) -> str | None:
    """A period code from a label or from what other systems write (2026-09, 202609, 2026Q3, 2026年9月)."""
    cleaned = text.strip().upper()
    month = re.fullmatch(r"(\d{4})[-/.年]?(\d{1,2})月?", cleaned)
    if month and 1 <= int(month[2]) <= 12:
        return f"{month[1]}{int(month[2]):02d}"
    part = re.fullmatch(r"(\d{4})[-年]?([QH])([1-4])", cleaned)
    if part and (part[2] == "Q" or part[3] in "12"):
        return f"{part[1]}{part[2]}{part[3]}"
    quarter = re.fullmatch(r"(\d{4})年(?:第)?([一二三四])季度", cleaned)
    if quarter:
        return f"{quarter[1]}Q{_QUARTERS.index(quarter[2]) + 1}"
    half = re.fullmatch(r"(\d{4})年([上下])半年", cleaned)
    if half:
        return f"{half[1]}H{1 if half[2] == '上' else 2}"
    year = re.fullmatch(r"(\d{4})年?", cleaned)
    return year[1] if year else None


FUND_NAMES = {"ALL": "合计（职工含个人账户＋居民）", "POOLED": "合计（职工统筹＋居民）"}

RESIDENT_SEASON_NOTE = (
    "居民医保个人缴费多在第四季度集中到账、待遇逐月发生，年内累计收支在时间上不匹配；"
    "判断风险看最近一个年末的结余、上年同月与近12个月滚动数，不看单月结余。"
)
RESERVE_NOTE = "可支付月数：职工按近一年月均支出滚动计算；居民和合计受季节影响，按最近一个年末的结余计算。"
ROUNDING_NOTE = "因四舍五入，合计可能不等于分项之和。"
