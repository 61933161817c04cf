"""Command line help and mistakes in Chinese: the fixed words that click itself would say in English."""

from collections.abc import Sequence
from typing import Any

import click

from shouzhi.terminal import width

LONGEST_NAME = 34


class Formatter(click.HelpFormatter):
    """Headings end with a Chinese colon; columns are aligned where characters are twice as wide."""

    def write_heading(self, heading: str) -> None:
        self.write(f"{'':>{self.current_indent}}{heading}：\n")

    def write_dl(
        self, rows: Sequence[tuple[str, str]], col_max: int = LONGEST_NAME, col_spacing: int = 2
    ) -> None:
        """Names and explanations side by side; the terminal itself breaks what is longer than a line."""
        column = min(max(width(name) for name, _ in rows), col_max) + col_spacing
        margin = " " * self.current_indent
        for name, text in rows:
            self.write(f"{margin}{name}{' ' * max(column - width(name), col_spacing)}{text}\n")


class Context(click.Context):
    formatter_class = Formatter


class Option(click.Option):
    """An option whose bounds, default and necessity are told in Chinese."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        if self.hidden:
            return None
        kind = self.type
        told = [
            "必填。" if self.required else "",
            f"{kind.min:,} 到 {kind.max:,}。" if isinstance(kind, click.IntRange) else "",
            f"默认 {self.show_default}。" if isinstance(self.show_default, str) else "",
        ]
        value = "" if self.is_flag else f" {self.make_metavar(ctx)}"
        return f"{self.opts[-1]}{value}", (self.help or "") + "".join(told)


class ChineseHelp:
    """Help pages whose fixed words are Chinese too."""

    context_class = Context

    def __init__(self: Any, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **{"options_metavar": "[选项]"} | settings)

    def parse_args(self: Any, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)  # type: ignore[misc]
        except click.UsageError as error:
            # the parser of options does not say of which command
            error.ctx = error.ctx or ctx
            raise

    def format_usage(self: Any, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix="用法：")

    def format_options(self: Any, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        options = [param for param in self.get_params(ctx) if isinstance(param, click.Option)]
        records = [record for option in options if (record := option.get_help_record(ctx))]
        if records:
            with formatter.section("选项"):
                formatter.write_dl(records)
        if isinstance(self, click.Group):
            with formatter.section("命令"):
                formatter.write_dl(
                    [(name, self.commands[name].get_short_help_str(80)) for name in self.list_commands(ctx)]
                )

    def get_help_option(self: Any, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            option.help = "显示本说明。"
        return option


class Command(ChineseHelp, click.Command):
    """A command with Chinese help."""


class Group(ChineseHelp, click.Group):
    """The command group, in the order in which commands are defined."""

    command_class = Command

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **{"subcommand_metavar": "命令 [参数]…"} | settings)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


def usage_sentence(error: click.UsageError) -> str:
    """A mistake on the command line, in Chinese."""
    path = error.ctx.command_path if error.ctx else "shouzhi"
    match error:
        case click.exceptions.NoArgsIsHelpError():
            return error.message
        case click.NoSuchOption():
            what = f"没有 {error.option_name} 这个选项"
        case click.exceptions.NoSuchCommand():
            what = f"没有 {error.command_name} 这个命令"
        case click.BadOptionUsage():
            what = option_sentence(error)
        case click.MissingParameter():
            what = f"缺少{named(error.param, error.ctx)}"
        case click.BadParameter():
            name = (
                error.param.opts[-1]
                if isinstance(error.param, click.Option)
                else named(error.param, error.ctx)
            )
            what = f"{name} 的值不对{allowed(error.param.type if error.param else None)}"
        case _ if "unexpected extra argument" in error.message:
            given = error.message.partition("(")[2].rstrip(")")
            what = f"多给了参数 {given}（文件夹名里有空格时请加引号）"
        case _:
            what = f"命令写得不对（{error.message}）"
    return f"{what}。用法见 {path} --help。"


def named(param: click.Parameter | None, ctx: click.Context | None) -> str:
    """What must be given: `` --reason 原因`` for an option, ``“报表文件夹”`` for an argument."""
    if param is None or ctx is None:
        return "参数"
    word = param.make_metavar(ctx)
    return f" {param.opts[-1]} {word}" if isinstance(param, click.Option) else f"“{word}”"


def allowed(kind: click.ParamType | None) -> str:
    """Which values an option takes, where they can be told."""
    if isinstance(kind, click.Choice):
        return f"，可用的是 {'、'.join(kind.choices)}"
    if isinstance(kind, click.IntRange):
        return f"，应是 {kind.min} 到 {kind.max} 的整数"
    return ""


def option_sentence(error: click.BadOptionUsage) -> str:
    """An option without its value, or a switch with one."""
    name = error.option_name
    given = error.ctx.command.params if error.ctx else []
    option = next((each for each in given if name in each.opts), None)
    if isinstance(option, click.Option) and option.is_flag:
        return f"{name} 后面不能写值"
    word = option.make_metavar(error.ctx) if option and error.ctx else "值"
    return f"{name} 后面缺少{word}"
