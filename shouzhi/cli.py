"""The command line: Chinese help and messages, English command names, one sentence per mistake."""

import datetime
import functools
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import click

from shouzhi import __version__
from shouzhi.chinese_help import Group, Option, usage_sentence
from shouzhi.collector import collect_rarely
from shouzhi.errors import INTERRUPTED, UserError
from shouzhi.home import (
    CONFIG_NAME,
    DEFAULT_HOME,
    PRODUCT_ROOT,
    Home,
    existing_home,
    home_lock,
    known_regions,
    open_home,
    require_apart,
)
from shouzhi.interruption import heed_termination, is_interruption
from shouzhi.progress import Progress

EPILOG = """\
例子：

\b
  shouzhi check 报表/                 先看看报表合不合格，什么也不写入
  shouzhi run 报表/                   读入、建模、检验、发布到 ./var
  shouzhi serve                       打开看板
  shouzhi query "select * from fund_balance.fct_fund_balance limit 5"
"""

option = functools.partial(click.option, cls=Option)
# Whether it may be read is told where it is read, with its name.
PLACE = click.Path(path_type=Path, readable=False)


def home_option(function: Callable[..., Any]) -> Callable[..., Any]:
    return option(
        "--home",
        type=PLACE,
        default=DEFAULT_HOME,
        metavar="目录",
        help="数据目录：配置、数据湖、各版本和运行记录都在里面。默认 ./var。",
    )(function)


@click.group(cls=Group, epilog=EPILOG, context_settings={"max_content_width": 100})
@click.version_option(
    __version__, prog_name="shouzhi", message="收支 %(prog)s %(version)s", help="显示版本号。"
)
def cli() -> None:
    """收支：医保基金的数据仓库与看板。

    读入基金收支表，核对、入库、建模、检验，发布成一个只读的版本，供看板和查询使用。
    所有数据都留在本机。
    """


@cli.command()
@click.argument("extracts", type=PLACE, metavar="报表文件夹")
@home_option
def run(extracts: Path, home: Path) -> int:
    """读入报表文件夹里的报表，建模、检验并发布。

    \b
    退出码：
      0  已发布，没有问题
      1  已发布，但有文件被拒收、有行被隔离或有待核的数（会逐项说明）
      2  没有发布，最后一行说明原因；原来发布的版本保持不变
    赤字预警是结果，不影响退出码。
    """
    from shouzhi.run import run as run_job

    result = run_job(extracts, home, Progress())
    for sentence in result.sentences:
        click.echo(sentence)
    return result.exit_code


@cli.command()
@home_option
@option("--title", metavar="名称", help="看板里显示的名称。默认为目录名。")
@option("--region", metavar="地区包", help="地区包：neimenggu（默认）或 public（全国公开数据）。")
@option("--sample", is_flag=True, help="样例数据用：样例参数（政策文件没有规定的起付线、比例等）一并生效。")
def init(home: Path, title: str | None, region: str | None, sample: bool) -> int:
    """建立数据目录并写好配置 shouzhi.toml（可选；run 第一次运行时也会建立）。"""
    regions = known_regions()
    if region is not None and region not in regions:
        raise UserError(f"没有名为“{region}”的地区包。可用的是：{'、'.join(sorted(regions))}。")
    existed = (home / CONFIG_NAME).is_file()
    place = open_home(home, title=title, region=region, sample_policy=sample)
    click.echo(f"{'已有' if existed else '已建立'} {place.root / CONFIG_NAME}。")
    if sample and not place.config.sample_policy:
        click.echo("原有的配置没有改动：要用样例参数，请在文件里写 sample_policy = true。")
    return 0


@cli.command()
@click.argument("extracts", type=PLACE, metavar="报表文件夹")
@home_option
def check(extracts: Path, home: Path) -> int:
    """检查报表文件夹里的报表是否合格，什么也不写入。

    数据目录里已有数据的，一并说明哪些文件已接收过、哪些旧数据会被替换。

    \b
    退出码：
      0  全部合格
      1  有问题（逐条列出：文件、行、列、应为什么、怎么办）
      2  读不了
    """
    from shouzhi.intake import check_extracts
    from shouzhi.intake.lake import damage_named

    if home.is_dir():
        require_apart(extracts, home)
    lake = home / "lake"
    with damage_named(lake):
        report = check_extracts(extracts, Progress(), lake_root=lake if lake.is_dir() else None)
    click.echo(report.render(), nl=False)
    return report.exit_code


@cli.command()
@click.argument("name", metavar="文件名")
@option("--reason", required=True, metavar="原因", help="为什么不再处理，会记录在案。")
@home_option
def dismiss(name: str, reason: str, home: Path) -> int:
    """注明一个文件（被拒收，或有行被隔离）不再处理：以后的 run 不再因它而提示，也不再标待核。

    文件的收到记录、拒收或隔离的原因和这里写的原因都保留在数据湖的清单和“数据质量”页上。
    改正后重新报送的文件照常读取，不需要注明。

    \b
    退出码：
      0  已记录
      2  没有记录，最后一行说明原因
    """
    from shouzhi.home import existing_home, home_lock
    from shouzhi.intake.lake import dismiss as dismiss_file

    place = existing_home(home)
    with home_lock(place, f"shouzhi dismiss {name}"):
        for each in dismiss_file(place.lake, name, reason):
            click.echo(
                f"已注明不再处理：{each['file_name']}（第 {each['delivery_no']} 批报送，{'拒收' if each['status_code'] == 'rejected' else '隔离'}原因：{each['first_reason']}）。"
            )
    click.echo("下一次 shouzhi run 起不再提示；文件内容改动后再报送的，照常读取。")
    return 0


@cli.command()
@click.argument("sql", metavar="查询语句")
@option(
    "--format",
    "kind",
    type=click.Choice(["table", "csv", "json"]),
    default="table",
    help="输出格式：table 对齐的表（默认），csv，json；金额一分不差。",
)
@home_option
def query(sql: str, kind: str, home: Path) -> int:
    """在已发布的版本上执行一条只读查询（SQL）。

    只能读这一个版本的表，不能写入、附加数据库或读写文件。有哪些表、哪些列见 shouzhi tables。
    """
    from shouzhi.warehouse import publish
    from shouzhi.warehouse.query import formatted, run_query

    columns, rows = run_query(publish.published_build(existing_home(home)).marts, sql)
    click.echo(formatted(columns, rows, kind), nl=False)
    return 0


@cli.command()
@click.argument("name", required=False, metavar="[表名]")
@home_option
def tables(name: str | None, home: Path) -> int:
    """列出可以查询的表和内容；写表名则列出它的各列。

    例如 shouzhi tables，shouzhi tables fund_balance.fct_fund_balance。rows. 开头的是逐笔的业务数据。
    """
    from shouzhi.warehouse import publish
    from shouzhi.warehouse.query import formatted, published_columns, published_tables

    marts = publish.published_build(existing_home(home)).marts
    columns, rows = published_columns(marts, name) if name else published_tables(marts)
    click.echo(formatted(columns, rows, "table"), nl=False)
    return 0


def local_time(stamp: str) -> str:
    """A time with its offset as this machine's clock shows it; anything else as it is written."""
    try:
        moment = datetime.datetime.fromisoformat(stamp)
    except ValueError:
        return stamp
    return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def state_of(manifest: dict[str, Any]) -> str:
    """What is open in a build, counted."""
    from shouzhi.warehouse.issues import Issues

    if manifest.get("exit_code") == 0:
        return "无待处理事项"
    try:
        return Issues(**manifest["issues"]).sentence
    except (KeyError, TypeError):
        return "有拒收、隔离或待核"


@cli.command()
@click.argument("out", type=PLACE, metavar="输出文件夹")
@option(
    "--persons",
    type=click.IntRange(100, 50_000_000),
    default=100_000,
    show_default="100000",
    metavar="人数",
    help="人数。",
)
@option("--months", type=click.IntRange(1, 120), default=48, show_default="48", metavar="月数", help="月数。")
@option(
    "--seed",
    type=click.IntRange(0, 2_000_000_000),
    default=20_261_001,
    metavar="种子",
    help="随机种子；同一种子生成的文件逐字节相同。",
)
@option(
    "--scenario",
    type=click.Choice(["steady", "deficit", "messy"]),
    default="deficit",
    show_default="deficit",
    help="情景：steady 平稳，deficit 有地区转为赤字、穿底、结余过多或停止报送，messy 各种不规范的文件。",
)
@option("--start", default="202201", show_default="202201", metavar="年月", help="第一个月。")
def synth(out: Path, persons: int, months: int, seed: int, scenario: str, start: str) -> int:
    """在输出文件夹（空的或还没有的）生成一套虚构的样例数据：业务数据、报表、预决算。

    不含任何真实的人、机构或账目；其中说明.md 有说明，truth/ 记录有意安排的情节，只供测试核对。
    """
    from shouzhi.synthetic import generate

    if not (
        start.isdigit() and len(start) == 6 and 2005 <= int(start[:4]) <= 2090 and 1 <= int(start[4:]) <= 12
    ):
        raise UserError(f"--start 的值 {start} 不对，应是六位年月，如 202201。")
    rows = generate(out, persons, months, seed, scenario, start)
    click.echo(
        f"样例数据已写入 {out}：{persons} 人，{months} 个月，情景 {scenario}，共 {sum(rows.values())} 行业务数据（全部虚构，见 说明.md）。"
    )
    return 0


@cli.command()
@option(
    "--diff",
    nargs=2,
    metavar="原版本 新版本",
    help="比较两个版本：哪些数变了、差多少、由哪些报送而来。写版本编号的前几位，"
    "current 指正在发布的版本，previous 指它之前生成的那个版本。",
)
@option(
    "--format",
    "kind",
    type=click.Choice(["table", "csv", "json"]),
    default="table",
    help="--diff 的输出格式：table 说明和对齐的表（默认，只列前 60 个），csv、json 列出全部。",
)
@home_option
def builds(diff: tuple[str, str] | None, kind: str, home: Path) -> int:
    """列出各版本：编号、生成时间、数据截至、状态，* 为正在发布的版本。

    加 --diff 比较两个版本，例如 shouzhi builds --diff previous current。
    """
    from shouzhi.warehouse import publish
    from shouzhi.warehouse.query import as_table

    if diff:
        return builds_diff(existing_home(home), diff, kind)
    place = existing_home(home)
    found = publish.finished_builds(place)
    if not found:
        click.echo(f"数据目录 {place.root} 还没有版本。请先运行 shouzhi run <报表文件夹>。")
        return 0
    published = publish.published_id(place)
    rows: list[tuple[Any, ...]] = [
        (
            "*" if build.build_id == published else "",
            build.build_id,
            local_time(build.manifest.get("built_at", "")),
            build.manifest.get("data_date", ""),
            "完好" if publish.is_intact(build) else "文件已损坏",
            state_of(build.manifest),
        )
        for build in found
    ]
    click.echo(as_table(["发布", "版本", "生成时间", "数据截至", "文件", "状态"], rows), nl=False)
    return 0


DIFF_SHOWN = 60
EVERY_ROW = 10_000_000


def builds_diff(place: Home, names: tuple[str, str], kind: str) -> int:
    """What differs between two builds, printed."""
    from shouzhi.warehouse import publish
    from shouzhi.warehouse.query import formatted
    from shouzhi.warehouse.restated import read_restatement
    from shouzhi.warehouse.restated_text import COLUMNS, restatement_sentences, table_row

    former, made = (publish.named_build(place, name) for name in names)
    if former.build_id == made.build_id:
        raise UserError(
            f"两个都是版本 {made.build_id}，没有可比较的。请写两个不同的版本，见 shouzhi builds。"
        )
    for build in (former, made):
        if not build.marts.is_file():
            raise UserError(f"版本 {build.build_id} 的文件不见了，不能比较。请用 shouzhi builds 另选一个。")
    result = read_restatement(former.marts, made.marts, shown=DIFF_SHOWN if kind == "table" else EVERY_ROW)
    rows = [table_row(row, is_read=kind == "table") for row in result.rows]
    if kind != "table":
        click.echo(formatted(COLUMNS, rows, kind), nl=False)
        return 0
    for sentence in restatement_sentences(result, former.build_id, made.build_id):
        click.echo(sentence)
    if rows:
        click.echo(formatted(COLUMNS, rows, kind), nl=False)
    if result.total > len(rows):
        click.echo(f"只列前 {len(rows)} 个，共 {result.total:,} 个；全部用 --format csv。")
    return 0


@cli.command()
@click.argument("build", metavar="版本号")
@home_option
def publish(build: str, home: Path) -> int:
    """改为发布另一个版本（版本号可只写前几位），用于回退。"""
    from shouzhi.warehouse import publish as publishing

    place = existing_home(home)
    with home_lock(place, f"shouzhi publish {build}"):
        chosen = publishing.find_build(place, build)
        if not publishing.is_intact(chosen):
            raise UserError(
                f"版本 {chosen.build_id} 的文件已损坏或不完整，不能发布。请重新运行 shouzhi run。"
            )
        before = publishing.published_id(place)
        publishing.point_to(place, chosen.build_id)
    changed = "（本来就是它）" if before == chosen.build_id else f"（之前是 {before}）" if before else ""
    click.echo(
        f"现在发布的是版本 {chosen.build_id}，数据截至 {chosen.manifest.get('data_date') or '未知'}{changed}。"
    )
    return 0


@cli.command()
@option(
    "--home",
    "homes",
    type=PLACE,
    multiple=True,
    metavar="目录",
    help="数据目录，可给多个。默认 ./var，以及 ./var-public（如果有）。",
)
@option(
    "--port",
    metavar="端口号",
    type=click.IntRange(1, 65535),
    default=8501,
    show_default="8501",
    help="端口。",
)
def serve(homes: tuple[Path, ...], port: int) -> NoReturn:
    """在本机打开看板（http://127.0.0.1:端口）。按 Ctrl+C 结束。"""
    chosen = homes or tuple(path for path in (DEFAULT_HOME, Path("var-public")) if path.is_dir())
    if not chosen:
        raise UserError("还没有数据目录 ./var。请先运行 shouzhi run <报表文件夹>，或用 --home 指定。")
    places = [existing_home(path) for path in chosen]
    environment = os.environ | {
        # Titles are the user's: what separates the pairs cannot be part of them.
        "SHOUZHI_HOMES": ";".join(
            f"{place.config.title.replace(';', '；').replace('=', '＝')}={place.root}" for place in places
        ),
        "PYTHONPATH": os.pathsep.join(filter(None, (str(PRODUCT_ROOT), os.environ.get("PYTHONPATH")))),
    }
    command = [
        *(sys.executable, "-m", "streamlit", "run", str(PRODUCT_ROOT / "dashboards" / "app.py")),
        *("--server.address", "127.0.0.1"),
        *("--server.port", str(port)),
        *("--server.headless", "true"),
        *("--browser.gatherUsageStats", "false"),
        *("--browser.serverAddress", "127.0.0.1"),
    ]
    click.echo(f"看板：http://127.0.0.1:{port}（按 Ctrl+C 结束）")
    sys.stdout.flush()
    # Streamlit reads the committed .streamlit/config.toml of its working directory. It takes this process's
    # place, so that whoever stops the command stops the server.
    os.chdir(PRODUCT_ROOT)
    os.execve(sys.executable, command, environment)


def fail(sentence: str, code: int) -> NoReturn:
    if os.environ.get("SHOUZHI_DEBUG") == "1":
        traceback.print_exc()
    click.echo(sentence, err=True)
    sys.exit(code)


def main(arguments: list[str] | None = None) -> NoReturn:
    """Entry point: exit codes as documented, never a traceback (``SHOUZHI_DEBUG=1`` shows it)."""
    collect_rarely()
    heed_termination()
    try:
        sys.exit(cli.main(args=arguments, prog_name="shouzhi", standalone_mode=False) or 0)
    except UserError as error:
        fail(str(error), error.exit_code)
    except click.UsageError as error:
        fail(usage_sentence(error), 2)
    except (click.Abort, KeyboardInterrupt) as error:
        # of an interruption inside a command, what that had to say
        fail(str(error.__cause__ or error) or INTERRUPTED, 2)
    except BrokenPipeError:
        # The reader of our output has gone (``| head``); there is nobody to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except PermissionError as error:
        fail(f"没有读写 {error.filename} 的权限，没有发布。请检查它和上级文件夹的权限，或换一个用户运行。", 2)
    except Exception as error:
        if is_interruption(error):
            fail(INTERRUPTED, 2)
        fail(
            f"程序内部出错，没有发布：{type(error).__name__}：{str(error).strip().splitlines()[0] if str(error).strip() else ''}。"
            "设置环境变量 SHOUZHI_DEBUG=1 再运行可看到细节。",
            2,
        )


if __name__ == "__main__":
    main()
