"""What is written instead of a secret, and what stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.masking import masked


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://a.example/x?rss_token=q1&page=2", "https://a.example/x?rss_token=[che]&page=2"),
        ("https://a.example/x?X-Goog-Signature=q1", "https://a.example/x?X-Goog-Signature=[che]"),
        ("https://a.example/x?subscription-key=q1#a", "https://a.example/x?subscription-key=[che]#a"),
        ("https://lan:q1@a.example/x;jsessionid=q1", "https://[che]@a.example/x;jsessionid=[che]"),
        ("https://a.example/x?newsid=7&key=q1", "https://a.example/x?newsid=7&key=[che]"),
    ],
)
def test_what_opens_a_door_is_masked_by_its_name(address: str, expected: str) -> None:
    """Whatever stands before "token"; numbers of articles stay."""
    assert expected == masked(address)


@given(st.text(alphabet="ab:/@?&=;# \"'tokenkysig", max_size=60))
def test_masking_twice_is_masking_once(text: str) -> None:
    """Masking ends, and what is masked stays."""
    once = masked(text)

    assert once == masked(once)
