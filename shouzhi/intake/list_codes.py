"""Codes of a list: every distinct text of a column is read once, by the same functions that tables use."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa

from shouzhi.intake.cells import clean_text, is_scientific
from shouzhi.intake.names import account_of, area_of, is_not_money
from shouzhi.intake.periods import PeriodError, parse_period
from shouzhi.intake.vocabulary import (
    code_list,
    find_fund,
    find_statement,
    normalise_text,
    normalise_word,
    words,
)


def _map_period(text: str) -> tuple[str | None, str | None, str | None, str | None]:
    try:
        period = parse_period(text)
    except PeriodError as error:
        return None, None, None, str(error)
    return period.period_type, period.period_code, period.measure_code, None


def _code_or_problem(code: str | None, text: str, expected: str) -> tuple[str | None, str | None]:
    if code is not None:
        return code, None
    if not normalise_text(text):
        return None, f"为空，请填写{expected}"
    if is_scientific(text):
        return None, f"是科学计数法，位数可能已丢失，请把该列设为文本后重填{expected}"
    return None, f"看不懂，请填写{expected}"


def _map_fund(text: str) -> tuple[str | None, str | None]:
    word = normalise_text(text).removesuffix(".0")
    return _code_or_problem(find_fund(word), text, "基金代码或名称，如 310100、390100、职工统筹、城乡居民")


def _map_statement(text: str) -> tuple[str | None, str | None]:
    return _code_or_problem(find_statement(text), text, "预算、调整预算、预计执行、执行或决算")


def _map_unit(text: str) -> tuple[str | None, str | None, str]:
    if not normalise_text(text):
        return None, None, "money"
    kind = "not_money" if normalise_word(text) in words("not_money_units") else "money"
    return (*_code_or_problem(code_list("units").find(text), text, "元、万元或亿元"), kind)


def _map_measure(text: str) -> tuple[str | None, str | None]:
    if not normalise_text(text) or normalise_word(text) in words("not_given"):
        return None, None
    return _code_or_problem(code_list("measures").find(text), text, "期间或累计")


def _map_side(text: str) -> tuple[str | None, str | None]:
    code = code_list("sides").find(text)
    return (code or None), (None if code is not None or not normalise_text(text) else "看不懂")


def _map_first_text(text: str) -> tuple[str]:
    word = normalise_word(text).rstrip(":：")
    if not word:
        return ("blank",)
    if word in words("total_words"):
        return ("total",)
    return ("note" if any(word.startswith(each) for each in words("note_words")) else "other",)


def _map_area(code_text: str, name_text: str) -> tuple[str | None, ...]:
    kind = _map_first_text(name_text if name_text.strip() else code_text)[0]
    return (*area_of(code_text, name_text), kind)


def _map_account(code_text: str, name_text: str) -> tuple:
    found = account_of(code_text, name_text)
    return (*found, "not_money" if not found[0] and is_not_money(found[1]) else "money")


SINGLE: dict[str, tuple[list[str], Callable[[str], tuple]]] = {
    "period": (["period_type", "period_code", "measure_hint", "period_problem"], _map_period),
    "fund_code": (["fund", "fund_problem"], _map_fund),
    "statement": (["statement_value", "statement_problem"], _map_statement),
    "unit": (["unit_value", "unit_problem", "unit_kind"], _map_unit),
    "measure": (["measure_value", "measure_text_problem"], _map_measure),
    "side": (["side_value", "side_problem"], _map_side),
    "doc_no": (["clean_doc_no"], lambda text: (clean_text(text),)),
    "first_text": (["first_kind"], _map_first_text),
}
PAIRS: dict[tuple[str, str], tuple[list[str], Callable[[str, str], tuple]]] = {
    ("admdvs", "admdvs_name"): (
        ["area_code", "area_name", "area_problem", "area_problem_column", "area_kind"],
        _map_area,
    ),
    ("account_code", "account_name"): (
        [
            "given_code",
            "bare_name",
            "is_of_which",
            "account_problem",
            "account_problem_column",
            "account_kind",
        ],
        _map_account,
    ),
}


def with_codes(table: pa.Table) -> pa.Table:
    """Add the codes (or the problem) of every column: each distinct text is read once.

    The texts themselves stay, dictionary encoded, for the quarantine.
    """
    encoded = {name: _encoded(table[name]) for name in {*SINGLE, *(each for pair in PAIRS for each in pair)}}
    for name, array in encoded.items():
        table = table.set_column(table.schema.get_field_index(name), name, array)
    for name, (fields, function) in SINGLE.items():
        array = encoded[name]
        records = [function(text) for text in array.dictionary.to_pylist()]
        table = _added(table, fields, records, array.indices)
    for (left, right), (fields, function) in PAIRS.items():
        first, second = encoded[left], encoded[right]
        texts, names = first.dictionary.to_pylist(), second.dictionary.to_pylist()
        keys = first.indices.to_numpy().astype("int64") * max(len(names), 1) + second.indices.to_numpy()
        distinct, inverse = np.unique(keys, return_inverse=True)
        records = [function(texts[key // len(names)], names[key % len(names)]) for key in distinct.tolist()]
        table = _added(table, fields, records, pa.array(inverse.astype("int32")))
    return table


def _encoded(column: pa.ChunkedArray) -> pa.DictionaryArray:
    combined = column.combine_chunks().dictionary_encode()
    return combined.combine_chunks() if isinstance(combined, pa.ChunkedArray) else combined


def _added(table: pa.Table, fields: list[str], records: list[tuple], indices: pa.Array) -> pa.Table:
    for position, name in enumerate(fields):
        kind = pa.bool_() if name == "is_of_which" else pa.string()
        values = pa.array([record[position] for record in records], kind)
        column = values.take(indices) if kind == pa.bool_() else _dictionary(indices, values)
        table = table.append_column(name, column)
    return table


def _dictionary(indices: pa.Array, values: pa.Array) -> pa.DictionaryArray:
    """Texts by index; nulls are among the indices, as dictionaries of several lists cannot be united otherwise."""
    encoded = values.dictionary_encode()
    return pa.DictionaryArray.from_arrays(encoded.indices.take(indices), encoded.dictionary)
