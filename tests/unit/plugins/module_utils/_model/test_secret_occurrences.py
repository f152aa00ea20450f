# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a result Ansible need not search for secrets."""

from __future__ import annotations

import time
import typing as t

import pytest
from ansible.module_utils.common.parameters import remove_values
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.charter.mail.plugins.module_utils._model.secret_occurrences import occurring

TEXTS = st.text(alphabet="ab1*\n", max_size=12)
VALUES = st.recursive(
    st.one_of(TEXTS, st.integers(), st.booleans(), st.none(), st.floats(allow_nan=False)),
    lambda values: st.one_of(st.lists(values, max_size=4), st.dictionaries(TEXTS, values, max_size=4)),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a correct horse", {"correct horse"}),
        ("correct hors", set()),
        ({"list": [{"deep": "xcorrect horsex"}]}, {"correct horse"}),
        (("tuple", "correct horse"), {"correct horse"}),
        ({"correct horse": "key"}, set()),
        (993, {"993", "9"}),
        ([True, None], set()),
        (19930, {"993", "9"}),
        (["correct horse 993", "correct donkey"], {"correct horse", "correct donkey", "993", "9"}),
    ],
)
def test_what_occurs(value: t.Any, expected: set[str]) -> None:
    assert occurring(["correct horse", "correct donkey", "993", "9", "True"], value) == expected


@given(st.sets(st.text(alphabet="ab1*", min_size=1, max_size=9), max_size=6), VALUES)
def test_ansible_hides_the_same_with_only_those_that_occur(secrets: set[str], value: t.Any) -> None:
    few = occurring(secrets, [value])
    assert few <= secrets
    assert all(remove_values(value, [secret]) == value for secret in secrets - few)


def test_many_secrets_in_a_long_result_take_no_time() -> None:
    secrets = [f"Charter-2026-{number:05}" for number in range(5000)]
    result = [{"email": f"mario{number}@charter.net", "status": "unchanged"} for number in range(5000)]
    started = time.process_time()
    assert occurring(secrets, [*result, "Charter-2026-00042"]) == {"Charter-2026-00042"}
    assert time.process_time() - started < 3  # one secret after the other: 25 million searches
