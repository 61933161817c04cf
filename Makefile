# 收支：两条命令 make demo、make test；其余见 make help。

PYTHON ?= python3
HOME_DIR ?= var
PUBLIC_DIR ?= var-public
PORT ?= 8501
PERSONS ?= 100000
MONTHS ?= 48
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev
ARTIFACTS := test-artifacts

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-long lint ruff browser-packages clean python-version

help:
	@echo "make setup      安装到 .venv（按 requirements.lock，逐个核对哈希），并解析模型"
	@echo "make demo       安装，生成演示数据并发布，打开看板（SERVE=0 则不打开）"
	@echo "make test       格式检查与全部测试（含浏览器测试）"
	@echo "make lint       SQL 与 Python 的格式检查（约两分钟）"
	@echo "make test-long  只运行耗时较长的测试，列出最慢的 30 项"
	@echo "make clean      删除临时文件（不动数据目录）"

python-version:
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] < (3, 13) else 1)' 2>/dev/null \
		|| { echo "需要 Python 3.11 或 3.12，现在的 $(PYTHON) 是：$$($(PYTHON) --version 2>&1 | head -n 1)。请安装后运行 make PYTHON=python3.11 <目标>。" >&2; exit 1; }

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml | python-version
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -m shouzhi.warehouse.parse_models
	@touch $@

$(DEV_STAMP): requirements-dev.lock $(STAMP)
	$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

# 演示数据与公开数据里有意放了拒收、隔离和待核的情况，所以退出码 1 也算成功。
demo: $(STAMP)
	@rm -rf $(HOME_DIR)/demo_extracts
	@$(BIN)/shouzhi init --home $(HOME_DIR) --title 演示数据 --region neimenggu --sample
	@$(BIN)/shouzhi init --home $(PUBLIC_DIR) --title 公开数据 --region public
	@echo "公开数据在后台建立，同时生成演示数据（$(PERSONS) 人，$(MONTHS) 个月）……"
	@$(BIN)/shouzhi run tests/fixtures/published --home $(PUBLIC_DIR) > $(PUBLIC_DIR)/demo.out 2>&1 & public=$$!; \
		$(BIN)/shouzhi synth $(HOME_DIR)/demo_extracts --persons $(PERSONS) --months $(MONTHS) --scenario deficit \
			|| { kill $$public; exit 2; }; \
		code=0; wait $$public || code=$$?; cat $(PUBLIC_DIR)/demo.out; test $$code -le 1
	@$(BIN)/shouzhi run $(HOME_DIR)/demo_extracts --home $(HOME_DIR) || test $$? -eq 1
	@echo "演示数据：$(HOME_DIR)（报表在 $(HOME_DIR)/demo_extracts）"
	@echo "公开数据：$(PUBLIC_DIR)（报表在 tests/fixtures/published）"
	@echo "打开看板：$(BIN)/shouzhi serve --home $(HOME_DIR) --home $(PUBLIC_DIR)"
ifneq ($(SERVE),0)
	@$(BIN)/shouzhi serve --home $(HOME_DIR) --home $(PUBLIC_DIR) --port $(PORT)
endif

# 已经装好时不碰系统；装不了时说明要装什么。
browser-packages:
	@has_browser() { command -v chromium >/dev/null || command -v chromium-browser >/dev/null; }; \
	has_font() { fc-list 2>/dev/null | grep -qi 'noto.*cjk'; }; \
	if has_browser && has_font; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
			chromium fonts-noto-cjk fontconfig >/dev/null; \
	else \
		echo "浏览器测试需要 chromium 和中文字体。请安装：sudo apt-get install chromium fonts-noto-cjk fontconfig" >&2; exit 1; \
	fi

# sqlfluff reads every model with all macros: two minutes, so it has a target of its own.
lint: $(DEV_STAMP) ruff
	$(BIN)/sqlfluff lint --processes 2 $(wildcard models tests/generic tests/sql tests/selftest)

ruff: $(DEV_STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

test: $(DEV_STAMP) browser-packages ruff
	$(BIN)/python -m pytest

test-long: $(DEV_STAMP) browser-packages lint
	SHOUZHI_SEQUENCES=$${SHOUZHI_SEQUENCES:-30} $(BIN)/python -m pytest -m "pipeline or browser or long" --durations=30

clean:
	rm -rf $(ARTIFACTS) target logs .pytest_cache .ruff_cache .hypothesis *.egg-info
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +
