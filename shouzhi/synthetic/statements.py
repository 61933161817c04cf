"""The funds' books as the statements that bureaus deliver: monthly lists, budgets, final accounts, statutory tables.

Every file belongs to one month and says what was known then. Some areas keep Chinese lists in GB18030, one keeps its
list in 万元; in the ``deficit`` story some statements carry the flaws that ``FLAWS`` names.
"""

import csv
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from shouzhi.synthetic.ledger import (
    ADJUSTMENT_FUND,
    BETWEEN_LEVELS,
    EXPENDITURE,
    INCOME,
    Ledger,
    Month,
    total_month,
)
from shouzhi.synthetic.settings import month_code, month_number, month_of, year_of
from shouzhi.synthetic.statutory_table import Row as TableRow
from shouzhi.synthetic.statutory_table import Sheet, chinese_year, write_workbook
from shouzhi.synthetic.story import Key

# account of the books -> name as statements print it
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
OF_WHICH_NAME = {"inpatient": "其中：住院支出", "outpatient": "其中：门诊支出"}
UNKNOWN_NAME = "长期护理保险试点划转支出"
# the accounts that each fund prints, zero or not
FUND_ACCOUNTS = {
    "310100": {
        "premium",
        "interest",
        "other_income",
        "from_superior",
        "benefit",
        "inpatient",
        "outpatient",
        "other_expenditure",
        "to_superior",
    },
    "310200": {"premium", "interest", "transfer_in", "benefit", "transfer_out"},
    "390100": {
        "premium",
        "subsidy",
        "interest",
        "other_income",
        "from_superior",
        "benefit",
        "inpatient",
        "outpatient",
        "critical_illness",
        "other_expenditure",
        "to_superior",
    },
    "330100": {"premium", "interest", "other_income", "benefit", "other_expenditure"},
    "320100": {"premium", "interest", "other_income", "benefit", "other_expenditure"},
    "ADJ310": {"subsidy", "interest", "from_subordinates", "to_subordinates"},
    "ADJ390": {"subsidy", "interest", "from_subordinates", "to_subordinates"},
}
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

BY_MONTH = ("150200", "150300")  # areas that report the month itself, not the year to date
CHINESE_LISTS = ("150300", "150400", "150700", "152500")
WAN_LIST = "152200"
TABLE_AREA = "150100"
BUDGET_FUNDS = ("310100", "310200", "390100", "330100")

# what ``deficit`` plants: by serial month of the run
FINAL_AUDIT = ("150500", "390100", 36)  # the final account of the year that ends here finds more benefits
RESTATED = ("150700", "310100", 37)  # its opening is lower than the closing before
TYPING_ERROR = ("150400", "390100", 48)
OMITTED_FROM_TOTAL = ("152500", "310100", 47)
UNKNOWN_ACCOUNT = ("150500", "310100", 40)  # and every month after
CORRECTED = ("150300", "330100", 41)
IMPOSSIBLE_PERIOD = ("150900", 45)
DEFICIT_BUDGET = ("150400", "390100", 37)
REVISED_BUDGET = ("150900", "310100", 44)
IN_TRANSIT = ("152500", "310100", 42)


@dataclass(frozen=True)
class Line:
    """One printed amount, in fen."""

    period: str
    measure: str
    area: str
    fund: str
    statement: str
    side: str
    account: str
    amount: int
    unit: str = "元"
    doc_no: str = ""


def statement_lines(
    area: str, fund: str, period: str, measure: str, statement: str, month: Month, doc_no: str = ""
) -> list[Line]:
    """A fund's statement of one period, in printed order."""

    def line(side: str, account: str, amount: int) -> Line:
        return Line(period, measure, area, fund, statement, side, account, amount, doc_no=doc_no)

    printed = FUND_ACCOUNTS[fund]
    by_month = measure == "period"
    lines = [line("", "期初结余" if by_month else "上年结余", month.opening)]
    lines += [line("收入", INCOME_NAME[a], month.flows.get(a, 0)) for a in INCOME if a in printed]
    lines.append(line("收入", "收入合计", month.income))
    for account in EXPENDITURE:
        if account not in printed:
            continue
        lines.append(line("支出", EXPENDITURE_NAME[account], month.flows.get(account, 0)))
        if account == "benefit":
            lines += [
                line("支出", OF_WHICH_NAME[a], month.flows.get(a, 0)) for a in OF_WHICH_NAME if a in printed
            ]
    lines.append(line("支出", "支出合计", month.expenditure))
    lines.append(line("", "本期收支结余" if by_month else "本年收支结余", month.closing - month.opening))
    lines.append(line("", "累计结余", month.closing))
    return lines


def transposed(amount: int) -> int:
    """The typing error that every office knows: two neighbouring digits of the yuan part changed places."""
    digits = list(str(abs(amount)))
    for index in range(max(0, len(digits) - 6), len(digits) - 1):
        if digits[index] != digits[index + 1]:
            digits[index], digits[index + 1] = digits[index + 1], digits[index]
            break
    return int("".join(digits)) * (1 if amount >= 0 else -1)


def round_to_wan(fen: int) -> int:
    """万元 with two decimals."""
    return int((Decimal(fen) / 10_000).quantize(Decimal(1), ROUND_HALF_UP)) * 10_000


def rounded(lines: Iterable[Line]) -> list[Line]:
    """In 万元 with two decimals, each amount rounded by itself."""
    return [replace(line, amount=round_to_wan(line.amount), unit="万元") for line in lines]


def in_wan(lines: Iterable[Line]) -> list[Line]:
    """In 万元 with as many decimals as it takes."""
    return [replace(line, unit="万元") for line in lines]


def amount_text(line: Line, separators: bool) -> str:
    value = Decimal(line.amount).scaleb(-2 if line.unit == "元" else -6)
    if line.unit == "万元" and line.amount % 10_000:
        return f"{value:.6f}"
    return f"{value:,.2f}" if separators else f"{value:.2f}"


@dataclass
class Statements:
    """Writes what the books of a month print; remembers estimates, budgets and what was planted."""

    ledger: Ledger
    out: Path
    has_flaws: bool
    planted: list[dict[str, Any]] = field(default_factory=list)
    _estimate: dict[tuple[str, str, int], Month] = field(default_factory=dict)
    _budget: dict[tuple[str, str, int], Month] = field(default_factory=dict)
    _audit: int = 0

    @property
    def names(self) -> dict[str, str]:
        return {area.code: area.name for area in self.ledger.plan.region.areas}

    def at(self, serial: int) -> int:
        """The month of a serial number."""
        return self.ledger.plan.start + serial - 1

    def prepare(self) -> None:
        """Flaws that stand in the books themselves."""
        if not self.has_flaws:
            return
        area, fund, serial = IN_TRANSIT
        month = self.at(serial)
        while month_of(month) % 3:  # remittances are due at quarter ends
            month += 1
        self.ledger.in_transit[area, fund] = month

    def before_booking(self, month: int) -> None:
        """Openings that move by what is known when the month begins."""
        if not self.has_flaws:
            return
        area, fund, serial = RESTATED
        series = self.ledger.series.get((area, fund), {})
        if month == self.at(serial):
            moved = -round(series[month - 1].spending * 0.12 / 100) * 100
            self.ledger.restated.setdefault((area, fund), {})[month] = moved
            self.plant("restated_opening", area, fund, month, moved)
        area, fund, serial = FINAL_AUDIT
        if month == self.at(serial + 1):
            self._audit = round(self.ledger.series[area, fund][month - 1].spending * 0.09)
            self.ledger.restated.setdefault((area, fund), {})[month] = -self._audit
            self.plant("final_audit", area, fund, month - 1, self._audit)

    def plant(self, what: str, area: str, fund: str, month: int, fen: int = 0, **more: Any) -> None:
        self.planted.append(
            {
                "what": what,
                "area": area,
                "fund": fund,
                "period": month_code(month),
                "yuan": f"{Decimal(fen).scaleb(-2):.2f}",
            }
            | more
        )

    def keys(self, month: int) -> list[Key]:
        return [key for key, series in self.ledger.series.items() if month in series]

    # ----------------------------------------------------------------------------------------------------
    # monthly execution
    # ----------------------------------------------------------------------------------------------------
    def execution(self, area: str, fund: str, month: int) -> list[Line]:
        """Year to date where the year is known from January and the area keeps it so; else the month."""
        series = self.ledger.series[area, fund]
        january = month - month_of(month) + 1
        if area in BY_MONTH or january < self.ledger.plan.start:
            return statement_lines(area, fund, month_code(month), "period", "执行", series[month])
        months = [series[m] for m in range(january, month + 1)]
        return statement_lines(area, fund, month_code(month), "ytd", "执行", total_month(months))

    def write_month(self, month: int) -> None:
        lists: dict[str, list[Line]] = {"": [], "东部等盟市": [], "万元": []}
        for area, fund in sorted(self.keys(month), key=lambda key: (list(self.names).index(key[0]), key[1])):
            lines = self.execution(area, fund, month)
            if self.has_flaws:
                lines = self.with_flaws(lines, month)
            if area == WAN_LIST:
                lists["万元"] += rounded(lines) if self.has_flaws else in_wan(lines)
            else:
                lists["东部等盟市" if area in CHINESE_LISTS else ""] += lines
        if self.has_flaws and month == self.at(IMPOSSIBLE_PERIOD[1]):
            last = [line for line in lists[""] if line.area == IMPOSSIBLE_PERIOD[0]][-2]
            wrong = replace(last, period=f"{year_of(month)}13")
            lists[""].append(wrong)
            self.plant("impossible_period", wrong.area, wrong.fund, month, wrong.amount, given=wrong.period)
        stem = f"fund_statement_{month_code(month)}"
        self.write(stem, lists[""])
        self.write(f"{stem}_东部等盟市", lists["东部等盟市"], chinese=True)
        self.write(f"{stem}_兴安盟", lists["万元"])
        if self.has_flaws and month == self.at(CORRECTED[2]):
            area, fund, _ = CORRECTED
            self.write(f"{stem}_东部等盟市_更正", self.execution(area, fund, month), chinese=True)
        if month_of(month) == 1:
            self.write_budgets(month)
        if month_of(month) == 3:
            self.write_finals(year_of(month) - 1)
        if self.has_flaws and month == self.at(REVISED_BUDGET[2]):
            self.write_revision(year_of(month))

    def with_flaws(self, lines: list[Line], month: int) -> list[Line]:
        """One fund's list of a month with the planted flaws that belong to it."""
        area, fund = lines[0].area, lines[0].fund
        here = (area, fund)
        out: list[Line] = []
        for line in lines:
            if (*here, month) == (*TYPING_ERROR[:2], self.at(TYPING_ERROR[2])) and line.account == "累计结余":
                wrong = transposed(line.amount)
                self.plant("typing_error", area, fund, month, wrong - line.amount)
                line = replace(line, amount=wrong)
            if (*here, month) == (
                *OMITTED_FROM_TOTAL[:2],
                self.at(OMITTED_FROM_TOTAL[2]),
            ) and line.account == "支出合计":
                omitted = next(x.amount for x in lines if x.account == "其他支出")
                self.plant("omitted_from_total", area, fund, month, -omitted)
                line = replace(line, amount=line.amount - omitted)
            if (*here, month) == (*CORRECTED[:2], self.at(CORRECTED[2])):
                left_out = next(x.amount for x in lines if x.account == "基本医疗保险待遇支出") // 4 or 10_000
                sign = {"基本医疗保险待遇支出": -1, "支出合计": -1, "本期收支结余": 1, "累计结余": 1}.get(
                    line.account, 0
                )
                if line.account == "累计结余":
                    self.plant("corrected", area, fund, month, left_out)
                line = replace(line, amount=line.amount + sign * left_out)
            if (
                here == UNKNOWN_ACCOUNT[:2]
                and month >= self.at(UNKNOWN_ACCOUNT[2])
                and line.account == "其他支出"
            ):
                moved = line.amount // 2
                out.append(replace(line, account=UNKNOWN_NAME, amount=moved))
                line = replace(line, amount=line.amount - moved)
                if month == self.at(UNKNOWN_ACCOUNT[2]):
                    self.plant("unknown_account", area, fund, month, moved, account=UNKNOWN_NAME)
            out.append(line)
        return out

    # ----------------------------------------------------------------------------------------------------
    # budgets, revisions, finals: years that the run knows whole
    # ----------------------------------------------------------------------------------------------------
    def _year(self, key: Key, year: int) -> Month | None:
        first = month_number(f"{year}01")
        series = self.ledger.series.get(key, {})
        if any(month not in series for month in range(first, first + 12)):
            return None
        return total_month([series[month] for month in range(first, first + 12)])

    def write_budgets(self, month: int) -> None:
        """The region's budget list of a year with last year's estimate; one area hands in the statutory table."""
        year, lines = year_of(month), []
        for key in self.keys(month):
            area, fund = key
            past = self._year(key, year - 1)
            if past is None or fund not in (*BUDGET_FUNDS, *ADJUSTMENT_FUND.values()):
                continue
            rng = random.Random(f"{self.ledger.plan.seed}/budget/{area}/{fund}/{year}")
            estimate = estimate_of(past, rng)
            is_deficit = self.has_flaws and (area, fund, month) == (
                *DEFICIT_BUDGET[:2],
                self.at(DEFICIT_BUDGET[2]),
            )
            budget = budget_of(estimate, fund, rng, is_deficit)
            if is_deficit:
                self.plant("deficit_budget", area, fund, month, budget.closing - budget.opening, year=year)
            self._estimate[area, fund, year - 1], self._budget[area, fund, year] = estimate, budget
            if area == TABLE_AREA and fund in ADJUSTMENT_FUND:
                continue
            lines += statement_lines(area, fund, str(year - 1), "", "预计执行", estimate)
            lines += statement_lines(area, fund, str(year), "", "预算", budget)
        if not lines:
            return
        self.write(
            f"fund_statement_{year}_全区预算", [replace(line, unit="万元") for line in lines], chinese=True
        )
        if all((TABLE_AREA, fund, year) in self._budget for fund in ADJUSTMENT_FUND):
            write_workbook(
                self.out / f"fund_statement_{year}_{self.names[TABLE_AREA]}预算表.xlsx", self.sheets(year)
            )

    def sheets(self, year: int) -> list[Sheet]:
        """The statutory two-sided table of the area that hands it in as Excel."""
        titles = {
            "310100": ("职工医保统筹", "职工基本医疗保险统筹基金收支预算表"),
            "390100": ("居民医保", "城乡居民基本医疗保险基金收支预算表"),
        }
        numerals = "一二三四五六七八九十"
        sheets: list[Sheet] = []
        for fund in ADJUSTMENT_FUND:
            both = (self._estimate[TABLE_AREA, fund, year - 1], self._budget[TABLE_AREA, fund, year])

            def cells(values: Sequence[int]) -> tuple[float, ...]:
                return tuple(value / 1_000_000 for value in values)

            def flows(account: str, both: tuple[Month, Month] = both) -> tuple[float, ...]:
                return cells([month.flows.get(account, 0) for month in both])

            def sums(accounts: Sequence[str], both: tuple[Month, Month] = both) -> tuple[float, ...]:
                return cells([sum(month.flows.get(account, 0) for account in accounts) for month in both])

            income = [account for account in TABLE_INCOME if account in FUND_ACCOUNTS[fund]]
            spending = [account for account in TABLE_EXPENDITURE if account in FUND_ACCOUNTS[fund]]
            left = [TableRow(f"{numerals[i]}、{INCOME_NAME[a]}", flows(a)) for i, a in enumerate(income)]
            left += [
                TableRow("本年收入小计", sums(income)),
                TableRow(f"{numerals[len(income)]}、上级补助收入", flows("from_superior")),
                TableRow(f"{numerals[len(income) + 1]}、下级上解收入", ("×", "×")),
                TableRow("本年收入合计", cells([month.income for month in both])),
                TableRow("上年结余", cells([month.opening for month in both])),
                TableRow("总        计", cells([month.opening + month.income for month in both])),
            ]
            right: list[TableRow] = []
            for index, account in enumerate(spending):
                right.append(TableRow(f"{numerals[index]}、{EXPENDITURE_NAME[account]}", flows(account)))
                if account == "benefit":
                    right.append(TableRow("    其中：住院支出", flows("inpatient")))
                    right.append(TableRow("          门诊支出", flows("outpatient")))
            right += [
                TableRow("本年支出小计", sums(spending)),
                TableRow(f"{numerals[len(spending)]}、补助下级支出", ("×", "×")),
                TableRow(f"{numerals[len(spending) + 1]}、上解上级支出", flows("to_superior")),
                TableRow("本年支出合计", cells([month.expenditure for month in both])),
                TableRow("本年收支结余", cells([month.closing - month.opening for month in both])),
                TableRow("年末滚存结余", cells([month.closing for month in both])),
                TableRow("总        计", cells([month.expenditure + month.closing for month in both])),
            ]
            longest = max(len(left), len(right))
            left[-1:-1] = [TableRow("")] * (longest - len(left))
            right[-1:-1] = [TableRow("")] * (longest - len(right))
            name, title = titles[fund]
            sheets.append(
                Sheet(
                    name=name,
                    title=f"{chinese_year(year)}年{title}",
                    reporting_unit=self.names[TABLE_AREA],
                    unit="万元",
                    columns=(f"{year - 1}年预计执行数", f"{year}年预算数"),
                    left=left,
                    right=right,
                )
            )
        return sheets

    def write_revision(self, year: int) -> None:
        """One approved revision: benefits up by 4 percent, paid for by a subsidy from the adjustment fund."""
        area, fund, _ = REVISED_BUDGET
        budget = self._budget.get((area, fund, year))
        if budget is None:
            return
        flows = dict(budget.flows)
        more = round_to_wan(flows["benefit"] // 25)
        for account in ("benefit", "inpatient", "from_superior"):
            flows[account] += more
        lines = statement_lines(
            area,
            fund,
            str(year),
            "",
            "调整预算",
            Month(budget.opening, flows),
            doc_no=f"示例医保财〔{year}〕12号",
        )
        self.write(
            f"fund_statement_{year}_{self.names[area]}调整预算",
            [replace(line, unit="万元") for line in lines],
        )
        self.plant("revised_budget", area, fund, self.at(REVISED_BUDGET[2]), more, year=year)

    def write_finals(self, year: int) -> None:
        """The final accounts of a year; in one of them the audit found more benefits than December reported."""
        lines: list[Line] = []
        for key in self.ledger.series:
            whole = self._year(key, year)
            if whole is None:
                continue
            area, fund = key
            last = month_number(f"{year}12")
            if self.has_flaws and (area, fund, last) == (*FINAL_AUDIT[:2], self.at(FINAL_AUDIT[2])):
                whole.flows["benefit"] += self._audit
                whole.flows["inpatient"] += self._audit
            lines += statement_lines(area, fund, str(year), "", "决算", whole)
        if lines:
            self.write(f"fund_statement_{year}_全区决算", lines)

    # ----------------------------------------------------------------------------------------------------
    def write(self, stem: str, lines: Sequence[Line], *, chinese: bool = False) -> None:
        """One list: UTF-8 with English headers, or GB18030 with Chinese headers and thousands separators."""
        if not lines:
            return
        path = self.out / f"{stem}.csv"
        with path.open("w", encoding="gb18030" if chinese else "utf-8", newline="") as handle:
            writer = csv.writer(handle, lineterminator="\r\n")
            writer.writerow(HEADER_ZH if chinese else HEADER)
            names = self.names
            for line in lines:
                measure = MEASURE_ZH[line.measure] if chinese else line.measure
                writer.writerow(
                    (
                        line.period,
                        measure,
                        line.area,
                        names[line.area],
                        line.fund,
                        line.statement,
                        line.side,
                        line.account,
                        amount_text(line, chinese),
                        line.unit,
                        line.doc_no,
                    )
                )


def estimate_of(actual: Month, rng: random.Random) -> Month:
    """The estimate that a budget starts from: the year as it looked in November, in 万元."""
    return Month(round_to_wan(actual.opening), _scaled(actual.flows, rng, 0.992, 1.006))


def budget_of(estimate: Month, fund: str, rng: random.Random, is_deficit: bool) -> Month:
    """A balanced budget on top of the estimate; the planted deficit budget spends more than it collects."""
    flows = _scaled(estimate.flows, rng, 1.015, 1.035)
    budget = Month(estimate.closing, flows)
    margin = budget.closing - budget.opening
    if is_deficit:
        flows["premium"] -= round_to_wan(budget.expenditure // 60) + margin
    elif fund not in ADJUSTMENT_FUND.values():
        short = max(-margin, -budget.closing, 0)
        # what is missing is added to the premiums: the draft balances and ends at zero or above
        flows["premium"] += short + round_to_wan(budget.expenditure // 200) if short else 0
    return budget


def _scaled(flows: dict[str, int], rng: random.Random, low: float, high: float) -> dict[str, int]:
    """Each flow by its own factor, in 万元; what moves between levels by one factor, so that both ends agree."""
    factors = {account: rng.uniform(low, high) for account in flows}
    factors |= dict.fromkeys(BETWEEN_LEVELS, (low + high) / 2)
    if "to_subordinates" in flows:  # the adjustment fund moves as a whole
        factors = dict.fromkeys(flows, (low + high) / 2)
    scaled = {account: round_to_wan(round(amount * factors[account])) for account, amount in flows.items()}
    if "inpatient" in scaled:  # 其中 rows stay a split of their parent
        scaled["inpatient"] = scaled["benefit"] - scaled["outpatient"]
    return scaled
