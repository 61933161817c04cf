"""python -m shouzhi.synthetic OUT: write the demonstration extracts into a folder."""

import argparse
from pathlib import Path

from shouzhi.synthetic.extracts import generate


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m shouzhi.synthetic", description="生成演示用的虚构基金收支数据"
    )
    parser.add_argument("out", type=Path, help="写入的目录，没有则新建")
    parser.add_argument("--seed", type=int, default=20261001, help="随机种子；同一种子生成的文件逐字节相同")
    arguments = parser.parse_args()
    generate(arguments.out, arguments.seed)
    print(f"演示数据已写入 {arguments.out}（虚构数据，说明见 说明.md）")


if __name__ == "__main__":
    main()
