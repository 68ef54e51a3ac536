import pytest

from mpvss.data.loading.parallel import parallel_map


def _reciprocal(number: int) -> dict[str, float]:
    return {"reciprocal": 1 / number}


@pytest.mark.parametrize("num_workers", [0, 2])
def test_results_come_unchanged_and_in_the_order_of_the_items(num_workers):
    assert list(parallel_map(_reciprocal, [4, 2, 1], num_workers)) == [{"reciprocal": r} for r in (0.25, 0.5, 1.0)]


@pytest.mark.parametrize("num_workers", [0, 1])
def test_an_error_of_the_work_is_raised(num_workers):
    results = parallel_map(_reciprocal, [1, 0], num_workers)
    with pytest.raises(ZeroDivisionError):
        list(results)


def test_nothing_gives_nothing():
    assert list(parallel_map(_reciprocal, [], 0)) == []
