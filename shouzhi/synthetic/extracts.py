"""Print the simulated accounts as the files that bureaus would deliver, with the flaws of real deliveries."""

import csv
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import xlsxwriter

from shouzhi.synthetic import region
from shouzhi.synthetic.series import EXPENDITURE, INCOME, Key, Month, Series, simulate
from shouzhi.synthetic.statutory_table import Row as TableRow
from shouzhi.synthetic.statutory_table import Sheet, chinese_year, write_workbook

# account of the simulation -> name as statements print it
INCOME_NAME = {
    "premium": "基本医疗保险费收入",
    "subsidy": "财政补贴收入",
    "interest": "利息收入",
    "transfer_in": "转移收入",
    "other_income": "其他收入",
    "from_superior": "上级补助收入",
    "from_subordinates": "下级上解收入",
}
EXPENDITURE_NAME = {
    "benefit": "基本医疗保险待遇支出",
    "critical_illness": "大病保险支出",
    "transfer_out": "转移支出",
    "other_expenditure": "其他支出",
    "to_subordinates": "补助下级支出",
    "to_superior": "上解上级支出",
}
OF_WHICH_NAME = {
    "inpatient": "其中：住院支出",
    "outpatient": "其中：门诊支出",
    "maternity": "其中：生育医疗费用支出",
}
UNKNOWN_NAME = "长期护理保险试点划转支出"
# the accounts that each fund prints, zero or not
FUND_ACCOUNTS = {
    "310100": {"premium", "subsidy", "interest", "other_income", "from_superior", "benefit", "inpatient"}
    | {"outpatient", "maternity", "other_expenditure", "to_superior"},
    "310200": {"premium", "interest", "transfer_in", "other_income", "benefit", "transfer_out"},
    "390100": {"premium", "subsidy", "interest", "other_income", "from_superior", "benefit", "inpatient"}
    | {"outpatient", "critical_illness", "other_expenditure", "to_superior"},
    "330100": {"premium", "interest", "other_income", "benefit"},
    "ADJ310": {"interest", "from_subordinates", "to_subordinates"},
    "ADJ390": {"interest", "from_subordinates", "to_subordinates"},
}
BETWEEN_LEVELS = ("from_superior", "from_subordinates", "to_superior", "to_subordinates")
# what the statutory table prints in each half
TABLE_INCOME = ("premium", "subsidy", "interest", "other_income")
TABLE_EXPENDITURE = ("benefit", "critical_illness", "other_expenditure")

HEADER = (
    "period",
    "measure",
    "admdvs",
    "admdvs_name",
    "fund_code",
    "statement",
    "side",
    "account_name",
    "amount",
    "unit",
    "doc_no",
)
HEADER_ZH = (
    "期间",
    "计量口径",
    "统筹区编码",
    "统筹区名称",
    "基金代码",
    "报表类型",
    "收支方向",
    "科目名称",
    "金额",
    "单位",
    "批准文号",
)
MEASURE_ZH = {"ytd": "本年累计", "period": "本期", "": ""}


@dataclass(frozen=True)
class Line:
    """One printed amount, in fen."""

    period: str
    measure: str
    area: region.Area
    fund: str
    statement: str
    side: str
    account: str
    amount: int
    unit: str = "元"
    doc_no: str = ""


def total_month(months: Sequence[Month]) -> Month:
    """Consecutive months as one: the first opening, the sums of the flows."""
    flows: dict[str, int] = {}
    for month in months:
        for account, amount in month.flows.items():
            flows[account] = flows.get(account, 0) + amount
    return Month(months[0].opening, flows)


def statement_lines(
    area: region.Area, fund: str, period: str, measure: str, statement: str, month: Month, doc_no: str = ""
) -> list[Line]:
    """A fund's statement of one period, in printed order."""

    def line(side: str, account: str, amount: int) -> Line:
        return Line(period, measure, area, fund, statement, side, account, amount, doc_no=doc_no)

    printed = FUND_ACCOUNTS[fund]
    surplus_name = "本年收支结余" if measure != "period" else "本期收支结余"
    lines = [line("", "上年结余" if measure != "period" else "期初结余", month.opening)]
    lines += [line("收入", INCOME_NAME[a], month.flows.get(a, 0)) for a in INCOME if a in printed]
    lines += [line("收入", "收入合计", month.income)]
    for account in EXPENDITURE:
        if account not in printed:
            continue
        lines.append(line("支出", EXPENDITURE_NAME[account], month.flows.get(account, 0)))
        if account == "benefit":
            lines += [
                line("支出", OF_WHICH_NAME[a], month.flows.get(a, 0)) for a in OF_WHICH_NAME if a in printed
            ]
    lines += [line("支出", "支出合计", month.expenditure)]
    lines += [line("", surplus_name, month.closing - month.opening), line("", "累计结余", month.closing)]
    return lines


def monthly_lines(area: region.Area, fund: str, series: Series, year: int) -> list[Line]:
    """An area's execution of a year: year-to-date or by month, as the area keeps it (2022: by month)."""
    lines: list[Line] = []
    codes = [code for code in series if code[:4] == str(year)]
    for index, code in enumerate(codes):
        if not region.FIRST_REPORTED_MONTH <= code <= area.last_month:
            continue
        by_month = area.measure == "period" or year == region.FIRST_SIMULATED_YEAR
        month = series[code] if by_month else total_month([series[c] for c in codes[: index + 1]])
        lines += statement_lines(area, fund, code, "period" if by_month else "ytd", "执行", month)
    return lines


def year_month(series: Series, year: int) -> Month:
    return total_month([month for code, month in series.items() if code[:4] == str(year)])


# --------------------------------------------------------------------------------------------------------
# flaws: each one stands in 说明.md
# --------------------------------------------------------------------------------------------------------
FINAL_AUDIT = ("150500", "390100", 2025, 234_567_890)  # fen more benefits in the final account
RESTATED_OPENING = {  # fen
    ("150700", "310100"): {"202601": -325_000_000},
    FINAL_AUDIT[:2]: {"202601": -FINAL_AUDIT[3]},  # the books follow the audited balance
}
IN_TRANSIT = {("152500", "310100"): "202606"}
TYPING_ERROR = ("150400", "390100", "202609")
OMITTED_FROM_TOTAL = ("152500", "310100", "202608")
UNKNOWN_ACCOUNT = ("150500", "310100", 2026)
CORRECTED = ("150300", "330100", "202505")
LEFT_OUT_AT_FIRST = 5_000_000  # fen of benefits that the first delivery of the corrected month lacks
FIRST_DELIVERY = {
    "基本医疗保险待遇支出": -LEFT_OUT_AT_FIRST,
    "支出合计": -LEFT_OUT_AT_FIRST,
    "本期收支结余": LEFT_OUT_AT_FIRST,
    "累计结余": LEFT_OUT_AT_FIRST,
}
ROUNDED_FILE = ("152200", 2026)
IMPOSSIBLE_PERIOD = ("150900", 2026, "202613")
DEFICIT_BUDGET = ("150400", "390100", 2026)
REVISED_BUDGET = ("150900", "310100", 2026)
TABLE_BUDGET_AREA = "150100"


def transposed(amount: int) -> int:
    """The typing error that every office knows: two neighbouring digits of the yuan part changed places."""
    digits = list(str(abs(amount)))
    for index in range(2, len(digits) - 1):
        if digits[index] != digits[index + 1]:
            digits[index], digits[index + 1] = digits[index + 1], digits[index]
            break
    return int("".join(digits)) * (1 if amount >= 0 else -1)


def with_flaws(lines: list[Line]) -> list[Line]:
    """The execution of one area and year, with the planted flaws that belong to it."""
    out: list[Line] = []
    for line in lines:
        key = (line.area.code, line.fund, line.period)
        if key == TYPING_ERROR and line.account == "累计结余":
            line = replace(line, amount=transposed(line.amount))
        if key == OMITTED_FROM_TOTAL and line.account == "支出合计":
            omitted = next(
                x.amount for x in lines if (x.area.code, x.fund, x.period) == key and x.account == "其他支出"
            )
            line = replace(line, amount=line.amount - omitted)
        if key == CORRECTED:
            line = replace(line, amount=line.amount + FIRST_DELIVERY.get(line.account, 0))
        unknown = (line.area.code, line.fund, int(line.period[:4])) == UNKNOWN_ACCOUNT
        if unknown and line.account == "其他支出":
            moved = line.amount // 2
            out.append(replace(line, account=UNKNOWN_NAME, amount=moved))
            line = replace(line, amount=line.amount - moved)
        out.append(line)
    return out


def rounded(lines: Iterable[Line]) -> list[Line]:
    """In 万元 with two decimals, each amount rounded by itself."""
    return [replace(line, amount=round_to_wan(line.amount), unit="万元") for line in lines]


def round_to_wan(fen: int) -> int:
    return int((Decimal(fen) / 10_000).quantize(Decimal(1), ROUND_HALF_UP)) * 10_000


# --------------------------------------------------------------------------------------------------------
# budgets and final accounts
# --------------------------------------------------------------------------------------------------------
def estimate_of(actual: Month, rng: random.Random) -> Month:
    """The estimate that a budget starts from: the year as it looked in November, in 万元."""
    flows = _scaled(actual.flows, rng, 0.992, 1.006)
    _fit_of_which(flows)
    return Month(round_to_wan(actual.opening), flows)


def budget_of(estimate: Month, area: region.Area, fund: str, year: int, rng: random.Random) -> Month:
    """A balanced budget on top of the estimate; the planted deficit budget spends more than it collects."""
    flows = _scaled(estimate.flows, rng, 1.035, 1.06)
    _fit_of_which(flows)
    budget = Month(estimate.closing, flows)
    wanted = -round_to_wan(budget.expenditure // 60) if (area.code, fund, year) == DEFICIT_BUDGET else 0
    margin = budget.closing - budget.opening
    if wanted < 0:
        flows["premium"] += wanted - margin
    elif fund not in region.ADJUSTMENT_FUND.values():
        short = max(-margin, -budget.closing, 0)
        # what is missing is added to the premiums: the draft balances and ends at zero or above
        flows["premium"] += short + round_to_wan(budget.expenditure // 200) if short else 0
    return budget


def _scaled(flows: dict[str, int], rng: random.Random, low: float, high: float) -> dict[str, int]:
    """Each flow by its own factor, in 万元; what moves between levels by one factor, so that both ends agree."""
    factors = {account: rng.uniform(low, high) for account in flows}
    factors |= dict.fromkeys(BETWEEN_LEVELS, (low + high) / 2)
    return {account: round_to_wan(round(amount * factors[account])) for account, amount in flows.items()}


def _fit_of_which(flows: dict[str, int]) -> None:
    """Keep the 其中 rows a split of their parent after each was scaled by itself."""
    parts = [a for a in OF_WHICH_NAME if a in flows]
    if parts:
        flows[parts[0]] = flows["benefit"] - sum(flows[a] for a in parts[1:])


@dataclass(frozen=True)
class Budgets:
    estimate: dict[tuple[str, str, int], Month]
    budget: dict[tuple[str, str, int], Month]


def make_budgets(accounts: dict[Key, Series], seed: int) -> Budgets:
    """Budgets of 2023 to 2026 and the estimates of the years before them."""
    estimates: dict[tuple[str, str, int], Month] = {}
    budgets: dict[tuple[str, str, int], Month] = {}
    for (area_code, fund), series in accounts.items():
        for year in range(2023, 2027):
            rng = random.Random(f"{seed}/budget/{area_code}/{fund}/{year}")
            estimate = estimate_of(year_month(series, year - 1), rng)
            estimates[area_code, fund, year - 1] = estimate
            budgets[area_code, fund, year] = budget_of(
                estimate, region.AREA_BY_CODE[area_code], fund, year, rng
            )
    return Budgets(estimates, budgets)


def budget_lines(budgets: Budgets, year: int) -> list[Line]:
    """The region's budget list of a year, with last year's estimate; 2026 without the area's own table."""
    lines: list[Line] = []
    for (area_code, fund, budget_year), budget in budgets.budget.items():
        if budget_year != year or (year == 2026 and (area_code, fund) in table_keys()):
            continue
        area = region.AREA_BY_CODE[area_code]
        estimate = budgets.estimate[area_code, fund, year - 1]
        lines += statement_lines(area, fund, str(year - 1), "", "预计执行", estimate)
        lines += statement_lines(area, fund, str(year), "", "预算", budget)
    return [replace(line, unit="万元") for line in lines]


def revised_lines(budgets: Budgets) -> list[Line]:
    """One approved revision: benefits up by 4 percent, paid for by a subsidy of the same amount."""
    area_code, fund, year = REVISED_BUDGET
    budget = budgets.budget[REVISED_BUDGET]
    flows = dict(budget.flows)
    more = round_to_wan(flows["benefit"] // 25)
    flows["benefit"] += more
    flows["inpatient"] += more
    flows["subsidy"] += more
    revised = Month(budget.opening, flows)
    area = region.AREA_BY_CODE[area_code]
    lines = statement_lines(area, fund, str(year), "", "调整预算", revised, doc_no="示例医保财〔2026〕12号")
    return [replace(line, unit="万元") for line in lines]


def table_keys() -> tuple[Key, Key]:
    return (TABLE_BUDGET_AREA, "310100"), (TABLE_BUDGET_AREA, "390100")


def budget_sheets(budgets: Budgets) -> list[Sheet]:
    """The statutory two-sided table of the area that hands it in as Excel."""
    year = 2026
    titles = {
        "310100": ("职工医保统筹", "职工基本医疗保险统筹基金收支预算表"),
        "390100": ("居民医保", "城乡居民基本医疗保险基金收支预算表"),
    }
    numerals = "一二三四五六七八九十"
    sheets: list[Sheet] = []
    for area_code, fund in table_keys():
        both = (budgets.estimate[area_code, fund, year - 1], budgets.budget[area_code, fund, year])

        def cells(values: tuple[int, int]) -> tuple[float, ...]:
            return tuple(value / 1_000_000 for value in values)

        def flows(account: str, both: tuple[Month, Month] = both) -> tuple[float, ...]:
            return cells((both[0].flows.get(account, 0), both[1].flows.get(account, 0)))

        income = [account for account in TABLE_INCOME if account in FUND_ACCOUNTS[fund]]
        spending = [account for account in TABLE_EXPENDITURE if account in FUND_ACCOUNTS[fund]]
        left = [TableRow(f"{numerals[i]}、{INCOME_NAME[a]}", flows(a)) for i, a in enumerate(income)]
        left += [
            TableRow("本年收入小计", cells(tuple(sum(m.flows.get(a, 0) for a in income) for m in both))),
            TableRow(f"{numerals[len(income)]}、上级补助收入", flows("from_superior")),
            TableRow(f"{numerals[len(income) + 1]}、下级上解收入", ("×", "×")),
            TableRow("本年收入合计", cells(tuple(m.income for m in both))),
            TableRow(f"{numerals[len(income) + 2]}、上年结余", cells(tuple(m.opening for m in both))),
            TableRow("总        计", cells(tuple(m.opening + m.income for m in both))),
        ]
        right: list[TableRow] = []
        for index, account in enumerate(spending):
            right.append(TableRow(f"{numerals[index]}、{EXPENDITURE_NAME[account]}", flows(account)))
            if account == "benefit":
                parts = [a for a in OF_WHICH_NAME if a in FUND_ACCOUNTS[fund]]
                names = [OF_WHICH_NAME[a].removeprefix("其中：") for a in parts]
                right += [
                    TableRow(("    其中：" if i == 0 else "          ") + name, flows(a))
                    for i, (a, name) in enumerate(zip(parts, names, strict=True))
                ]
        right += [
            TableRow("本年支出小计", cells(tuple(sum(m.flows.get(a, 0) for a in spending) for m in both))),
            TableRow(f"{numerals[len(spending)]}、补助下级支出", ("×", "×")),
            TableRow(f"{numerals[len(spending) + 1]}、上解上级支出", flows("to_superior")),
            TableRow("本年支出合计", cells(tuple(m.expenditure for m in both))),
            TableRow(
                f"{numerals[len(spending) + 2]}、本年收支结余",
                cells(tuple(m.closing - m.opening for m in both)),
            ),
            TableRow(f"{numerals[len(spending) + 3]}、年末滚存结余", cells(tuple(m.closing for m in both))),
            TableRow("总        计", cells(tuple(m.opening + m.income for m in both))),
        ]
        # the totals stand in one row, as the form prints them
        longest = max(len(left), len(right))
        left[-1:-1] = [TableRow("")] * (longest - len(left))
        right[-1:-1] = [TableRow("")] * (longest - len(right))
        sheet_name, title = titles[fund]
        sheets.append(
            Sheet(
                name=sheet_name,
                title=f"{chinese_year(year)}年{title}",
                reporting_unit=region.AREA_BY_CODE[area_code].name,
                unit="万元",
                columns=(f"{year - 1}年预计执行数", f"{year}年预算数"),
                left=left,
                right=right,
            )
        )
    return sheets


def final_lines(accounts: dict[Key, Series], year: int) -> list[Line]:
    """The final accounts of a year; in one of them the audit found more benefits than December reported."""
    lines: list[Line] = []
    for (area_code, fund), series in accounts.items():
        month = year_month(series, year)
        if (area_code, fund, year) == FINAL_AUDIT[:3]:
            month.flows["benefit"] += FINAL_AUDIT[3]
            month.flows["inpatient"] += FINAL_AUDIT[3]
        lines += statement_lines(region.AREA_BY_CODE[area_code], fund, str(year), "", "决算", month)
    return lines


# --------------------------------------------------------------------------------------------------------
# files
# --------------------------------------------------------------------------------------------------------
def amount_text(line: Line, separators: bool) -> str:
    value = Decimal(line.amount).scaleb(-2 if line.unit == "元" else -6)
    return f"{value:,.2f}" if separators else f"{value:.2f}"


def record(line: Line, *, chinese: bool) -> list[str]:
    return [
        line.period,
        MEASURE_ZH[line.measure] if chinese else line.measure,
        line.area.code,
        line.area.name,
        line.fund,
        line.statement,
        line.side,
        line.account,
        amount_text(line, separators=chinese),
        line.unit,
        line.doc_no,
    ]


def write_list(path: Path, lines: Sequence[Line], style: str) -> None:
    """One list: csv (UTF-8, English headers), gb18030 (Chinese headers, thousands separators) or xlsx."""
    if style == "xlsx":
        return _write_excel_list(path.with_suffix(".xlsx"), lines)
    chinese = style == "gb18030"
    with path.with_suffix(".csv").open("w", encoding="gb18030" if chinese else "utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\r\n")
        writer.writerow(HEADER_ZH if chinese else HEADER)
        writer.writerows(record(line, chinese=chinese) for line in lines)


def _write_excel_list(path: Path, lines: Sequence[Line]) -> None:
    workbook = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    workbook.set_properties({"created": datetime(2000, 1, 1)})
    page = workbook.add_worksheet("基金收支")
    amount_format = workbook.add_format({"num_format": "#,##0.00"})
    amount_column = HEADER_ZH.index("金额")
    page.write_row(0, 0, HEADER_ZH)
    for row, line in enumerate(lines, start=1):
        for column, text in enumerate(record(line, chinese=True)):
            if column == amount_column:
                page.write_number(row, column, float(amount_text(line, separators=False)), amount_format)
            elif text:
                page.write_string(row, column, text)
    workbook.close()


NOTE = """# 演示数据说明

本目录全部为虚构数据，由程序按固定种子生成，不含任何真实账目，不得用作对任何地区的判断。
盟市名称和行政区划代码是真实的（演示使用内蒙古地区包）；参保规模只按2020年人口普查常住人口的大致比例虚构；
收入、支出、结余、预算、决算以及下列全部情节都是编造的。文号“示例医保财〔2026〕12号”不存在。

范围：2022年10月至2026年9月共48个月；自治区本级（居民为在呼高校学生）和12个盟市；职工统筹、职工个人账户、城乡居民、职工大额；
自治区调剂金（职工、居民，列在自治区本级）；2023至2026年预算、各年预计执行、2026年一项调整预算；2022至2025年决算。
2022年10月至12月按月报送（本期数），2023年起多数地区按本年累计报送，包头市、乌海市按月报送本期数。

有意安排的情节，系统应当自己发现：
 1. 乌兰察布市职工统筹基金结余逐年减少，2026年9月可支付月数低于3个月；呼伦贝尔市由不足3个月回升；
    巴彦淖尔市回到6个月以上；通辽市降到6个月以下；兴安盟滚动12个月首次出现赤字；鄂尔多斯市超过15个月。
 2. 乌海市居民基金2025年末累计结余为负（穿底）；赤峰、通辽、乌兰察布三市居民基金年末结余偏低。
 3. 阿拉善盟2026年6月以后没有报送：不是零，是未报送。
 4. 呼伦贝尔市职工统筹2026年年初结余比上年末累计结余少325万元（年初数调整）。
 5. 赤峰市居民2026年9月累计结余有一处笔误（相邻两位数字颠倒）。
 6. 锡林郭勒盟职工统筹2026年8月支出合计漏计其他支出。
 7. 兴安盟2026年的文件以万元为单位，保留两位小数，各项分别四舍五入。
 8. 通辽市2026年职工统筹有一个科目表之外的科目：长期护理保险试点划转支出。
 9. 乌海市2025年5月大额补助另有更正文件，两个文件同批送达，金额不同。
10. 乌兰察布市2026年文件有一行期间写成202613，不可能存在，应当被隔离。
11. 通辽市居民2025年决算比执行多列支出2345678.90元（决算差异），2026年年初数已按决算。
12. 赤峰市居民2026年预算支出大于收入（赤字预算）。
13. 锡林郭勒盟2026年6月上解的职工调剂金7月才到账（在途），其余上解下拨逐笔相符。
"""


def generate(out: Path, seed: int = 20261001) -> None:
    """Write the demonstration extracts into ``out``; the same seed gives the same files, byte for byte."""
    out.mkdir(parents=True, exist_ok=True)
    accounts = simulate(seed, RESTATED_OPENING, IN_TRANSIT)
    (out / "说明.md").write_text(NOTE, encoding="utf-8", newline="\n")

    first_quarter: list[Line] = []
    for year in range(region.FIRST_SIMULATED_YEAR, region.LAST_SIMULATED_YEAR + 1):
        for area in region.AREAS:
            lines: list[Line] = []
            for (area_code, fund), series in accounts.items():
                if area_code == area.code:
                    lines += monthly_lines(area, fund, series, year)
            lines = with_flaws(sorted(lines, key=lambda line: line.period))
            if year == region.FIRST_SIMULATED_YEAR:
                first_quarter += lines
                continue
            if (area.code, year) == ROUNDED_FILE:
                lines = rounded(lines)
            if (area.code, year) == IMPOSSIBLE_PERIOD[:2]:
                lines.append(replace(lines[-2], period=IMPOSSIBLE_PERIOD[2]))
            write_list(out / f"fund_statement_{year}_{area.name}", lines, area.file_style)
    write_list(out / "fund_statement_2022_全区10至12月", first_quarter, "csv")
    _write_correction(out, accounts)

    budgets = make_budgets(accounts, seed)
    for year in range(2023, 2027):
        write_list(out / f"fund_statement_{year}_全区预算", budget_lines(budgets, year), "gb18030")
    write_workbook(out / "fund_statement_2026_呼和浩特市预算表.xlsx", budget_sheets(budgets))
    write_list(out / "fund_statement_2026_乌兰察布市调整预算", revised_lines(budgets), "xlsx")
    for year in range(2022, 2026):
        write_list(out / f"fund_statement_{year}_全区决算", final_lines(accounts, year), "csv")


def _write_correction(out: Path, accounts: dict[Key, Series]) -> None:
    """The same month of one fund again, with the benefits that the first delivery lacked."""
    area_code, fund, code = CORRECTED
    area = region.AREA_BY_CODE[area_code]
    month = accounts[area_code, fund][code]
    lines = statement_lines(area, fund, code, "period", "执行", month)
    write_list(out / f"fund_statement_{code[:4]}_{area.name}_更正", lines, area.file_style)
