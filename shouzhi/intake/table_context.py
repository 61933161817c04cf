"""What stands above a table: title, 编报单位, 单位, period; and what the sheet's and the file's name add."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from shouzhi.intake.funds import fund_in_text
from shouzhi.intake.names import area_of, is_area_code
from shouzhi.intake.periods import Period, chinese_to_digits, periods_in
from shouzhi.intake.table_labels import TitleFacts, statement_in_title, unit_in
from shouzhi.intake.vocabulary import code_list, normalise_text

_AREA_LABEL = (
    r"(?:编报|编制|填报|填制|报送|报表|上报)(?:单位|地区|部门|机构)(?:名称)?|单位名称|统筹区(?:划|名称)?|统筹地区"
    r"|行政区划|医保区划|区划(?:名称|代码)?|地区(?:名称)?|部门名称"
)
_AREA_CELL = re.compile(rf"^\s*[（(]?\s*(?:{_AREA_LABEL})\s*(?:[（(][^)）]*[)）])?\s*[:：]\s*(.*)$")
_AREA_INSIDE = re.compile(rf"(?:{_AREA_LABEL})\s*[:：]\s*(\S+)")
_UNIT_INSIDE = re.compile(r"(?:金额单位|计量单位|单位)[:：]?(?:人民币)?(亿元|万元|元)")
_UNIT_LABEL = re.compile(r"^(?:金额|计量)?单位[:：]?$")
_OTHER_UNIT = re.compile(r"单位[:：]?(?:人民币)?(千元|百万元|百元|千万元|美元)")
_FILING_DATE = re.compile(r"(编制|填报|填表|报出|报送|制表|打印|批复|上报|印发|编报)(日期|时间)")
_AREA_NAME = (
    r"(?:[\u4e00-\u9fff]{1,9}?(?:特别行政区|自治区|自治州|自治县|自治旗|地区|林区|新区|省|盟|市|县|旗|区|州)"
    r"(?:本级|直属)?[A-Z]?)"
)
_NOT_AREA = re.compile(r"统筹区|统筹地区|^全[市县区省旗盟州]|^(本|各|我|分)[市县区省旗盟]|社区|园区")
_ORGANISATION = re.compile(
    r"(?:城乡居民|职工)?(医疗保障|医保|财政|人力资源和?社会保障|人社|社会保险|社保|税务|医疗保险|社会医疗)"
    r"[\u4e00-\u9fff]*(局|厅|中心|处|科|所|办|会|院|服务)?(?:[(（].*[)）])?$"
)


@dataclass(frozen=True)
class TableContext:
    """All that holds for a whole table. Missing parts are None; ``sources`` names what came from a name."""

    title: TitleFacts
    admdvs: str | None = None
    area_name: str | None = None
    one_side: str | None = None
    problem: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def has_area(self) -> bool:
        return bool(self.admdvs or self.area_name)


def read_context(
    preamble: list[list[str]], sheet_name: str | None, file_stem: str, previous: TableContext | None
) -> TableContext:
    """Gather the context of one table from the rows above it, then the sheet's name, then the file's."""
    cells = [cell for row in preamble for cell in row if cell.strip()]
    titles = _titles(cells)
    unit, problem = _unit(preamble)
    statement = next((code for code in map(statement_in_title, titles) if code), None)
    facts = TitleFacts(_period(titles, cells, statement), statement, unit, _fund(titles))
    admdvs, area_name = _area(preamble, titles)
    context = TableContext(facts, admdvs, area_name, _one_side(titles), problem)
    for text, place in ((sheet_name, "工作表名"), (_title_like(file_stem), "文件名")):
        context = _completed(context, text, place)
    if previous is not None:
        context = _inherited(context, previous, has_title=bool(titles))
    if not context.has_area:
        code, name = area_in_name(file_stem)
        note = (f"统筹区取自文件名：{code or name}",) if code or name else ()
        context = replace(context, admdvs=code, area_name=name, notes=context.notes + note)
    return context


def _titles(cells: list[str]) -> list[str]:
    texts = [normalise_text(cell) for cell in cells]
    titles = [
        text for text in texts if re.search(r"表|基金|收支|医疗保险|医保", text) and not _is_labelled(text)
    ]
    return sorted(titles, key=lambda text: not re.search(r"表|收支", text))


def _is_labelled(text: str) -> bool:
    return bool(_AREA_CELL.match(text) or _UNIT_LABEL.match(text) or _FILING_DATE.search(text))


def _fund(titles: list[str]) -> str | None:
    return next((fund for fund in map(fund_in_text, titles) if fund), None)


def _unit(preamble: list[list[str]]) -> tuple[str | None, str | None]:
    for row in preamble:
        words = [normalise_text(cell) for cell in row]
        filled = [word for word in words if word]
        for index, word in enumerate(filled):
            found = _UNIT_INSIDE.search(word)
            if found and not re.search(r"编报单位[:：]?(亿元|万元|元)", word):
                return code_list("units").find(found.group(1)), None
            other = _OTHER_UNIT.search(word)
            if other:
                return None, f"金额单位“{other.group(1)}”不在接口规范内，请换算成元、万元或亿元"
            if _UNIT_LABEL.match(word) and index + 1 < len(filled):
                unit = code_list("units").find(filled[index + 1])
                if unit:
                    return unit, None
    for row in preamble:
        for word in map(normalise_text, row):
            unit = unit_in(word)
            if unit:
                return unit, None
    return None, None


def _period(titles: list[str], cells: list[str], statement: str | None) -> Period | None:
    named = [period for title in titles for period in periods_in(title)]
    best = _latest(named)
    if best is not None and (
        best.period_type != "year" or statement in {"budget", "revised_budget", "final"}
    ):
        return best
    others = [normalise_text(cell) for cell in cells if not _FILING_DATE.search(normalise_text(cell))]
    dated = [text for text in others if not re.search(r"\d{1,2}日$", chinese_to_digits(text)) or best is None]
    parts = [period for text in dated for period in periods_in(text)]
    if best is not None:
        parts = [
            each for each in parts if each.period_type != "year" and each.period_code[:4] == best.period_code
        ]
        return _latest(parts) or best
    return _latest(parts)


def _latest(periods: list[Period]) -> Period | None:
    """The latest year wins (执行及预算 titles name two); within it the finest period."""
    if not periods:
        return None
    year = max(period.period_code[:4] for period in periods)
    same = [period for period in periods if period.period_code[:4] == year]
    return next((period for period in same if period.period_type != "year"), same[0])


def _one_side(titles: list[str]) -> str | None:
    text = "".join(titles[:1])
    if (
        re.search(r"收入(预算|决算|执行|情况|明细|完成)?.{0,4}表", text)
        and "收支" not in text
        and "支出" not in text
    ):
        return "income"
    if (
        re.search(r"支出(预算|决算|执行|情况|明细|完成)?.{0,4}表", text)
        and "收支" not in text
        and "收入" not in text
    ):
        return "expenditure"
    return None


def _area(preamble: list[list[str]], titles: list[str]) -> tuple[str | None, str | None]:
    for value in _labelled_areas(preamble):
        area = tidy_area(value)
        if area != (None, None):
            return area
    for title in titles:
        name = area_in_title(title)
        if name:
            return None, name
    return None, None


def _labelled_areas(preamble: list[list[str]]) -> Iterator[str]:
    for row in preamble:
        filled = [cell.strip() for cell in row if cell.strip()]
        for index, cell in enumerate(filled):
            found = _AREA_CELL.match(cell) or _AREA_INSIDE.search(cell)
            if not found:
                if re.fullmatch(_AREA_LABEL, normalise_text(cell)) and index + 1 < len(filled):
                    yield filled[index + 1]
                continue
            value = re.split(r"\s{2,}|\s(?=\d{4}\s*年)|[,，;；]|(?:金额)?单位[:：]", found.group(1).strip())[
                0
            ]
            if value:
                yield value
            elif index + 1 < len(filled) and not re.search(r"单位[:：]", filled[index + 1]):
                yield filled[index + 1]


def tidy_area(text: str) -> tuple[str | None, str | None]:
    """Return code and name of an area from what 编报单位 says: the organisation's own words are dropped."""
    word = re.sub(r"[(（](公章|盖章|章)[)）]", "", normalise_text(text))
    word = re.sub(r"\d{4}年.*$", "", word)
    if not word or re.fullmatch(r"[_＿—-]+", word):
        return None, None
    code, name, problem, _ = area_of(word, "")
    if problem:
        return None, None
    if name:
        name = _without_province(_ORGANISATION.sub("", name).removesuffix("人民政府")) or name
    return code, name


def _without_province(name: str) -> str:
    found = re.match(r"^[\u4e00-\u9fff]{2,6}?(?:自治区|省)(?=[\u4e00-\u9fff])", name)
    if found and not name[found.end() :].startswith(("本级", "直属", "级")):
        return name[found.end() :]
    return name


def area_in_title(title: str) -> str | None:
    """Return the area that a title begins with, before or after its year."""
    word = re.sub(r"^(关于|附件?\d*[:：]?|表\d*[:：]?)", "", chinese_to_digits(normalise_text(title)))
    word = re.sub(
        r"^(?:截至|截止)?\d{4}年度?(?:\d{1,2}(?:月?[-—–~至]\d{1,2})?月(?:份|末|底)?|第?\d季度|[上下]半年)?",
        "",
        word,
    )
    if word.startswith("全国"):
        return "全国"
    found = re.match(
        rf"^((?:{_AREA_NAME})+?)(?=\d{{4}}|城[乡镇]|职工|居民|基本|医|社会|社保|公务员|大额|本级|全市|$)",
        word,
    )
    if not found or _NOT_AREA.search(found.group(1)):
        return None
    return _without_province(found.group(1))


def area_in_name(stem: str) -> tuple[str | None, str | None]:
    """Return code or name of the area that a file name carries."""
    word = re.sub(r"[\s]+", "_", stem)
    code = next((each for each in re.findall(r"(?<!\d)\d{6}(?!\d)", word) if is_area_code(each)), None)
    if code:
        return code, None
    for part in re.split(r"[_\-()（）【】\[\]·.]+", word):
        name = _ORGANISATION.sub("", part)
        candidate = area_in_title(name) or (
            part if re.fullmatch(rf"某[县市旗区盟][A-Z]?|{_AREA_NAME}", name) else None
        )
        if candidate and not _NOT_AREA.search(candidate):
            return None, candidate
    return None, None


def _title_like(stem: str) -> str | None:
    """A file name counts as a title only where it reads like one; a mere label never says the year."""
    word = normalise_text(stem)
    if re.match(r"^(fund_statement|基金收支表)[_\-]?\d*", word):
        return None
    return word if re.search(r"(医疗保险|医保|基金).*表", word) else None


def _completed(context: TableContext, text: str | None, place: str) -> TableContext:
    if not text:
        return context
    word, title, notes = normalise_text(text), context.title, []
    found = _latest(periods_in(word))
    if title.period is None and found:
        title = replace(title, period=found)
        notes.append(f"年份取自{place}“{text}”")
    fund = fund_in_text(word)
    if title.fund_code is None and fund:
        title = replace(title, fund_code=fund)
        notes.append(f"险种取自{place}“{text}”")
    if title.statement_code is None and statement_in_title(word):
        title = replace(title, statement_code=statement_in_title(word))
    area = area_in_title(word) if not context.has_area else None
    if area:
        notes.append(f"统筹区取自{place}“{text}”")
    area_name = context.area_name or area
    return replace(context, title=title, area_name=area_name, notes=context.notes + tuple(notes))


def _inherited(context: TableContext, previous: TableContext, has_title: bool) -> TableContext:
    """A second table below the first keeps its unit and area, and without a title of its own everything."""
    title, before = context.title, previous.title
    title = replace(title, unit_code=title.unit_code or before.unit_code)
    if not has_title:
        title = replace(
            title,
            period=title.period or before.period,
            statement_code=title.statement_code or before.statement_code,
            fund_code=title.fund_code or before.fund_code,
        )
    else:
        title = replace(title, period=title.period or before.period)
    if not context.has_area:
        context = replace(context, admdvs=previous.admdvs, area_name=previous.area_name)
    return replace(context, title=title)
