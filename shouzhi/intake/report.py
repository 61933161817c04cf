"""The contract report: what came, what will be loaded, what will not, and what to do about it."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pyarrow as pa

from shouzhi.intake.contract import Feed, load_feeds
from shouzhi.intake.feeds.columns import event_grain
from shouzhi.intake.feeds.feed_reading import FeedFile
from shouzhi.intake.feeds.file_names import file_period
from shouzhi.intake.feeds.supersede import Replaced
from shouzhi.intake.hints import FUTURE_PERIOD
from shouzhi.intake.parsed import Note, sum_yuan
from shouzhi.intake.reading import ParsedFile
from shouzhi.intake.vocabulary import code_list

ZERO = Decimal("0.00")
QUARANTINE_SHOWN = 20
NOTES_SHOWN = 20
CLEAN_SHOWN = 10
LISTED = 8
# loaded, but the user has to look again before a run
ASKED_NOTES = {FUTURE_PERIOD}
_STATUS_LABELS = {
    "loaded": "可入库",
    "rejected": "整份拒收",
    "unknown": "拒收（看不出类别）",
    "not_read": "尚不读取",
    "known": "已接收过",
    "dismissed": "已注明不再处理",
    "duplicate": "重复",
}


@dataclass(frozen=True)
class RowsDescription:
    periods: list[str] = field(default_factory=list)
    areas: list[str] = field(default_factory=list)
    funds: list[str] = field(default_factory=list)
    statements: list[str] = field(default_factory=list)


def describe_rows(rows: pa.Table) -> RowsDescription:
    """Return the distinct periods, areas, funds and statements of accepted rows, with their labels."""
    if not rows.num_rows:
        return RowsDescription()
    funds, statements = code_list("funds").labels, code_list("statements").labels
    areas = {
        name or code for code, name in zip(_unique(rows, "admdvs"), _unique(rows, "admdvs_name"), strict=True)
    }
    return RowsDescription(
        periods=sorted(set(rows["period_code"].unique().to_pylist())),
        areas=sorted(each for each in areas if each),
        funds=[
            f"{code} {funds.get(code, '')}".strip()
            for code in sorted(set(rows["fund_code"].unique().to_pylist()))
        ],
        statements=[
            statements[code]
            for code in statements
            if code in set(rows["statement_code"].unique().to_pylist())
        ],
    )


def _unique(rows: pa.Table, column: str) -> list[str | None]:
    pairs = rows.select(["admdvs", "admdvs_name"]).group_by(["admdvs", "admdvs_name"]).aggregate([])
    return pairs[column].to_pylist()


@dataclass
class FileReport:
    """The report of one file; ``status_code`` is a key of the labels above."""

    name: str
    feed: Feed | None
    status_code: str = "loaded"
    first_reason: str | None = None
    is_recorded: bool = False
    parsed: ParsedFile | FeedFile | None = None
    known: dict[str, Any] | None = None

    def reject(self, reason: str) -> None:
        self.status_code, self.first_reason = "rejected", reason

    def mark_unknown(self) -> None:
        names = "、".join(code for code, feed in load_feeds().items() if feed.is_read)
        self.status_code = "unknown"
        self.first_reason = f"从文件名看不出是哪一类数据，未读取；请改名为 <类别>_<年份或年月>，如 {names}_2024.xlsx，或移出文件夹"

    def mark_not_read(self) -> None:
        self.status_code, self.first_reason = "not_read", "该类文件本版本尚不读取，原文件未动"

    def mark_duplicate(self, other: str) -> None:
        self.status_code, self.first_reason = "duplicate", f"内容与 {other} 完全相同，只算一份"

    def mark_known(self, record: dict[str, Any]) -> None:
        self.status_code, self.known = "known", record
        self.first_reason = (
            f"内容与第 {record['delivery_no']} 批收到的 {record['file_name']} 完全相同，没有变化"
        )

    def mark_dismissed(self, record: dict[str, Any]) -> None:
        self.status_code, self.first_reason = "dismissed", record["dismissed"]

    def fill(self, parsed: ParsedFile | FeedFile) -> None:
        self.parsed = parsed
        if parsed.rejected_reason:
            self.reject(parsed.rejected_reason)
            return
        self.status_code = "loaded"
        problems = [note.note_zh for note in parsed.notes if note.severity_code == "problem"]
        if parsed.quarantine.num_rows:
            first = parsed.quarantine.slice(0, 1).to_pylist()[0]
            problems.append(f"{first['cell_ref']}：{first['reason_zh']}")
        self.first_reason = problems[0] if problems else None

    @property
    def has_problems(self) -> bool:
        if self.status_code in {"rejected", "unknown"}:
            return True
        if self.parsed is None:
            return False
        is_noted = any(
            note.severity_code == "problem" or note.note_code in ASKED_NOTES for note in self.parsed.notes
        )
        return bool(self.quarantined_count) or is_noted

    @property
    def has_warnings(self) -> bool:
        return self.parsed is not None and any(note.severity_code == "warning" for note in self.parsed.notes)

    @property
    def quarantined_count(self) -> int:
        """Rows of the file in quarantine, shown or not."""
        if isinstance(self.parsed, FeedFile):
            return self.parsed.quarantined_count
        return self.parsed.quarantine.num_rows if self.parsed else 0

    @property
    def is_readable(self) -> bool:
        return self.status_code in {"loaded", "known", "duplicate", "dismissed"}


@dataclass
class ContractReport:
    """The report over all files. ``status`` is clean, problems or unreadable; ``exit_code`` 0, 1 or 2."""

    files: list[FileReport]
    # what of older deliveries was replaced, by feed and month
    replaced: dict[Feed, list[Replaced]] = field(default_factory=dict)

    @property
    def status(self) -> str:
        if not any(each.is_readable for each in self.files):
            return "unreadable"
        return "problems" if any(each.has_problems for each in self.files) else "clean"

    @property
    def exit_code(self) -> int:
        return {"clean": 0, "problems": 1, "unreadable": 2}[self.status]

    @property
    def summary(self) -> str:
        """One sentence: how many files came and what became of them."""
        if not self.files:
            return "文件夹里没有可读的数据文件：请放入 .csv、.txt、.xlsx、.xls、.parquet 或 .zip 文件。"
        counts = {code: sum(each.status_code == code for each in self.files) for code in _STATUS_LABELS}
        parts = [f"{label} {counts[code]} 份" for code, label in _STATUS_LABELS.items() if counts[code]]
        quarantined = sum(each.quarantined_count for each in self.files)
        tail = f"；隔离 {quarantined} 行" if quarantined else ""
        verdict = {"clean": "没有问题", "problems": "有问题，见下", "unreadable": "没有一份能读"}[self.status]
        return f"共 {len(self.files)} 份文件：{'，'.join(parts)}{tail}。{verdict}。"

    @property
    def feed_lines(self) -> list[str]:
        """One line a feed of which rows came: received, loaded, superseded, quarantined."""
        groups: dict[Feed, list[FileReport]] = {}
        for each in self.files:
            if each.feed is not None and each.parsed is not None and not each.parsed.rejected_reason:
                groups.setdefault(each.feed, []).append(each)
        return [feed_line(feed, files) for feed, files in groups.items()]

    @property
    def replaced_lines(self) -> list[str]:
        """One line a feed and month of which older rows gave way, the month before and after."""
        return [replaced_line(feed, each) for feed, months in self.replaced.items() for each in months]

    def render(self) -> str:
        """Return the whole report as Chinese text.

        What needs action stands first and is named once more in the last line; files without a problem are counted.
        """
        lines = ["接口检查报告", "=" * 12, self.summary]
        lines += [f"  {line}" for line in self.feed_lines]
        lines += [f"  替换 {line}" for line in self.replaced_lines[:NOTES_SHOWN]]
        if len(self.replaced_lines) > NOTES_SHOWN:
            lines.append(f"  替换 ……另有 {len(self.replaced_lines) - NOTES_SHOWN} 个月")
        asked = [each for each in self.files if each.has_problems]
        warned = [each for each in self.files if each.has_warnings and not each.has_problems]
        clean = [each for each in self.files if not (each.has_problems or each.has_warnings)]
        clean.sort(key=lambda each: not (each.first_reason or (each.parsed and each.parsed.notes)))
        for heading, files in (("需要处理", asked), ("请留意", warned), ("没有问题", clean[:CLEAN_SHOWN])):
            if files:
                count = len(clean) if heading == "没有问题" else len(files)
                lines.extend(["", f"【{heading}】{count} 份"])
            for each in files:
                lines.extend(["", *_render_file(each)])
        if len(clean) > CLEAN_SHOWN:
            lines.extend(
                [
                    "",
                    f"……另有 {len(clean) - CLEAN_SHOWN} 份没有问题的，行数和金额已计入开头各类；逐份看用 shouzhi check 文件",
                ]
            )
        if asked:
            names = _listed([each.name for each in asked], unit="份")
            lines.extend(["", f"需要处理 {len(asked)} 份：{names}。原因见上面的【需要处理】。"])
        return "\n".join(lines) + "\n"


def feed_line(feed: Feed, files: list[FileReport]) -> str:
    """``结算信息（setl_d）2 份：收到 9 行，入库 8 行，…；基金支付总额 收到 … 元，…``."""
    sums = {"收到": (0, ZERO), "入库": (0, ZERO), "被替换": (0, ZERO), "隔离": (0, ZERO)}
    for each in files:
        parsed = each.parsed
        if isinstance(parsed, FeedFile):
            counts = (
                (parsed.received_count, parsed.received_yuan),
                (parsed.loaded_count, parsed.loaded_yuan),
                (parsed.superseded_count, parsed.superseded_yuan),
                (parsed.quarantined_count, parsed.quarantined_yuan),
            )
        elif parsed is not None:
            counts = (
                (parsed.received_count, parsed.received_yuan),
                (parsed.rows.num_rows, sum_yuan(parsed.rows)),
                (0, ZERO),
                (parsed.quarantine.num_rows, sum_yuan(parsed.quarantine)),
            )
        for (label, (rows, yuan)), (more, more_yuan) in zip(list(sums.items()), counts, strict=True):
            sums[label] = (rows + more, yuan + more_yuan)
    if feed.feed == "fund_statement":
        # whole statements are replaced when the build is made
        del sums["被替换"]
    text = "，".join(f"{label} {rows:,} 行" for label, (rows, _) in sums.items())
    line = f"{feed.label}（{feed.feed}）{len(files)} 份：{text}"
    if feed.control_amount:
        amounts = "，".join(f"{label} {_yuan(yuan)} 元" for label, (_, yuan) in sums.items())
        line += f"；{feed.column(feed.control_amount).label} {amounts}"
    return line


def replaced_line(feed: Feed, each: Replaced) -> str:
    """``结算信息 202403：12 行 1,234.00 元被替换；该月 90 行 9,000.00 元 → 91 行 9,066.00 元``."""
    place = f" {each.event_month}" if each.event_month != "all" else ""
    whole = "该月" if place else "全部"
    has_yuan = feed.control_amount is not None
    gone, moved, before, after = (
        f"{rows:,} 行" + (f" {_yuan(yuan)} 元" if has_yuan else "")
        for rows, yuan in (each.gone, each.moved, each.before, each.after)
    )
    told = [
        *([f"原有 {gone}被替换"] if each.gone[0] else []),
        *([f"由别的月份改来 {moved}"] if each.moved[0] else []),
        f"{whole} {before} → {after}",
    ]
    change = f"（{each.after[1] - each.before[1]:+,.2f} 元）" if has_yuan else ""
    return f"{feed.label}{place}：{'；'.join(told)}{change}"


def _render_file(report: FileReport) -> list[str]:
    label = f"（{report.feed.label}）" if report.feed else ""
    status = _STATUS_LABELS[report.status_code]
    is_statement = isinstance(report.parsed, ParsedFile)
    if report.status_code == "loaded" and is_statement and not report.parsed.rows.num_rows:
        status = "没有一行可入库" if report.parsed.quarantine.num_rows else "没有金额"
    lines = [f"■ {report.name}{label}：{status}"]
    if report.first_reason and (report.status_code != "loaded"):
        lines.append(f"  原因：{report.first_reason}")
    parsed = report.parsed
    if parsed is None:
        return lines
    if not parsed.rejected_reason:
        lines.extend(_render_feed(parsed) if isinstance(parsed, FeedFile) else _render_counts(parsed))
    told = parsed.rejected_reason or ""
    lines.extend(_render_notes([note for note in parsed.notes if note.note_zh not in told]))
    lines.extend(_render_quarantine(parsed.quarantine, report.quarantined_count))
    return lines


def _render_feed(given: FeedFile) -> list[str]:
    lines = [
        f"  编码 {given.encoding}{_time(given)}；统筹区 {_listed(given.areas)}",
        f"  收到 {given.received_count} 行，入库 {given.loaded_count} 行，被替换 {given.superseded_count} 行，"
        f"隔离 {given.quarantined_count} 行；另有标题、空行、合计等非数据 {given.non_data_count} 处",
    ]
    if given.feed.control_amount:
        label = given.feed.column(given.feed.control_amount).label
        lines.append(
            f"  {label}：收到 {_yuan(given.received_yuan)} 元，入库 {_yuan(given.loaded_yuan)} 元，"
            f"被替换 {_yuan(given.superseded_yuan)} 元，隔离 {_yuan(given.quarantined_yuan)} 元"
        )
    return lines


def _time(given: FeedFile) -> str:
    """The months of its rows; a feed whose rows have none is of the period that the file is named for."""
    if event_grain(given.feed) == "month":
        return f"；月份 {_listed(given.months)}"
    period = file_period(given.name)
    return f"；文件名上的期间 {period}" if period else ""


def _render_counts(parsed: ParsedFile) -> list[str]:
    described = describe_rows(parsed.rows)
    loaded_yuan = sum_yuan(parsed.rows)
    return [
        f"  编码 {parsed.encoding}；期间 {_listed(described.periods)}；统筹区 {_listed(described.areas)}",
        f"  基金 {_listed(described.funds)}；报表 {_listed(described.statements)}",
        f"  收到 {parsed.received_count} 行，入库 {parsed.rows.num_rows} 行，隔离 {parsed.quarantine.num_rows} 行；"
        f"另有标题、空行、合计等非数据 {parsed.non_data_count} 处",
        f"  收到 {_yuan(parsed.received_yuan)} 元，入库 {_yuan(loaded_yuan)} 元，"
        f"隔离 {_yuan(sum_yuan(parsed.quarantine))} 元（各行金额相加，只用于核对有没有丢数）",
    ]


def _render_notes(notes: list[Note]) -> list[str]:
    marks = {"info": "说明", "warning": "注意", "problem": "问题"}
    order = {"problem": 0, "warning": 1, "info": 2}
    shown = sorted(notes, key=lambda note: order[note.severity_code])
    lines = []
    for note in shown[:NOTES_SHOWN]:
        place = "".join(
            [
                f"工作表“{note.sheet_name}” " if note.sheet_name else "",
                f"第 {note.row_number} 行 " if note.row_number else "",
                f"{note.cell_ref} " if note.cell_ref else "",
            ]
        )
        lines.append(f"  {marks[note.severity_code]}：{place}{note.note_zh}")
    if len(shown) > NOTES_SHOWN:
        lines.append(f"  ……另有 {len(shown) - NOTES_SHOWN} 条说明")
    return lines


def _render_quarantine(quarantine: pa.Table, count: int) -> list[str]:
    lines = []
    for row in quarantine.slice(0, QUARANTINE_SHOWN).to_pylist():
        sheet = f"工作表“{row['sheet_name']}” " if row["sheet_name"] else ""
        column = f" 列“{row['column_name']}”" if row["column_name"] else ""
        value = f"，值“{row['raw_text']}”" if row["raw_text"] else ""
        lines.append(
            f"  隔离：{sheet}第 {row['row_number']} 行 {row['cell_ref']}{column}{value}：{row['reason_zh']}"
        )
    rest = count - min(quarantine.num_rows, QUARANTINE_SHOWN)
    if rest > 0:
        lines.append(f"  ……另有 {rest} 行被隔离，完整清单入库后见数据质量页")
    return lines


def _listed(items: list[str], unit: str = "个") -> str:
    if not items:
        return "无"
    tail = f" 等 {len(items)} {unit}" if len(items) > LISTED else ""
    return "、".join(items[:LISTED]) + tail


def _yuan(amount: Decimal) -> str:
    return f"{amount:,.2f}"
