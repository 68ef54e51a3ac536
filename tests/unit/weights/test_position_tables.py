import pytest
import torch

from mpvss.weights import resize_position_table


def _cubic(distance):
    """The cubic convolution kernel (Keys, 1981) with a = -0.75."""
    d = abs(distance)
    if d <= 1:
        return 1.25 * d**3 - 2.25 * d**2 + 1
    return -0.75 * (d**3 - 5 * d**2 + 8 * d - 4) if d < 2 else 0.0


def _slow(table, new):
    old = round(len(table) ** 0.5)
    rows = []
    for dy in range(new):
        for dx in range(new):
            y, x = (dy + 0.5) * old / new - 0.5, (dx + 0.5) * old / new - 0.5
            total = torch.zeros(table.shape[1])
            for row in range(int(y // 1) - 1, int(y // 1) + 3):
                for column in range(int(x // 1) - 1, int(x // 1) + 3):
                    inside = min(max(row, 0), old - 1) * old + min(max(column, 0), old - 1)
                    total += _cubic(y - row) * _cubic(x - column) * table[inside]
            rows.append(total)
    return torch.stack(rows)


@pytest.mark.parametrize(("old", "new"), [(4, 6), (6, 4), (3, 4)])
def test_tables_are_interpolated_bicubically(old, new):
    torch.manual_seed(0)
    table = torch.randn((2 * old - 1) ** 2, 2)
    resized = resize_position_table(table, (2 * new - 1) ** 2)
    torch.testing.assert_close(resized, _slow(table, 2 * new - 1), atol=1e-5, rtol=1e-5)


def test_half_precision_is_kept():
    table = torch.randn(25, 3).half()
    assert resize_position_table(table, 49).dtype == torch.float16
    assert resize_position_table(table, 49).shape == (49, 3)


@pytest.mark.parametrize(("rows", "length"), [(24, 49), (25, 48), (25, 16)])
def test_other_row_counts_are_refused(rows, length):
    with pytest.raises(ValueError, match="rows for windows of w x w"):
        resize_position_table(torch.zeros(rows, 1), length)
