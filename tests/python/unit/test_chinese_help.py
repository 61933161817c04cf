"""Help and mistakes of the command line hold no English word of the library that reads it."""

import re

import click
import pytest

from shouzhi.chinese_help import usage_sentence
from shouzhi.cli import cli
from shouzhi.terminal import width

# what a user types or reads as a name stays as it is
LEFTOVERS = re.compile(
    r"\b(usage|options?|command|args|text|dir|file|build|sql\b(?!）)|pack|out|integer|range|default|required|show)\b"
    r"|\[\d|<=|:\n",
    re.IGNORECASE,
)


def help_of(name: str) -> str:
    command = cli.commands[name] if name else cli
    parent = click.Context(cli, info_name="shouzhi")
    return command.get_help(
        command.context_class(command, info_name=name, parent=parent) if name else cli.context_class(cli)
    )


@pytest.mark.parametrize("name", ["", *cli.commands])
def test_no_english_is_left_in_the_help(name: str) -> None:
    text = help_of(name)
    text = re.sub(r"--[a-z-]+|\bshouzhi [a-z]+|shouzhi\.toml", "", text)
    assert not LEFTOVERS.findall(text.partition("命令：")[0]), text


def test_a_required_option_its_bounds_and_its_default_are_told() -> None:
    assert "会记录在案。必填。" in help_of("dismiss")
    assert "月数。1 到 120。默认 48。" in help_of("synth")


def test_explanations_stand_below_each_other() -> None:
    lines = [line for line in help_of("dismiss").splitlines() if line.startswith("  --")]
    begins = {width(line[: re.search(r"  (?=\S)", line[4:]).end() + 4]) for line in lines}
    assert len(begins) == 1, lines


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (["dismiss", "a.csv"], "缺少 --reason 原因。用法见 shouzhi dismiss --help。"),
        (["dismiss", "a.csv", "--reason"], "--reason 后面缺少原因。用法见 shouzhi dismiss --help。"),
        (["init", "--sample=3"], "--sample 后面不能写值。用法见 shouzhi init --help。"),
        (["builds", "--diff", "a"], "--diff 后面缺少原版本 新版本。用法见 shouzhi builds --help。"),
        (["query"], "缺少“查询语句”。用法见 shouzhi query --help。"),
        (["query", "x", "--format", "y"], "--format 的值不对，可用的是 table、csv、json。"),
        (["synth", "x", "--persons", "y"], "--persons 的值不对，应是 100 到 50000000 的整数。"),
        (["rum"], "没有 rum 这个命令。用法见 shouzhi --help。"),
        (["run", "a", "--hom", "b"], "没有 --hom 这个选项。用法见 shouzhi run --help。"),
        (["run", "a", "b"], "多给了参数 b（文件夹名里有空格时请加引号）。用法见 shouzhi run --help。"),
    ],
)
def test_a_mistake_is_a_chinese_sentence(given: list[str], sentence: str) -> None:
    with pytest.raises(click.UsageError) as error:
        cli.main(given, prog_name="shouzhi", standalone_mode=False)
    assert usage_sentence(error.value).startswith(sentence)


def test_without_a_command_the_help_is_told() -> None:
    with pytest.raises(click.UsageError) as error:
        cli.main([], prog_name="shouzhi", standalone_mode=False)
    assert usage_sentence(error.value).startswith("用法：shouzhi [选项] 命令 [参数]…")
